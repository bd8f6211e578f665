import type { OtherWork } from '../../run/result.js';
import { commitWork, type Made } from '../commit/commit.js';
import { inFreshRepository } from '../commit/fresh-repository.js';
import type { Work } from '../commit/message.js';
import { firstOf } from '../git/changed.js';
import { RunFailure } from '../process/failure.js';
import type { Log } from '../process/log.js';
import type { Job } from '../start/job.js';
import { areOnBranches, saveOthers } from './aside.js';
import type { Checkpoints } from './checkpoints.js';
import { pushOwn } from './push.js';

export interface Delivered {
  readonly branch: string;
  readonly commit: string;
  readonly filesChanged: number;
  /** Work that is not on the task's branch. */
  readonly others: readonly OtherWork[];
}

/**
 * Makes one commit of the worktree, pushes it and verifies it on the remote.
 * @param onMade gets the commit before anything else can fail
 * @throws RunFailure no-changes, push-rejected, auth-failed; agent-failed if something must not or cannot be pushed
 */
export async function deliver(
  job: Job,
  work: Work,
  checkpoints: Checkpoints,
  log: Log,
  onMade: (made: Made) => void,
): Promise<Delivered> {
  const { git, clone } = job;
  const make = (repository: string) => commitWork(job, repository, work);
  return inFreshRepository(job, make, async (repository, made) => {
    onMade(made);
    if (made.problem) throw new RunFailure('agent-failed', work.redact(made.problem));
    // Work that an earlier run saved still counts as a change until it has been delivered.
    if (made.leftOut.length === 0 && (made.filesChanged === 0 || (clone.delivered && made.filesNew === 0))) {
      // The agent has reverted the changes of earlier checkpoints.
      if (made.others.length > 0) {
        const places = made.others.map(({ what }) => what).join(', ');
        throw new RunFailure(
          'agent-failed',
          `nothing is on ${clone.branch}; the agent’s work is on ${work.redact(places)}`,
        );
      }
      await checkpoints.remove(git, repository);
      const { protectedPaths, ignored } = made;
      const but = [
        ...(protectedPaths.length > 0 ? [`${firstOf(protectedPaths)}, which no run changes`] : []),
        ...(ignored.length > 0 ? [`${firstOf(ignored)}, which .gitignore ignores`] : []),
      ];
      const words = `the agent ended well and changed no file${but.length > 0 ? ` but ${but.join(', and ')}` : ''}`;
      throw new RunFailure('no-changes', words);
    }
    if (made.leftOut.length > 0) {
      throw new RunFailure('agent-failed', `what the agent left cannot be delivered: ${firstOf(made.leftOut)}`);
    }
    const { branch, commit } = await pushOwn(job, repository, made);
    const others = await saveOthers(job, repository, { ...work, outcome: 'checkpoint' }, made.others, log);
    if (areOnBranches(others)) await checkpoints.remove(git, repository);
    return { branch, commit, filesChanged: made.filesChanged, others };
  });
}
