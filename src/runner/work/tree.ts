import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { addAll, type Index, inIndex, openFolders, optionsOf, removePipes } from '../git/add.js';
import type { Git } from '../git/git.js';
import { restoreFetched, restoreUnnamable, restoreUntouched } from '../git/restore.js';
import { checkFolder } from '../git/staging.js';
import { NEVER_READ } from '../paths/protected-paths.js';
import type { Worktree } from '../start/worktree.js';
import { workInSubmodules } from './submodules.js';

/** The files of a worktree. */
export interface Files extends Worktree {
  /** Paths that the agent's git tracks, even if they are ignored. Each byte of a path is a letter. */
  readonly tracked?: readonly string[];
  /** Folders that are handled separately. */
  readonly apart?: readonly string[];
}

/** A worktree as a tree. */
export interface Written {
  readonly tree: string;
  /** A complaint for each file that could not be read. The tree has the start's version of it. */
  readonly unread: readonly string[];
  /** Further notes for a person. */
  readonly notes: readonly string[];
}

/**
 * Writes the worktree as a tree, with a separate index. A nested repository is added as plain files, since a pointer to
 * its commits would lead nowhere.
 * @param start the commit that is checked out
 */
export async function writeTree(
  git: Git,
  repository: string,
  { directory: worktree, absent, tracked = [], apart = [] }: Files,
  start: string,
): Promise<Written> {
  const index: Index = { git, repository, worktree, file: join(repository, 'index') };
  checkFolder(git.workspace, worktree);
  await removePipes(worktree, git.workspace);
  await openFolders(worktree);
  await inIndex(index, ['read-tree', start]);
  await leaveAbsent(index, absent);
  // Finds unchanged files by their hash, so that only changed files are written. The exit code may mean "needs update".
  await git.try(worktree, ['update-index', '-q', '--refresh'], optionsOf(index));
  const excluded = [
    `:(exclude,glob)${NEVER_READ}`,
    ...(await maskedLink(index, start)),
    ...apart.map((folder) => `:(exclude,top,literal)${folder}`),
  ];
  const unread = await addAll(index, excluded, await unknownTo(index, tracked));
  const unnamable = await restoreUnnamable(index, start);
  const { modified, notes } = await restoreUntouched(index, start);
  await restoreFetched(index, modified);
  const tree = await inIndex(index, ['write-tree']);
  return { tree, unread: [...unread, ...unnamable, ...(await workInSubmodules(index, start))], notes };
}

/** The paths that an index does not have. */
async function unknownTo(index: Index, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const known = new Set((await inIndex(index, ['ls-files', '-z'], { encoding: 'latin1' })).split('\0'));
  return paths.filter((path) => !known.has(path));
}

/** Marks files that were not checked out, so that they do not count as deleted. */
async function leaveAbsent(index: Index, absent: readonly string[]): Promise<void> {
  const wanted = absent.filter((path) => !exists(index.worktree, path));
  if (wanted.length === 0) return;
  const encoding = 'latin1';
  const known = new Set((await inIndex(index, ['ls-files', '-z'], { encoding })).split('\0'));
  const input = wanted.filter((path) => known.has(path)).map((path) => `${path}\0`);
  await inIndex(index, ['update-index', '-z', '--skip-worktree', '--stdin'], { input: input.join(''), encoding });
}

/** @param path each byte is a letter */
function exists(worktree: string, path: string): boolean {
  try {
    lstatSync(Buffer.concat([Buffer.from(`${worktree}/`), Buffer.from(path, 'latin1')]));
    return true;
  } catch {
    // This also happens if a folder of the path has become a file.
    return false;
  }
}

/** A configuration folder that is a symbolic link was not checked out, so it does not count as deleted. */
async function maskedLink(index: Index, start: string): Promise<string[]> {
  const entry = await inIndex(index, ['ls-tree', start, '.opencode']);
  return entry.startsWith('120000 ') ? [':(exclude,top).opencode'] : [];
}
