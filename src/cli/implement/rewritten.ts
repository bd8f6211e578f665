import { commitSubject, isLongTitle } from '../../run/commit-subject.js';
import { RUN_AND_OUTCOME } from '../../run/trailers.js';
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
  delivered: readonly AssignedTask[],
  commit: string,
): Promise<string[]> {
  if (delivered.length === 0) return [];
  const told = ['--basic-regexp', '--grep=^Agent-Run: ', `--format=%H ${RUN_AND_OUTCOME}`];
  const commits = ((await git.try('log', ...told, commit)) ?? '').split('\n').map((line) => line.split(' '));
  const changed: string[] = [];
  for (const task of delivered) {
    const runs = asked.runsOf(task);
    const [by] = commits.find(([, run = '', outcome]) => outcome === 'delivered' && runs.test(run)) ?? [];
    const message = by && (await git.try('log', '-1', '--format=%B', by));
    if (message && !tellsOf(message, task)) changed.push(task.id);
  }
  return changed;
}

/** Whether a run's commit is about the task as it is; true, too, of a message that was written anew or redacted. */
function tellsOf(message: string, { id, description }: AssignedTask): boolean {
  if (!message.startsWith(`[${id}] `) || message.includes('***')) return true;
  const title = description.split('\n')[0]?.trim() ?? '';
  const [subject, whole] = message.split('\n\n');
  return subject === commitSubject(id, title) && (!isLongTitle(title) || whole === title);
}
