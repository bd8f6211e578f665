import { stringify } from 'yaml';
import type { Environment } from '../schema/environment.js';

/** What an API server logs of a request: `Metadata`, or with `Request` also its body. */
type Level = 'None' | 'Metadata' | 'Request';

interface AuditRule {
  readonly level: Level;
  readonly userGroups?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources: readonly { readonly group: string; readonly resources: readonly string[] }[];
}

const CHANGES = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const core = (...resources: string[]) => ({ group: '', resources });

/**
 * Rules for an API server's audit policy. The audit log then shows
 *
 * - who spawned, cancelled, read and deleted which run, with the SpawnPolicy's annotations (task, repository, branch,
 *   egress, credential)
 * - who changed the objects that restrict runs
 *
 * Nothing else is logged, and never the content of a Secret. Requests of nodes are left out: nodes report on every run
 * all the time.
 *
 * @see https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export function auditRules(environments: readonly Environment[]): AuditRule[] {
  const namespaces = environments.map(({ namespace }) => namespace.name);
  return [
    { level: 'None', userGroups: ['system:nodes'], namespaces, resources: [core('pods', 'pods/status')] },
    // Only metadata: the input of a run is in its pod and may be long. The annotations have what counts.
    { level: 'Metadata', namespaces, verbs: CHANGES, resources: [core('pods')] },
    {
      level: 'Metadata',
      namespaces,
      resources: [
        core('pods/log', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'pods/resize'),
        core('pods/ephemeralcontainers', 'secrets', 'serviceaccounts/token', 'pods/eviction'),
      ],
    },
    {
      level: 'Request',
      namespaces,
      verbs: CHANGES,
      resources: [
        core('configmaps', 'limitranges', 'resourcequotas', 'serviceaccounts'),
        { group: 'rbac.authorization.k8s.io', resources: ['roles', 'rolebindings'] },
        { group: 'external-secrets.io', resources: ['externalsecrets', 'secretstores'] },
        { group: 'generators.external-secrets.io', resources: ['*'] },
        { group: 'networking.k8s.io', resources: ['networkpolicies'] },
        { group: 'cilium.io', resources: ['ciliumnetworkpolicies'] },
        { group: 'networking.gke.io', resources: ['fqdnnetworkpolicies'] },
        { group: 'networking.k8s.aws', resources: ['applicationnetworkpolicies'] },
      ],
    },
    // Through this, the kubelet runs commands that no policy sees.
    { level: 'Metadata', resources: [core('nodes/proxy')] },
    {
      level: 'Request',
      verbs: CHANGES,
      resources: [
        core('namespaces'),
        { group: 'rbac.authorization.k8s.io', resources: ['clusterroles', 'clusterrolebindings'] },
        {
          group: 'admissionregistration.k8s.io',
          resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
        },
        {
          group: 'admissionregistration.k8s.io',
          resources: ['mutatingwebhookconfigurations', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
        },
        { group: 'scheduling.k8s.io', resources: ['priorityclasses'] },
      ],
    },
  ];
}

/** The file for `--audit-policy-file` of an API server. */
export function auditPolicy(environments: readonly Environment[]): string {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: auditRules(environments),
  };
  return stringify(policy, { lineWidth: 0, aliasDuplicateObjects: false });
}
