import { ownModelUrl } from './model-urls.js';
import { InputError } from './problems.js';
import type { CredentialType } from './repository.js';

/** Name of the ConfigMap that holds the settings of a namespace's runs. */
export const SETTINGS_NAME = 'agent-runner-settings';

/** Increased when an older command could misread the settings. */
export const SETTINGS_VERSION = 2;

/** The destinations that a run may reach. The namespace's network policies select pods by it. */
export const EGRESS_PROFILES = ['github', 'open'] as const;
/** One of {@link EGRESS_PROFILES}: `github` or `open`. */
export type EgressProfile = (typeof EGRESS_PROFILES)[number];

/** An amount of each resource, in Kubernetes' form, like `500m` and `2Gi`. */
export type ResourceAmounts = Readonly<Record<'cpu' | 'memory' | 'ephemeral-storage', string>>;
/** When Kubernetes pulls an image, like a container's `imagePullPolicy`. */
export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** The requests and limits of a container. */
export interface Resources {
  /** Resources that are reserved for the container. */
  readonly requests: ResourceAmounts;
  /** The most that the container may use. */
  readonly limits: ResourceAmounts;
}

/** Prices of a model, in US dollars per million tokens. */
export interface ModelPrices {
  /** Input tokens. */
  readonly input: number;
  /** Output tokens. */
  readonly output: number;
  /** Input tokens that the provider reads from its cache. */
  readonly cacheRead: number;
  /** Input tokens that the provider writes to its cache. */
  readonly cacheWrite: number;
}

/** Settings of the model's API. */
export interface ModelSettings {
  /**
   * Base URL of the API, as the provider's SDK expects it, without a trailing slash, like https://api.anthropic.com/v1.
   * In the ConfigMap it is empty for the provider's own URL, which the commands fill in.
   */
  readonly url: string;
  /** Names of the models that a run may use. */
  readonly names: readonly string[];
  /** Prices by model name. Without an entry, OpenCode's price for the model counts. */
  readonly prices: Readonly<Record<string, ModelPrices>>;
}

/** A toleration, in the Kubernetes API's form, with every field set. */
export interface Toleration {
  /** Key of the taint. Empty: every key. */
  readonly key: string;
  /** `Equal` or `Exists`. */
  readonly operator: string;
  /** Value of the taint. Empty for `Exists`. */
  readonly value: string;
  /** Effect of the taint. Empty: every effect. */
  readonly effect: string;
}

/** Where a run's pod may be scheduled, in the Kubernetes API's form. */
export interface Scheduling {
  /** Labels that the node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Taints of nodes that the pod tolerates. */
  readonly tolerations: readonly Toleration[];
  /** Affinity, in the Kubernetes API's form. Empty: none. */
  readonly affinity: Readonly<Record<string, unknown>>;
  /** Whether root in the pod is root on the node. Default: the cluster's. */
  readonly hostUsers?: boolean;
  /** RuntimeClass, like `gvisor`. Default: the cluster's. */
  readonly runtimeClassName?: string;
  /** PriorityClass. Default: the cluster's. */
  readonly priorityClassName?: string;
}

/** Exceptions from the protected paths: what runs may change. */
export interface ProtectedPaths {
  /** Paths, folders and globs inside the repository. */
  readonly allow: readonly string[];
  /** Whether a run may change the protected paths that its task's line names. */
  readonly allowNamedByTask: boolean;
}

