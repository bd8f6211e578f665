import type { Mode, Task } from './task.js';

/** Who does the tasks that do not say it. */
export const DEFAULT_MODES = ['sync', 'async', 'heuristic'] as const;
export type DefaultMode = (typeof DEFAULT_MODES)[number];

/** The words of the spec-kit fork's `classify_task_execution_mode`; it finds them inside of others too, like "latest". */
const DELEGABLE = /\b(?:research|analy[sz]e|design|plan|review|tests?|investigate|explore|prototype)\b/i;

/** Who does a task that does not say it. `heuristic` is the spec-kit fork's guess, by whole words. */
export function defaultModeOf(task: Task, mode: DefaultMode): Mode {
  if (mode !== 'heuristic') return mode === 'async' ? 'ASYNC' : 'SYNC';
  return DELEGABLE.test(task.description) || task.files.length > 2 ? 'ASYNC' : 'SYNC';
}
