import type { CONTAINERS } from '../../../src/run/metadata.js';

export type ContainerName = keyof typeof CONTAINERS;

type Path = readonly (string | number)[];

/** One change of a good run's pod that must be refused by one rule. */
export interface BadCase {
  readonly rule: string;
  readonly what: string;
  /** Path and what to put there; undefined takes it away. */
  readonly changes: readonly (readonly [path: Path, value: unknown])[];
  /** The container that it is about, where the rule holds for each. */
  readonly container?: ContainerName;
  /** In the environment that is stricter. */
  readonly strict?: boolean;
  /** Pod Security `restricted` refuses it as well. */
  readonly restricted?: boolean;
}

type More = Omit<BadCase, 'rule' | 'what' | 'changes'>;

export const restricted = { restricted: true };
export const strict = { strict: true };

export const bad = (rule: string, what: string, path: Path, value: unknown, more: More = {}): BadCase => ({
  rule,
  what,
  changes: [[path, value]],
  ...more,
});

// Places in the lists that AgentPod makes.
export const RUNNER = ['spec', 'containers', 0] as const;
export const AGENT = ['spec', 'initContainers', 0] as const;
export const PLACE = { runner: RUNNER, agent: AGENT } as const;

const VOLUMES = ['workspace', 'home', 'tmp', 'control', 'runner', 'config', 'podInfo', 'git', 'model'] as const;
type Volume = (typeof VOLUMES)[number];
const MOUNTS: Readonly<Record<ContainerName, readonly Volume[]>> = {
  runner: ['workspace', 'control', 'runner', 'config', 'podInfo', 'git', 'model'],
  agent: ['workspace', 'home', 'tmp', 'control', 'config'],
};

export const volume = (name: Volume, ...path: string[]): Path => ['spec', 'volumes', VOLUMES.indexOf(name), ...path];

export const mount = (container: ContainerName, name: Volume, ...path: string[]): Path => [
  ...PLACE[container],
  'volumeMounts',
  MOUNTS[container].indexOf(name),
  ...path,
];

/** One mount more than the container has. */
export const another = (container: ContainerName): Path => [
  ...PLACE[container],
  'volumeMounts',
  MOUNTS[container].length,
];
