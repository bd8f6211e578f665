import { attemptBranch, branchWith, checkpointRefs, shortCommit, withoutAttempt } from '../../run/names.js';
import { headIn } from '../../run/remote-refs.js';
import { trailerFormat } from '../../run/trailers.js';
import type { Git } from '../git/git.js';
import { RunFailure } from '../process/failure.js';

/** Work in progress on the remote, from a run that could not save its work at its end. */
export interface Checkpoint {
  readonly ref: string;
  readonly commit: string;
  readonly tree: string;
}

/** Where a run starts. */
export interface Start {
  /** The parent of its commit. */
  readonly start: string;
  /** The initial tree of the worktree: the start's, or work in progress on top of it. */
  readonly files: string;
  readonly checkpoint?: Checkpoint;
}

/** The commits from which the start is chosen. */
export interface Heads {
  readonly base: string;
  /** The head of the task's branch, if the remote has it. */
  readonly own: string | undefined;
  readonly taskBranch: string;
  /** Name of the run, without the attempt. */
  readonly runs: string;
}

/**
 * Refspecs that fetch the checkpoint, if there is one. They are patterns, because git fails for a missing ref, but not
 * for a pattern without a match.
 */
export const checkpointRefspecs = (taskBranch: string): string[] =>
  checkpointRefs(taskBranch).map((name) => {
    const ref = name.replace(/^refs\/(\w+)/, 'refs/$1*');
    return `+${ref}:refs/checkpoints/${ref}`;
  });

/**
 * Chooses the start of a run: the task's branch or base, with the work in progress of an earlier attempt on top. If the
 * two conflict, that work goes to a branch of its own, so that it is not lost.
 * @throws RunFailure push-rejected if it cannot be pushed there
 */
export async function chooseStart(
  git: Git,
  directory: string,
  heads: Heads,
  say: (text: string) => void,
): Promise<Start> {
  const { base, own, taskBranch } = heads;
  // A merged task branch is already in the base.
  const plain = own && !(await git.isAncestor(directory, own, base)) ? own : base;
  const checkpoint = await checkpointOf(git, directory, heads);
  if (!checkpoint) return { start: plain, files: plain };
  const { commit } = checkpoint;
  const parent = await git.run(directory, ['rev-parse', `${commit}^`]);
  const known = (text: string) => say(`${text} (${checkpoint.ref})`);
  if (await git.isAncestor(directory, plain, commit)) {
    known(`the run continues the work in progress of an earlier run: ${shortCommit(commit)}`);
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
 * Pushes the conflicting work of an attempt to a branch. If that branch has a commit of the attempt, it already has all
 * of the work. If the branch belongs to somebody else, the work goes to another name.
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
    const ref = `refs/heads/${branch}`;
    // The lease is on a branch that is not there.
    await remote('push', '--quiet', `--force-with-lease=${ref}:`, git.repository, `${commit}:${ref}`);
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
    return await pushTo(branchWith(aside, commit));
  }
}

/**
 * Whether one of the commits is the run's and not older than its checkpoint. The time matters because an attempt may
 * have the number of an earlier one whose pod was deleted.
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
  const own = await times('--extended-regexp', `--grep=^Agent-Run: ${run}$`, commits);
  return own.some((time) => time >= made);
}

/** Finds a checkpoint that an attempt of this task wrote. The branch that replaces the ref may be somebody else's. */
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

/** A trailer of a commit's message, or '' if it does not have it. */
export const trailer = (
  git: Git,
  directory: string,
  commit: string,
  key: 'Agent-Run' | 'Agent-Outcome',
): Promise<string> => git.run(directory, ['log', '-1', `--format=${trailerFormat(key)}`, commit]);
