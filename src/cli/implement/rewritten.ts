import { RUN_AND_OUTCOME } from '../../run/trailers.js';
import type { Task } from '../../tasks/task.js';
import { readTaskList } from '../../tasks/task-list.js';
import type { AssignedTask } from '../../tasks/waves.js';
import type { UserGit } from '../user-git.js';
import type { Asked } from './asked.js';

/**
 * Those of the tasks that read differently now from how their run had read them. Whether that is other work, or a
 * correction of words, their author knows alone.
 * @param list the task list, relative to the repository
 * @param commit what has all that was delivered in its history
 */
export async function rewritten(
  git: UserGit,
  asked: Asked,
  list: string,
  delivered: readonly AssignedTask[],
  commit: string,
): Promise<string[]> {
  if (delivered.length === 0) return [];
  const log = (await git.try('log', '--grep=^Agent-Run: ', `--format=%H ${RUN_AND_OUTCOME}`, commit)) ?? '';
  const commits = log.split('\n').map((line) => line.split(' '));
  const changed: string[] = [];
  for (const task of delivered) {
    const runs = asked.runsOf(task);
    const [by] = commits.find(([, run = '', outcome]) => outcome === 'delivered' && runs.test(run)) ?? [];
    const text = by && (await git.try('show', `${by}:${list}`));
    const then = text && readTaskList(text).tasks.find(({ id }) => id === task.id);
    if (then && wordsOf(then) !== wordsOf(task)) changed.push(task.id);
  }
  return changed;
}

/** What a task asks for: neither its box nor its labels. */
function wordsOf({ description, text }: Task): string {
  const [, ...below] = text.split('\n');
  return [description, ...below]
    .join('\n')
    .replace(/\[[ xX-]\]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
