import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type Index, inIndex } from './add.js';
import { type Changed, changedFiles, printable } from './changed.js';
import type { Git } from './git.js';
import { type Pointer, pointersOf } from './lfs-pointers.js';
import { Staging } from './staging.js';

/**
 * Takes back changes to files whose names are not UTF-8: they could not be searched for secrets or passed as arguments.
 * Returns a complaint for each.
 */
export async function restoreUnnamable(index: Index, start: string): Promise<string[]> {
  const bytes = ({ path }: Changed) => Buffer.from(path, 'latin1');
  const changed = await changedSince(index, start, 'latin1');
  const unnamable = changed.filter((file) => !isUtf8(bytes(file)));
  await restore(index, unnamable, 'latin1');
  const lost = inTheWayOf(
    unnamable,
    changed.filter((file) => !unnamable.includes(file)),
  );
  return [
    ...unnamable.map((file) => `${printable(bytes(file).toString())} has a name that is not UTF-8`),
    ...lost.map((file) => `${printable(bytes(file).toString())} is in the place of a file whose name is not UTF-8`),
  ];
}

/** The files that are still modified, and notes on the others. */
interface Untouched {
  readonly modified: readonly Changed[];
  readonly notes: string[];
}

/**
 * Restores files whose bytes equal the start's: they are unchanged, even if git would now store them differently
 * because of `.gitattributes`. If `.gitattributes` itself changed, a note says so, since the conversion may have been
 * intended.
 */
export async function restoreUntouched(index: Index, start: string): Promise<Untouched> {
  const changed = await changedSince(index, start);
  const modified = changed.filter(isModifiedFile);
  const untouched: Changed[] = [];
  const staging = new Staging(index.worktree, join(index.repository, 'staging'), index.git.workspace);
  for (let at = 0; at < modified.length; at += 500) {
    const isCopied = ({ path }: Changed) => staging.take(Buffer.from(path).toString('latin1')).found === 'copied';
    const some = modified.slice(at, at + 500).filter(isCopied);
    const paths = some.map(({ path }) => path);
    const copies = { ...index, worktree: staging.folder };
    const hashes = paths.length > 0 ? await inIndex(copies, ['hash-object', '--no-filters', '--', ...paths]) : '';
    staging.clear();
    const same = some.filter((file, number) => hashes.split('\n')[number] === file.before?.object);
    await setEntries(index, same);
    untouched.push(...same);
  }
  const attributes = changed.some(({ path }) => basename(path) === '.gitattributes');
  const why = 'is as it was: its attributes would have it written differently, but nobody has written it';
  return {
    modified: modified.filter((file) => !untouched.includes(file)),
    notes: attributes ? untouched.map(({ path }) => `${printable(path)} ${why}`) : [],
  };
}

/** Restores the files that {@link fetchedFiles} finds. */
export async function restoreFetched(index: Index, changed: readonly Changed[]): Promise<void> {
  await setEntries(index, await fetchedFiles(index.git, index.repository, changed));
}

/**
 * Finds files whose Git LFS pointer was replaced with the content that it stands for. They are unchanged: the agent has
 * only fetched them.
 */
export async function fetchedFiles(git: Git, repository: string, changed: readonly Changed[]): Promise<Changed[]> {
  const modified = changed.filter(isModifiedFile);
  const pointers = await pointersOf(git, repository, [...new Set(modified.map(({ before }) => before?.object ?? ''))]);
  const fetched: Changed[] = [];
  for (const file of modified) {
    const pointer = pointers.get(file.before?.object ?? '');
    if (pointer && (await isContentOf(pointer, file.after?.object ?? ''))) fetched.push(file);
  }
  return fetched;

  async function isContentOf({ sha256, size }: Pointer, object: string): Promise<boolean> {
    if (Number(await git.run(repository, ['cat-file', '-s', object])) !== size) return false;
    const hash = createHash('sha256');
    await git.run(repository, ['cat-file', 'blob', object], { onData: (chunk) => hash.update(chunk) });
    return hash.digest('hex') === sha256;
  }
}

async function changedSince(index: Index, start: string, encoding?: 'latin1'): Promise<Changed[]> {
  return changedFiles(index.git, index.repository, start, await inIndex(index, ['write-tree']), encoding);
}

const isFile = (mode: string | undefined): boolean => mode?.startsWith('100') === true;
const isModifiedFile = ({ before, after }: Changed): boolean => isFile(before?.mode) && isFile(after?.mode);

async function setEntries(index: Index, files: readonly Changed[]): Promise<void> {
  if (files.length === 0) return;
  const lines = files.map(({ path, before, after }) => `${after?.mode} ${before?.object} 0\t${path}\0`);
  await inIndex(index, ['update-index', '-z', '--index-info'], { input: lines.join('') });
}

/** Restores files to their state before the change. */
async function restore(index: Index, files: readonly Changed[], encoding: BufferEncoding = 'utf8'): Promise<void> {
  if (files.length === 0) return;
  await inIndex(index, ['update-index', '-z', '--index-info'], { input: files.map(asBefore).join(''), encoding });
}

/** Input for `update-index --index-info` that restores a file. */
const asBefore = ({ path, before }: Changed): string =>
  `0 ${'0'.repeat(40)}\t${path}\0${before ? `${before.mode} ${before.object} 0\t${path}\0` : ''}`;

/**
 * The changes that are lost when others are restored, because a path cannot be both a file and a folder.
 * @param restored the restored changes
 */
export function inTheWayOf(restored: readonly Changed[], changed: readonly Changed[]): Changed[] {
  const back = new Set(restored.filter(({ before }) => before).map(({ path }) => path));
  const folders = new Set([...back].flatMap(foldersOf));
  return changed.filter(
    ({ path, after }) => after && (folders.has(path) || foldersOf(path).some((folder) => back.has(folder))),
  );
}

function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}

/** A tree in which some files are restored to the start's version. */
export async function withoutChanges(
  git: Git,
  repository: string,
  tree: string,
  files: readonly Changed[],
  encoding: BufferEncoding = 'utf8',
): Promise<string> {
  if (files.length === 0) return tree;
  const options = { env: { GIT_DIR: repository, GIT_INDEX_FILE: join(repository, 'index-without') } };
  await git.run(repository, ['read-tree', tree], options);
  const input = files.map(asBefore).join('');
  await git.run(repository, ['update-index', '-z', '--index-info'], { ...options, input, encoding });
  return git.run(repository, ['write-tree'], options);
}
