import { join } from 'node:path';
import { type Changed, printable } from './changed.js';
import type { Git } from './git.js';
import type { Refused } from './refused.js';

/** Filters without which a push would break the repository, or show what it hides. */
const NEEDED = /^lfs$|crypt/;

/** The largest pointer that Git LFS writes, in bytes. See https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const POINTER = 1024;

/** Files that a filter should have written. */
export interface Unfiltered {
  /** Those that must not be pushed without it. */
  readonly refused: readonly Refused[];
  /** What is to be said of the others, which are pushed as they are. */
  readonly notes: readonly string[];
}

/** Files with a filter in their attributes: none runs here, since it is a program of the repository's choice. */
export async function unfilteredFiles(
  git: Git,
  repository: string,
  tree: string,
  files: readonly Changed[],
): Promise<Unfiltered> {
  const refused: Refused[] = [];
  const notes: string[] = [];
  const present = files.filter(({ after }) => after?.mode.startsWith('100'));
  if (present.length === 0) return { refused, notes };
  const options = { env: { GIT_DIR: repository, GIT_INDEX_FILE: join(repository, 'index-attributes') } };
  await git.run(repository, ['read-tree', tree], options);
  const input = present.map(({ path }) => `${path}\0`).join('');
  const ask = ['check-attr', '--cached', '--stdin', '-z', 'filter'];
  const told = (await git.run(repository, ask, { ...options, input })).split('\0');
  for (const [at, file] of present.entries()) {
    // Path, attribute and value, in turn.
    const filter = told[3 * at + 2] ?? '';
    if (['', 'unspecified', 'unset', 'set'].includes(filter)) continue;
    if (filter === 'lfs' && (await isPointer(git, repository, file))) continue;
    const why = `the filter "${printable(filter)}" of its attributes does not run here`;
    if (NEEDED.test(filter)) refused.push({ file, why: `cannot be taken: ${why}` });
    else notes.push(`${printable(file.path)} is as the agent left it: ${why}`);
  }
  return { refused, notes };
}

/** One that was moved or copied is what it should be. */
async function isPointer(git: Git, repository: string, { after }: Changed): Promise<boolean> {
  const object = after?.object ?? '';
  if (Number(await git.run(repository, ['cat-file', '-s', object])) > POINTER) return false;
  return (await git.run(repository, ['cat-file', 'blob', object])).startsWith(
    'version https://git-lfs.github.com/spec/',
  );
}
