import { inOrder } from './dependency-order.js';
import { wavesOfPhase } from './phase-waves.js';
import type { Mode, Task, Warning } from './task.js';

/** A task with its final assignment, after `tasks_meta.json` and the default. */
export interface AssignedTask extends Task {
  readonly assigned: Mode;
}

/** Tasks whose pods may run at the same time. */
export interface Wave {
  readonly phase: number;
  /** Ids, in the list's order. */
  readonly tasks: readonly string[];
  /** Ids of open SYNC tasks that must be done before this wave, without those of an earlier wave. */
  readonly stops: readonly string[];
}

/**
 * The waves of the open ASYNC tasks. Phases are barriers, and the order within a phase is kept. Consecutive `[P]` tasks
 * form one wave, except those that name the same file or depend on each other. Any other task is a separate wave.
 *
 * An open SYNC task stops the waves of later phases, and in its own phase the tasks that depend on it. Stopped `[P]`
 * tasks come after their siblings. Waves run in order, so a stopped wave also stops the following ones.
 */
export function wavesOf(tasks: readonly AssignedTask[]): { waves: Wave[]; warnings: Warning[] } {
  const waves: Wave[] = [];
  let warnings: Warning[] = [];
  const stopped = new Set<string>();
  let humans: string[] = [];
  for (const [phase, here] of openByPhase(tasks)) {
    const ids = new Set(here.map(({ id }) => id));
    const waits = new Map(here.map(({ id, dependsOn }) => [id, dependsOn.filter((other) => ids.has(other))]));
    const order = inOrder(here, waits);
    warnings = warnings.concat(order.warnings);
    for (const wave of wavesOfPhase(order.ordered, waits)) {
      const stops = [...humans, ...wave.humans].filter((id) => !stopped.has(id));
      for (const id of stops) stopped.add(id);
      waves.push({ phase, tasks: wave.tasks, stops });
      humans = [];
    }
    for (const { id, assigned } of here) if (assigned === 'SYNC') humans.push(id);
  }
  return { waves, warnings };
}

/**
 * The open tasks of each phase. If several have the same id, only the first counts, since the agent in the pod finds
 * that one.
 */
function openByPhase(tasks: readonly AssignedTask[]): Map<number, AssignedTask[]> {
  const phases = new Map<number, AssignedTask[]>();
  const seen = new Set<string>();
  for (const task of tasks) {
    if (!seen.has(task.id) && !task.done && !task.setAside) {
      const phase = phases.get(task.phase) ?? [];
      phase.push(task);
      phases.set(task.phase, phase);
    }
    seen.add(task.id);
  }
  return phases;
}
