import type { Changed } from '../git/changed.js';
import type { Git } from '../git/git.js';
import { folded } from './folded.js';

/** Names of git's own files and folders in a bare repository. */
const FILES = new Set([
  ...['head', 'config', 'config.worktree', 'commondir', 'gitdir', 'packed-refs', 'index', 'shallow', 'description'],
]);
const FOLDERS = new Set(['objects', 'refs', 'hooks', 'info', 'logs', 'modules', 'worktrees', 'branches']);

/**
 * Finds changes to git's own files in each folder of a tree that git may treat as a bare repository. Git in such a
 * folder runs the programs that its configuration names. The folder's other files may change.
 * @param changed the differences from the start
 * @param others further paths of the commit that are not in the tree
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
 */
export async function changesInBareRepositories(
  git: Git,
  repository: string,
  tree: string,
  changed: readonly Changed[],
  others: readonly string[],
): Promise<Changed[]> {
  const candidates = changed.filter(({ path }) => ownersOf(path).length > 0);
  // Most changes have no such name, so the whole tree is rarely read.
  if (candidates.length === 0) return [];
  const options = { encoding: 'latin1' } as const;
  const listed = await git.run(repository, ['ls-tree', '-r', '-z', '--name-only', tree], options);
  const bare = bareRepositories([...listed.split('\0'), ...others]);
  return candidates.filter(({ path }) => ownersOf(path).some((folder) => bare.has(folder)));
}

/** Paths that may name a HEAD, in any case. Few trees have any, so this saves time. */
const MAY_BE_HEAD = /(?:^|\/)(?:head|[^/]*[\x80-\xff][^/]*)$/i;

/** Folders that git may accept as a repository: they have a HEAD and the other required files. */
function bareRepositories(paths: readonly string[]): Set<string> {
  const has = new Map<string, Set<string>>();
  for (const path of paths.filter((path) => MAY_BE_HEAD.test(path))) {
    for (const { folder, name } of gitNamesOf(path)) if (name === 'head') has.set(folder, new Set());
  }
  if (has.size === 0) return new Set();
  for (const path of paths) for (const { folder, name } of gitNamesOf(path)) has.get(folder)?.add(name);
  const isBare = (names: Set<string>) => names.has('commondir') || (names.has('objects') && names.has('refs'));
  return new Set([...has].filter(([, names]) => isBare(names)).map(([folder]) => folder));
}

const ownersOf = (path: string): string[] => gitNamesOf(path).map(({ folder }) => folder);

/**
 * Each part of a path that is one of git's own names, with the folder that it could turn into a repository.
 * @param path each byte is a letter
 */
function gitNamesOf(path: string): { folder: string; name: string }[] {
  const names = folded(Buffer.from(path, 'latin1').toString()).split('/');
  return names.flatMap((name, at) => {
    const own = FOLDERS.has(name) || (at === names.length - 1 && FILES.has(name));
    return own ? [{ folder: names.slice(0, at).join('/'), name }] : [];
  });
}
