import { commitSubject, isLongTitle, titleOf } from '../../run/commit-subject.js';
import { parseRunCommits, RUN_COMMITS } from '../../run/trailers.js';
import type { AssignedTask } from '../../tasks/waves.js';
import type { UserGit } from '../user-git.js';
import type { Asked } from './asked.js';

/**
 * Those of the tasks whose line reads differently now from how their run had read it: its commit says that. Whether it is
 * other work, or a correction of words, their author knows alone.
 * @param commit what has all that was delivered in its history
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

/** Whether a run's commit is about the task as it is; true, too, of a message that was written anew or redacted. */
function tellsOf(message: string, { id, description }: AssignedTask): boolean {
  if (!message.startsWith(`[${id}] `) || message.includes('***')) return true;
  const title = titleOf(description);
  const [subject, whole] = message.split('\n\n');
  return subject === commitSubject(id, title) && (!isLongTitle(title) || whole === title);
}
