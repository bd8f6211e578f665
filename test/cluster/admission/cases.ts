import { ANNOTATIONS, DEFAULT_CONTAINER, LABELS } from '../../../src/run/metadata.js';
import { podName, runId, shortRunId, slug } from '../../../src/run/names.js';
import { AGENT, type BadCase, bad, mount, RUNNER, restricted, strict, volume } from './case.js';
import { CONTAINER_CASES } from './container-cases.js';
import { DIGEST, IMAGES } from './environment.js';

const LABEL = ['metadata', 'labels'] as const;
const NOTE = ['metadata', 'annotations'] as const;
const security = (...path: string[]) => ['spec', 'securityContext', ...path];
/** Another repository, of which the annotation tells as well. */
const repository = (what: string, url: string): BadCase => ({
  rule: 'repository',
  what,
  changes: [
    [[...RUNNER, 'env', 1, 'value'], url],
    [[...NOTE, ANNOTATIONS.repository], url],
  ],
});
/** The run of the good pod. */
const RUN = runId('github.com/my-org/shop', '001-login-t001', 'T001');
/** Another attempt, which the pod's name tells as well. */
const attempt = (number: string): BadCase['changes'] => {
  const name = podName('T001', RUN, 1).replace(/1$/, number);
  return [
    [['metadata', 'name'], name],
    [[...RUNNER, 'env', 4, 'value'], name],
    [[...NOTE, ANNOTATIONS.attempt], number],
  ];
};
/** Another branch or task, of which the annotation tells as well. */
const branch = (what: string, name: string): BadCase => ({
  rule: 'branch',
  what,
  changes: [
    [[...RUNNER, 'env', 3, 'value'], name],
    [[...NOTE, ANNOTATIONS.branch], name],
  ],
});
/** Another task and a label of it, of which name and variables tell as well. */
const ofTask = (rule: string, what: string, id: string, label: string): BadCase => {
  const name = `agent-${label}-${shortRunId(RUN)}-1`;
  return {
    rule,
    what,
    changes: [
      [['metadata', 'name'], name],
      [[...RUNNER, 'env', 4, 'value'], name],
      [[...LABEL, LABELS.task], label],
      [[...RUNNER, 'env', 0, 'value'], id],
      [[...NOTE, ANNOTATIONS.task], id],
    ],
  };
};
const taskId = (what: string, id: string): BadCase => ofTask('task-id', what, id, slug(id));
const taskLabel = (what: string, label: string, id = 'T001'): BadCase => ofTask('task-label', what, id, label);
/** What is no branch, as the feature's, which its label tells as well. */
const feature = (what: string, value: string, taken = value): BadCase => ({
  rule: 'branch',
  what: `${what}, as the feature's`,
  changes: [
    [[...RUNNER, 'env', 2, 'value'], value],
    [[...LABEL, LABELS.feature], slug(taken)],
  ],
});
export const BAD: readonly BadCase[] = [
  ...CONTAINER_CASES,
  bad('labels', 'what Argo CD takes for its own', [...LABEL, 'app.kubernetes.io/instance'], 'agent-runner'),
  bad('labels', 'a label that a Service may select by', [...LABEL, 'app'], 'database'),
  bad('labels', 'managed by another', [...LABEL, LABELS.managedBy], 'Helm'),
  bad('labels', 'managed by nobody', [...LABEL, LABELS.managedBy], undefined),
  bad('labels', 'no run', [...LABEL, LABELS.run], undefined),
  bad('annotations', 'cancelled from the start', [...NOTE, ANNOTATIONS.cancelledBy], 'ada'),
  bad('annotations', 'something for another controller', [...NOTE, 'sidecar.istio.io/inject'], 'true'),
  bad('default-container', 'the agent', [...NOTE, DEFAULT_CONTAINER], 'agent'),
  bad('default-container', 'none', [...NOTE, DEFAULT_CONTAINER], undefined),
  bad('created-by', 'somebody else', [...NOTE, ANNOTATIONS.createdBy], 'eve'),
  bad('created-by', 'nobody', [...NOTE, ANNOTATIONS.createdBy], undefined),
  bad('owner', 'a finalizer', ['metadata', 'finalizers'], ['example.com/stay']),
  bad('owner', 'a name that the API server makes', ['metadata', 'generateName'], 'agent-'),
  bad(
    'owner',
    'an owner',
    ['metadata', 'ownerReferences'],
    [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'b1b0c1f0-0000-4000-8000-000000000000' }],
  ),
  bad('egress', 'no profile', [...LABEL, LABELS.egress], undefined),
  bad('egress', 'an unknown profile', [...LABEL, LABELS.egress], 'everything'),
  bad('egress', 'a word that stands in the settings', [...LABEL, LABELS.egress], 'profiles'),
  bad('egress', 'a profile that is not allowed here', [...LABEL, LABELS.egress], 'open', strict),
  bad('egress-open', 'open, without being in the group', [...LABEL, LABELS.egress], 'open'),
  taskLabel("another task's", 't002'),
  taskLabel("another task's, with the digits of a hash", 't001-0a1b'),
  taskLabel('that of an id in other letters', 't001', 't001'),
  taskLabel('that of an id, of another text', 't001', '日本'),
  taskLabel('that of an id with the same letters, of a name', 'x-y', 'x y'),
  taskLabel("another one than the name's", 'lint', 'build'),
  bad('feature-label', "another feature's", [...LABEL, LABELS.feature], '999-payments'),
  bad('feature-label', 'none', [...LABEL, LABELS.feature], undefined),
  bad('feature-label', 'a second branch', [...RUNNER, 'env', 6], { name: 'GIT_BRANCH', value: '001-login' }),
  bad('feature-label', "the branch's, beside a folder", [...RUNNER, 'env', 6], {
    name: 'TASK_CONTEXT_PATH',
    value: 'specs/999-payments',
  }),
  {
    rule: 'feature-label',
    what: 'that of one folder of two',
    changes: [
      [[...LABEL, LABELS.feature], 'x'],
      ...['x', 'y'].map((name, index): BadCase['changes'][number] => [
        [...RUNNER, 'env', 6 + index],
        { name: 'TASK_CONTEXT_PATH', value: `specs/${name}` },
      ]),
    ],
  },
  bad('name', 'the label of another task', [...LABEL, LABELS.task], 't002'),
  bad('name', 'the label of another run', [...LABEL, LABELS.run], '0123456789'),
  bad('name', 'the label of no run', [...LABEL, LABELS.run], 'x'),
  bad('name', 'another attempt', [...NOTE, ANNOTATIONS.attempt], '2'),
  bad('name', 'another run', [...NOTE, ANNOTATIONS.runId], 'f'.repeat(64)),
  bad('name', 'a run that is no hash', [...NOTE, ANNOTATIONS.runId], shortRunId(RUN)),
  bad('name', 'a run with other letters', [...NOTE, ANNOTATIONS.runId], `${RUN.slice(0, 63)}g`),
  ...['x', '0', '-1', '01', '1e3', '0x10', '1.5', '1000000'].map(
    (number): BadCase => ({ rule: 'name', what: `the attempt ${number}`, changes: attempt(number) }),
  ),
  bad('service-links', "the namespace's Services", ['spec', 'enableServiceLinks'], true),
  bad(
    'service-links',
    "the namespace's Services, as the API server's default",
    ['spec', 'enableServiceLinks'],
    undefined,
  ),
  repository('another organisation', 'https://github.com/other/shop'),
  repository('a name that only begins so', 'https://github.com/my-org-evil/shop'),
  repository('a longer name than the one repository', 'https://github.com/one/repository-evil'),
  repository('the folder of a prefix', 'https://github.com/my-org'),
  repository('the folder of a prefix, with its end', 'https://github.com/my-org.git'),
  repository('what is within the folder of a prefix', 'https://github.com/my-org/.git'),
  repository('a way out by dots', 'https://github.com/my-org/../other/shop'),
  repository('a way out by encoded dots', 'https://github.com/my-org/%2e%2e/other/shop'),
  repository('a user before the host', 'https://github.com/my-org/@evil.example/shop'),
  repository('a password', 'https://ada:secret@github.com/my-org/shop'),
  repository('another port', 'https://github.com:8443/my-org/shop'),
  repository('plain HTTP where HTTPS is allowed', 'http://github.com/my-org/shop'),
  repository('HTTPS where plain HTTP is allowed', 'https://plain.example/shop'),
  repository('a path on the machine', '/etc/my-org'),
  repository('a helper of git', 'ext::sh -c id https://github.com/my-org/shop'),
  repository('two lines', 'https://evil.example/x\nhttps://github.com/my-org/shop'),
  repository('a query', 'https://github.com/my-org/shop?x=1'),
  repository('an encoded slash', 'https://github.com/my-org/..%2Fother'),
  repository('an encoded line', 'https://github.com/my-org/a%0Ab'),
  repository('bytes of no letter', 'https://github.com/my-org/a%E6b'),
  repository('a host that only begins so', 'https://github.com.evil.example/my-org/shop'),
  {
    rule: 'repository',
    what: 'two of them',
    changes: [[[...RUNNER, 'env', 0], { name: 'GIT_REPO', value: 'https://evil.example/x' }]],
  },
  bad('told', 'an annotation that lies', [...NOTE, ANNOTATIONS.repository], 'https://github.com/my-org/x'),
  bad('told', 'no annotation', [...NOTE, ANNOTATIONS.repository], undefined),
  bad('told', 'another task', [...RUNNER, 'env', 0, 'value'], 'T999'),
  bad('told', 'another branch', [...RUNNER, 'env', 3, 'value'], 'main'),
  bad('told', 'the branch twice', [...RUNNER, 'env', 6], { name: 'TASK_BRANCH', value: 'main' }),
  bad('told', 'the name of another run', [...RUNNER, 'env', 4, 'value'], 'agent-t002-0123456789-1'),
  {
    rule: 'told',
    what: 'no branch, which the program would work out by itself',
    changes: [
      [[...RUNNER, 'env', 3, 'value'], ''],
      [[...NOTE, ANNOTATIONS.branch], ''],
    ],
  },
  {
    rule: 'told',
    what: 'a variable that the kubelet expands',
    changes: [
      [[...RUNNER, 'env', 3, 'value'], '$(GIT_BRANCH)'],
      [[...NOTE, ANNOTATIONS.branch], '$(GIT_BRANCH)'],
    ],
  },
  branch('all branches', '*'),
  branch('two lines', 'a\nb'),
  branch('a blank', 'a b'),
  branch('a sequence of a terminal', 'a\u001b[2Jb'),
  branch('a sequence of a terminal by one character', 'a\u009b2Jb'),
  branch('letters from right to left', 'a\u202eb'),
  branch('a separator of lines', 'a\u2028b'),
  branch('an option', '--upload-pack=id'),
  branch('a full ref', 'refs/heads/main'),
  branch('a forced ref and another one', '+main:main'),
  branch('a range', 'a..b'),
  branch('a former branch', '@{-1}'),
  branch('a commit before', 'main~1'),
  branch('a part that is hidden', 'a/.b'),
  branch('the lock of a branch', 'a.lock/b'),
  branch('no part', 'a//b'),
  branch('a folder', 'a/'),
  branch('the root', '/a'),
  branch('a dot at its end', 'a.'),
  branch('what is checked out', 'HEAD'),
  branch('what is checked out, in short', '@'),
  branch('201 bytes', `${'é'.repeat(100)}x`),
  feature('all branches', '*'),
  feature('no name', ''),
  feature('what the kubelet expands', 'a$(TASK_PROMPT)', ''),
  taskId('129 characters', 'x'.repeat(129)),
  taskId('200 kB', 'x'.repeat(200_000)),
  taskId('two lines', 'a\nb'),
  taskId('a sequence of a terminal', 'T1\u001b]0;owned\u0007'),
  taskId('a sequence of a terminal by one character', 'T1\u009b2J'),
  taskId('letters from right to left', 'T1\u202e'),
  taskId('a separator of lines', 'T1\u2029'),
  bad('service-account', 'the one with the cloud identity', ['spec', 'serviceAccountName'], 'agent-secrets'),
  bad('service-account', 'the default one', ['spec', 'serviceAccountName'], 'default'),
  bad('service-account', 'its token', ['spec', 'automountServiceAccountToken'], true),
  bad('service-account', 'its token, as the API server’s default', ['spec', 'automountServiceAccountToken'], undefined),
  bad(
    'volumes',
    'a folder of the node',
    volume('workspace'),
    { name: 'workspace', hostPath: { path: '/' } },
    restricted,
  ),
  bad('volumes', 'memory for a disk', volume('tmp'), { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }),
  bad('volumes', 'one more', ['spec', 'volumes', 9], { name: 'more', emptyDir: { sizeLimit: '1Gi' } }),
  bad('volumes', 'a token of the ServiceAccount', volume('tmp'), {
    name: 'tmp',
    projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
  }),
  bad('volumes', 'a Secret through a projected volume', volume('tmp'), {
    name: 'tmp',
    projected: { sources: [{ secret: { name: 'other' } }] },
  }),
  bad('volumes', 'a claim on a disk', volume('home'), { name: 'home', persistentVolumeClaim: { claimName: 'x' } }),
  bad('volumes', 'another ConfigMap', volume('config', 'configMap', 'name'), 'other'),
  bad(
    'volumes',
    'a disk over the network',
    volume('home'),
    { name: 'home', nfs: { server: 'x', path: '/' } },
    restricted,
  ),
  bad('volumes', 'other names for a credential', volume('git', 'secret', 'items'), [{ key: 'password', path: 'x' }]),
  bad('volumes', 'a credential for everybody', volume('git', 'secret', 'defaultMode'), 0o444),
  bad(
    'volumes',
    'a credential for everybody, as the API server’s default',
    volume('model', 'secret', 'defaultMode'),
    undefined,
  ),
  bad('volumes', 'a credential that may be missing', volume('git', 'secret', 'optional'), true),
  bad('volumes', 'settings in the place of others', volume('config', 'configMap', 'items'), [
    { key: 'settings.json', path: 'opencode.json' },
  ]),
  bad('volumes', 'a cancel that is none', volume('podInfo', 'downwardAPI', 'items'), [
    { path: 'cancelled-by', fieldRef: { fieldPath: "metadata.annotations['agentic-sdlc.io/task-id']" } },
  ]),
  {
    rule: 'volumes',
    what: 'no word of a cancel',
    changes: [
      [volume('podInfo'), { name: 'model-credential', secret: { secretName: 'model' } }],
      [volume('model'), undefined],
      [mount('runner', 'podInfo'), undefined],
    ],
  },
  bad('volume-size', 'none at all', volume('workspace', 'emptyDir', 'sizeLimit'), '0'),
  bad('volume-size', 'no limit', volume('workspace', 'emptyDir', 'sizeLimit'), undefined),
  bad('volume-size', 'a larger workspace', volume('workspace', 'emptyDir', 'sizeLimit'), '9Gi'),
  bad('volume-size', 'a larger home', volume('home', 'emptyDir', 'sizeLimit'), '1Ti'),
  bad('volume-size', 'a larger repository of the runner', volume('control', 'emptyDir', 'sizeLimit'), '9Gi'),
  bad('volume-size', 'a larger home of the runner', volume('runner', 'emptyDir', 'sizeLimit'), '101Mi'),
  bad('volume-size', 'a larger /tmp', volume('tmp', 'emptyDir', 'sizeLimit'), '1025Mi'),
  bad('secrets', 'another Secret for git', volume('git', 'secret', 'secretName'), 'other'),
  bad('secrets', 'another Secret for the model', volume('model', 'secret', 'secretName'), 'git'),
  bad('secrets', "the registry's for git", volume('git', 'secret', 'secretName'), 'pull'),
  bad('credential-groups', 'a credential of a group', volume('git', 'secret', 'secretName'), 'special'),
  bad('pod-security', 'root', security('runAsUser'), 0, restricted),
  bad('pod-security', "root's group", security('runAsGroup'), 0),
  bad('pod-security', 'files of another group', security('fsGroup'), 0),
  bad('pod-security', 'another user', security('runAsUser'), 1000),
  bad('pod-security', 'maybe root', security('runAsNonRoot'), undefined),
  bad('pod-security', 'no seccomp', security('seccompProfile'), { type: 'Unconfined' }, restricted),
  bad('pod-security', 'more groups', security('supplementalGroups'), [0]),
  bad('pod-security', 'a kernel parameter', security('sysctls'), [
    { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
  ]),
  bad('pod-security', 'another SELinux type', security('seLinuxOptions'), { type: 'spc_t' }, restricted),
  bad('pod-security', 'no AppArmor', security('appArmorProfile'), { type: 'Unconfined' }, restricted),
  bad('host', "the node's network", ['spec', 'hostNetwork'], true, restricted),
  bad('host', "the node's processes", ['spec', 'hostPID'], true, restricted),
  bad('host', "the node's memory", ['spec', 'hostIPC'], true, restricted),
  bad('host', 'processes in common', ['spec', 'shareProcessNamespace'], true),
  bad('host', 'names of hosts', ['spec', 'hostAliases'], [{ ip: '6.6.6.6', hostnames: ['github.com'] }]),
  bad('host', 'another resolver', ['spec', 'dnsConfig'], { nameservers: ['6.6.6.6'] }),
  bad('host', "the node's resolver", ['spec', 'dnsPolicy'], 'Default'),
  bad('host', 'another name', ['spec', 'hostname'], 'database'),
  bad('host', 'user namespaces, where the environment does not say so', ['spec', 'hostUsers'], false),
  bad('deadline', 'none', ['spec', 'activeDeadlineSeconds'], undefined),
  bad('deadline', 'a later one', ['spec', 'activeDeadlineSeconds'], 7201),
  bad('grace-period', 'a longer one', ['spec', 'terminationGracePeriodSeconds'], 61),
  bad('restart', 'after a failure', ['spec', 'restartPolicy'], 'OnFailure'),
  bad('restart', 'always', ['spec', 'restartPolicy'], 'Always'),
  bad('node', 'a node of its own choice', ['spec', 'nodeName'], 'node-1'),
  bad('node', 'other nodes', ['spec', 'nodeSelector'], { pool: 'database', zone: 'a' }),
  bad('node', 'any node', ['spec', 'nodeSelector'], undefined),
  bad('node', 'any zone', ['spec', 'nodeSelector', 'zone'], undefined),
  bad('node', 'one label more', ['spec', 'nodeSelector', 'disk'], 'fast'),
  bad('node', 'an affinity', ['spec', 'affinity'], { podAffinity: {} }),
  bad('node', 'another scheduler', ['spec', 'schedulerName'], 'mine'),
  bad('tolerations', 'everything', ['spec', 'tolerations', 0], { operator: 'Exists' }),
  bad('tolerations', 'the control plane', ['spec', 'tolerations', 0], {
    key: 'node-role.kubernetes.io/control-plane',
    operator: 'Exists',
  }),
  bad('tolerations', 'each value of the taint', ['spec', 'tolerations', 0], {
    key: 'agents',
    operator: 'Exists',
    effect: 'NoSchedule',
  }),
  bad('tolerations', 'another value of the taint', ['spec', 'tolerations', 0, 'value'], 'no'),
  bad('tolerations', 'another effect of the taint', ['spec', 'tolerations', 0, 'effect'], 'NoExecute'),
  bad('tolerations', 'a node that is not ready, also to start there', ['spec', 'tolerations', 0], {
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
  }),
  bad('runtime-class', 'another one', ['spec', 'runtimeClassName'], 'agent-runner-test'),
  bad('priority-class', 'none', ['spec', 'priorityClassName'], undefined),
  bad('priority-class', "the system's", ['spec', 'priorityClassName'], 'system-cluster-critical'),
  bad('pull-secrets', 'another one', ['spec', 'imagePullSecrets'], [{ name: 'other' }]),
];

