import { AGENT_COMMAND } from '../../../src/constructs/agent-pod-spec.js';
import { PATHS } from '../../../src/run/metadata.js';
import {
  AGENT,
  another,
  type BadCase,
  bad,
  type ContainerName,
  mount,
  PLACE,
  RUNNER,
  restricted,
  strict,
} from './case.js';
import { DIGEST, IMAGES } from './environment.js';

// What is refused of a container. A rule that looked at one container alone would let the other one's case through.

const NAMES: readonly ContainerName[] = ['runner', 'agent'];
type More = Pick<BadCase, 'strict' | 'restricted'>;

/** The same change of each container. */
const both = (rule: string, what: string, path: readonly string[], value: unknown, more: More = {}): BadCase[] =>
  each((name) => changed(rule, name, what, path, value, more));

const each = (make: (name: ContainerName) => BadCase | BadCase[]): BadCase[] => NAMES.flatMap(make);

const changed = (
  rule: string,
  container: ContainerName,
  what: string,
  path: readonly string[],
  value: unknown,
  more: More = {},
): BadCase => bad(rule, `${container}: ${what}`, [...PLACE[container], ...path], value, { ...more, container });

const own = (path: readonly string[]) => ['securityContext', ...path];
const unmounted = (container: ContainerName, what: string, name: Parameters<typeof mount>[1]): BadCase =>
  bad('mounts', `${container}: ${what}`, mount(container, name), undefined, { container });
const mounted = (
  container: ContainerName,
  what: string,
  name: Parameters<typeof mount>[1],
  field: string,
  value: unknown,
): BadCase => bad('mounts', `${container}: ${what}`, mount(container, name, field), value, { container });
/** A volume of the pod that is not this container's. */
const foreign = (container: ContainerName, what: string, name: string, mountPath: string, readOnly = true): BadCase =>
  bad('mounts', `${container}: ${what}`, another(container), { name, mountPath, readOnly }, { container });

/** What Pod Security asks of every container. */
const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const OTHER = { name: 'other', image: 'registry.example/miner:1', securityContext: HARDENED };

/** Above what the environment gives each container, and below what it has each reserve. */
const MORE = {
  runner: { cpu: '1001m', memory: '1025Mi', 'ephemeral-storage': '11Gi' },
  agent: { cpu: '3', memory: '5Gi', 'ephemeral-storage': '21Gi' },
};
const LESS = {
  runner: { cpu: '0', memory: '255Mi', 'ephemeral-storage': '1Mi' },
  agent: { cpu: '0', memory: '1Gi', 'ephemeral-storage': '1Mi' },
};
const NOTHING = { cpu: '0', memory: '0', 'ephemeral-storage': '0' };
const WHOLE = {
  runner: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '10Gi' },
  agent: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '20Gi' },
};

