// @ts-check
// What bounds the namespace, and who has which rights in it.
import { protections } from './protection.js';

export const NAMESPACE = [
  ...protections('src/constructs/agent-namespace.ts', 'test/constructs/agent-namespace.test.ts', [
    ['the namespace enforces restricted', "/enforce`]: 'restricted'", "/enforce`]: 'baseline'"],
    ['the enforced version is pinned', '/enforce-version`]: version', "/enforce-version`]: 'latest'"],
    ['the namespace warns of what is not restricted', "/warn`]: 'restricted'", "/warn`]: 'privileged'"],
    ['the audit log tells of what is not restricted', "/audit`]: 'restricted'", "/audit`]: 'privileged'"],
    [
      'no label of the environment weakens Pod Security',
      '...props.labels,\n          ...podSecurityLabels(props.podSecurityVersion),',
      '...podSecurityLabels(props.podSecurityVersion),\n          ...props.labels,',
    ],
    ['a version of Pod Security is one', '/^v1\\.\\d+$/.test(podSecurityVersion)', 'true'],
  ]),
  ...protections('src/constructs/agent-service-account.ts', 'test/constructs/agent-service-account.test.ts', [
    [
      'the ServiceAccount of the runs mounts no token',
      'props.agentName }, automountToken: false',
      'props.agentName }, automountToken: true',
    ],
    [
      'the ServiceAccount of the secret store mounts no token',
      '...props.annotations } },\n      automountToken: false',
      '...props.annotations } },\n      automountToken: true',
    ],
    [
      'a run has no cloud identity',
      'metadata: { name: props.agentName }',
      'metadata: { name: props.agentName, labels, annotations }',
    ],
    ['the two ServiceAccounts are not one', 'props.agentName === props.secretsName', 'props.agentName === undefined'],
  ]),
  ...protections('src/constructs/agent-quota.ts', 'test/constructs/agent-quota.test.ts', [
    ['runs have a number', 'pods: String(props.pods),', ''],
    ['there is no load balancer', "'services.loadbalancers': '0',", ''],
    ['there is no node port', "'services.nodeports': '0',", ''],
    ['there is no claim of a volume', "persistentvolumeclaims: '0',", ''],
    ['what all runs ask for is bounded', "...prefixed('requests', props.requests),", ''],
    ['what all runs use is bounded', "...prefixed('limits', props.limits),", ''],
    ['each container has a limit', 'max: props.container.limits,', ''],
    ['a container that does not say gets a limit', 'default: props.container.limits,', ''],
    ['runs push nothing aside', "preemptionPolicy: 'Never'", "preemptionPolicy: 'PreemptLowerPriority'"],
  ]),
  ...protections('src/constructs/runner-rbac.ts', 'test/constructs/runner-rbac.test.ts', [
    [
      'no Role reads Secrets',
      "'serviceaccounts'], verbs: ['get', 'list']",
      "'serviceaccounts', 'secrets'], verbs: ['get', 'list']",
    ],
    [
      'no Role has a wildcard of verbs',
      "resources: ['namespaces'], verbs: ['get']",
      "resources: ['namespaces'], verbs: ['*']",
    ],
    ['no Role has a wildcard of resources', "resources: ['namespaces']", "resources: ['namespaces', '*']"],
    ['no Role has a wildcard of groups', "apiGroups: ['external-secrets.io']", "apiGroups: ['*']"],
    ['no Role reads another ConfigMap', 'resourceNames: [SETTINGS_NAME], ', ''],
    ['no Role has a shell in a run', "resources: ['pods/log']", "resources: ['pods/log', 'pods/exec']"],
    ['no Role forwards ports', "resources: ['pods/log']", "resources: ['pods/log', 'pods/portforward']"],
    [
      'no Role adds containers to a run',
      "resources: ['pods/log']",
      "resources: ['pods/log', 'pods/ephemeralcontainers']",
    ],
    ['no Role makes tokens', "resources: ['pods/log']", "resources: ['pods/log', 'serviceaccounts/token']"],
    ['no Role gives rights', "resources: ['namespaces']", "resources: ['namespaces', 'rolebindings']"],
    ['no Role changes network policies', "resources: ['namespaces']", "resources: ['namespaces', 'networkpolicies']"],
    ['no Role impersonates', "['create', 'patch', 'delete']", "['create', 'patch', 'delete', 'impersonate']"],
    ['viewers change nothing', 'viewer: LOOK', 'viewer: SPAWN'],
    ['attach is for admins', 'maintainer: SPAWN', 'maintainer: PRUNE'],
    ['rights are in the namespace alone', "kind: 'Role',\n        metadata", "kind: 'ClusterRole',\n        metadata"],
    ['bindings are in the namespace alone', "kind: 'RoleBinding'", "kind: 'ClusterRoleBinding'"],
    ['nobody is bound by itself', 'groups.length > 0', 'groups.length >= 0'],
  ]),
  ...protections('src/constructs/agent-secret-store.ts', 'test/constructs/agent-secret-store.test.ts', [
    [
      'the secret store is of the namespace alone',
      'apiVersion, kind, metadata: { name: props.name }',
      "apiVersion, kind: 'ClusterSecretStore', metadata: { name: props.name }",
    ],
    ['the store reads AWS as the given ServiceAccount', 'auth: { jwt: { serviceAccountRef } }', 'auth: {}'],
    ['the store reads Google as the given ServiceAccount', ', auth: { workloadIdentity: { serviceAccountRef } }', ''],
    [
      'the store reads Azure as the given ServiceAccount',
      'vaultUrl: provider.vaultUrl,\n          serviceAccountRef,',
      'vaultUrl: provider.vaultUrl,',
    ],
    ['the certificates of a Vault are the given ones', '...(caBundle && { caBundle }), ', ''],
  ]),
  ...protections('src/constructs/agent-credentials.ts', 'test/constructs/agent-credentials.test.ts', [
    [
      "an App's token may push and open pull requests alone",
      "pull_requests: 'write' }",
      "pull_requests: 'write', administration: 'write' }",
    ],
    ["an App's token opens the given repositories alone", '...(repositories.length > 0 && { repositories }),', ''],
    ["an App's private key is in no Secret of a run", '!names.includes(privateKey.name)', 'true'],
  ]),
  ...protections('src/constructs/argo-application.ts', 'test/constructs/argo-application.test.ts', [
    ['Argo CD takes objects from one repository', 'sourceRepos: [source.repoURL]', "sourceRepos: ['*']"],
    [
      'Argo CD puts objects into one namespace',
      'destinations: [{ ...destination }]',
      "destinations: [{ ...destination, namespace: '*' }]",
    ],
    [
      'Argo CD makes cluster-scoped objects by name alone',
      'clusterResourceWhitelist: resources.filter((one) => one.name !== undefined).map((resource) => ({ ...resource }))',
      'clusterResourceWhitelist: resources.map(({ group, kind }) => ({ group, kind }))',
    ],
    ['an Argo CD project has no wildcard as its place', '/^[^\\s*]+$/.test(text)', 'true'],
    ['an Argo CD project has no wildcard as a kind', '!kinds.some((kind) => /[\\s*]/.test(kind))', 'true'],
  ]),
];