/** A change of a good run's pod that is as good. */
export interface GoodCase {
  readonly what: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly changes?: BadCase['changes'];
  readonly groups?: readonly string[];
  readonly strict?: boolean;
}

export const GOOD: readonly GoodCase[] = [
  { what: 'as it is' },
  {
    what: 'by the digest of each image',
    changes: [
      [[...RUNNER, 'image'], `${IMAGES.runner}@${DIGEST}`],
      [[...AGENT, 'image'], `${IMAGES.agent}@${DIGEST}`],
    ],
  },
  { what: 'by the digest of each image, where that is asked for', strict: true },
  { what: 'with the profile open, for who may', request: { egress: 'open' }, groups: ['open-people'] },
  {
    what: 'with a credential of a group, for who is in it',
    request: { credential: 'special' },
    groups: ['special-people'],
  },
  {
    what: 'with all that a task may say',
    request: { prompt: 'Do it.', base: 'v1', paths: 'src', contextPath: 'specs/x' },
  },
  { what: 'again', request: { again: true } },
  { what: 'for the last of all attempts', changes: attempt('999999') },
  { what: 'with a branch of all that git takes', request: { branch: `ü/日本-$(id)-a;b'c"{]@-x.LOCK` } },
  { what: 'with a branch of 200 bytes', request: { branch: `${'é'.repeat(97)}x` } },
  { what: 'with a task of 128 characters', request: { task: '日'.repeat(128) } },
  { what: 'with a task of all signs', request: { task: `a "b" 'c' $d $(e) \\n {1}` } },
  { what: 'that only looks', request: { check: true } },
  { what: 'with a raw log', request: { logFormat: 'json' } },
  { what: 'with a repository that ends with .git', request: { repo: 'https://github.com/my-org/shop.git' } },
  { what: 'with the one repository', request: { repo: 'https://github.com/one/repository' } },
  { what: 'with a repository by plain HTTP, where that is allowed', request: { repo: 'http://plain.example/shop' } },
  {
    what: 'with all that a repository’s path may have',
    request: { repo: `https://github.com/my-org/It's a (Größe) R&D,日本!` },
  },
  {
    what: 'with a repository by SSH',
    changes: [
      [[...RUNNER, 'env', 1, 'value'], 'ssh://git@github.com/my-org/shop'],
      [[...NOTE, ANNOTATIONS.repository], 'ssh://git@github.com/my-org/shop'],
    ],
  },
  {
    what: 'with smaller limits',
    changes: [
      [[...RUNNER, 'resources', 'limits', 'cpu'], '500m'],
      [[...AGENT, 'resources', 'limits', 'cpu'], '1500m'],
      [[...AGENT, 'resources', 'limits', 'memory'], '3000Mi'],
    ],
  },
  {
    what: 'with limits below what a run reserves, all of them reserved',
    changes: [
      [[...RUNNER, 'resources'], { limits: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '512Mi' } }],
      [[...AGENT, 'resources'], { limits: { cpu: '100m', memory: '1Gi', 'ephemeral-storage': '1Gi' } }],
    ],
  },
  { what: 'with a shorter deadline', changes: [[['spec', 'activeDeadlineSeconds'], 60]] },
  { what: 'with a shorter grace period', changes: [[['spec', 'terminationGracePeriodSeconds'], 1]] },
  { what: 'with a smaller workspace', changes: [[volume('workspace', 'emptyDir', 'sizeLimit'), '1Mi']] },
  { what: 'without tolerations', changes: [[['spec', 'tolerations'], undefined]] },
  { what: 'without the registry’s Secret', changes: [[['spec', 'imagePullSecrets'], undefined]] },
  { what: 'in a session', changes: [[[...LABEL, LABELS.session], 'evening']] },
  {
    what: 'with images that are always pulled',
    changes: [
      [[...RUNNER, 'imagePullPolicy'], 'Always'],
      [[...AGENT, 'imagePullPolicy'], 'Always'],
    ],
  },
  { what: 'with a command of the runner that is none', changes: [[[...RUNNER, 'command'], []]] },
];
