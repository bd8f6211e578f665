/** Labels of a run's pod. Network and admission policies select by them. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  task: 'agentic-sdlc.io/task',
  feature: 'agentic-sdlc.io/feature',
  run: 'agentic-sdlc.io/run',
  egress: 'agentic-sdlc.io/egress',
  session: 'agentic-sdlc.io/session',
} as const;

/** Value of the managed-by label, which sets runs apart from what Helm or Argo CD own. */
export const MANAGED_BY = 'agent-runner';

/** Annotations of a run's pod: what may hold any text. */
export const ANNOTATIONS = {
  task: 'agentic-sdlc.io/task-id',
  runId: 'agentic-sdlc.io/run-id',
  attempt: 'agentic-sdlc.io/attempt',
  repository: 'agentic-sdlc.io/repository',
  branch: 'agentic-sdlc.io/branch',
  createdBy: 'agentic-sdlc.io/created-by',
  cancelledBy: 'agentic-sdlc.io/cancelled-by',
} as const;

/** Name of the one container of a run's pod. */
export const CONTAINER = 'agent';

/** Where the pod's parts lie; the agent program and the pod agree on it. */
export const PATHS = {
  workspace: '/workspace',
  home: '/home/agent',
  temporary: '/tmp',
  config: '/etc/agent-runner',
  podInfo: '/etc/pod-info',
  gitCredential: '/var/run/secrets/agent-runner/git',
  modelCredential: '/var/run/secrets/agent-runner/model',
  terminationMessage: '/dev/termination-log',
} as const;

/** Files of the settings ConfigMap. */
export const CONFIG_FILES = { settings: 'settings.json', opencode: 'opencode.json' } as const;

/** File of the pod's own metadata: who cancels it, empty while nobody does. */
export const CANCELLED_BY_FILE = 'cancelled-by';

/** Keys of the credential Secrets; those of Git are the keys that Kubernetes defines for the Secret types. */
export const SECRET_KEYS = {
  username: 'username',
  password: 'password',
  sshKey: 'ssh-privatekey',
  knownHosts: 'known_hosts',
  modelKey: 'api-key',
} as const;
