import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { featureName, slug } from '../run/names.js';
import type { Clone } from './clone.js';
import type { Git } from './git.js';

/** Below the repository, so that tools of the agent find its `.git`; of one task, so that two never meet. */
const WORKTREES = '.agentic-sdlc/worktrees';

/** Code of the repository that OpenCode would run at its start, whatever its configuration says. */
const PLUGINS = ['.opencode/plugin', '.opencode/plugins'];

/** Checks the task's branch out into its own worktree, without OpenCode plugins. Returns its path. */
export async function addWorktree(
  git: Git,
  clone: Clone,
  input: RunInput,
  say: (text: string) => void,
): Promise<string> {
  const name = `${slug(featureName(input.branch, input.contextPath))}-${slug(input.taskId)}`;
  const directory = join(clone.directory, WORKTREES, name);
  appendFileSync(join(clone.directory, '.git/info/exclude'), `/${WORKTREES}/\n`);
  const add = ['worktree', 'add', '--quiet', '--no-checkout', '-B', input.taskBranch, directory, clone.start];
  await git.run(clone.directory, add);
  // Fetches the contents of the files.
  await git.remote(directory, ['reset', '--quiet', '--hard'], 'clone-failed', say);
  for (const path of PLUGINS) rmSync(join(directory, path), { recursive: true, force: true });
  say(`${WORKTREES}/${name} on branch ${input.taskBranch}`);
  return directory;
}

/** Removes the worktree; its branch stays, on the remote. What cannot be removed ends with the pod. */
export function removeWorktree(directory: string, say: (text: string) => void): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    say(`the worktree cannot be removed: ${(error as Error).message}`);
  }
}
