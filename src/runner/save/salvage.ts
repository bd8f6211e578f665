import { attemptBranch } from '../../run/names.js';
import { firstNames, type OtherWork, type Salvage } from '../../run/result.js';
import { commitDecided, commitWork, type Made } from '../commit/commit.js';
import { inFreshRepository } from '../commit/fresh-repository.js';
import type { Work } from '../commit/message.js';
import { RunFailure } from '../process/failure.js';
import type { Log } from '../process/log.js';
import type { Stop } from '../process/stop.js';
import type { Job } from '../start/job.js';
import { decideCommitted } from '../work/decide.js';
import { areOnBranches, saveOthers } from './aside.js';
import { putIntoLog } from './bundle.js';
import type { Checkpoints } from './checkpoints.js';
import { pushAside, pushOwn } from './push.js';

/**
 * Saves the worktree of a run that did not deliver: on the task's branch, or on a branch of the attempt, or in the log.
 * Never throws, because the run already has another outcome.
 * @param onMade gets the saved commit
 */
export async function salvage(
  job: Job,
  work: Work,
  checkpoints: Checkpoints,
  stop: Stop,
  log: Log,
  onMade: (made: Made) => void,
): Promise<{ salvage: Salvage; others: readonly OtherWork[] }> {
  const make = (repository: string) => commitInTime(job, repository, work, stop, checkpoints);
  try {
    return await inFreshRepository(job, make, async (repository, made) => {
      onMade(made);
      const names = firstNames(made.leftOut);
      const saved =
        made.filesNew === 0
          ? nothing(job, names, made, checkpoints)
          : await keep(job, repository, work, made, checkpoints, log);
      const others = await saveOthers(job, repository, work, made.others, log);
      if (saved.pushed && !made.partial && areOnBranches(others)) await checkpoints.remove(job.git, repository);
      return { salvage: { ...saved, ...(names.length > 0 && { leftOut: names }) }, others };
    });
  } catch (error) {
    const reason = `${work.redact((error as Error).message)}${checkpoints.told()}`;
    return { salvage: { pushed: false, reason }, others: [] };
  }
}

function nothing(
  { clone, input }: Job,
  leftOut: readonly string[],
  { partial, filesChanged }: Made,
  checkpoints: Checkpoints,
): Salvage {
  if (partial) return { pushed: false, reason: `${NO_TIME}${checkpoints.told()}` };
  // The work of earlier attempts is still there.
  if (filesChanged > 0 && clone.branch === input.taskBranch) {
    return { pushed: true, branch: clone.branch, commit: clone.start };
  }
  return {
    pushed: false,
    reason: leftOut.length > 0 ? 'nothing else had been changed' : 'nothing had been changed',
  };
}

const NO_TIME = 'there was no time to read the whole worktree';

/** Commits the worktree. If there is no time for that, commits what the agent committed itself. */
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
    return await commitWork({ ...job, git: job.git.with({ signal: over.signal }) }, repository, work);
  } catch (error) {
    if (!over.signal.aborted) throw error;
    job.say('commit', 'there is no time for the whole worktree: what the agent committed itself is saved');
    const decided = await decideCommitted(job, repository);
    const unread = [`the rest of the worktree: ${NO_TIME}${checkpoints.told()}`];
    return { ...(await commitDecided(job, repository, work, { ...decided, unread })), partial: true };
  } finally {
    // If the push needs a merge, the commit is made again. That may use all the time that is left.
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
  const { input, say } = job;
  // The work goes to the attempt's branch in three cases: the task's branch has refused it already; it is only a part,
  // and a checkpoint has more; or it cannot be separated from others' work. The next run must not start from the last
  // two.
  const aside = work.outcome === 'push-rejected' || made.problem || (made.partial && checkpoints.told() !== '');
  const toAttempt = () => pushAside(job, repository, attemptBranch(input.taskBranch, input.runName), made);
  const ways = aside ? [toAttempt] : [() => pushOwn(job, repository, made), toAttempt];
  let reason = '';
  for (const way of ways) {
    try {
      return { pushed: true, ...(await way()) };
    } catch (error) {
      reason = work.redact((error as Error).message);
      say('push', reason);
      // Another branch helps only against a refusal of this branch.
      if (!(error instanceof RunFailure) || error.cause === 'network' || error.cause === 'auth') break;
    }
  }
  const lost = await putIntoLog(job, repository, input.taskBranch, made.commit, log);
  return lost === undefined
    ? { pushed: false, branch: input.taskBranch, commit: made.commit, reason }
    : { pushed: false, reason: `${reason}; ${lost}${checkpoints.told()}` };
}
