import { type Changed, LINK, printable } from '../git/changed.js';
import type { Git } from '../git/git.js';
import { LARGEST, TOO_LARGE } from '../git/staging.js';
import { isLong, SecretSearch } from '../secrets/secret-search.js';

/** A changed file that must not be pushed. */
export interface Refused {
  readonly file: Changed;
  readonly why: string;
}

/**
 * Finds the files of a tree that must not be pushed. It reads git's objects, since the worktree may have changed
 * meanwhile.
 * @param changed files that differ from the base
 * @param own paths that differ from the start; everything else is on the branch already
 */
export async function refusedFiles(
  git: Git,
  repository: string,
  changed: readonly Changed[],
  own: ReadonlySet<string>,
  secrets: readonly string[],
): Promise<Refused[]> {
  const present = changed.filter(({ after }) => after);
  const pointers = present.filter(({ path, after }) => after?.mode === LINK && own.has(path));
  const files = present.filter(({ after }) => after?.mode !== LINK);
  const large = await largeFiles(
    git,
    repository,
    files.filter(({ path }) => own.has(path)),
  );
  const pushable = files.filter((file) => !large.includes(file));
  const leaking = await leakingFiles(git, repository, pushable, secrets);
  return [
    ...pointers.map((file) => ({ file, why: 'is a submodule at a commit that its own remote may not have' })),
    ...large.map((file) => ({ file, why: TOO_LARGE })),
    ...leaking.map((file) => ({ file, why: 'holds a credential of this run' })),
  ];
}

/** A line about each refused file, for a person. */
export const namesOf = (refused: readonly Refused[]): string[] =>
  refused.map(({ file, why }) => `${printable(file.path)} ${why}`);

async function largeFiles(git: Git, repository: string, files: readonly Changed[]): Promise<Changed[]> {
  if (files.length === 0) return [];
  const input = files.map(({ after }) => `${after?.object}\n`).join('');
  const sizes = (await git.run(repository, ['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n');
  return files.filter((_, index) => Number(sizes[index]) > LARGEST);
}

/** Searches git's objects for secrets. That covers every kind of file, even the target of a symbolic link. */
async function leakingFiles(
  git: Git,
  repository: string,
  files: readonly Changed[],
  secrets: readonly string[],
): Promise<Changed[]> {
  if (files.length === 0 || !secrets.some(isLong)) return [];
  const search = new SecretSearch(secrets);
  const objects = new Set(files.map(({ after }) => after?.object ?? ''));
  const input = [...objects].map((object) => `${object}\n`).join('');
  await git.run(repository, ['cat-file', '--batch'], { input, onData: (chunk) => search.take(chunk) });
  if (search.objects !== objects.size) throw new Error(`git read ${search.objects} of ${objects.size} changed files`);
  return files.filter((file) => search.found.has(file.after?.object ?? '') || search.isNamed(file.path));
}
