import type { Mode, Task } from './task.js';

/** The ways to assign tasks without a marker. */
export const DEFAULT_MODES = ['sync', 'async', 'heuristic'] as const;
export type DefaultMode = (typeof DEFAULT_MODES)[number];

/**
 * The words of the spec-kit fork's `classify_task_execution_mode`. The fork also matches them inside of other words,
 * like "latest".
 */
const DELEGABLE = /\b(?:research|analy[sz]e|design|plan|review|tests?|investigate|explore|prototype)\b/i;

/** The mode of a task without a marker. `heuristic` guesses like the spec-kit fork, but matches whole words. */
export function defaultModeOf(task: Task, mode: DefaultMode): Mode {
  if (mode !== 'heuristic') return mode === 'async' ? 'ASYNC' : 'SYNC';
  return DELEGABLE.test(task.description) || task.files.length > 2 ? 'ASYNC' : 'SYNC';
}
