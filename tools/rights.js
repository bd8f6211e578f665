// @ts-check
// Who may do what, as a table: for each resource, the verbs of each role. The docs ask the Roles that are rendered; a test
// asks an API server, and both must give the same.

export const ROLES = /** @type {const} */ (['viewer', 'maintainer', 'admin']);

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RBAC = 'rbac.authorization.k8s.io';
const OF_ROLES = [...VERBS, 'escalate', 'bind'];

/**
 * One resource, or the one object of a name.
 * @typedef {{ group: string, resource: string, name?: string, verbs?: string[] }} Target
 */

/** What runs are made of, and what somebody would want who is after more. @type {Target[]} */
export const TARGETS = [
  ...['pods', 'pods/log', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'pods/ephemeralcontainers'].map(
    core,
  ),
  ...['pods/resize', 'pods/status', 'pods/binding', 'pods/eviction'].map(core),
  { group: '', resource: 'configmaps', name: 'agent-runner-settings' },
  ...['configmaps', 'secrets', 'serviceaccounts', 'serviceaccounts/token', 'namespaces', 'nodes', 'nodes/proxy'].map(
    core,
  ),
  ...['events', 'resourcequotas', 'limitranges', 'services', 'persistentvolumeclaims'].map(core),
  { group: 'external-secrets.io', resource: 'externalsecrets' },
  { group: 'external-secrets.io', resource: 'secretstores' },
  { group: 'apps', resource: 'deployments' },
  { group: 'batch', resource: 'jobs' },
  { group: 'networking.k8s.io', resource: 'networkpolicies' },
  { group: RBAC, resource: 'roles', verbs: OF_ROLES },
  { group: RBAC, resource: 'rolebindings', verbs: OF_ROLES },
  { group: RBAC, resource: 'clusterroles', verbs: OF_ROLES },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings' },
  ...['users', 'groups', 'serviceaccounts'].map((resource) => ({ group: '', resource, verbs: ['impersonate'] })),
];

/** @param {string} resource @returns {Target} */
function core(resource) {
  return { group: '', resource };
}

/**
 * @param {(role: typeof ROLES[number], verb: string, target: Target) => boolean | Promise<boolean>} may
 */
export async function rightsTable(may) {
  const rows = [];
  for (const target of TARGETS) {
    const cells = [];
    for (const role of ROLES) {
      const verbs = target.verbs ?? VERBS;
      const allowed = await Promise.all(verbs.map((verb) => may(role, verb, target)));
      cells.push(verbs.filter((_, index) => allowed[index]).join(', ') || '-');
    }
    const { resource, name, group, verbs } = target;
    const of = [name ? `\`${name}\`` : '', group, verbs?.length === 1 ? `by ${verbs[0]}` : ''].filter(
      (one) => one !== '',
    );
    rows.push([`\`${resource}\`${of.length > 0 ? ` (${of.join(', ')})` : ''}`, ...cells]);
  }
  return [['resource', ...ROLES], ['---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
