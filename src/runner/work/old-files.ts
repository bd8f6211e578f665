import { changedFiles } from '../git/changed.js';
import type { Job } from '../start/job.js';

/** The most commits of a file's history that are searched. */
const COMMITS = 1000;
/** The most changed files that are checked. With more, the agent was not just looking at an old version. */
const FILES = 2000;

/**
 * Finds files with the content of an older commit that the agent did not write. `git checkout OLD -- path` leaves such
 * files, for example for a comparison. Files that the agent committed do not count, since it meant them.
 * @param history commits to search; the first one is checked out
 * @param files the worktree's tree
 */
export async function takenFromHistory(
  { git }: Pick<Job, 'git'>,
  repository: string,
  history: readonly [string, ...string[]],
  files: string,
  written: ReadonlySet<string>,
): Promise<string[]> {
  const changed = (await changedFiles(git, repository, history[0], files)).filter(
    ({ path, after }) => after && !written.has(path),
  );
  if (changed.length === 0 || changed.length > FILES) return [];
  const wanted = new Map(changed.map(({ path, after }) => [path, `${after?.mode} ${after?.object}`]));
  const log = [
    'log',
    '--format=',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    '-m',
    `--max-count=${COMMITS}`,
    '--stdin',
  ];
  // Git reads one path per line here, so a path with a line break is skipped.
  const input = [...history, '--', ...wanted.keys()].filter((line) => !line.includes('\n')).map((line) => `${line}\n`);
  const { stdout } = await git.try(repository, log, { input: input.join(''), env: { GIT_LITERAL_PATHSPECS: '1' } });
  const fields = stdout.split('\0');
  const old = new Set<string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode, mode, before, after] = fields[at]?.replace(/^\s*:/, '').split(' ') ?? [];
    const path = fields[at + 1] ?? '';
    if ([`${oldMode} ${before}`, `${mode} ${after}`].includes(wanted.get(path) ?? '')) old.add(path);
  }
  return [...old].sort();
}
