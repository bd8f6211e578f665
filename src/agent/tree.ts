import { isUtf8 } from 'node:buffer';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { addAll, type Index, inIndex, optionsOf, removePipes } from './add.js';
import { type Changed, changedFiles, printable } from './changed.js';
import type { Git } from './git.js';
import { workInSubmodules } from './submodules.js';
import type { Worktree } from './worktree.js';

/** Paths that no commit changes: the task list is the human's, the rest is nobody's work. */
function excluded(feature: string | undefined): string[] {
  const paths = [
    ...(feature ? [`${feature}/tasks.md`] : ['**/tasks.md']),
    '**/tasks_meta.json',
    '**/.async_state/**',
    '.agentic-sdlc/worktrees/**',
    '**/.git-credentials',
    '**/.netrc',
    ...['node_modules', 'plugin', 'plugins'].map((name) => `.opencode/${name}/**`),
    ...['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) => `.opencode/${name}`),
  ];
  return paths.map((path) => `:(exclude,glob)${path}`);
}

/** A worktree as a tree. */
export interface Written {
  readonly tree: string;
  /** Git's words about each file that it could not take; the tree has the start's version of it. */
  readonly unread: readonly string[];
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
  const unread = await addAll(index, start, [...excluded(feature), ...(await maskedLink(index, start))]);
  const unnamable = await restoreUnnamable(index, start);
  await restoreUntouched(index, start);
  const tree = await inIndex(index, ['write-tree']);
  return { tree, unread: [...unread, ...unnamable, ...(await workInSubmodules(index, start))] };
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

/**
 * A name that is no text is neither an argument nor searched for, so that nothing could be said about such a file: it is left
 * as it was. Returns what must be said about that.
 */
async function restoreUnnamable(index: Index, start: string): Promise<string[]> {
  const tree = await inIndex(index, ['write-tree']);
  const bytes = ({ path }: Changed) => Buffer.from(path, 'latin1');
  const changed = await changedFiles(index.git, index.repository, start, tree, 'latin1');
  const unnamable = changed.filter((file) => !isUtf8(bytes(file)));
  if (unnamable.length > 0) {
    const input = unnamable.map(asBefore).join('');
    await inIndex(index, ['update-index', '-z', '--index-info'], { input, encoding: 'latin1' });
  }
  return unnamable.map((file) => `${printable(bytes(file).toString())} has a name that is not UTF-8`);
}

/** A file whose bytes are the start's is unchanged, though `.gitattributes` would have it written differently. */
async function restoreUntouched(index: Index, start: string): Promise<void> {
  const { git, repository } = index;
  const tree = await inIndex(index, ['write-tree']);
  const modified = (await changedFiles(git, repository, start, tree)).filter(isModifiedFile);
  for (let at = 0; at < modified.length; at += 500) {
    const some = modified.slice(at, at + 500);
    const hashes = await inIndex(index, ['hash-object', '--no-filters', '--', ...some.map(({ path }) => path)]);
    const same = some.filter((file, number) => hashes.split('\n')[number] === file.before?.object);
    await setEntries(index, same);
  }
}

const isFile = (mode: string | undefined): boolean => mode?.startsWith('100') === true;
const isModifiedFile = ({ before, after }: Changed): boolean => isFile(before?.mode) && isFile(after?.mode);

async function setEntries(index: Index, files: readonly Changed[]): Promise<void> {
  if (files.length === 0) return;
  const lines = files.map(({ path, before, after }) => `${after?.mode} ${before?.object} 0\t${path}\0`);
  await inIndex(index, ['update-index', '-z', '--index-info'], { input: lines.join('') });
}

/** What takes a file back, for `update-index --index-info`. */
const asBefore = ({ path, before }: Changed): string =>
  `0 ${'0'.repeat(40)}\t${path}\0${before ? `${before.mode} ${before.object} 0\t${path}\0` : ''}`;

/** A tree in which some files are as they are in the commit that was started from. */
export async function withoutChanges(
  git: Git,
  repository: string,
  tree: string,
  files: readonly Changed[],
): Promise<string> {
  const options = { env: { GIT_DIR: repository, GIT_INDEX_FILE: join(repository, 'index-without') } };
  await git.run(repository, ['read-tree', tree], options);
  const input = files.map(asBefore).join('');
  await git.run(repository, ['update-index', '-z', '--index-info'], { ...options, input });
  return git.run(repository, ['write-tree'], options);
}
