import { attemptBranch } from '../run/names.js';
import { firstNames, type Salvage } from '../run/result.js';
import { putIntoLog } from './bundle.js';
import type { Checkpoints } from './checkpoints.js';
import { commitTree, commitWorktree, type Job, type Made } from './commit.js';
import { RunFailure } from './failure.js';
import { headOf } from './head.js';
import type { Log } from './log.js';
import type { Work } from './message.js';
import { push } from './push.js';
import { inFreshRepository } from './repository.js';
import type { Stop } from './stop.js';

/**
 * Saves what is in the worktree of a run that did not deliver: on the task's branch, else on a branch of the attempt's, else
 * in the log. Never throws: the run's outcome is another one.
 * @param onMade gets the commit that is saved
 */
export async function salvage(
  job: Job,
  work: Work,
  checkpoints: Checkpoints,
  stop: Stop,
  log: Log,
  onMade: (made: Made) => void,
): Promise<Salvage> {
  const make = (repository: string) => commitInTime(job, repository, work, stop, checkpoints);
  try {
    return await inFreshRepository(job, make, async (repository, made) => {
      onMade(made);
      const names = firstNames(made.leftOut);
      const saved =
        made.filesNew === 0
          ? nothing(names, made, checkpoints)
          : await keep(job, repository, work, made, checkpoints, log);
      return { ...saved, ...(names.length > 0 && { leftOut: names }) };
    });
  } catch (error) {
    return { pushed: false, reason: `${work.redact((error as Error).message)}${checkpoints.told()}` };
  }
}

function nothing(leftOut: readonly string[], { partial }: Made, checkpoints: Checkpoints): Salvage {
  if (partial) return { pushed: false, reason: `${NO_TIME}${checkpoints.told()}` };
  return {
    pushed: false,
    reason: leftOut.length > 0 ? 'nothing else had been changed' : 'nothing had been changed',
  };
}

const NO_TIME = 'there was no time to read the whole worktree';

/** The worktree, unless that takes longer than there is time: then what the agent has committed. */
async function commitInTime(
  job: Job,
  repository: string,
  work: Work,
  stop: Stop,
  checkpoints: Checkpoints,
): Promise<Made> {
  const over = new AbortController();
  const end = () => over.abort(new Error('there is no time for the whole worktree'));
  const timer = setTimeout(end, Math.max(1000, Math.round(stop.timeLeft() / 2)));
  stop.hurry.addEventListener('abort', end);
  if (stop.hurry.aborted) end();
  try {
    return await commitWorktree({ ...job, git: job.git.with({ signal: over.signal }) }, repository, work);
  } catch (error) {
    if (!over.signal.aborted) throw error;
    job.say('commit', 'there is no time for the whole worktree: what the agent committed itself is saved');
    const head = headOf(job.clone, job.worktree) ?? job.clone.start;
    const tree = await job.git.run(repository, ['rev-parse', '--verify', `${head}^{tree}`]);
    return {
      ...(await commitTree(job, repository, work, tree, [`the rest of the worktree: ${NO_TIME}${checkpoints.told()}`])),
      partial: true,
    };
  } finally {
    // The commit is made again where it does not fit the branch: that has all the time that is left.
    clearTimeout(timer);
    stop.hurry.removeEventListener('abort', end);
  }
}

async function keep(
  job: Job,
  repository: string,
  work: Work,
  made: Made,
  checkpoints: Checkpoints,
  log: Log,
): Promise<Salvage> {
  const { git, input, say } = job;
  // What the task's own branch has refused, it will refuse again.
  // Beside a checkpoint that has more, a part of the work must not be what the next run starts from.
  const aside = work.outcome === 'push-rejected' || (made.partial && checkpoints.told() !== '');
  const own = aside ? [] : [input.taskBranch];
  const branches = [...own, attemptBranch(input.taskBranch, input.runName)];
  let reason = '';
  for (const branch of branches) {
    try {
      const commit = await push(git, repository, branch, made, say);
      if (!made.partial) await checkpoints.remove(git, repository);
      return { pushed: true, branch, commit };
    } catch (error) {
      reason = work.redact((error as Error).message);
      say('push', `${branch}: ${reason}`);
      // Only what the remote says about a branch may be different for another one.
      if (!(error instanceof RunFailure) || error.cause === 'network' || error.cause === 'auth') break;
    }
  }
  const lost = await putIntoLog(job, repository, input.taskBranch, made.commit, log);
  return lost === undefined
    ? { pushed: false, branch: input.taskBranch, commit: made.commit, reason }
    : { pushed: false, reason: `${reason}; ${lost}${checkpoints.told()}` };
}
