import { appendFileSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../../run/input.js';
import { featureName, slug } from '../../run/names.js';
import { changedFiles, firstOf, LINK, printable } from '../git/changed.js';
import type { Git } from '../git/git.js';
import { lastWords } from '../git/remote-error.js';
import { runCommand } from '../process/command.js';
import type { Clone } from './clone.js';

/**
 * Worktrees are below the repository, so that the agent's tools find its `.git`. Each task has its own, so that two
 * never collide.
 */
const WORKTREES = '.agentic-sdlc/worktrees';

/** Folders with code that OpenCode runs at its start, even if its configuration does not mention it. */
const PLUGINS = ['.opencode/plugin', '.opencode/plugins'];

/** The longest time for removing a worktree, in milliseconds. */
const REMOVING = 10_000;

/** Where the agent works. */
export interface Worktree {
  readonly directory: string;
  /** Files of the start that are not checked out, and therefore are not deleted. Each byte of a path is a letter. */
  readonly absent: readonly string[];
}

/**
 * Checks out the run's initial files into the task's worktree: all, or those that the task needs. OpenCode plugins are
 * left out, also from any other commit that is checked out there later.
 */
export async function addWorktree(
  git: Git,
  clone: Clone,
  input: RunInput,
  feature: string | undefined,
  allowPlugins: boolean,
  say: (text: string) => void,
): Promise<Worktree> {
  const { start, files, store } = clone;
  // Git fetches the file contents into the runner's repository.
  const env = { GIT_OBJECT_DIRECTORY: join(store, 'objects') };
  const name = `${slug(featureName(input.branch, input.contextPath))}-${slug(input.taskId)}`;
  const directory = join(clone.directory, WORKTREES, name);
  appendFileSync(join(clone.directory, '.git/info/exclude'), `/${WORKTREES}/\n`);
  const add = ['worktree', 'add', '--quiet', '--no-checkout', '-B', input.taskBranch, directory, start];
  await git.run(clone.directory, add);
  const begun = input.paths && files !== start ? await changedFiles(git, store, start, files) : [];
  const patterns = [
    ...wanted(input.paths, feature),
    // Files that an earlier run has changed are checked out too.
    ...begun.map(({ path }) => pattern(path)),
    ...(allowPlugins ? [] : PLUGINS.map((path) => `!${pattern(path)}`)),
  ];
  if (patterns.length > 1)
    await git.run(directory, ['sparse-checkout', 'set', '--no-cone', '--stdin'], { input: patterns.join('\n') });
  // This fetches the file contents.
  await git.remote(directory, ['read-tree', '--reset', '-u', files], 'clone-failed', say, { env });
  // An earlier run's work in progress must appear as uncommitted.
  if (files !== start) await git.run(directory, ['reset', '--quiet', start], { env });
  if (!allowPlugins) await sayMasked(git, directory, say);
  await saySubmodules(git, directory, say);
  const absent = patterns.length > 1 ? await notCheckedOut(git, directory) : [];
  say(`${WORKTREES}/${name} on branch ${input.taskBranch}${input.paths ? `, only ${input.paths.join(', ')}` : ''}`);
  return { directory, absent };
}

/** All files, or the files at the top, the feature and the given paths. */
function wanted(paths: readonly string[] | undefined, feature: string | undefined): string[] {
  if (!paths) return ['/*'];
  // All attributes files are included: git reads those of left-out folders too, and would fetch each one later.
  return ['/*', '!/*/', '.gitattributes', ...[...paths, '.specify', ...(feature ? [feature] : [])].map(pattern)];
}

const pattern = (path: string): string => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;

async function notCheckedOut(git: Git, directory: string): Promise<string[]> {
  const listed = await git.run(directory, ['ls-files', '-t', '-z'], { encoding: 'latin1' });
  return listed.split('\0').flatMap((line) => (line.startsWith('S ') ? [line.slice(2)] : []));
}

/** Submodules are not checked out, because the credential is only for this repository. */
async function saySubmodules(git: Git, directory: string, say: (text: string) => void): Promise<void> {
  const listed = await git.run(directory, ['ls-files', '--stage', '-z']);
  const links = listed.split('\0').filter((entry) => entry.startsWith(`${LINK} `));
  const paths = links.map((entry) => printable(entry.slice(entry.indexOf('\t') + 1)));
  if (paths.length > 0) say(`submodules are not checked out: ${firstOf(paths)}`);
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

/**
 * Removes the worktree, but not its branch on the remote. The time is limited, since the run's result waits for this
 * and there may be any number of files. The rest disappears with the pod.
 */
export async function removeWorktree(directory: string, say: (text: string) => void): Promise<void> {
  const options = { cwd: '/', env: {}, timeout: REMOVING };
  const { code, stderr } = await runCommand('rm', ['-rf', '--', directory], options);
  if (code === null) say(`the worktree is not removed within ${REMOVING / 1000} s`);
  else if (code !== 0) say(`the worktree cannot be removed: ${lastWords(stderr)}`);
}
