import { RunFailure } from './failure.js';
import type { Git } from './git.js';

/** Paths that no delivered commit changes: the task list is the human's, the rest is nobody's work. */
function excluded(feature: string | undefined): string[] {
  const paths = [
    ...(feature ? [`${feature}/tasks.md`] : ['**/tasks.md']),
    '**/tasks_meta.json',
    '**/.async_state/**',
    '.agentic-sdlc/worktrees/**',
    '**/.git-credentials',
    '**/.netrc',
    ...['node_modules', 'plugin', 'plugins'].map((name) => `.opencode/${name}/**`),
    ...['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) => `.opencode/${name}`),
  ];
  return paths.map((path) => `:(exclude,glob)${path}`);
}

/** The worktree as a tree, by an index of its own. */
export async function writeTree(
  git: Git,
  repository: string,
  worktree: string,
  start: string,
  feature: string | undefined,
): Promise<string> {
  const options = { env: { GIT_DIR: repository, GIT_WORK_TREE: worktree } };
  await git.run(worktree, ['read-tree', start], options);
  // Finds what is unchanged by its hash, so that only changed files are written. Says "needs update" by its exit code.
  await git.try(worktree, ['update-index', '-q', '--refresh'], options);
  await git.run(worktree, ['add', '--all', '--', '.', ...excluded(feature)], options);
  return git.run(worktree, ['write-tree'], options);
}

/** A file that differs between two trees, as it is in the second; no object when it was deleted. */
export interface Changed {
  readonly path: string;
  readonly mode: string;
  readonly object?: string;
}

export async function changedFiles(git: Git, repository: string, from: string, to: string): Promise<Changed[]> {
  const fields = (await git.run(repository, ['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to])).split('\0');
  const changed: Changed[] = [];
  // `:<mode> <mode> <object> <object> <status>` and the path, in turn.
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, mode = '', , object = '', status] = fields[index]?.split(' ') ?? [];
    changed.push({ path: fields[index + 1] ?? '', mode, ...(status !== 'D' && { object }) });
  }
  return changed;
}

/** A repository within the repository would arrive as a mere pointer, to a commit that nobody has. */
export function refuseRepositories(changed: readonly Changed[]): void {
  const [found] = changed.filter(({ mode, object }) => object && mode === '160000');
  if (!found) return;
  throw new RunFailure(
    'agent-failed',
    `${found.path} is a Git repository of its own, which cannot be delivered; nothing was pushed`,
  );
}

/** Looks at what would be pushed, not at the worktree, which may have changed since. */
export async function refuseSecrets(
  git: Git,
  repository: string,
  changed: readonly Changed[],
  secrets: readonly string[],
): Promise<void> {
  const values = secrets.filter((secret) => secret.length >= 8);
  for (const { path, object } of changed) {
    if (!object || values.length === 0) continue;
    const content = await git.run(repository, ['cat-file', 'blob', object]);
    if (values.some((value) => content.includes(value))) {
      throw new RunFailure('agent-failed', `${path} holds a credential of this run; nothing was pushed`);
    }
  }
}
