import { isUtf8 } from 'node:buffer';
import { basename, join } from 'node:path';
import { type Index, inIndex } from './add.js';
import { type Changed, changedFiles, printable } from './changed.js';
import type { Git } from './git.js';

/**
 * A name that is no text is neither an argument nor searched for, so that nothing could be said about such a file: it is left
 * as it was. Returns what must be said about that.
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

/**
 * A file whose bytes are the start's is unchanged, though `.gitattributes` would have it written differently. Returns what is
 * to be said where these are changed, which may have been meant to.
 * @param head a commit of the agent's: what it has committed itself was meant to be so
 */
export async function restoreUntouched(index: Index, start: string, head: string | undefined): Promise<string[]> {
  const changed = await changedSince(index, start);
  const committed = await objectsOf(index, start, head);
  const modified = changed.filter((file) => isModifiedFile(file) && committed.get(file.path) !== file.after?.object);
  const untouched: Changed[] = [];
  for (let at = 0; at < modified.length; at += 500) {
    const some = modified.slice(at, at + 500);
    const hashes = await inIndex(index, ['hash-object', '--no-filters', '--', ...some.map(({ path }) => path)]);
    const same = some.filter((file, number) => hashes.split('\n')[number] === file.before?.object);
    await setEntries(index, same);
    untouched.push(...same);
  }
  const attributes = changed.some(({ path }) => basename(path) === '.gitattributes');
  const why = 'is as it was: its attributes would have it written differently, but nobody has written it';
  return attributes ? untouched.map(({ path }) => `${printable(path)} ${why}`) : [];
}

/** What the agent's commit has for each path that it changed; nothing where it cannot be read. */
async function objectsOf(index: Index, start: string, head: string | undefined): Promise<Map<string, string>> {
  if (head === undefined || head === start) return new Map();
  try {
    const changed = await changedFiles(index.git, index.repository, start, head);
    return new Map(changed.flatMap(({ path, after }) => (after ? [[path, after.object] as const] : [])));
  } catch {
    return new Map();
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

/** Takes files back to what they were. */
async function restore(index: Index, files: readonly Changed[], encoding: BufferEncoding = 'utf8'): Promise<void> {
  if (files.length === 0) return;
  await inIndex(index, ['update-index', '-z', '--index-info'], { input: files.map(asBefore).join(''), encoding });
}

/** What takes a file back, for `update-index --index-info`. */
const asBefore = ({ path, before }: Changed): string =>
  `0 ${'0'.repeat(40)}\t${path}\0${before ? `${before.mode} ${before.object} 0\t${path}\0` : ''}`;

/**
 * Of some changes, those that are lost when others are taken back: a path cannot be a file and a folder.
 * @param restored what is taken back
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

/** A tree in which some files are as they are in the commit that was started from. */
export async function withoutChanges(
  git: Git,
  repository: string,
  tree: string,
  files: readonly Changed[],
  encoding: BufferEncoding = 'utf8',
): Promise<string> {
  const options = { env: { GIT_DIR: repository, GIT_INDEX_FILE: join(repository, 'index-without') } };
  await git.run(repository, ['read-tree', tree], options);
  const input = files.map(asBefore).join('');
  await git.run(repository, ['update-index', '-z', '--index-info'], { ...options, input, encoding });
  return git.run(repository, ['write-tree'], options);
}
