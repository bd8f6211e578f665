import { byId } from './by-id.js';
import { Claims } from './claims.js';
import { type DefaultMode, defaultModeOf } from './default-mode.js';
import { saysBoth } from './labels.js';
import type { Mode, Phase, Task, TaskList, Warning } from './task.js';
import { type AssignedTask, type Wave, wavesOf } from './waves.js';

/** Sources besides `tasks.md` for who does a task. */
export interface PlanOptions {
  /** Modes from `tasks_meta.json`, for tasks without a marker. */
  readonly metaModes?: ReadonlyMap<string, Mode>;
  /** For tasks without a marker and without an entry in `tasks_meta.json`. @default 'sync': no pod runs on a guess */
  readonly defaultMode?: DefaultMode;
}

/** The part of a task list that pods do, and its order. */
export interface Plan {
  readonly tasks: readonly AssignedTask[];
  readonly phases: readonly Phase[];
  readonly waves: readonly Wave[];
  readonly warnings: readonly Warning[];
}

/**
 * Plans a task list. A task's marker says who does it; without one, `tasks_meta.json` does; otherwise the default. A
 * human does a task with both markers. Done tasks are in no wave.
 */
export function planTasks(list: TaskList, { metaModes, defaultMode = 'sync' }: PlanOptions = {}): Plan {
  const tasks = list.tasks.map((task): AssignedTask => {
    const both = saysBoth(task.labels);
    const mode = task.mode ?? (both ? undefined : metaModes?.get(task.id)) ?? null;
    return { ...task, mode, assigned: mode ?? (both ? 'SYNC' : defaultModeOf(task, defaultMode)) };
  });
  const { waves, warnings } = wavesOf(tasks);
  const all = list.warnings
    .concat(
      contradictions(list.tasks, metaModes),
      laterPhases(tasks),
      sharedFiles(tasks),
      filesOfHumans(tasks),
      warnings,
    )
    .sort((a, b) => a.line - b.line);
  return { tasks, phases: list.phases, waves, warnings: all };
}

function contradictions(tasks: readonly Task[], metaModes: PlanOptions['metaModes']): Warning[] {
  return tasks
    .filter(({ id, mode }) => mode !== null && (metaModes?.get(id) ?? mode) !== mode)
    .map(({ id, mode, line }) => ({
      line,
      message: `${id} is ${metaModes?.get(id)} in tasks_meta.json; its marker [${mode}] counts: correct one of them`,
    }));
}

function laterPhases(tasks: readonly Task[]): Warning[] {
  const known = byId(tasks);
  return tasks
    .filter(({ done, setAside }) => !done && !setAside)
    .flatMap(({ id, phase, dependsOn, line }) =>
      dependsOn
        .filter((other) => {
          const task = known.get(other);
          return task && !task.done && task.phase > phase;
        })
        .map((other) => ({
          line,
          message:
            `${id} depends on ${other} of the later phase ${known.get(other)?.phase}, and does not wait ` +
            'for it: move one of them',
        })),
    );
}

/** Warns if `[P]` tasks next to each other share a file, which `[P]` denies. */
function sharedFiles(tasks: readonly Task[]): Warning[] {
  const warnings: Warning[] = [];
  let claims = new Claims();
  let phase = -1;
  for (const task of tasks) {
    if (task.done || task.setAside) continue;
    if (!task.parallel || task.phase !== phase) claims = new Claims();
    phase = task.phase;
    if (!task.parallel) continue;
    const shared = claims.sharedWith(task.files);
    if (shared) {
      warnings.push({
        line: task.line,
        message:
          `${task.id} is marked [P] and names ${shared.path}, ` + `as ${shared.task} does, so they do not run together`,
      });
    }
    claims.add(task.files, { wave: 0, task: task.id });
  }
  return warnings;
}

/**
 * Warns if a pod's task and a human's task above it name the same file: without a dependency, the pod does not wait.
 */
function filesOfHumans(tasks: readonly AssignedTask[]): Warning[] {
  const warnings: Warning[] = [];
  let claims = new Claims();
  let phase = -1;
  for (const { id, files, dependsOn, assigned, done, setAside, line, phase: own } of tasks) {
    if (done || setAside) continue;
    if (own !== phase) claims = new Claims();
    phase = own;
    if (assigned === 'SYNC') {
      claims.add(files, { wave: 0, task: id });
      continue;
    }
    const shared = claims.sharedWith(files);
    if (!shared || dependsOn.includes(shared.task)) continue;
    const message =
      `${id} names ${shared.path}, as ${shared.task} does, which is yours, and does not wait for it: ` +
      `write "(depends on ${shared.task})" if it must`;
    warnings.push({ line, message });
  }
  return warnings;
}
