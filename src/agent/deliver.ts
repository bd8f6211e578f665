import type { Checkpoints } from './checkpoints.js';
import { commitWorktree, type Job, type Made } from './commit.js';
import { RunFailure } from './failure.js';
import type { Work } from './message.js';
import { push } from './push.js';
import { inFreshRepository } from './repository.js';

export interface Delivered {
  readonly commit: string;
  readonly filesChanged: number;
}

/**
 * Makes one commit of the worktree, pushes it and asks the remote for it.
 * @param onMade gets the commit before anything else can fail
 * @throws RunFailure no-changes, push-rejected, auth-failed; agent-failed when something must not or cannot be pushed
 */
export async function deliver(
  job: Job,
  work: Work,
  checkpoints: Checkpoints,
  onMade: (made: Made) => void,
): Promise<Delivered> {
  const { git, clone, input, say } = job;
  const make = (repository: string) => commitWorktree(job, repository, work);
  return inFreshRepository(job, make, async (repository, made) => {
    onMade(made);
    // Work that was saved before is not new; that it was finished is.
    if (made.leftOut.length === 0 && (made.filesChanged === 0 || (clone.delivered && made.filesNew === 0))) {
      // What an earlier checkpoint has in it the agent has taken back.
      await checkpoints.remove(git, repository);
      const but = made.protectedPaths.length > 0 ? ` but ${shortly(made.protectedPaths)}, which no run changes` : '';
      throw new RunFailure('no-changes', `the agent ended well and changed no file${but}`);
    }
    if (made.leftOut.length > 0) {
      throw new RunFailure('agent-failed', `what the agent left cannot be delivered: ${shortly(made.leftOut)}`);
    }
    const commit = await push(git, repository, input.taskBranch, made, say);
    await checkpoints.remove(git, repository);
    return { commit, filesChanged: made.filesChanged };
  });
}

const shortly = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
