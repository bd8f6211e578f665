import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { addAll, type Index, inIndex, optionsOf, removePipes } from './add.js';
import type { Git } from './git.js';
import { NEVER_READ } from './protected-paths.js';
import { restoreUnnamable, restoreUntouched } from './restore.js';
import { workInSubmodules } from './submodules.js';
import type { Worktree } from './worktree.js';

/** A worktree as a tree. */
export interface Written {
  readonly tree: string;
  /** What is said of each file that could not be taken; the tree has the start's version of it. */
  readonly unread: readonly string[];
  /** What else a person should know of it. */
  readonly notes: readonly string[];
}

/**
 * The worktree as a tree, by an index of its own. The files of a repository within it are taken as they are, since a
 * pointer to its commits would lead nowhere.
 * @param start the commit that is worked on
 * @param head the commit that the agent has checked out, if it says so
 */
export async function writeTree(
  git: Git,
  repository: string,
  { directory: worktree, absent }: Worktree,
  start: string,
  head: string | undefined,
): Promise<Written> {
  const index: Index = { git, repository, worktree, file: join(repository, 'index') };
  // What a link leads to is not the agent's work.
  if (!lstatSync(worktree).isDirectory()) throw new Error('the worktree is no folder any more');
  await removePipes(worktree);
  await inIndex(index, ['read-tree', start]);
  const input = absent.filter((path) => !exists(worktree, path)).map((path) => `${path}\0`);
  await inIndex(index, ['update-index', '-z', '--skip-worktree', '--stdin'], {
    input: input.join(''),
    encoding: 'latin1',
  });
  // Finds what is unchanged by its hash, so that only changed files are written. Says "needs update" by its exit code.
  await git.try(worktree, ['update-index', '-q', '--refresh'], optionsOf(index));
  const excluded = [`:(exclude,glob)${NEVER_READ}`, ...(await maskedLink(index, start))];
  const unread = await addAll(index, start, excluded);
  const unnamable = await restoreUnnamable(index, start);
  const notes = await restoreUntouched(index, start, head);
  const tree = await inIndex(index, ['write-tree']);
  return { tree, unread: [...unread, ...unnamable, ...(await workInSubmodules(index, start))], notes };
}

/** @param path each byte is a letter */
function exists(worktree: string, path: string): boolean {
  try {
    lstatSync(Buffer.concat([Buffer.from(`${worktree}/`), Buffer.from(path, 'latin1')]));
    return true;
  } catch {
    // Also where a folder of it is a file by now.
    return false;
  }
}

/** A configuration folder that is a symbolic link has not been checked out; that is no change. */
async function maskedLink(index: Index, start: string): Promise<string[]> {
  const entry = await inIndex(index, ['ls-tree', start, '.opencode']);
  return entry.startsWith('120000 ') ? [':(exclude,top).opencode'] : [];
}
