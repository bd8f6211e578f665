import { Claims } from './claims.js';
import { type DefaultMode, defaultModeOf } from './default-mode.js';
import { saysBoth } from './labels.js';
import type { Mode, Phase, Task, TaskList, Warning } from './task.js';
import { type AssignedTask, type Wave, wavesOf } from './waves.js';

/** What beside `tasks.md` says who does a task. */
export interface PlanOptions {
  /** By `tasks_meta.json`, for tasks without a marker. */
  readonly metaModes?: ReadonlyMap<string, Mode>;
  /** For tasks that nothing says it of. @default 'sync': no pod runs on a guess */
  readonly defaultMode?: DefaultMode;
}

/** What pods do of a task list, and in which order. */
export interface Plan {
  readonly tasks: readonly AssignedTask[];
  readonly phases: readonly Phase[];
  readonly waves: readonly Wave[];
  readonly warnings: readonly Warning[];
}

/**
 * Plans a task list: the marker of a task says who does it, then `tasks_meta.json`, then the default. A task that is
 * marked both ways is a human's. Done tasks are what others waited for, and are in no wave.
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
  const byId = new Map([...tasks].reverse().map((task) => [task.id, task]));
  return tasks
    .filter(({ done, setAside }) => !done && !setAside)
    .flatMap(({ id, phase, dependsOn, line }) =>
      dependsOn
        .filter((other) => {
          const task = byId.get(other);
          return task && !task.done && task.phase > phase;
        })
        .map((other) => ({
          line,
          message: `${id} depends on ${other} of the later phase ${byId.get(other)?.phase}, and does not wait for it: move one of them`,
        })),
    );
}

/** `[P]` says that a task shares no file with those beside it. */
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
        message: `${task.id} is marked [P] and names ${shared.path}, as ${shared.task} does, so they do not run together`,
      });
    }
    claims.add(task.files, { wave: 0, task: task.id });
  }
  return warnings;
}

/** A pod does not wait for a human's task above that it does not name, though both change a file. */
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
    const message = `${id} names ${shared.path}, as ${shared.task} does, which is yours, and does not wait for it: write "(depends on ${shared.task})" if it must`;
    warnings.push({ line, message });
  }
  return warnings;
}
