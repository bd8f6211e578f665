import { execFile } from 'node:child_process';
import { parse } from 'node:path';
import { InputError } from '../run/problems.js';
import type { Setting } from './git-settings.js';

/** What a command may answer, in bytes: a list of branches can be long. */
const ANSWER = 256 * 1024 * 1024;
/** How long a question about a checkout may take, in milliseconds. */
export const QUESTION = 10_000;

/** Variables by which another program could have git work elsewhere, as a hook's git does. */
const ELSEWHERE =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|CONFIG|EXTERNAL_DIFF|PAGER)$/;

/** A directory of a tree is never a repository, whatever files a branch has put there. */
export const ALWAYS: readonly Setting[] = [['safe.bareRepository', 'explicit']];

/** Nothing of the user's own configuration starts by itself. */
export const QUIET: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.alternateRefsCommand', 'true'],
  ['log.showSignature', 'false'],
  ['push.gpgSign', 'false'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
];

/** A command of git with its options. What comes from elsewhere is no part of it, but an operand. */
export type Command = readonly [name: string, ...options: string[]];

/** What a command said. */
export interface Answer {
  readonly error: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts git; no other place of the commands does. It never asks.
 * @param top of the checkout; without one, git is started where no directory may be taken for a repository
 * @param operands what comes from elsewhere: none of it is an option
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
      done({ error, stdout: stdout.trim(), stderr: stderr.trim() }),
    );
    child.stdin?.end();
  });
}

/** Asks the repository of a checkout itself, whose configuration git reads: nothing is started by it. */
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

/** The user's environment, in which git speaks English, asks nothing, and is where it is started. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !ELSEWHERE.test(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat' };
}

/** Settings that stand above those of every file. See https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT */
export function withSettings(env: NodeJS.ProcessEnv, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const before = Number(env.GIT_CONFIG_COUNT) || 0;
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { ...env, ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(before + settings.length) };
}
