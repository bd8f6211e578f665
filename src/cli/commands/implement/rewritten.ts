import { commitSubject, isLongTitle, titleOf } from '../../../run/commit-subject.js';
import { parseRunCommits, RUN_COMMITS } from '../../../run/trailers.js';
import type { AssignedTask } from '../../../tasks/waves.js';
import type { UserGit } from '../../git/user-git.js';
import type { Asked } from './asked.js';

/**
 * The delivered tasks whose line has changed since their run, whose commit has the old line. Only the author knows
 * whether the new line asks for other work, or corrects some words.
 * @param commit its history has everything that was delivered
 */
export async function rewritten(
  git: UserGit,
  asked: Asked,
  delivered: ReadonlySet<string>,
  commit: string,
): Promise<string[]> {
  if (delivered.size === 0) return [];
  const commits = parseRunCommits((await git.try(RUN_COMMITS, commit)) ?? '');
  const changed: string[] = [];
  for (const task of asked.tasks.filter(({ id }) => delivered.has(id))) {
    const runs = asked.runsOf(task);
    const by = commits.find(({ run, outcome }) => outcome === 'delivered' && runs.test(run));
    const message = by && (await git.try(['log', '-1', '--format=%B'], by.commit));
    if (message && !tellsOf(message, task)) changed.push(task.id);
  }
  return changed;
}

/** Whether a run's commit has the task's present line. A message that was rewritten or redacted counts as a match. */
function tellsOf(message: string, { id, description }: AssignedTask): boolean {
  if (!message.startsWith(`[${id}] `) || message.includes('***')) return true;
  const title = titleOf(description);
  const [subject, whole] = message.split('\n\n');
  return subject === commitSubject(id, title) && (!isLongTitle(title) || whole === title);
}
