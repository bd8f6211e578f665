import type { OutcomeName } from '../../run/outcomes.js';
import type { Plan } from '../../tasks/plan.js';
import type { AssignedTask, Wave } from '../../tasks/waves.js';
import { MergeConflict, type Merged } from '../integration.js';

/** How a task of the plan ended, in whatever run. */
export interface TaskEnd {
  readonly outcome: OutcomeName;
  /** Whether the user's own git saw what was delivered. */
  readonly confirmed?: boolean;
}

/** A pod's word is not enough, where the user's git says otherwise. */
export const hasDelivered = (end: TaskEnd | undefined): boolean =>
  end?.outcome === 'delivered' && end.confirmed !== false;

/** Why not every wave was run. */
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
  /** Tasks that need no run any more. */
  readonly delivered: ReadonlySet<string>;
  /** Puts together what was delivered so far. */
  integrate(): Promise<Merged>;
  /** Runs a task to its end, from a commit. */
  run(task: AssignedTask, base: string): Promise<End>;
}

/**
 * Runs the waves of a plan, each from what the ones before it have delivered. A failed task ends its phase, unless it is
 * marked `[P]`; then its siblings go on, but nothing that depends on it. No phase begins before the one before it is done.
 * @param ends takes the end of each run as it comes
 * @returns why it stopped before the last wave; undefined when it did not
 */
export async function runWaves<End extends TaskEnd>(
  waves: Waves<End>,
  ends: Map<string, End>,
): Promise<Halt | undefined> {
  const { plan, parallel, skipSync, delivered } = waves;
  const byId = new Map([...plan.tasks].reverse().map((task) => [task.id, task]));
  const failed = new Map<string, AssignedTask>();
  const humans: string[] = [];
  for (const wave of plan.waves) {
    humans.push(...wave.stops);
    const open = tasksOf(wave, byId).filter(({ id }) => !delivered.has(id));
    if (open.length === 0) continue;
    const ending = [...failed.values()].filter(({ parallel, phase }) => !parallel || phase < wave.phase);
    if (ending.length > 0) return putTogether({ by: 'failure', tasks: ending.map(({ id }) => id) });
    if (humans.length > 0 && !skipSync) return putTogether({ by: 'humans', tasks: humans });
    const able = open.filter(({ dependsOn }) => !dependsOn.some((id) => failed.has(id)));
    for (const task of open) if (!able.includes(task)) failed.set(task.id, task);
    if (able.length === 0) continue;
    const merged = await integrated(waves.integrate);
    if (merged instanceof MergeConflict) return { by: 'conflict', conflict: merged };
    await atMost(parallel, able, async (task) => {
      const end = await waves.run(task, merged.commit);
      ends.set(task.id, end);
      if (!hasDelivered(end)) failed.set(task.id, task);
    });
  }
  return putTogether(failed.size > 0 ? { by: 'failure', tasks: [...failed.keys()] } : undefined);

  /** Also where it stops, what was delivered is put together. */
  async function putTogether(halt: Halt | undefined): Promise<Halt | undefined> {
    const merged = await integrated(waves.integrate);
    return merged instanceof MergeConflict ? { by: 'conflict', conflict: merged } : halt;
  }
}

const tasksOf = ({ tasks }: Wave, byId: ReadonlyMap<string, AssignedTask>): AssignedTask[] =>
  tasks.flatMap((id) => byId.get(id) ?? []);

/** The conflict, if what was delivered does not fit together, is no error here. */
export async function integrated(integrate: () => Promise<Merged>): Promise<Merged | MergeConflict> {
  try {
    return await integrate();
  } catch (error) {
    if (error instanceof MergeConflict) return error;
    throw error;
  }
}

/** Works on all items, so many at the same time. The first error ends it, when what has begun has ended. */
async function atMost<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined && errors.length === 0; item = left.shift()) {
      await work(item).catch((error) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
