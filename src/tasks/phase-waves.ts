import { Claims } from './claims.js';
import type { AssignedTask } from './waves.js';

/** A wave within its phase. */
interface PhaseWave {
  readonly tasks: string[];
  /** Ids of open SYNC tasks of the phase on which its tasks depend, without those of an earlier wave. */
  readonly humans: string[];
}

/** For each task of a phase, the ids of the same phase that it depends on. */
type Waits = ReadonlyMap<string, readonly string[]>;

/**
 * The waves of one phase.
 * @param ordered its open tasks, each after the ones that it depends on
 */
export function wavesOfPhase(ordered: readonly AssignedTask[], waits: Waits): PhaseWave[] {
  const waves: PhaseWave[] = [];
  const byId = new Map(ordered.map((task) => [task.id, task]));
  const stopped = stoppedOf(ordered, byId, waits);
  const seen = new Set<string>();
  const push = (tasks: readonly AssignedTask[]) => {
    const ids = tasks.map(({ id }) => id);
    waves.push({ tasks: ids, humans: humansBefore(ids, byId, waits, seen) });
  };
  let run: AssignedTask[] = [];
  const endRun = () => {
    const free = run.filter(({ id }) => !stopped.has(id));
    const rest = run.filter(({ id }) => stopped.has(id));
    for (const tasks of [...together(free, waits), ...together(rest, waits)]) push(tasks);
    run = [];
  };
  for (const task of ordered) {
    if (task.parallel) {
      run.push(task);
      continue;
    }
    endRun();
    if (task.assigned === 'ASYNC') push([task]);
  }
  endRun();
  return waves;
}

/**
 * Splits consecutive `[P]` tasks into waves if two name the same file or one depends on the other. Each task gets the
 * earliest possible wave.
 */
function together(run: readonly AssignedTask[], waits: Waits): AssignedTask[][] {
  const waves: AssignedTask[][] = [];
  const waveOf = new Map<string, number>();
  const claims = new Claims();
  for (const task of run) {
    const isPod = task.assigned === 'ASYNC';
    const shared = isPod ? claims.sharedWith(task.files) : undefined;
    let wave = shared ? shared.wave + 1 : 0;
    for (const id of waits.get(task.id) ?? []) wave = Math.max(wave, (waveOf.get(id) ?? -1) + 1);
    waveOf.set(task.id, wave);
    while (waves.length <= wave) waves.push([]);
    if (!isPod) continue;
    claims.add(task.files, { wave, task: task.id });
    waves[wave]?.push(task);
  }
  return waves.filter((tasks) => tasks.length > 0);
}

/** The ids of the tasks that depend on an open SYNC task of the phase, directly or through others. */
function stoppedOf(
  ordered: readonly AssignedTask[],
  byId: ReadonlyMap<string, AssignedTask>,
  waits: Waits,
): Set<string> {
  const stopped = new Set<string>();
  for (const { id } of ordered) {
    const waitsForHuman = (other: string) => byId.get(other)?.assigned === 'SYNC' || stopped.has(other);
    if ((waits.get(id) ?? []).some(waitsForHuman)) stopped.add(id);
  }
  return stopped;
}

/** The open SYNC tasks on which these depend and that were not seen yet. */
function humansBefore(
  ids: readonly string[],
  byId: ReadonlyMap<string, AssignedTask>,
  waits: Waits,
  seen: Set<string>,
): string[] {
  const humans: string[] = [];
  const next = [...ids];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    for (const other of waits.get(id) ?? []) {
      const task = byId.get(other);
      if (!task || seen.has(other)) continue;
      seen.add(other);
      next.push(other);
      if (task.assigned === 'SYNC') humans.push(other);
    }
  }
  return humans.sort((a, b) => (byId.get(a)?.line ?? 0) - (byId.get(b)?.line ?? 0));
}
