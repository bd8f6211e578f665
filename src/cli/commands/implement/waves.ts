import type { OutcomeName } from '../../../run/outcomes.js';
import { byId } from '../../../tasks/by-id.js';
import type { Plan } from '../../../tasks/plan.js';
import type { AssignedTask, Wave } from '../../../tasks/waves.js';
import { MergeConflict, type Merged } from '../../git/integration.js';
import { atMost } from '../../runs/at-most.js';

/** How a task of the plan ended, in any run. */
export interface TaskEnd {
  readonly outcome: OutcomeName;
  /** Whether the user's own git saw what was delivered. */
  readonly confirmed?: boolean;
}

/** A pod's report does not count if the user's git contradicts it. */
export const hasDelivered = (end: TaskEnd | undefined): boolean =>
  end?.outcome === 'delivered' && end.confirmed !== false;

/** Why the plan stopped before its last wave. */
export type Halt =
  | { readonly by: 'humans'; readonly tasks: readonly string[] }
  | { readonly by: 'failure'; readonly tasks: readonly string[] }
  | { readonly by: 'error'; readonly error: unknown }
  | { readonly by: 'conflict'; readonly conflict: MergeConflict };

/** What the waves are run with. */
export interface Waves<End extends TaskEnd> {
  readonly plan: Plan;
  /** How many runs may be alive at the same time. */
  readonly parallel: number;
  /** Goes on where a human's task is open. */
  readonly skipSync: boolean;
  /** Tasks that need no run, because they were delivered before. */
  readonly delivered: ReadonlySet<string>;
  /** Merges what was delivered so far. */
  integrate(): Promise<Merged>;
  /** These tasks begin now, from a commit. */
  begins(tasks: readonly AssignedTask[], base: string): void;
  /** Runs a task to its end, from a commit. */
  run(task: AssignedTask, base: string): Promise<End>;
}

/**
 * Runs the waves of a plan. Each starts from what the ones before it have delivered. A failed task ends its phase. A
 * failed `[P]` task lets its siblings go on, but not the tasks that depend on it. No phase begins before the one before
 * it is done.
 * @param ends gets the end of each run
 * @returns why it stopped before the last wave; undefined when it did not
 */
export async function runWaves<End extends TaskEnd>(
  waves: Waves<End>,
  ends: Map<string, End>,
): Promise<Halt | undefined> {
  const { plan, parallel, skipSync, delivered } = waves;
  const known = byId(plan.tasks);
  const failed = new Map<string, AssignedTask>();
  const humans: string[] = [];
  for (const wave of plan.waves) {
    humans.push(...wave.stops);
    const open = tasksOf(wave, known).filter(({ id }) => !delivered.has(id));
    if (open.length === 0) continue;
    const ending = [...failed.values()].filter(({ parallel, phase }) => !parallel || phase < wave.phase);
    if (ending.length > 0) return putTogether({ by: 'failure', tasks: ending.map(({ id }) => id) });
    if (humans.length > 0 && !skipSync) return putTogether({ by: 'humans', tasks: humans });
    const able = open.filter(({ dependsOn }) => !dependsOn.some((id) => failed.has(id)));
    for (const task of open) if (!able.includes(task)) failed.set(task.id, task);
    if (able.length === 0) continue;
    const merged = await integrated(waves.integrate);
    if (merged instanceof MergeConflict) return { by: 'conflict', conflict: merged };
    waves.begins(able, merged.commit);
    await atMost(parallel, able, async (task) => {
      const end = await waves.run(task, merged.commit);
      ends.set(task.id, end);
      if (!hasDelivered(end)) failed.set(task.id, task);
    });
  }
  return putTogether(failed.size > 0 ? { by: 'failure', tasks: [...failed.keys()] } : undefined);

  /** Merges what was delivered, even if the plan has stopped. */
  async function putTogether(halt: Halt | undefined): Promise<Halt | undefined> {
    const merged = await integrated(waves.integrate);
    return merged instanceof MergeConflict ? { by: 'conflict', conflict: merged } : halt;
  }
}

const tasksOf = ({ tasks }: Wave, known: ReadonlyMap<string, AssignedTask>): AssignedTask[] =>
  tasks.flatMap((id) => known.get(id) ?? []);

/** Returns a merge conflict instead of throwing it. */
export async function integrated(integrate: () => Promise<Merged>): Promise<Merged | MergeConflict> {
  try {
    return await integrate();
  } catch (error) {
    if (error instanceof MergeConflict) return error;
    throw error;
  }
}
