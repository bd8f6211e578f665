import type { Job } from '../start/job.js';
import type { Decided } from './decide.js';

/** How long to wait for git, in milliseconds. */
const LOOK = 10_000;
/** The most commits of the agent that the message lists. */
const COMMITS = 50;

/** Subjects of the agent's own commits, the oldest first. They may say anything, so they are only quoted. */
export async function subjectsIn(
  { git, clone }: Job,
  repository: string,
  history: Decided['history'],
): Promise<string[]> {
  if (history === undefined) return [];
  try {
    const { head, foreign } = history;
    const log = ['log', '--reverse', '--format=%s', head, `^${clone.start}`, ...foreign.map((commit) => `^${commit}`)];
    const subjects = await git.within(LOOK).run(repository, log);
    return subjects
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, COMMITS);
  } catch {
    return [];
  }
}
