import { join } from 'node:path';
import { type Changed, printable } from '../git/changed.js';
import type { Git } from '../git/git.js';
import { pointersOf } from '../git/lfs-pointers.js';
import type { Refused } from './refused.js';

/** Filters that are necessary: without them, a push would break the repository or reveal encrypted files. */
const NEEDED = /^(lfs$|age$|age-)|crypt|sops|gpg|pgp|vault|secret|strongbox/i;

/** Files that a filter should have converted. */
export interface Unfiltered {
  /** Files that must not be pushed without the filter. */
  readonly refused: readonly Refused[];
  /** Notes on the other files, which are pushed as they are. */
  readonly notes: readonly string[];
}

/** Finds files with a filter in their attributes. No filter runs here, since the repository chooses its program. */
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
  // The output repeats path, attribute and value.
  const filtered = present
    .map((file, at) => ({ file, filter: told[3 * at + 2] ?? '' }))
    .filter(({ filter }) => !['', 'unspecified', 'unset', 'set'].includes(filter));
  const large = filtered.flatMap(({ file, filter }) => (filter === 'lfs' ? [file.after?.object ?? ''] : []));
  const pointers = await pointersOf(git, repository, [...new Set(large)]);
  for (const { file, filter } of filtered) {
    // A moved or copied pointer is already correct.
    if (pointers.has(file.after?.object ?? '')) continue;
    const why = `the filter "${printable(filter)}" of its attributes does not run here`;
    if (NEEDED.test(filter)) refused.push({ file, why: `cannot be taken: ${why}` });
    else notes.push(`${printable(file.path)} is as the agent left it: ${why}`);
  }
  return { refused, notes };
}
