import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { addAll, changedPaths, type Index, inIndex, optionsOf, removePipes } from './add.js';
import { printable } from './changed.js';
import type { Git } from './git.js';
import { restoreUnnamable, restoreUntouched } from './restore.js';
import { workInSubmodules } from './submodules.js';
import type { Worktree } from './worktree.js';

/** Paths that no commit changes: the task list is the human's, and what runs or opens something is nobody's work. */
const kept = (feature: string | undefined): string[] => [
  ...(feature ? [`${feature}/tasks.md`] : ['**/tasks.md']),
  '**/tasks_meta.json',
  '**/.async_state/**',
  '.agentic-sdlc/worktrees/**',
  '**/.git-credentials',
  '**/.netrc',
  ...['plugin', 'plugins'].map((name) => `.opencode/${name}/**`),
];

/** What OpenCode writes beside its configuration. */
const OPENCODES = ['node_modules/**', 'package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map(
  (name) => `.opencode/${name}`,
);

/** A worktree as a tree. */
export interface Written {
  readonly tree: string;
  /** What is said of each file that could not be taken; the tree has the start's version of it. */
  readonly unread: readonly string[];
  /** What else a person should know of it. */
  readonly notes: readonly string[];
  /** Changed files that no commit takes. */
  readonly kept: readonly string[];
}

/**
 * The worktree as a tree, by an index of its own. The files of a repository within it are taken as they are, since a
 * pointer to its commits would lead nowhere.
 * @param start the commit that is worked on
 * @param feature whose task list is left as it is
 */
export async function writeTree(
  git: Git,
  repository: string,
  { directory: worktree, absent }: Worktree,
  start: string,
  feature: string | undefined,
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
  const excluded = [...kept(feature), ...OPENCODES].map((path) => `:(exclude,glob)${path}`);
  const unread = await addAll(index, start, [...excluded, ...(await maskedLink(index, start))]);
  const unnamable = await restoreUnnamable(index, start);
  const untouched = await restoreUntouched(index, start);
  const globs = kept(feature).map((path) => `:(glob)${path}`);
  const tree = await inIndex(index, ['write-tree']);
  return {
    tree,
    unread: [...unread, ...unnamable, ...(await workInSubmodules(index, start))],
    notes: untouched,
    kept: (await changedPaths(index, globs)).map(printable),
  };
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
