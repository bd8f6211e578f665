// @ts-check
// Requests that the API server refuses. Only an API server shows what each rule refuses: test/cluster/admission.test.ts.
import { protections } from './protection.js';

export const ADMISSION = [
  ...protections('src/constructs/run-rules.ts', 'test/constructs/spawn-rules.test.ts', [
    ['an attempt of a new pod is a number', "matches(r'^[1-9][0-9]{0,5}$')", "matches(r'')"],
    ['the run of a new pod is a hash', "matches(r'^[0-9a-f]{64}$')", "matches(r'^[0-9a-f]+$')"],
  ]),
  ...protections('src/constructs/input-rules.ts', 'test/constructs/spawn-rules.test.ts', [
    ['a branch of a new pod has nothing that a terminal obeys or git reads', '`[${CONTROLS} ~^', '`[ ~^'],
    ['a branch of a new pod is no refspec', '~^:?*\\\\[\\\\\\\\]`', ']`'],
    ['a branch of a new pod is no range', "  '\\\\.\\\\.',\n", ''],
    ['a branch of a new pod is no former one', "  '@\\\\{',\n", ''],
    ['a branch of a new pod has no empty part', "  '//',\n", ''],
    ['a branch of a new pod is not what is checked out', '(|@|HEAD)', '()'],
    ['a branch of a new pod is no option and no other ref', '([-/]|refs/)', '/'],
    ['a branch of a new pod has an end', "  '[./]$',\n", ''],
    ['a branch of a new pod is not hidden', "  '(^|/)\\\\.',\n", ''],
    ['a branch of a new pod is no lock', "  '\\\\.lock(/|$)',\n", ''],
    ['a task of a new pod has nothing that a terminal obeys', '[^${CONTROLS}]', '.'],
    ['a task of a new pod has a short id', '{1,${TASK_ID_LENGTH}}', '+'],
  ]),
  ...protections('src/constructs/container-rules.ts', 'test/constructs/spawn-policy.test.ts', [
    [
      'the agent of a new pod has no Git credential',
      "readOnly('config', PATHS.config),\n    ],\n    variables: [],",
      "readOnly('config', PATHS.config),\n      readOnly('git-credential', PATHS.gitCredential),\n    ],\n    variables: [],",
    ],
    [
      'the agent of a new pod does not write what starts and stops it',
      "readOnly('control', PATHS.control)",
      "writable('control', PATHS.control)",
    ],
    ['the agent of a new pod has no variables', 'variables: [],', 'variables: INPUT_VARIABLES,'],
    ['the agent of a new pod runs the script of the settings', 'command: AGENT_COMMAND,', 'command: [],'],
    [
      'each rule about containers holds for both',
      "each('variables.containers', 'c', all(...clauses))",
      "each('[object.spec.containers[0]]', 'c', all(...clauses))",
    ],
  ]),
  ...protections('src/constructs/policy.ts', 'test/constructs/spawn-policy.test.ts', [
    ['a policy refuses what it cannot decide', "failurePolicy = 'Fail'", "failurePolicy = 'Ignore'"],
    ['a policy denies', "validationActions: ['Deny', 'Audit']", "validationActions: ['Audit']"],
    ['a refusal is in the audit log', "validationActions: ['Deny', 'Audit']", "validationActions: ['Deny']"],
    [
      'a policy holds in its namespace',
      "matchLabels: { 'kubernetes.io/metadata.name': namespace }",
      "matchLabels: { 'kubernetes.io/metadata.name': name }",
    ],
    ['a policy has its rules', 'validations: rules.map((rule)', 'validations: rules.slice(0, 0).map((rule)'],
  ]),
  ...protections('src/constructs/spawn-policy.ts', 'test/constructs/spawn-policy.test.ts', [
    ['new pods are held to all rules', 'rules: SPAWN_RULES', 'rules: SPAWN_RULES.slice(1)'],
    ['changes are held to all rules', 'rules: CHANGE_RULES', 'rules: CHANGE_RULES.slice(1)'],
    ['getting into a pod is held to all rules', 'rules: CONNECT_RULES', 'rules: CONNECT_RULES.slice(1)'],
    ['deletions are held to all rules', 'rules: DELETE_RULES', 'rules: DELETE_RULES.slice(1)'],
    ['a pod can be deleted whatever happens', "failurePolicy: 'Ignore'", "failurePolicy: 'Fail'"],
    ['the policy looks at every new pod', "operations: ['CREATE']", "operations: ['UPDATE']"],
    [
      'the policy looks at every change',
      "operations: ['UPDATE'], resources: ['pods'] }",
      "operations: ['CREATE'], resources: ['pods'] }",
    ],
    [
      'the policy looks at every deletion',
      "operations: ['DELETE'], resources: ['pods'] }",
      "operations: ['UPDATE'], resources: ['pods'] }",
    ],
    ...['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers'].map(
      (resource) => /** @type {const} */ ([`the policy looks at ${resource}`, `'${resource}', `, '']),
    ),
    ['the policy looks at pods/proxy', ", 'pods/proxy'", ''],
    ['the policy looks at pods/resize', ", 'pods/resize'", ''],
    ['a digest is asked for where the environment does', 'String(requireDigest)', "'false'"],
    ['the image is the one of the environment', 'image: repository,', "image: '',"],
    ['each container has its own image', 'agent: bounds(images.agent, ', 'agent: bounds(images.runner, '],
    ['the size of every volume is bounded', 'control: settings.workspaceSize,', "control: '64Ti',"],
    ['open is for the given groups', 'openGroups: props.openGroups', 'openGroups: []'],
    [
      'a credential is for its groups',
      'props.credentialGroups.map(({ credential, group }) => `${credential} ${group}`)',
      '[]',
    ],
    ['attach is for the groups of admins', '{ adminGroups: props.adminGroups }', '{ adminGroups: [] }'],
    ['the deadline is bounded', 'deadlineSeconds: [String(settings.deadlineSeconds)]', "deadlineSeconds: ['999999']"],
    ['the limits are bounded', "...prefixed('limits', limits),", ''],
    ['the requests are bounded', "...prefixed('requests', requests),", ''],
  ]),
  ...protections('src/charts/runner-chart.ts', 'test/charts/runner-chart.test.ts', [
    [
      'each container is held to the image of the environment',
      'images: { runner: runner.image, agent: pod.image }',
      'images: { runner: pod.image, agent: runner.image }',
    ],
    [
      'an environment has its SpawnPolicy',
      'if (environment.spawnPolicy.enabled)',
      'if (!environment.spawnPolicy.enabled)',
    ],
    [
      'the secret store has the ServiceAccount with the identity',
      'serviceAccountName: this.serviceAccount.secretsName',
      'serviceAccountName: this.serviceAccount.agentName',
    ],
    [
      "groups of open have the API server's prefix",
      'openGroups.map((group) => `${rbac.groupPrefix}${group}`)',
      'openGroups',
    ],
    ["groups of admins have the API server's prefix", 'names.map((name) => `${groupPrefix}${name}`)', '[...names]'],
    ["groups of credentials have the API server's prefix", 'group: `${rbac.groupPrefix}${group}`', 'group'],
    ['an environment has its network policies', "if (policy !== 'none')", "if (policy === 'none')"],
  ]),
  ...protections('src/release/audit-policy.ts', 'test/release/audit-policy.test.ts', [
    [
      'the audit log tells that a Secret was touched',
      "core('pods/ephemeralcontainers', 'secrets', ",
      "core('pods/ephemeralcontainers', ",
    ],
    ['the audit log has no Secret with its content', "core('configmaps', ", "core('configmaps', 'secrets', "],
    ['the audit log tells who changed Roles', "resources: ['roles', 'rolebindings']", 'resources: []'],
    ['the audit log tells who changed network policies', "resources: ['networkpolicies']", 'resources: []'],
    [
      'the audit log tells who changed the admission policies',
      "resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings']",
      'resources: []',
    ],
  ]),
  ...protections('src/schema/access.ts', 'test/schema/environment.test.ts', [
    [
      'the SpawnPolicy is on by itself',
      ".default(true)\n      .describe(\n        'Admit only pods",
      ".default(false)\n      .describe(\n        'Admit only pods",
    ],
  ]),
];
