import { type Changed, LINK, printable } from './changed.js';
import type { Git } from './git.js';
import { isLong, SecretSearch } from './secret-search.js';

/** A changed file that must not be pushed. */
export interface Refused {
  readonly file: Changed;
  readonly why: string;
}

/**
 * Most bytes of a file that is pushed: larger ones are refused by the largest host, and the whole push with them.
 * @see https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github
 */
const LARGEST = 100 * 1024 * 1024;

/**
 * What of a tree must not be pushed. It looks at its objects, since the worktree may have changed meanwhile.
 * @param changed since the base
 * @param own paths that differ from what the run began with: what is on the branch already has been pushed
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
    ...large.map((file) => ({ file, why: `is larger than ${LARGEST / 1024 / 1024} MiB` })),
    ...leaking.map((file) => ({ file, why: 'holds a credential of this run' })),
  ];
}

/** One line about refused files, for a person. */
export const namesOf = (refused: readonly Refused[]): string[] =>
  refused.map(({ file, why }) => `${printable(file.path)} ${why}`);

async function largeFiles(git: Git, repository: string, files: readonly Changed[]): Promise<Changed[]> {
  if (files.length === 0) return [];
  const input = files.map(({ after }) => `${after?.object}\n`).join('');
  const sizes = (await git.run(repository, ['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n');
  return files.filter((_, index) => Number(sizes[index]) > LARGEST);
}

/** What it is searched in is what git has, whatever kind of file it is: also what a symbolic link points to. */
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
