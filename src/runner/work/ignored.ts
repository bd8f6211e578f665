import { join } from 'node:path';
import { firstOf, printable } from '../git/changed.js';
import { isOpenCodes } from '../paths/protected-paths.js';
import type { Job } from '../start/job.js';

/** Files of the worktree that the repository's `.gitignore` keeps out of commits. */
export interface Ignored {
  /** Files that a write or edit call of the agent named. */
  readonly written: readonly string[];
  /** The other files in words, by top-level folder. '' if there are none. */
  readonly rest: string;
}

/** Finds the ignored files, with the index from which the worktree's tree was written. */
export async function ignoredFiles(
  { git, worktree, written }: Pick<Job, 'git' | 'worktree' | 'written'>,
  repository: string,
): Promise<Ignored> {
  const env = { GIT_DIR: repository, GIT_WORK_TREE: worktree.directory, GIT_INDEX_FILE: join(repository, 'index') };
  const list = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z'];
  const { stdout } = await git.try(worktree.directory, list, { env });
  const paths = stdout.split('\0').filter((path) => path !== '' && !isOpenCodes(path));
  const own = written();
  const counts = new Map<string, number>();
  for (const path of paths) {
    if (own.has(path)) continue;
    const top = path.replace(/\/.*$/s, '/');
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const rest = firstOf(sorted.map(([top, count]) => `${printable(top)} (${count})`));
  return { written: paths.filter((path) => own.has(path)), rest };
}
