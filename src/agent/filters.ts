import { join } from 'node:path';
import { type Changed, printable } from './changed.js';
import type { Git } from './git.js';
import type { Refused } from './refused.js';

/** Filters without which a push would break the repository, or show what it hides. */
const NEEDED = /^(lfs$|age$|age-)|crypt|sops|gpg|pgp|vault|secret|strongbox/i;

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
  // Path, attribute and value, in turn.
  const filtered = present
    .map((file, at) => ({ file, filter: told[3 * at + 2] ?? '' }))
    .filter(({ filter }) => !['', 'unspecified', 'unset', 'set'].includes(filter));
  const large = filtered.flatMap(({ file, filter }) => (filter === 'lfs' ? [file.after?.object ?? ''] : []));
  const pointers = await pointersOf(git, repository, [...new Set(large)]);
  for (const { file, filter } of filtered) {
    // One that was moved or copied is what it should be.
    if (pointers.has(file.after?.object ?? '')) continue;
    const why = `the filter "${printable(filter)}" of its attributes does not run here`;
    if (NEEDED.test(filter)) refused.push({ file, why: `cannot be taken: ${why}` });
    else notes.push(`${printable(file.path)} is as the agent left it: ${why}`);
  }
  return { refused, notes };
}

/** Those of the objects that are pointers of Git LFS. */
async function pointersOf(git: Git, repository: string, objects: readonly string[]): Promise<Set<string>> {
  if (objects.length === 0) return new Set();
  const lines = (some: readonly string[]) => some.map((object) => `${object}\n`).join('');
  const check = ['cat-file', '--batch-check=%(objectsize)'];
  const sizes = (await git.run(repository, check, { input: lines(objects) })).split('\n');
  const small = objects.filter((_, at) => Number(sizes[at]) <= POINTER);
  if (small.length === 0) return new Set();
  // Each as `<object> blob <size>`, its content, and a line's end.
  const told = await git.run(repository, ['cat-file', '--batch'], { input: lines(small) });
  const pointers = told.matchAll(/^([0-9a-f]{40,64}) blob \d+\nversion https:\/\/git-lfs[.]github[.]com\/spec\//gm);
  return new Set([...pointers].map(([, object = '']) => object));
}
