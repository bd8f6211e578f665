import { attemptBranch } from '../../run/names.js';
import type { OtherWork } from '../../run/result.js';
import { commitDecided } from '../commit/commit.js';
import type { Work } from '../commit/message.js';
import type { Log } from '../process/log.js';
import type { Job } from '../start/job.js';
import { type Other, onlyTree } from '../work/decide.js';
import { putIntoLog } from './bundle.js';
import { pushAside } from './push.js';

/**
 * Saves the work that the agent put elsewhere in its git: each on a branch of the attempt or, if that fails, in the
 * log. Never throws.
 * @returns what there was, and where it is now
 */
export async function saveOthers(
  job: Job,
  repository: string,
  work: Work,
  others: readonly Other[],
  log: Log,
): Promise<OtherWork[]> {
  const { input, say } = job;
  const saved: OtherWork[] = [];
  for (const { suffix, tree, ...other } of others) {
    const what = work.redact(other.what);
    const branch = `${attemptBranch(input.taskBranch, input.runName)}-${suffix}`;
    say('save', `the agent has work on ${what}, which is not on ${input.taskBranch}`);
    try {
      const made = await commitDecided(job, repository, work, onlyTree(tree));
      if (made.filesNew === 0) continue;
      try {
        saved.push({ what, branch: (await pushAside(job, repository, branch, made)).branch });
      } catch (error) {
        say('push', `${branch}: ${work.redact((error as Error).message)}`);
        const lost = await putIntoLog(job, repository, branch, made.commit, log);
        saved.push(lost === undefined ? { what, branch, inLog: true } : { what });
      }
    } catch (error) {
      say('save', `${what}: ${work.redact((error as Error).message)}`);
      saved.push({ what });
    }
  }
  return saved;
}

export const areOnBranches = (others: readonly OtherWork[]): boolean =>
  others.every(({ branch, inLog }) => branch !== undefined && !inLog);

/** Describes the places in words: `a stash is on branch x`. */
export const whereOthersAre = (others: readonly OtherWork[]): string =>
  others
    .map(({ what, branch, inLog }) => {
      if (!branch) return `${what} could not be saved`;
      return inLog ? `${what} is in the log, as branch ${branch}` : `${what} is on branch ${branch}`;
    })
    .join('; ');
