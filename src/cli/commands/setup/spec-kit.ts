import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { plainLine } from '../../../run/printable.js';
import { InputError } from '../../../run/problems.js';
import { commandLine } from '../../line/command-line.js';
import { type Asked, type Change, left } from './change.js';
import { INTEGRATIONS } from './integrations.js';
import { linkIn, textOf } from './owned-file.js';

const ID = 'agent-runner';
/** How long one command of spec-kit may take, in milliseconds. */
const TIME = 120_000;

/** What spec-kit's command writes to. */
const PLACES = [
  'extensions/agent-runner',
  'extensions/.registry',
  'presets/agent-runner',
  'presets/.registry',
  'extensions.yml',
];

const KIT = join(INTEGRATIONS, 'spec-kit');

/** What is installed into spec-kit by its own command. It keeps a list of that, so nothing else may. */
export function specKitChanges({ top, uninstall }: Asked, env: NodeJS.ProcessEnv): Change[] {
  const at = (path: string) => join(top, '.specify', path);
  if (!existsSync(at(''))) {
    if (uninstall) return [];
    return [left('spec-kit is not here: specify init --here --integration opencode, then start setup again')];
  }
  const linked = PLACES.map((path) => linkIn(top, `.specify/${path}`)).find((path) => path !== undefined);
  if (linked) return [left(`kept .specify: ${linked} is a link, so nothing is installed below it`)];
  const program = programIn(env.PATH ?? '');
  const run = (...args: string[]): Change => {
    const line = commandLine('specify', ...args);
    return program
      ? { line: `run ${line}`, apply: () => specify(program, top, args, env) }
      : left(`spec-kit's command is not here; run: ${line}`);
  };
  const [extension, preset] = [at(`extensions/${ID}`), at(`presets/${ID}`)];
  if (uninstall) {
    return [
      ...(existsSync(preset) ? [run('preset', 'remove', ID)] : []),
      ...(existsSync(extension) ? [run('extension', 'remove', ID, '--force')] : []),
    ];
  }
  // The fork's commands have names of their own. Its preset knows [SYNC] and [ASYNC]; some packages lack it.
  const isFork = existsSync(join(top, '.opencode/commands/spec.implement.md'));
  const lacksModes = isFork && !existsSync(at('presets/agentic-sdlc'));
  const ours = join(KIT, isFork ? 'preset-adlc' : 'preset');
  const isNew = !has(preset, ours);
  return [
    ...(has(extension, join(KIT, 'extension'))
      ? []
      : [run('extension', 'add', '--dev', join(KIT, 'extension'), '--force')]),
    ...(lacksModes ? [run('preset', 'add', 'agentic-sdlc')] : []),
    ...(isNew && existsSync(preset) ? [run('preset', 'remove', ID)] : []),
    ...(isNew ? [run('preset', 'add', '--dev', ours)] : []),
  ];
}

/** Whether spec-kit knows what is in one of its folders, and that has each file of ours, with the same text. */
function has(folder: string, wanted: string): boolean {
  const registry = join(folder, '../.registry');
  if (!existsSync(registry) || !textOf(registry).includes(`"${ID}"`)) return false;
  const files = readdirSync(wanted, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.every(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const installed = join(folder, path.slice(wanted.length));
    return existsSync(installed) && textOf(installed) === textOf(path);
  });
}

/** Where the program of spec-kit is. A folder that is not named in full could be one of the project's. */
function programIn(path: string): string | undefined {
  const folders = path.split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, 'specify')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws InputError with the last lines that it prints */
function specify(program: string, top: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd: top,
    env: { ...env, NO_COLOR: '1', TERM: 'dumb' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIME,
  });
  if (status === 0) return;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-4).map(plainLine).join(' ');
  throw new InputError([`${commandLine('specify', ...args)} ended with ${status ?? signal}: ${said}`]);
}
