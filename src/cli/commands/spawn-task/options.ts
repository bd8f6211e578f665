import { InputError } from '../../../run/problems.js';
import { DRY_RUN_OPTIONS, type DryRunFlags, dryRunFlags } from '../../dry-run/dry-run-option.js';
import { CLUSTER_OPTIONS, type ClusterFlags, clusterFlags } from '../../line/cluster-options.js';
import type { Given, OptionSpecs } from '../../line/options.js';
import { readTextFile } from '../../line/text-file.js';
import { taskAndFeature } from '../../runs/feature.js';

const RUN = 'The run';
const SHOWN = 'What is shown';

/**
 * The options of `spawn-task`. The first of these counts: the flag, its environment variable, the user's checkout
 * (repo, branch, context-dir), the namespace's settings (repo, branch, credential, egress), the default.
 */
export const SPAWN_OPTIONS = {
  'task-id': { type: 'string', placeholder: 'T', group: RUN, description: 'instead of the first argument' },
  branch: {
    type: 'string',
    placeholder: 'B',
    group: RUN,
    description: 'instead of the second argument; default: the upstream of the branch that is checked out',
  },
  repo: {
    type: 'string',
    placeholder: 'R',
    group: RUN,
    description: "instead of the third argument; default: that of the upstream, or the namespace's",
  },
  'context-dir': { type: 'string', placeholder: 'D', group: RUN, description: 'instead of the fourth argument' },
  feature: {
    type: 'string',
    placeholder: 'NAME',
    group: RUN,
    description: 'name of a directory in specs, instead of context-dir; also NAME/T003 for a task',
  },
  base: {
    type: 'string',
    placeholder: 'REF',
    group: RUN,
    description: "start from this branch, tag or commit; default: the branch, or your checkout's commit",
  },
  prompt: {
    type: 'string',
    group: RUN,
    description: "what to do, instead of the task's line or in addition to it",
  },
  'prompt-file': { type: 'string', placeholder: 'FILE', group: RUN, description: 'the same, read from a file' },
  paths: {
    type: 'string',
    placeholder: 'A,B',
    group: RUN,
    description: 'check out only these paths, the files at the top and the feature; for large repositories',
  },
  credential: {
    type: 'string',
    placeholder: 'NAME',
    aliases: ['ssh-secret'],
    env: ['SSH_SECRET_NAME'],
    group: RUN,
    description: "Secret that opens the repository; default: the namespace's first",
  },
  egress: {
    type: 'string',
    placeholder: 'PROFILE',
    group: RUN,
    description:
      'github or open, if the namespace allows it; default: the first that it allows. Network policies enforce it: ' +
      'docs/security.md',
  },
  again: { type: 'boolean', group: RUN, description: 'run the task even if it was delivered' },
  'log-format': {
    type: 'string',
    placeholder: 'FORMAT',
    values: ['text', 'json'],
    default: 'text',
    group: RUN,
    description: "how the run's log is written; json: OpenCode's raw events",
  },
  ...CLUSTER_OPTIONS,
  follow: {
    type: 'boolean',
    short: 'f',
    group: SHOWN,
    description: "stream the log to the end and exit with the run's outcome",
  },
  json: {
    type: 'boolean',
    group: SHOWN,
    description:
      'print one line {task, pod, namespace, branch, created}; with --follow, then the log as in tail-logs --json; ' +
      'with --dry-run, the same as -o json',
  },
  ...DRY_RUN_OPTIONS,
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    values: ['yaml', 'json'],
    group: SHOWN,
    description: 'format of --dry-run; default: yaml',
  },
} as const satisfies OptionSpecs;

/** A parsed command line of `spawn-task`. */
export interface SpawnCommand extends ClusterFlags, DryRunFlags {
  /** One or several. Each gets its own run. */
  readonly tasks: readonly string[];
  readonly branch: string | undefined;
  readonly repo: string | undefined;
  readonly contextDir: string | undefined;
  /** Name of a directory in specs, or its path. */
  readonly feature: string | undefined;
  readonly base: string | undefined;
  readonly prompt: string | undefined;
  readonly paths: string | undefined;
  readonly credential: string | undefined;
  readonly egress: string | undefined;
  readonly logFormat: 'text' | 'json';
  readonly again: boolean;
  readonly follow: boolean;
  readonly output: 'yaml' | 'json';
  readonly json: boolean;
}

const POSITIONALS = ['task-id', 'branch', 'repo', 'context-dir'] as const;

/** @throws InputError when the command line itself is wrong */
export function spawnCommand({ flags, positionals }: Given<typeof SPAWN_OPTIONS>): SpawnCommand {
  if (positionals.length > POSITIONALS.length) {
    throw new InputError([`too many arguments: ${positionals.slice(POSITIONALS.length).join(' ')}`]);
  }
  const [word, branch, repo, contextDir] = POSITIONALS.map((name, index) =>
    either(name, flags[name], positionals[index]),
  );
  if (word === undefined) {
    throw new InputError(['the task is missing: spawn-task <task> [branch] [repo] [context-dir]']);
  }
  const { tasks, feature } = tasksOf(word, flags.feature);
  if (feature !== undefined && contextDir !== undefined) {
    throw new InputError([`the feature is given twice: ${feature} and context-dir ${contextDir}`]);
  }
  const { base, paths, credential, egress, again, follow, json } = flags;
  return {
    ...{ tasks, feature, branch, repo, contextDir, base, paths, credential, egress, again, follow, json },
    prompt: promptOf(flags.prompt, flags['prompt-file']),
    logFormat: flags['log-format'],
    output: flags.output ?? (json ? 'json' : 'yaml'),
    ...dryRunFlags(flags),
    ...clusterFlags(flags),
  };
}

/** The tasks, and the feature of all of them if one is named. */
function tasksOf(text: string, named: string | undefined): Pick<SpawnCommand, 'tasks' | 'feature'> {
  let feature = named;
  const tasks = text.split(',').map((word) => {
    const one = taskAndFeature(word.trim(), feature);
    feature ??= one.feature;
    return one.task;
  });
  const twice = tasks.find((task, index) => tasks.indexOf(task) !== index);
  if (twice) throw new InputError([`task ${twice} is given twice`]);
  return { tasks, feature };
}

function either(name: string, flag: string | undefined, positional: string | undefined): string | undefined {
  if (flag !== undefined && positional !== undefined && flag !== positional) {
    throw new InputError([`${name} is given twice: --${name} ${flag} and ${positional}`]);
  }
  return flag ?? positional;
}

function promptOf(prompt: string | undefined, file: string | undefined): string | undefined {
  if (file === undefined) return prompt;
  if (prompt !== undefined) throw new InputError(['--prompt and --prompt-file exclude each other']);
  return readTextFile(file, `--prompt-file ${file}`);
}
