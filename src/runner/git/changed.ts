import { toJson } from '../../run/printable.js';
import type { Git } from './git.js';

/** File mode of a submodule. */
export const LINK = '160000';

/** A path in one line, with escapes. */
export const printable = (path: string): string => toJson(path).slice(1, -1);

/** The most names in a line. */
const NAMES = 5;

/** The first names, and the number of the others. */
export function firstOf(names: readonly string[]): string {
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
  return `${names.slice(0, NAMES).join(', ')}${more}`;
}

/** A path in a tree. */
export interface Entry {
  readonly mode: string;
  readonly object: string;
}

/** A path that differs between two trees. `before` or `after` is absent if that tree does not have it. */
export interface Changed {
  readonly path: string;
  readonly before?: Entry;
  readonly after?: Entry;
}

/**
 * The paths that differ between two trees.
 * @param encoding of the paths; `latin1` keeps the bytes of any name
 * @param pathspecs limits the comparison. Default: everything
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
  // The output repeats `:<mode> <mode> <object> <object> <status>` and the path.
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
