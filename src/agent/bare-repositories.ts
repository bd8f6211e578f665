import type { Changed } from './changed.js';
import { folded } from './folded.js';
import type { Git } from './git.js';

/** Names of git's own in a repository without a worktree. */
const FILES = new Set([
  ...['head', 'config', 'config.worktree', 'commondir', 'gitdir', 'packed-refs', 'index', 'shallow', 'description'],
]);
const FOLDERS = new Set(['objects', 'refs', 'hooks', 'info', 'logs', 'modules', 'worktrees', 'branches']);

/**
 * Changes to git's own files in each folder of a tree that git may take for a bare repository: git in such a folder runs the
 * programs that its configuration names. The folder's other files may change.
 * @param changed what differs from the start
 * @param others paths that are in the commit as well, though not in the tree
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
  // Most changes have no such name, so that the whole tree is seldom read.
  if (candidates.length === 0) return [];
  const options = { encoding: 'latin1' } as const;
  const listed = await git.run(repository, ['ls-tree', '-r', '-z', '--name-only', tree], options);
  const bare = bareRepositories([...listed.split('\0'), ...others]);
  return candidates.filter(({ path }) => ownersOf(path).some((folder) => bare.has(folder)));
}

/** Paths that are worth a closer look, in any case: few trees have any. */
const MAY_BE_HEAD = /(?:^|\/)(?:head|[^/]*[\x80-\xff][^/]*)$/i;

/** Folders in which git may look for a repository: there is a HEAD, and what it needs besides. */
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

/** Each name of git's own in a path, with the folder that would be a repository by it. @param path each byte is a letter */
function gitNamesOf(path: string): { folder: string; name: string }[] {
  const names = folded(Buffer.from(path, 'latin1').toString()).split('/');
  return names.flatMap((name, at) => {
    const own = FOLDERS.has(name) || (at === names.length - 1 && FILES.has(name));
    return own ? [{ folder: names.slice(0, at).join('/'), name }] : [];
  });
}
