import { INPUT_VARIABLES } from '../run/input.js';
import { CONTAINERS, PATHS } from '../run/metadata.js';
import { AGENT_COMMAND, USER } from './agent-pod-spec.js';
import { all, any, each, list, none, SPEC, upTo } from './cel.js';
import type { AdmissionRule } from './policy.js';

// The rules for each container of a run. Each rule holds for both containers: `c` is the container. A table has the
// values of each container under its name: SHAPE those of every environment, `bounds` those of this environment.

const readOnly = (volume: string, place: string) => `${volume} ${place} readOnly=true`;
const writable = (volume: string, place: string) => `${volume} ${place} readOnly=false`;

/** How AgentPod makes each container: its command, its variables, and the path of each volume. */
export const SHAPE = {
  agent: {
    command: AGENT_COMMAND,
    mounts: [
      writable('workspace', PATHS.workspace),
      writable('home', PATHS.home),
      writable('tmp', PATHS.temporary),
      readOnly('control', PATHS.control),
      readOnly('config', PATHS.config),
    ],
    variables: [],
  },
  runner: {
    // Its image has the command.
    command: [],
    mounts: [
      writable('workspace', PATHS.workspace),
      writable('control', PATHS.control),
      writable('runner', PATHS.runnerHome),
      readOnly('config', PATHS.config),
      readOnly('pod-info', PATHS.podInfo),
      readOnly('git-credential', PATHS.gitCredential),
      readOnly('model-credential', PATHS.modelCredential),
    ],
    variables: INPUT_VARIABLES,
  },
} as const satisfies Record<keyof typeof CONTAINERS, object>;

const shape = (key: keyof (typeof SHAPE)['agent']) => `variables.shape[c.name].${key}`;
const bound = (key: 'image' | 'requireDigest' | 'pullPolicy') => `variables.bounds[c.name].${key}`;
const both = (...clauses: readonly string[]) => each('variables.containers', 'c', all(...clauses));
/** Names and restart policies. A sidecar is an init container with the policy Always. */
const named = (field: string) => `${SPEC}.?${field}.orValue([]).map(c, [c.name, c.?restartPolicy.orValue('')])`;
/** A mount in the form that SHAPE has. */
const MOUNT = `m.name + ' ' + m.mountPath + ' readOnly=' + string(m.?readOnly.orValue(false))`;
const MOUNTS = 'c.?volumeMounts.orValue([])';
const SECURITY = 'c.securityContext';
const RESOURCES = list(['cpu', 'memory', 'ephemeral-storage']);
const LIMIT = 'c.?resources.?limits[?r]';
const REQUEST = 'c.?resources.?requests[?r]';

