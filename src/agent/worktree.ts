import { appendFileSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { featureName, slug } from '../run/names.js';
import { changedFiles } from './changed.js';
import type { Clone } from './clone.js';
import type { Git } from './git.js';

/** Below the repository, so that tools of the agent find its `.git`; of one task, so that two never meet. */
const WORKTREES = '.agentic-sdlc/worktrees';

/** Code of the repository that OpenCode would run at its start, whatever its configuration says. */
const PLUGINS = ['.opencode/plugin', '.opencode/plugins'];

/** Where the agent works. */
export interface Worktree {
  readonly directory: string;
  /** Files of the start that have not been checked out, which does not mean that they were deleted; each byte is a letter. */
  readonly absent: readonly string[];
}

/**
 * Checks the files that the run begins with out, into a worktree of the task's own: all, or those that the task asks for.
 * OpenCode plugins are not among them, nor in any other commit that is checked out there later.
 */
export async function addWorktree(
  git: Git,
  clone: Clone,
  input: RunInput,
  feature: string | undefined,
  allowPlugins: boolean,
  say: (text: string) => void,
): Promise<Worktree> {
  const { start, files } = clone;
  const name = `${slug(featureName(input.branch, input.contextPath))}-${slug(input.taskId)}`;
  const directory = join(clone.directory, WORKTREES, name);
  appendFileSync(join(clone.directory, '.git/info/exclude'), `/${WORKTREES}/\n`);
  const add = ['worktree', 'add', '--quiet', '--no-checkout', '-B', input.taskBranch, directory, start];
  await git.run(clone.directory, add);
  const begun = input.paths && files !== start ? await changedFiles(git, clone.directory, start, files) : [];
  const patterns = [
    ...wanted(input.paths, feature),
    // What an earlier run has begun is there, wherever it is.
    ...begun.map(({ path }) => pattern(path)),
    ...(allowPlugins ? [] : PLUGINS.map((path) => `!${pattern(path)}`)),
  ];
  if (patterns.length > 1)
    await git.run(directory, ['sparse-checkout', 'set', '--no-cone', '--stdin'], { input: patterns.join('\n') });
  // Fetches the contents of the files.
  await git.remote(directory, ['read-tree', '--reset', '-u', files], 'clone-failed', say);
  // What an earlier run left is work that is not committed yet.
  if (files !== start) await git.run(directory, ['reset', '--quiet', start]);
  if (!allowPlugins) await sayMasked(git, directory, say);
  const absent = patterns.length > 1 ? await notCheckedOut(git, directory) : [];
  say(`${WORKTREES}/${name} on branch ${input.taskBranch}${input.paths ? `, of ${input.paths.join(', ')} alone` : ''}`);
  return { directory, absent };
}

/** All, or the top's own files, the feature and the given paths. */
function wanted(paths: readonly string[] | undefined, feature: string | undefined): string[] {
  if (!paths) return ['/*'];
  // Also the attributes of what is left out: git looks into them, and would fetch each when nobody waits for the remote.
  return ['/*', '!/*/', '.gitattributes', ...[...paths, '.specify', ...(feature ? [feature] : [])].map(pattern)];
}

const pattern = (path: string): string => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;

async function notCheckedOut(git: Git, directory: string): Promise<string[]> {
  const listed = await git.run(directory, ['ls-files', '-t', '-z'], { encoding: 'latin1' });
  return listed.split('\0').flatMap((line) => (line.startsWith('S ') ? [line.slice(2)] : []));
}

async function sayMasked(git: Git, directory: string, say: (text: string) => void): Promise<void> {
  const configuration = join(directory, '.opencode');
  if (lstatSync(configuration, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(configuration);
    say('.opencode is a symbolic link; it is not followed and not checked out');
  }
  const found = await git.run(directory, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', ...PLUGINS]);
  const count = found.split('\0').filter((path) => path !== '').length;
  if (count > 0) say(`${count} files of OpenCode plugins are not checked out: ${PLUGINS.join(', ')}`);
}

/** Removes the worktree; its branch stays, on the remote. What cannot be removed ends with the pod. */
export function removeWorktree(directory: string, say: (text: string) => void): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    say(`the worktree cannot be removed: ${(error as Error).message}`);
  }
}
