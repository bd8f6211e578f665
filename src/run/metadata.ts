/** Labels of a run's pod. Network and admission policies select by them. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  task: 'agentic-sdlc.io/task',
  feature: 'agentic-sdlc.io/feature',
  run: 'agentic-sdlc.io/run',
  egress: 'agentic-sdlc.io/egress',
  session: 'agentic-sdlc.io/session',
} as const;

/** Value of the managed-by label, which separates runs from objects that Helm or Argo CD own. */
export const MANAGED_BY = 'agent-runner';

/** Annotations of a run's pod, for values that are not valid labels. */
export const ANNOTATIONS = {
  task: 'agentic-sdlc.io/task-id',
  runId: 'agentic-sdlc.io/run-id',
  attempt: 'agentic-sdlc.io/attempt',
  repository: 'agentic-sdlc.io/repository',
  branch: 'agentic-sdlc.io/branch',
  createdBy: 'agentic-sdlc.io/created-by',
  cancelledBy: 'agentic-sdlc.io/cancelled-by',
} as const;

/** Annotation that names kubectl's default container. */
export const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The containers of a run's pod: the program that holds the credentials, and the agent, which holds none. */
export const CONTAINERS = { runner: 'runner', agent: 'agent' } as const;

/** Paths in the pod. The agent program and the pod's manifest share them. */
export const PATHS = {
  workspace: '/workspace',
  home: '/home/agent',
  temporary: '/tmp',
  control: '/control',
  runnerHome: '/home/runner',
  config: '/etc/agent-runner',
  podInfo: '/etc/pod-info',
  gitCredential: '/var/run/secrets/agent-runner/git',
  modelCredential: '/var/run/secrets/agent-runner/model',
  terminationMessage: '/dev/termination-log',
} as const;

/** Files of the settings ConfigMap. */
export const CONFIG_FILES = { settings: 'settings.json', opencode: 'opencode.json', entry: 'agent.sh' } as const;

/** Files with which the runner controls the agent's container: `start` says how to start OpenCode, `stop` ends it. */
export const CONTROL_FILES = { start: 'start', stop: 'stop' } as const;

/** File in the workspace in which the agent's container reports its state. */
export const STATUS_FILE = 'agent-status';

/** File of the pod's metadata that names the user who cancelled the run. It is empty until somebody does. */
export const CANCELLED_BY_FILE = 'cancelled-by';

/** Keys of the credential Secrets. For Git they are the keys that Kubernetes defines for these Secret types. */
export const SECRET_KEYS = {
  username: 'username',
  password: 'password',
  sshKey: 'ssh-privatekey',
  knownHosts: 'known_hosts',
  modelKey: 'api-key',
} as const;
