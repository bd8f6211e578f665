import { inOrder } from './dependency-order.js';
import { wavesOfPhase } from './phase-waves.js';
import type { Mode, Task, Warning } from './task.js';

/** A task, and who does it after `tasks_meta.json` and the default were asked. */
export interface AssignedTask extends Task {
  readonly assigned: Mode;
}

/** Tasks whose pods may run at the same time. */
export interface Wave {
  readonly phase: number;
  /** Ids, in the list's order. */
  readonly tasks: readonly string[];
  /** Ids of open SYNC tasks that have to be done before this wave, without those that an earlier wave has. */
  readonly stops: readonly string[];
}

/**
 * The waves of the open ASYNC tasks. Phases are barriers; within one the order is kept: a run of `[P]` tasks is one wave,
 * but for those that name the same file or depend on each other; any other task is a wave of its own.
 *
 * An open SYNC task stops the waves of later phases, and in its own phase those that say that they depend on it; `[P]`
 * tasks that are stopped come behind their siblings. Waves run in their order, so that what stops one stops the rest.
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

/** The open tasks of each phase. Of several with one id, the first: it is the one that the agent in the pod finds. */
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
