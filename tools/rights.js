// @ts-check
// A table of rights: for each resource, the verbs of each role. The docs take them from the rendered Roles, and a test from an API
// server. Both must be the same.

import { markdownTable } from './markdown-table.js';

export const ROLES = /** @type {const} */ (['viewer', 'maintainer', 'admin']);

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RBAC = 'rbac.authorization.k8s.io';
const OF_ROLES = [...VERBS, 'escalate', 'bind'];

/**
 * A resource, or one object of it by its name.
 * @typedef {{ group: string, resource: string, name?: string, verbs?: string[] }} Target
 */

/** Resources of runs, and resources that an attacker would want. @type {Target[]} */
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
  return markdownTable(['resource', ...ROLES], rows);
}
