import { InputError } from './problems.js';
import type { CredentialType } from './repository.js';

/** Name of the ConfigMap that holds the settings of a namespace's runs. */
export const SETTINGS_NAME = 'agent-runner-settings';

/** Raised when an older command could misread the settings. */
export const SETTINGS_VERSION = 1;

/** Which destinations a run may reach; the namespace's network policies select by it. */
export const EGRESS_PROFILES = ['github', 'open'] as const;
export type EgressProfile = (typeof EGRESS_PROFILES)[number];

type ResourceAmounts = Readonly<Record<'cpu' | 'memory' | 'ephemeral-storage', string>>;

/** In the API's own form, with nothing left out. */
interface Toleration {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** Where a run's pod may be scheduled, in the API's own form. */
export interface Scheduling {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly affinity: Readonly<Record<string, unknown>>;
  readonly hostUsers?: boolean;
  readonly runtimeClassName?: string;
  readonly priorityClassName?: string;
}

/** What runs may change of the paths that are protected. */
export interface ProtectedPaths {
  /** Paths, folders and globs inside the repository. */
  readonly allow: readonly string[];
  /** Whether those count that the task's own line names. */
  readonly allowNamedByTask: boolean;
}

/** Everything that rendering a run needs and that is the same for all runs of a namespace. */
export interface RunSettings {
  readonly version: typeof SETTINGS_VERSION;
  /** `dev`, `stg`, `prod` or a name of the user's own. */
  readonly environment: string;
  readonly namespace: string;
  /** With tag or digest. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets: readonly string[];
  readonly serviceAccountName: string;
  readonly resources: { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts };
  readonly workspaceSize: string;
  readonly homeSize: string;
  readonly temporarySize: string;
  readonly deadlineSeconds: number;
  /** Time before the deadline that is kept for saving work. */
  readonly reserveSeconds: number;
  /** Longest time without an event and without a process at work. */
  readonly stallSeconds: number;
  /** How often work in progress is put on the run's checkpoint ref. */
  readonly checkpointSeconds: number;
  readonly terminationGracePeriodSeconds: number;
  readonly scheduling: Scheduling;
  /** URL prefixes of the repositories that runs may work on. */
  readonly repositories: readonly string[];
  readonly defaultRepo: string;
  readonly defaultBranch: string;
  readonly branchPattern: string;
  readonly gitAuthor: { readonly name: string; readonly email: string };
  /** Secrets that open repositories; the first one is the default. */
  readonly gitCredentials: readonly { readonly name: string; readonly type: CredentialType }[];
  /** Secret with the model's key; absent for a model that needs none. */
  readonly modelCredential?: string;
  readonly egress: readonly EgressProfile[];
  /** Whether OpenCode loads what the repository configures for it: plugins, MCP servers, agents, permissions. */
  readonly allowRepositoryConfig: boolean;
  /** Whether a run first looks that it cannot reach what no run may reach. */
  readonly sandboxTest: boolean;
  /** Absent in settings of an older version: nothing is allowed but what the task names. */
  readonly protectedPaths?: ProtectedPaths;
  /** Which finished runs `prune` may delete. */
  readonly cleanup: 'on-success' | 'never';
}

/**
 * The settings in the ConfigMap's `settings.json`.
 * @param where named in the message
 * @throws InputError when they are not those of this version
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
  return settings as RunSettings;
}