/** Some of these are from https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export const CONTAINER_RULES: readonly AdmissionRule[] = [
  {
    name: 'containers',
    message: `two are allowed: ${CONTAINERS.runner}, and ${CONTAINERS.agent} as its sidecar`,
    holds: all(
      `${named('containers')} == [['${CONTAINERS.runner}', '']]`,
      // A sidecar, so that the pod ends with the runner.
      `${named('initContainers')} == [['${CONTAINERS.agent}', 'Always']]`,
      // Nobody gets in with an additional container.
      none(SPEC, ['ephemeralContainers']),
    ),
  },
  {
    name: 'image',
    message: 'it must be runner.image.repository for runner, pod.image.repository for agent, with a tag or a digest',
    holds: both(
      `[':', '@'].exists(s, c.image.startsWith(${bound('image')} + s))`,
      // A name without a registry could be a registry with a port, so no path may follow.
      `!c.image.substring(${bound('image')}.size()).contains('/')`,
    ),
  },
  {
    name: 'digest',
    message: 'runner.image.requireDigest or pod.image.requireDigest: the image must be named by its digest',
    holds: both(
      any(
        `${bound('requireDigest')} != 'true'`,
        // A tag may move after somebody has checked the image.
        `c.image.matches('@sha256:[0-9a-f]{64}$')`,
      ),
    ),
  },
  {
    name: 'pull-policy',
    message: 'it must be runner.image.pullPolicy for runner, pod.image.pullPolicy for agent, or Always',
    // Never and IfNotPresent take the image that is on the node, no matter who put it there.
    holds: both(`c.?imagePullPolicy.orValue('') in ['Always', ${bound('pullPolicy')}]`),
  },
  {
    name: 'command',
    message: `runner runs its image's own program, agent ${AGENT_COMMAND.join(' ')}, and nothing else`,
    holds: both(
      `c.?command.orValue([]) == ${shape('command')}`,
      // Nor does it run a program in another way, or listen on a port.
      none('c', ['args', 'workingDir', 'ports', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']),
      // It has no input for anyone to type into, and no raw block device.
      none('c', ['stdin', 'stdinOnce', 'tty', 'volumeDevices', 'restartPolicyRules']),
    ),
  },
  {
    name: 'environment',
    message: `runner may have literal values of ${INPUT_VARIABLES.join(', ')}, agent none`,
    holds: both(
      // No values of a Secret or a ConfigMap of the namespace.
      '!has(c.envFrom)',
      each('c.?env.orValue([])', 'e', all(`e.name in ${shape('variables')}`, '!has(e.valueFrom)')),
    ),
  },
  {
    name: 'mounts',
    message:
      'each container must mount exactly its own volumes, whole, at their paths, and read-only unless it writes there',
    holds: both(
      // The container needs each mount, if the pod has the volume.
      each(
        shape('mounts'),
        's',
        any(`!variables.volumes.exists(v, s.startsWith(v.name + ' '))`, `${MOUNTS}.exists(m, s == ${MOUNT})`),
      ),
      // And no other mount.
      each(
        MOUNTS,
        'm',
        all(`(${MOUNT}) in ${shape('mounts')}`, none('m', ['subPath', 'subPathExpr', 'mountPropagation'])),
      ),
    ),
  },
  {
    name: 'container-security',
    message: 'no privilege, no capability, a read-only root',
    holds: both(
      'has(c.securityContext)',
      `!${SECURITY}.?allowPrivilegeEscalation.orValue(true)`,
      `!${SECURITY}.?privileged.orValue(false)`,
      // A container writes only to volumes, which have a size.
      `${SECURITY}.?readOnlyRootFilesystem.orValue(false)`,
      // A field that the container leaves out has the value of the pod.
      `${SECURITY}.?runAsNonRoot.orValue(true)`,
      ...['runAsUser', 'runAsGroup'].map((field) => `${SECURITY}.?${field}.orValue(${USER}) == ${USER}`),
      `${SECURITY}.?capabilities.?drop.orValue([]) == ['ALL']`,
      `${SECURITY}.?seccompProfile.?type.orValue('RuntimeDefault') == 'RuntimeDefault'`,
      // Each of these could undo part of the above.
      none(SECURITY, ['procMount', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile', 'capabilities.add']),
    ),
  },
  {
    name: 'resources',
    message:
      'limits of cpu, memory and ephemeral-storage are needed, at most those of runner.resources.limits for runner, ' +
      'of pod.resources.limits for agent, and nothing else',
    holds: all(
      both(
        // Only these three: no device of a node.
        'c.?resources.?limits.orValue({}).size() == 3',
        each(
          RESOURCES,
          'r',
          all(`isQuantity(${LIMIT}.orValue(''))`, upTo(`${LIMIT}.value()`, `variables.bounds[c.name]['limits.' + r]`)),
        ),
        none('c', ['resources.claims']),
      ),
      // No device for the whole pod either.
      none(SPEC, ['resourceClaims', 'resources']),
    ),
  },
  {
    name: 'requests',
    message: 'they must be at least runner.resources.requests or pod.resources.requests, or equal to the limits',
    holds: both(
      each(
        RESOURCES,
        'r',
        all(
          `${REQUEST}.hasValue()`,
          // A container that requests less than it may use takes the rest from other pods of the node.
          `(${any(
            `quantity(${REQUEST}.value()).compareTo(quantity(variables.bounds[c.name]['requests.' + r])) >= 0`,
            `${REQUEST} == ${LIMIT}`,
          )})`,
        ),
      ),
    ),
  },
  {
    name: 'termination-message',
    message: 'terminationMessagePolicy must be File, and terminationMessagePath must be that of a run',
    holds: both(
      `c.?terminationMessagePath.orValue('') == '${PATHS.terminationMessage}'`,
      // Otherwise people who may see the pod, but not its log, could see the end of the log.
      `c.?terminationMessagePolicy.orValue('') == 'File'`,
    ),
  },
];
