import { InputError } from '../run/problems.js';
import { CLUSTER_OPTIONS, type ClusterFlags, clusterFlags } from './cluster-options.js';
import { DRY_RUN_OPTION, type DryRun, dryRunOf, withDryRunValue } from './dry-run-option.js';
import { type OptionSpec, type Options, parseOptions } from './options.js';
import type { Terminal } from './terminal.js';
import { readTextFile } from './text-file.js';

/**
 * What `spawn-task` can be told: the flag, then its environment variable, then the namespace's settings (repo, branch,
 * credential, egress), then the default.
 */
export const SPAWN_OPTIONS = {
  ...CLUSTER_OPTIONS,
  'task-id': { type: 'string' },
  branch: { type: 'string' },
  repo: { type: 'string' },
  'context-dir': { type: 'string' },
  base: { type: 'string' },
  prompt: { type: 'string' },
  'prompt-file': { type: 'string' },
  paths: { type: 'string' },
  credential: { type: 'string', aliases: ['ssh-secret'], env: ['SSH_SECRET_NAME'] },
  egress: { type: 'string' },
  'log-format': { type: 'string', values: ['text', 'json'] },
  again: { type: 'boolean' },
  follow: { type: 'boolean', short: 'f' },
  'dry-run': DRY_RUN_OPTION,
  output: { type: 'string', short: 'o', values: ['yaml', 'json'] },
  json: { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** A command line of `spawn-task`, understood. */
export interface SpawnCommand extends ClusterFlags {
  readonly help: boolean;
  readonly version: boolean;
  /** One or several, each of which gets a run of its own. */
  readonly tasks: readonly string[];
  readonly branch: string | undefined;
  readonly repo: string | undefined;
  readonly contextDir: string | undefined;
  readonly base: string | undefined;
  readonly prompt: string | undefined;
  readonly paths: string | undefined;
  readonly credential: string | undefined;
  readonly egress: string | undefined;
  readonly logFormat: string | undefined;
  readonly again: boolean;
  readonly follow: boolean;
  readonly dryRun: DryRun | undefined;
  readonly output: 'yaml' | 'json';
  readonly json: boolean;
}

const POSITIONALS = ['task-id', 'branch', 'repo', 'context-dir'] as const;

/** @throws InputError with what is wrong about the command line itself */
export function readSpawnCommand(args: readonly string[], terminal: Terminal): SpawnCommand {
  // The original scripts put the word first.
  const words = withDryRunValue(args[0] === 'spawn' ? args.slice(1) : args);
  const { flags, positionals } = parseOptions(words, SPAWN_OPTIONS, terminal.env);
  if (positionals.length > POSITIONALS.length) {
    throw new InputError([`too many arguments: ${positionals.slice(POSITIONALS.length).join(' ')}`]);
  }
  const text = (name: keyof typeof SPAWN_OPTIONS) => flags[name] as string | undefined;
  const [task, branch, repo, contextDir] = POSITIONALS.map((name, index) => either(name, flags, positionals[index]));
  const help = flags.help === true;
  const version = flags.version === true;
  if (!help && !version && task === undefined) {
    throw new InputError(['the task is missing: spawn-task <task> <branch> <repo> [context-dir]']);
  }
  return {
    help,
    version,
    tasks: tasksOf(task ?? ''),
    branch,
    repo,
    contextDir,
    base: text('base'),
    prompt: promptOf(text('prompt'), text('prompt-file')),
    paths: text('paths'),
    credential: text('credential'),
    egress: text('egress'),
    logFormat: text('log-format'),
    again: flags.again === true,
    follow: flags.follow === true,
    dryRun: dryRunOf(text('dry-run')),
    output: (text('output') ?? (flags.json ? 'json' : 'yaml')) as SpawnCommand['output'],
    json: flags.json === true,
    ...clusterFlags(flags),
  };
}

function tasksOf(text: string): string[] {
  const tasks = text.split(',').map((task) => task.trim());
  const twice = tasks.find((task, index) => tasks.indexOf(task) !== index);
  if (twice) throw new InputError([`task ${twice} is given twice`]);
  return tasks;
}

function either(name: string, flags: Options['flags'], positional: string | undefined): string | undefined {
  const flag = flags[name] as string | undefined;
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