/** The settings that all runs of a namespace share. Rendering a run needs them. */
export interface RunSettings {
  /** Increased when an older command could misread the settings. */
  readonly version: typeof SETTINGS_VERSION;
  /** `dev`, `stg`, `prod` or a name that the user chose. */
  readonly environment: string;
  /** Namespace of the runs. */
  readonly namespace: string;
  /** The program that drives the agent. Its image has a tag or digest. */
  readonly runner: { readonly image: string; readonly imagePullPolicy: PullPolicy; readonly resources: Resources };
  /** Image of the agent, with tag or digest. */
  readonly image: string;
  /** When the agent's image is pulled. */
  readonly imagePullPolicy: PullPolicy;
  /** Names of the Secrets for the images' registry. */
  readonly imagePullSecrets: readonly string[];
  /** ServiceAccount of the runs. */
  readonly serviceAccountName: string;
  /** Resources of the agent's container. */
  readonly resources: Resources;
  /** Size of the volume with the agent's repository, like `10Gi`. */
  readonly workspaceSize: string;
  /** Size of the agent's home, like `1Gi`. */
  readonly homeSize: string;
  /** Size of the agent's `/tmp`, like `1Gi`. */
  readonly temporarySize: string;
  /** The longest time that a run may take, in seconds. */
  readonly deadlineSeconds: number;
  /** Time before the deadline that is reserved for saving work, in seconds. */
  readonly reserveSeconds: number;
  /** A run has stalled after this time without an event and without a working process, in seconds. */
  readonly stallSeconds: number;
  /** How often work in progress is pushed to the run's checkpoint ref, in seconds. */
  readonly checkpointSeconds: number;
  /** Time that a pod has for saving work after it is asked to stop, in seconds. */
  readonly terminationGracePeriodSeconds: number;
  /** Where pods may be scheduled. */
  readonly scheduling: Scheduling;
  /** URL prefixes of the repositories that runs may work on. */
  readonly repositories: readonly string[];
  /** Default repository of a run. Empty: each run must name one. */
  readonly defaultRepo: string;
  /** Default branch of a run. */
  readonly defaultBranch: string;
  /** Pattern for the name of a task's branch, like `{branch}-{task}`. */
  readonly branchPattern: string;
  /** Author of the commits. */
  readonly gitAuthor: { readonly name: string; readonly email: string };
  /** Secrets that open repositories. The first one is the default. */
  readonly gitCredentials: readonly { readonly name: string; readonly type: CredentialType }[];
  /** OpenCode's name of the model's provider. */
  readonly provider: string;
  /** The model's API. */
  readonly model: ModelSettings;
  /** A run ends when it has used this many tokens or US dollars. 0: no limit. */
  readonly budget: { readonly tokens: number; readonly cost: number };
  /** Secret with the model's key. Absent for a model that needs no key. */
  readonly modelCredential?: string;
  /** Egress profiles that a run may use. The first one is the default. */
  readonly egress: readonly EgressProfile[];
  /**
   * How many characters of the feature's documents the prompt quotes. Absent in settings of an older version: all.
   */
  readonly contextCharacters?: number;
  /** Whether OpenCode loads the repository's configuration: plugins, MCP servers, agents, permissions. */
  readonly allowRepositoryConfig: boolean;
  /** Whether a run first checks that it cannot reach addresses that no run may reach. */
  readonly sandboxTest: boolean;
  /** Absent in settings of an older version: a run may then change only the protected paths that its task names. */
  readonly protectedPaths?: ProtectedPaths;
  /** Which finished runs `prune` may delete. */
  readonly cleanup: 'on-success' | 'never';
}

/** The required fields of this version's settings, by the kind of their value. */
const REQUIRED = {
  ...kinds('text', 'environment', 'namespace', 'image', 'imagePullPolicy', 'serviceAccountName', 'workspaceSize'),
  ...kinds('text', 'homeSize', 'temporarySize', 'defaultRepo', 'defaultBranch', 'branchPattern', 'provider'),
  ...kinds('number', 'deadlineSeconds', 'reserveSeconds', 'stallSeconds', 'terminationGracePeriodSeconds'),
  ...kinds('list', 'imagePullSecrets', 'repositories', 'gitCredentials', 'egress'),
  ...kinds('map', 'runner', 'resources', 'scheduling', 'gitAuthor', 'model', 'budget'),
};

type Kind = 'text' | 'number' | 'list' | 'map';

function kinds(kind: Kind, ...fields: readonly (keyof RunSettings)[]): Partial<Record<keyof RunSettings, Kind>> {
  return Object.fromEntries(fields.map((field) => [field, kind]));
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value === 'object' ? 'map' : typeof value;

/**
 * Reads the settings from the ConfigMap's `settings.json`.
 * @param where what to call the ConfigMap in messages
 * @throws InputError if they are not settings of this version
 */
export function parseSettings(json: string | undefined, where: string): RunSettings {
  const reinstall = 'install this version of the runner there, or use the version of the commands that matches it';
  if (json === undefined) throw new InputError([`${where} has no settings.json; ${reinstall}`]);
  let settings: Partial<RunSettings>;
  try {
    settings = JSON.parse(json) as Partial<RunSettings>;
  } catch {
    throw new InputError([`${where}: settings.json is not JSON; ${reinstall}`]);
  }
  if (settings?.version !== SETTINGS_VERSION) {
    throw new InputError([
      `${where}: settings.json has version ${settings?.version}, this command knows ${SETTINGS_VERSION}; ${reinstall}`,
    ]);
  }
  const { provider = '', model } = settings;
  const whole = model && { model: { ...model, url: model.url || ownModelUrl(provider) } };
  return { ...(settings as RunSettings), ...whole };
}

/**
 * Checks that settings from a file are complete, since anybody may have edited the file.
 * @throws InputError if a required field is missing, or has a value of the wrong kind
 */
export function wholeSettings(settings: RunSettings, where: string): RunSettings {
  const fields = Object.entries(REQUIRED) as [keyof RunSettings, Kind][];
  const missing = fields.filter(([field]) => settings[field] === undefined || settings[field] === null);
  const wrong = fields.filter((one) => !missing.includes(one) && kindOf(settings[one[0]]) !== one[1]);
  const problems = [
    ...missing.map(([field]) => `has no ${field}`),
    ...wrong.map(([field, kind]) => `has a ${field} that is not a ${kind}`),
    ...(missing.length + wrong.length === 0 && !settings.runner.image ? ['has no runner.image'] : []),
  ];
  if (problems.length === 0) return settings;
  throw new InputError([`${where}: settings.json ${problems.join(', ')}; render it again with npm run synth`]);
}
