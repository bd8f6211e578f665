import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { COMMIT } from '../run/names.js';
import type { Clone } from './clone.js';
import type { Job } from './commit.js';
import type { Worktree } from './worktree.js';

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
/** How many names may stand for one another. */
const DEPTH = 5;
/** How long is waited for what the agent's objects say, in milliseconds: they may be made to never answer. */
const LOOK = 10_000;
/** How many of the agent's commits are told of. */
const COMMITS = 50;

/**
 * The commit that the agent has checked out, by git's files alone: git itself would do what the configuration of the agent's
 * repository says, like starting a program. Undefined when they do not say.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export function headOf({ directory }: Clone, worktree: Worktree): string | undefined {
  const folder = join(directory, '.git');
  let text = read(join(folder, 'worktrees', basename(worktree.directory), 'HEAD'));
  for (let depth = 0; depth < DEPTH; depth++) {
    if (COMMIT.test(text)) return text;
    const [, name] = /^ref: (refs\/(?!.*\.\.)[\w./+@-]+)$/.exec(text) ?? [];
    if (name === undefined) return undefined;
    text = read(join(folder, name)) || packed(read(join(folder, 'packed-refs')), name);
  }
  return undefined;
}

/**
 * Subjects of what the agent committed itself, oldest first; they may say anything, so they are only told.
 * @param repository of ours: what the agent's own configures git to start would go on while the work is pushed
 */
export async function agentCommits({ git, clone, worktree }: Job, repository: string): Promise<string[]> {
  const head = headOf(clone, worktree);
  if (head === undefined) return [];
  try {
    const log = ['log', '--reverse', '--format=%s', `${clone.start}..${head}`];
    const subjects = await git.with({ patience: () => LOOK }).run(repository, log);
    return subjects
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, COMMITS);
  } catch {
    return [];
  }
}

const packed = (refs: string, name: string): string =>
  refs
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0] ?? '';

/** The text of a file, or '' of anything else: a pipe would hold us for ever. */
function read(path: string): string {
  try {
    const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    try {
      return fstatSync(file).isFile() ? readFileSync(file, 'utf8').trim() : '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