export const CONTAINER_CASES: readonly BadCase[] = [
  bad('containers', 'a third one', ['spec', 'containers', 1], OTHER),
  bad('containers', 'a second sidecar', ['spec', 'initContainers', 1], { ...OTHER, restartPolicy: 'Always' }),
  bad('containers', 'one that runs before', ['spec', 'initContainers', 1], OTHER),
  bad('containers', 'no agent', ['spec', 'initContainers'], undefined),
  bad('containers', 'an agent that must end before the runner starts', [...AGENT, 'restartPolicy'], undefined),
  bad('containers', 'another name of the runner', [...RUNNER, 'name'], 'other'),
  bad('containers', 'another name of the agent', [...AGENT, 'name'], 'other'),
  {
    rule: 'containers',
    what: 'the one in the place of the other',
    changes: [
      [[...RUNNER, 'name'], 'agent'],
      [[...AGENT, 'name'], 'runner'],
    ],
  },
  ...both('image', 'another image', ['image'], 'registry.example/other:1'),
  ...each((name) => [
    changed('image', name, 'a name that only begins so', ['image'], `${IMAGES[name]}-evil:1`),
    changed('image', name, 'a path below', ['image'], `${IMAGES[name]}/evil:1`),
    changed('image', name, 'another registry', ['image'], IMAGES[name].replace('registry.example', 'docker.io')),
    changed('image', name, 'a registry of the name, with a port', ['image'], `${IMAGES[name]}:5000/evil:1`),
    changed('image', name, 'neither tag nor digest', ['image'], IMAGES[name]),
    changed('digest', name, 'a tag where a digest is asked for', ['image'], `${IMAGES[name]}:0.1.0`, strict),
  ]),
  changed('image', 'runner', "the agent's", ['image'], `${IMAGES.agent}:0.1.0`),
  changed('image', 'agent', "the runner's", ['image'], `${IMAGES.runner}:0.1.0`),
  changed('digest', 'agent', 'part of a digest', ['image'], `${IMAGES.agent}@${DIGEST.slice(0, -1)}`, strict),
  ...both('pull-policy', 'what the node has by that name', ['imagePullPolicy'], 'Never'),
  ...both('command', 'another program', ['command'], ['sh', '-c', 'id']),
  changed('command', 'runner', "the agent's", ['command'], AGENT_COMMAND),
  changed('command', 'agent', "its image's own", ['command'], undefined),
  changed('command', 'agent', 'a script of the workspace', ['command'], ['/bin/sh', '/workspace/agent.sh']),
  changed('command', 'agent', 'an argument more', ['command'], [...AGENT_COMMAND, '-x']),
  ...both('command', 'arguments', ['args'], ['--opencode', '/tmp/x']),
  ...both('command', 'another directory', ['workingDir'], '/workspace/evil'),
  ...both('command', 'a hook after the start', ['lifecycle'], { postStart: { exec: { command: ['id'] } } }),
  ...both('command', 'a probe that runs something', ['livenessProbe'], { exec: { command: ['id'] } }),
  ...both('command', 'a startup probe', ['startupProbe'], { tcpSocket: { port: 80 } }),
  ...both('command', 'a readiness probe', ['readinessProbe'], { tcpSocket: { port: 80 } }),
  ...both('command', 'a port', ['ports'], [{ containerPort: 4096 }]),
  ...both('command', 'an open standard input', ['stdin'], true),
  ...both('command', 'a terminal', ['tty'], true),
  ...(
    [
      ['a variable of the loader', { name: 'LD_PRELOAD', value: '/workspace/x.so' }],
      ['an option of Node', { name: 'NODE_OPTIONS', value: '--require /tmp/x' }],
      ['a proxy', { name: 'HTTPS_PROXY', value: 'http://evil.example' }],
      [
        'a Secret as a variable',
        { name: 'TASK_PROMPT', valueFrom: { secretKeyRef: { name: 'other', key: 'password' } } },
      ],
    ] as const
  ).flatMap(([what, variable]) => [
    bad('environment', `runner: ${what}`, [...RUNNER, 'env', 0], variable, { container: 'runner' }),
    changed('environment', 'agent', what, ['env'], [variable]),
  ]),
  changed('environment', 'agent', 'what is the runner’s to know', ['env'], [{ name: 'TASK_ID', value: 'T001' }]),
  ...both('environment', 'a whole Secret', ['envFrom'], [{ secretRef: { name: 'other' } }]),
  unmounted('runner', 'a volume that is not mounted', 'podInfo'),
  unmounted('agent', 'a volume that is not mounted', 'home'),
  ...each((name) => [
    mounted(name, 'over the programs', 'workspace', 'mountPath', '/usr/bin'),
    mounted(name, 'the settings where they can be written to', 'config', 'readOnly', false),
    mounted(name, 'a part of a volume', 'config', 'subPath', 'settings.json'),
    mounted(name, 'a part by a variable', 'config', 'subPathExpr', '$(TASK_ID)'),
    mounted(name, 'what the node mounts later', 'workspace', 'mountPropagation', 'HostToContainer'),
  ]),
  mounted('runner', 'a credential where it can be written to', 'git', 'readOnly', undefined),
  mounted('agent', 'what starts and stops it, where it can be written to', 'control', 'readOnly', undefined),
  foreign('agent', 'the credential of Git', 'git-credential', PATHS.gitCredential),
  foreign('agent', 'the key of the model', 'model-credential', PATHS.modelCredential),
  foreign('agent', 'the key of the model, in its own home', 'model-credential', `${PATHS.home}/key`),
  foreign('agent', 'what is said of the pod', 'pod-info', PATHS.podInfo),
  foreign('agent', 'the volume of the runner', 'runner', PATHS.runnerHome, false),
  foreign('runner', 'the home of the agent', 'home', PATHS.home, false),
  ...both('container-security', 'more privileges', own(['allowPrivilegeEscalation']), true, restricted),
  ...both('container-security', 'privileges by default', own(['allowPrivilegeEscalation']), undefined, restricted),
  ...each((name) => ({
    rule: 'container-security',
    what: `${name}: all privileges`,
    changes: [
      [[...PLACE[name], ...own(['allowPrivilegeEscalation'])], true],
      [[...PLACE[name], ...own(['privileged'])], true],
    ],
    container: name,
    restricted: true,
  })),
  ...both('container-security', 'a root that can be written to', own(['readOnlyRootFilesystem']), false),
  ...both('container-security', 'capabilities kept', own(['capabilities']), { drop: ['NET_RAW'] }, restricted),
  ...both('container-security', 'a capability more', own(['capabilities', 'add']), ['NET_ADMIN'], restricted),
  ...both('container-security', 'a capability that restricted allows', own(['capabilities', 'add']), [
    'NET_BIND_SERVICE',
  ]),
  ...both('container-security', 'no seccomp', own(['seccompProfile']), { type: 'Unconfined' }, restricted),
  ...both('container-security', 'root', own(['runAsUser']), 0, restricted),
  ...both('container-security', "root's group", own(['runAsGroup']), 0),
  ...both('container-security', 'maybe root', own(['runAsNonRoot']), false, restricted),
  ...each((name) => [
    ...(['cpu', 'memory', 'ephemeral-storage'] as const).flatMap((resource) => [
      changed('resources', name, `more ${resource}`, ['resources', 'limits', resource], MORE[name][resource]),
      changed('resources', name, `no limit of ${resource}`, ['resources', 'limits', resource], undefined),
      changed('resources', name, `no limit of ${resource}, which 0 means`, ['resources'], {
        requests: { ...WHOLE[name], [resource]: '0' },
        limits: { ...WHOLE[name], [resource]: '0' },
      }),
      changed('requests', name, `less ${resource}`, ['resources', 'requests', resource], LESS[name][resource]),
    ]),
    changed('resources', name, 'a device', ['resources', 'limits', 'nvidia.com/gpu'], '1'),
    changed('requests', name, 'nothing', ['resources', 'requests'], NOTHING),
  ]),
  ...both('termination-message', 'from the log', ['terminationMessagePolicy'], 'FallbackToLogsOnError'),
  ...both('termination-message', 'from a file of the workspace', ['terminationMessagePath'], '/workspace/message'),
];
