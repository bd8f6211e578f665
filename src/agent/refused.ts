import { type Changed, LINK, SYMBOLIC_LINK } from './changed.js';
import type { Git } from './git.js';

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

/** Shorter ones may be words of a file that has nothing to do with them, in characters. */
const SHORTEST = 8;

/** How many paths git gets at once. */
const PATHS = 500;

/** What of a tree must not be pushed. It looks at the tree itself, since the worktree may have changed meanwhile. */
export async function refusedFiles(
  git: Git,
  repository: string,
  tree: string,
  changed: readonly Changed[],
  secrets: readonly string[],
): Promise<Refused[]> {
  const present = changed.filter(({ after }) => after);
  const pointers = present.filter(({ after }) => after?.mode === LINK);
  const files = present.filter(({ after }) => after?.mode !== LINK);
  const patterns = secrets.filter((secret) => secret.length >= SHORTEST && !secret.includes('\n'));
  const [large, leaking, linking] = await Promise.all([
    largeFiles(git, repository, files),
    leakingFiles(git, repository, tree, files, patterns),
    leakingLinks(git, repository, files, patterns),
  ]);
  return [
    ...pointers.map((file) => ({ file, why: 'is a submodule at a commit that its own remote may not have' })),
    ...large.map((file) => ({ file, why: `is larger than ${LARGEST / 1024 / 1024} MiB` })),
    ...[...new Set([...leaking, ...linking])].map((file) => ({ file, why: 'holds a credential of this run' })),
  ];
}

/** One line about refused files, for a person. */
export const namesOf = (refused: readonly Refused[]): string[] =>
  refused.map(({ file, why }) => `${JSON.stringify(file.path).slice(1, -1)} ${why}`);

async function largeFiles(git: Git, repository: string, files: readonly Changed[]): Promise<Changed[]> {
  if (files.length === 0) return [];
  const input = files.map(({ after }) => `${after?.object}\n`).join('');
  const sizes = (await git.run(repository, ['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n');
  return files.filter((_, index) => Number(sizes[index]) > LARGEST);
}

/** Git searches, so that no file's content is held here; the patterns go through its input, not its command line. */
async function leakingFiles(
  git: Git,
  repository: string,
  tree: string,
  files: readonly Changed[],
  patterns: readonly string[],
): Promise<Changed[]> {
  const input = patterns.map((pattern) => `${pattern}\n`).join('');
  const grep = ['--literal-pathspecs', 'grep', '--name-only', '--null', '--text', '--fixed-strings', '-f', '-', tree];
  // A name that is a secret itself must not be on a command line, which is for everybody to see.
  const isNamed = ({ path }: Changed) => patterns.some((secret) => path.includes(secret));
  const searched = files.filter((file) => !isNamed(file));
  const found = new Set<string>();
  for (let at = 0; at < searched.length && patterns.length > 0; at += PATHS) {
    const paths = searched.slice(at, at + PATHS).map(({ path }) => path);
    const { code, stdout, stderr } = await git.try(repository, [...grep, '--', ...paths], { input });
    // 1: nothing was found.
    if (code !== 0 && code !== 1) throw new Error(`git grep failed: ${stderr.trim()}`);
    for (const name of stdout.split('\0')) found.add(name.slice(tree.length + 1));
  }
  return files.filter((file) => found.has(file.path) || isNamed(file));
}

/** Git does not search what a symbolic link points to. */
async function leakingLinks(
  git: Git,
  repository: string,
  files: readonly Changed[],
  patterns: readonly string[],
): Promise<Changed[]> {
  const links = files.filter(({ after }) => after?.mode === SYMBOLIC_LINK);
  const leaking: Changed[] = [];
  for (const file of links) {
    const target = await git.run(repository, ['cat-file', 'blob', file.after?.object ?? '']);
    if (patterns.some((secret) => target.includes(secret))) leaking.push(file);
  }
  return leaking;
}
