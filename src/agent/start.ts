import { attemptBranch, checkpointRefs, shortCommit, withoutAttempt } from '../run/names.js';
import { headIn } from '../run/remote-refs.js';
import { trailerFormat } from '../run/trailers.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';

/** Work in progress that a run left on the remote which could not end. */
export interface Checkpoint {
  readonly ref: string;
  readonly commit: string;
  readonly tree: string;
}

/** Where a run begins. */
export interface Start {
  /** The parent of its commit. */
  readonly start: string;
  /** The tree that its worktree begins with: the start's, or that of work in progress on top of it. */
  readonly files: string;
  readonly checkpoint?: Checkpoint;
}

/** What a run begins with is chosen from. */
export interface Heads {
  readonly base: string;
  /** The head of the task's branch, where the remote has it. */
  readonly own: string | undefined;
  readonly taskBranch: string;
  /** Name of the run, whatever its attempt. */
  readonly runs: string;
}

/** Refspecs that fetch the checkpoint, if there is one: only with a pattern git does not mind that there is none. */
export const checkpointRefspecs = (taskBranch: string): string[] =>
  checkpointRefs(taskBranch).map((name) => {
    const ref = name.replace(/^refs\/(\w+)/, 'refs/$1*');
    return `+${ref}:refs/checkpoints/${ref}`;
  });

/**
 * A run begins with its task's branch or base, and with the work in progress that an earlier attempt left, put on top of
 * what has been pushed since. Where the two do not fit, that work is put on a branch and not lost.
 * @throws RunFailure push-rejected when it cannot be put there
 */
export async function chooseStart(
  git: Git,
  directory: string,
  heads: Heads,
  say: (text: string) => void,
): Promise<Start> {
  const { base, own, taskBranch } = heads;
  // What has been merged is in the base, with more.
  const plain = own && !(await isAncestor(git, directory, own, base)) ? own : base;
  const checkpoint = await checkpointOf(git, directory, heads);
  if (!checkpoint) return { start: plain, files: plain };
  const { commit } = checkpoint;
  const parent = await git.run(directory, ['rev-parse', `${commit}^`]);
  const known = (text: string) => say(`${text} (${checkpoint.ref})`);
  if (await isAncestor(git, directory, plain, commit)) {
    known(`the work in progress of an earlier run is taken up: ${shortCommit(commit)}`);
    return { start: parent, files: commit, checkpoint };
  }
  const run = await trailer(git, directory, commit, 'Agent-Run');
  if (await hasWritten(git, directory, run, commit, `${parent}..${plain}`))
    return { start: plain, files: plain, checkpoint };
  const newer = own ? taskBranch : 'what the run starts from';
  const merged = await git.try(directory, ['merge-tree', '--write-tree', plain, commit]);
  if (merged.code === 0) {
    known(`the work in progress of an earlier run is put on top of ${newer}`);
    return { start: plain, files: merged.stdout.split('\n')[0] ?? plain, checkpoint };
  }
  const aside = await putAside(git, directory, checkpoint, run, taskBranch, say);
  known(`the work in progress of an earlier run does not fit ${newer}; it is on branch ${aside}`);
  return { start: plain, files: plain, checkpoint };
}

/**
 * Puts the work of an attempt that does not fit on a branch. Where that has a commit of the attempt's, all of it is there
 * already; where it is somebody else's, it gets one more name.
 * @returns the branch
 */
async function putAside(
  git: Git,
  directory: string,
  { commit }: Checkpoint,
  run: string,
  taskBranch: string,
  say: (text: string) => void,
): Promise<string> {
  const remote = (...args: string[]) => git.remote(directory, args, 'push-rejected', say);
  const pushTo = async (branch: string) => {
    await remote('push', '--quiet', git.repository, `${commit}:refs/heads/${branch}`);
    return branch;
  };
  const aside = attemptBranch(taskBranch, run);
  try {
    return await pushTo(aside);
  } catch (error) {
    if (!(error instanceof RunFailure) || error.cause !== 'refused') throw error;
    const ref = `refs/heads/${aside}`;
    const head = headIn(await remote('ls-remote', git.repository, ref), ref);
    if (head === '') throw error;
    await remote('fetch', '--quiet', '--no-tags', '--filter=blob:none', git.repository, head);
    if (await hasWritten(git, directory, run, commit, `${commit}^..${head}`)) return aside;
    return await pushTo(`${aside}-${commit.slice(0, 10)}`);
  }
}

/**
 * Whether one of the commits says that it is the run's, and is not older than its checkpoint: an attempt gets the number of
 * one whose pod was deleted.
 */
async function hasWritten(
  git: Git,
  directory: string,
  run: string,
  checkpoint: string,
  commits: string,
): Promise<boolean> {
  const times = async (...args: string[]) =>
    (await git.run(directory, ['log', '--format=%ct', ...args]))
      .split('\n')
      .filter((time) => time !== '')
      .map(Number);
  const [made = 0] = await times('-1', checkpoint);
  const own = await times('--fixed-strings', `--grep=Agent-Run: ${run}`, commits);
  return own.some((time) => time >= made);
}

/** Only what an attempt of this task wrote: the branch that stands in for the ref may be somebody else's. */
async function checkpointOf(git: Git, directory: string, { taskBranch, runs }: Heads): Promise<Checkpoint | undefined> {
  for (const ref of checkpointRefs(taskBranch)) {
    const { code, stdout } = await git.try(directory, ['rev-parse', '--quiet', '--verify', `refs/checkpoints/${ref}`]);
    const commit = stdout.trim();
    if (code !== 0) continue;
    const run = await trailer(git, directory, commit, 'Agent-Run');
    const outcome = await trailer(git, directory, commit, 'Agent-Outcome');
    if (outcome !== 'checkpoint' || withoutAttempt(run) !== runs) continue;
    return { ref, commit, tree: await git.run(directory, ['rev-parse', `${commit}^{tree}`]) };
  }
  return undefined;
}

/** What a commit's message says of a run in its trailers; '' where it does not. */
export const trailer = (
  git: Git,
  directory: string,
  commit: string,
  key: 'Agent-Run' | 'Agent-Outcome',
): Promise<string> => git.run(directory, ['log', '-1', `--format=${trailerFormat(key)}`, commit]);

async function isAncestor(git: Git, directory: string, ancestor: string, commit: string): Promise<boolean> {
  return (await git.try(directory, ['merge-base', '--is-ancestor', ancestor, commit])).code === 0;
}
