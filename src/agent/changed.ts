import { toJson } from '../run/printable.js';
import type { Git } from './git.js';

/** Mode of a pointer to a commit of another repository. */
export const LINK = '160000';

/** A path in one line, whatever is in it. */
export const printable = (path: string): string => toJson(path).slice(1, -1);

/** A path in a tree. */
export interface Entry {
  readonly mode: string;
  readonly object: string;
}

/** A path that differs between two trees; absent where the tree does not have it. */
export interface Changed {
  readonly path: string;
  readonly before?: Entry;
  readonly after?: Entry;
}

/**
 * @param encoding of the paths; `latin1` keeps the bytes of any name
 * @param pathspecs of what is looked at. Default: everything
 */
export async function changedFiles(
  git: Git,
  repository: string,
  from: string,
  to: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
  pathspecs: readonly string[] = [],
): Promise<Changed[]> {
  const diff = ['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to, '--', ...pathspecs];
  const fields = (await git.run(repository, diff, { encoding })).split('\0');
  const changed: Changed[] = [];
  // `:<mode> <mode> <object> <object> <status>` and the path, in turn.
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', oldObject = '', newObject = ''] = fields[index]?.slice(1).split(' ') ?? [];
    changed.push({
      path: fields[index + 1] ?? '',
      ...(oldMode !== ABSENT && { before: { mode: oldMode, object: oldObject } }),
      ...(newMode !== ABSENT && { after: { mode: newMode, object: newObject } }),
    });
  }
  return changed;
}

const ABSENT = '000000';
