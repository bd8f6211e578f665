import { execFile } from 'node:child_process';
import { parse } from 'node:path';
import { InputError } from '../../run/problems.js';
import type { Setting } from './git-settings.js';

/** Longest output of a command, in bytes: a list of branches can be long. */
const ANSWER = 256 * 1024 * 1024;
/** How long a question about a checkout may take, in milliseconds. */
export const QUESTION = 10_000;

/** Variables with which another program makes git work elsewhere, as git does for its hooks. */
const ELSEWHERE = new RegExp(
  `^GIT_(${[
    ...['DIR', 'WORK_TREE', 'COMMON_DIR', 'INDEX_FILE', 'OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES'],
    ...['NAMESPACE', 'PREFIX', 'QUARANTINE_PATH', 'SHALLOW_FILE', 'CONFIG', 'EXTERNAL_DIFF', 'PAGER'],
  ].join('|')})$`,
);

/** Git never takes a directory of a tree for a repository, no matter which files a branch has put there. */
export const ALWAYS: readonly Setting[] = [['safe.bareRepository', 'explicit']];

/** Git starts nothing of the user's own configuration by itself. */
export const QUIET: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.alternateRefsCommand', 'true'],
  ['log.showSignature', 'false'],
  ['push.gpgSign', 'false'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
];

/** A command of git with its options. Arguments from elsewhere are no part of it: they are operands. */
export type Command = readonly [name: string, ...options: string[]];

/** The output of a command. */
export interface Answer {
  readonly error: Error | null;
  /** Without the white space around it. */
  readonly stdout: string;
  /** With it. */
  readonly whole: string;
  readonly stderr: string;
}

/**
 * Starts git. No other place of the commands does. Git never prompts.
 * @param top of the checkout; without one, git starts where it cannot take a directory for a repository
 * @param operands arguments from elsewhere; git takes no operand as an option
 */
export function startGit(
  top: string | undefined,
  [name, ...options]: Command,
  operands: readonly string[],
  timeout: number,
  env: NodeJS.ProcessEnv,
): Promise<Answer> {
  const rest = operands.length > 0 ? ['--end-of-options', ...operands] : [];
  const args = [name, ...options, ...rest];
  const cwd = top ?? parse(process.cwd()).root;
  return new Promise((done) => {
    const child = execFile('git', args, { cwd, env, timeout, maxBuffer: ANSWER }, (error, stdout, stderr) =>
      done({ error, stdout: stdout.trim(), whole: stdout, stderr: stderr.trim() }),
    );
    child.stdin?.end();
  });
}

/** Asks the checkout's own repository. Git reads its configuration, but starts nothing from it. */
export function askCheckout(
  top: string | undefined,
  command: Command,
  operands: readonly string[],
  more: readonly Setting[] = [],
): Promise<Answer> {
  const alone = { ...ownEnvironment(), GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
  return startGit(top, command, operands, QUESTION, withSettings(alone, [...ALWAYS, ...QUIET, ...more]));
}

/** @throws InputError with git's own words */
export function outputOf([name]: Command, { error, stdout, stderr }: Answer): string {
  if (error) throw new InputError([`git ${name}: ${stderr || error.message}`]);
  return stdout;
}

/** The user's environment, but git prints English, never prompts, and works where it is started. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !ELSEWHERE.test(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat' };
}

/**
 * Adds settings that override those of every file. See
 * https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
 */
export function withSettings(env: NodeJS.ProcessEnv, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const before = Number(env.GIT_CONFIG_COUNT) || 0;
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { ...env, ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(before + settings.length) };
}
