import { branchWith, replacementBranch, shortCommit, withoutAttempt } from '../../run/names.js';
import { headIn } from '../../run/remote-refs.js';
import type { Pushable } from '../commit/commit.js';
import type { Git } from '../git/git.js';
import { RunFailure } from '../process/failure.js';
import type { Job } from '../start/job.js';
import { historyOf } from '../start/own-branch.js';

/** Git's message for a branch `x` that cannot exist next to `x/y`. */
const BELOW = /exists; cannot create/;

/** The parts of a job that a push needs. */
interface Pushing extends Pick<Job, 'git' | 'say'> {
  readonly clone: Pick<Job['clone'], 'start' | 'branch'>;
  readonly input: Pick<Job['input'], 'taskBranch' | 'runName'>;
}

/** A branch has commits that no run of the task has made. */
class ForeignCommits extends RunFailure {}

/**
 * Pushes to the branch that the run delivers to. If others have put commits on it meanwhile, pushes to the next
 * replacement.
 * @returns the branch and the commit on it
 * @throws RunFailure push-rejected, auth-failed
 */
export async function pushOwn(
  job: Pushing,
  repository: string,
  made: Pushable,
): Promise<{ readonly branch: string; readonly commit: string }> {
  const { taskBranch } = job.input;
  let { branch } = job.clone;
  for (let count = countOf(branch, taskBranch); ; ) {
    try {
      return { branch, commit: await push(job, repository, branch, made) };
    } catch (error) {
      if (!(error instanceof ForeignCommits)) throw error;
      count += 1;
      branch = replacementBranch(taskBranch, count);
      job.say('push', `${error.message}: this run delivers to ${branch}`);
    }
  }
}

/**
 * Pushes work to a branch of this attempt. A branch of that name that belongs to somebody else is not moved.
 * @returns the branch and the commit on it
 * @throws RunFailure push-rejected, auth-failed
 */
export async function pushAside(
  job: Pushing,
  repository: string,
  name: string,
  made: Pushable,
): Promise<{ readonly branch: string; readonly commit: string }> {
  try {
    return { branch: name, commit: await push(job, repository, name, made, true) };
  } catch (error) {
    if (!(error instanceof ForeignCommits)) throw error;
    const branch = branchWith(name, made.commit);
    job.say('push', `${error.message}: the work goes to ${branch}`);
    return { branch, commit: await push(job, repository, branch, made, true) };
  }
}

const countOf = (branch: string, taskBranch: string): number =>
  branch === taskBranch ? 1 : Number(branch.slice(taskBranch.length + 2));

/** Git's messages for a branch with commits that we do not have. */
const BEHIND = /\((fetch first|non-fast-forward|stale info)\)|failed to update ref|cannot lock ref/;

/**
 * Pushes a commit to a branch and verifies it on the remote. If another run of the task has pushed meanwhile, merges
 * with its commits once. Never forces.
 * @param isNew an existing branch is accepted only if it has commits of the task's runs
 * @returns the commit that the remote shows
 * @throws RunFailure push-rejected, auth-failed
 */
export async function push(
  job: Pushing,
  repository: string,
  branch: string,
  { commit, again }: Pushable,
  isNew = false,
): Promise<string> {
  const { git, clone, input, say } = job;
  const ref = `refs/heads/${branch}`;
  try {
    // The empty lease means that the branch must not exist.
    const lease = isNew ? [`--force-with-lease=${ref}:`] : [];
    await remote('push', '--quiet', ...lease, git.repository, `${commit}:${ref}`);
    return await verified(commit);
  } catch (error) {
    if (!(error instanceof RunFailure) || !BEHIND.test(error.message) || BELOW.test(error.message)) throw error;
    const head = await headOf();
    if (head) await checkOwn(head);
    const news = head
      ? `has new commits (${shortCommit(head)}); the work is put on top of them`
      : 'was deleted just now';
    say('push', `${branch} ${news}`);
    const made = head ? await again(await mergedTree(head), head) : commit;
    await remote('push', '--quiet', git.repository, `${made}:${ref}`);
    return await verified(made);
  }

  function remote(...args: string[]): Promise<string> {
    const step = args[0] === 'push' ? 'push' : 'verify';
    return git.remote(repository, args, 'push-rejected', (text) => say(step, text));
  }

  async function headOf(): Promise<string> {
    return headIn(await remote('ls-remote', git.repository, ref), ref);
  }

  /** Refuses to put the work on top of others' commits. */
  async function checkOwn(head: string): Promise<void> {
    await fetch(head);
    const { own, foreign } = await historyOf(git, repository, head, [clone.start], withoutAttempt(input.runName));
    if (isNew && !own) throw new ForeignCommits('push-rejected', `${branch} is somebody else’s`, 'refused');
    if (foreign) throw new ForeignCommits('push-rejected', `${branch} has commits of others (${foreign})`, 'refused');
  }

  /** Merges the work of both runs. Fails if it conflicts. */
  async function mergedTree(head: string): Promise<string> {
    const { code, stdout } = await git.try(repository, ['merge-tree', '--write-tree', '--name-only', head, commit]);
    const [tree = '', ...conflicts] = stdout.split('\n\n')[0]?.split('\n') ?? [];
    if (code === 0) return tree;
    const files = conflicts.filter((path) => path !== '').join(', ');
    throw new RunFailure(
      'push-rejected',
      `${branch} has new commits that do not fit this work${files && `: ${files}`}`,
    );
  }

  async function verified(pushed: string): Promise<string> {
    say('push', `${branch} at ${git.repository}`);
    const seen = await headOf();
    if (seen !== pushed && !(await hasBelow(seen, pushed))) {
      throw new RunFailure('push-rejected', `the push ended well, but the remote shows ${seen || 'no such branch'}`);
    }
    say('verify', `the remote shows ${pushed} on ${branch}${seen === pushed ? '' : `, below ${shortCommit(seen)}`}`);
    return pushed;
  }

  /** Whether somebody has already put commits on top of the pushed one. */
  async function hasBelow(head: string, pushed: string): Promise<boolean> {
    if (head === '') return false;
    await fetch(head);
    return git.isAncestor(repository, pushed, head);
  }

  /** Fetches the commits of the branch that the repository does not have. */
  async function fetch(head: string): Promise<void> {
    await remote('fetch', '--quiet', '--no-tags', '--filter=blob:none', git.repository, head);
  }
}

/**
 * Deletes one of the runner's refs on the remote, but only if it is at one of these commits, so that nobody else's work
 * is lost. Returns whether the ref is gone.
 */
export async function deleteRef(
  git: Git,
  repository: string,
  ref: string,
  commits: readonly string[],
): Promise<boolean> {
  const ask = (...args: string[]) => git.remote(repository, args, 'push-rejected', () => {});
  try {
    const seen = headIn(await ask('ls-remote', git.repository, ref), ref);
    if (seen === '') return true;
    if (!commits.includes(seen)) return false;
    await ask('push', '--quiet', `--force-with-lease=${ref}:${seen}`, git.repository, `:${ref}`);
    return true;
  } catch {
    return false;
  }
}
