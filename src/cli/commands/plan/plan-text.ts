import { plain, plainLine } from '../../../run/printable.js';
import { byId } from '../../../tasks/by-id.js';
import type { Plan } from '../../../tasks/plan.js';
import type { Warning } from '../../../tasks/task.js';
import type { AssignedTask } from '../../../tasks/waves.js';
import type { Terminal } from '../../terminal/terminal.js';
import { cutTo, padded, widthOf } from '../../terminal/width.js';

/** A plan for people: the tasks by phase, the waves and the warnings. */
export function planText(feature: string, path: string, plan: Plan, { columns }: Pick<Terminal, 'columns'>): string {
  const { tasks, phases, warnings } = plan;
  const idWidth = Math.min(
    16,
    tasks.reduce((widest, { id }) => Math.max(widest, widthOf(id)), 0),
  );
  const titles = ['Before the first phase', ...phases.map(({ title }) => title)];
  const byPhase = titles.map((): AssignedTask[] => []);
  for (const task of tasks) byPhase[task.phase]?.push(task);
  const parts = byPhase.flatMap((inPhase, phase) =>
    inPhase.length === 0
      ? []
      : [
          [
            cut(plainLine(titles[phase] ?? ''), columns),
            ...inPhase.map((task) => cut(row(task, idWidth), columns)),
          ].join('\n'),
        ],
  );
  return [
    plainLine(`${feature} (${path}): ${summary(tasks)}`),
    ...parts,
    waveLines(plan).join('\n'),
    warningLines(path, warnings).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The warnings, each with its place. Line 0 stands for the whole list. */
export const warningLines = (path: string, warnings: readonly Warning[]): string[] =>
  warnings.map(({ line, message }) => `${path}:${line > 0 ? `${line}:` : ''} ${plainLine(message)}`);

function summary(tasks: readonly AssignedTask[]): string {
  if (tasks.length === 0) return 'no tasks; a task is a line like "- [ ] T001 [ASYNC] Create src/user.ts"';
  const open = tasks.filter(({ done, setAside }) => !done && !setAside);
  const pods = open.filter(({ assigned }) => assigned === 'ASYNC').length;
  const aside = tasks.filter(({ setAside }) => setAside).length;
  const done = tasks.length - open.length - aside;
  return [
    `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}: ${done} done`,
    `${pods} for pods`,
    `${open.length - pods} for you`,
    ...(aside > 0 ? [`${aside} set aside`] : []),
  ].join(', ');
}

/** A mode in parentheses is the default: the task itself has none. */
function row({ id, mode, assigned, parallel, done, setAside, description }: AssignedTask, idWidth: number): string {
  const who = mode ?? `(${assigned})`;
  const state = done ? 'done' : setAside ? 'aside' : '';
  const cells = [
    padded(plainLine(id), idWidth),
    who.padEnd(7),
    parallel ? '[P]' : '   ',
    state.padEnd(5),
    plainLine(description),
  ];
  return `  ${cells.join('  ')}`.trimEnd();
}

function waveLines({ tasks, phases, waves }: Plan): string[] {
  if (waves.length === 0) return ['No waves: no open task is ASYNC.'];
  const known = byId(tasks);
  const where = (id: string) => shortTitle(phases[(known.get(id)?.phase ?? 0) - 1]?.title);
  const lines = ['Waves, one after the other; the pods of a wave run at the same time:'];
  for (const [index, { tasks: ids, stops }] of waves.entries()) {
    for (const [phase, humans] of grouped(stops, where)) {
      lines.push(`  stop: first do ${humans.join(', ')}${phase && ` of ${phase}`}, tick and push`);
    }
    lines.push(`  ${String(index + 1).padStart(String(waves.length).length)}  ${ids.join(' ')}`);
  }
  return lines.map(plain);
}

/** `Phase 3.2` of `Phase 3.2: Tests First`. */
const shortTitle = (title = ''): string => title.split(/[:—–(]/)[0]?.trim() ?? '';

function grouped(ids: readonly string[], keyOf: (id: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) groups.set(keyOf(id), [...(groups.get(keyOf(id)) ?? []), id]);
  return groups;
}

const cut = (text: string, columns: number | undefined): string =>
  columns === undefined ? text : cutTo(text, columns);
