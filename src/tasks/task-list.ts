import { dependenciesIn, dependencyLine, dependentsIn, type Reference } from './depends.js';
import { doubtsOfLine, doubtsOfTask, doubtsOfTwins, looksLikeTask } from './doubts.js';
import { filesIn } from './files.js';
import { Ids, WIDEST_RANGE } from './ids.js';
import { isParallel, modeOf, storyOf } from './labels.js';
import { type Line, readLines } from './lines.js';
import { Sections } from './sections.js';
import type { Task, TaskList, Warning } from './task.js';
import { readTaskLine, type TaskLine } from './task-line.js';

export type { Task } from './task.js';

/** Without a limit, a short line like `T1-T99 blocks T1-T99` would be slow. */
const MOST_PAIRS = 1000;

/** A task whose line was read, with its further lines so far. */
interface Draft {
  readonly head: TaskLine;
  readonly phase: number;
  /** Line of the heading above it, or 0 if there is none. */
  readonly section: number;
  readonly lines: Line[];
}

/** The order of tasks in a line outside of them. */
interface Order {
  readonly line: number;
  readonly before: readonly Reference[];
  readonly after: readonly Reference[];
}

/**
 * Reads a `tasks.md`: checkbox lines with an id, outside of code fences and comments, with the indented lines below
 * them. Never throws. Lines that may not mean what their author wanted get a warning.
 */
export function readTaskList(markdown: string): TaskList {
  const { lines, unclosed } = readLines(markdown);
  const drafts: Draft[] = [];
  const orders: Order[] = [];
  const strays: Line[] = [];
  const sections = new Sections();
  let open: Draft | undefined;
  for (const line of lines) {
    const head = line.kind === 'text' ? readTaskLine(line.text) : undefined;
    if (head) {
      const phase = sections.phaseOfTask();
      open = { head, phase, section: sections.line, lines: [line] };
      drafts.push(open);
    } else if (open && (line.text.trim() === '' || indentOf(line.text) > open.head.indent)) {
      open.lines.push(line);
    } else if (line.kind === 'text') {
      open = undefined;
      sections.read(line.text, line.number);
      orders.push(...dependencyLine(line.text).map((order) => ({ ...order, line: line.number })));
      if (looksLikeTask(line.text)) strays.push(line);
    } else {
      open = undefined;
    }
  }
  const ids = new Ids(drafts.map(({ head }) => head.id));
  const { phases } = sections;
  const warnings = sections.warnings.concat(strays.flatMap(({ text, number }) => doubtsOfLine(text, number, ids)));
  if (unclosed) {
    warnings.push({
      line: unclosed.line,
      message: `this ${unclosed.what} has no end, so nothing below it is read: close it`,
    });
  }
  const later = drafts.find((draft) => draft.section !== drafts[0]?.section);
  if (phases.length === 0 && later) {
    const message =
      'no heading of this list opens a phase, so the [P] tasks below this one run with those above it: ' +
      'write "## Phase 1: …"';
    warnings.push({ line: later.section, message });
  }
  const before = dependencies(drafts, orders, ids, warnings);
  const tasks = drafts.map((draft, index) => taskOf(draft, [...(before[index] ?? [])]));
  const all = warnings.concat(tasks.flatMap(doubtsOfTask), doubtsOfTwins(tasks));
  return { tasks, phases, warnings: all.sort((a, b) => a.line - b.line) };
}

/** The tasks of a `tasks.md`, in its order. Never throws. */
export function parseTasks(markdown: string): readonly Task[] {
  return readTaskList(markdown).tasks;
}

/** The task with this id: as written, or the only one that differs only in case. */
export function findTask(tasks: readonly Task[], id: string): Task | undefined {
  const same = tasks.filter((task) => task.id.toLowerCase() === id.toLowerCase());
  return same.find((task) => task.id === id) ?? (same.length === 1 ? same[0] : undefined);
}

function taskOf({ head, phase, lines }: Draft, dependsOn: string[]): Task {
  const { id, done, setAside, labels, description } = head;
  return {
    id,
    mode: modeOf(labels),
    done,
    setAside,
    parallel: isParallel(labels),
    phase,
    story: storyOf(labels),
    labels,
    description,
    files: filesIn(wordsOf(head, lines)),
    dependsOn,
    text: lines
      .map(({ text }) => text.trimEnd())
      .join('\n')
      .trimEnd(),
    line: lines[0]?.number ?? 0,
  };
}

/** For each task, the ids that come before it, from its own text and from lines like `T008 blocks T009`. */
function dependencies(
  drafts: readonly Draft[],
  orders: readonly Order[],
  ids: Ids,
  warnings: Warning[],
): Set<string>[] {
  const resolve = (references: readonly Reference[], line: number): string[] =>
    references.flatMap((reference) => {
      const { known, unknown } = ids.resolve(reference);
      if (known.length > WIDEST_RANGE) {
        warnings.push({
          line,
          message: `only ${WIDEST_RANGE} tasks of ${reference.from} to ${reference.to} count: say less at once`,
        });
      }
      for (const id of new Set(unknown)) {
        warnings.push({ line, message: `${id} is not in this list, so nothing waits for it: correct the id` });
      }
      return known;
    });
  const said = drafts.map(({ head, lines }) => ({
    id: head.id,
    words: [...head.labels.map((label) => `[${label}]`), wordsOf(head, lines)].join('\n'),
    line: lines[0]?.number ?? 0,
  }));
  const found = said.map(({ words, line }) => new Set(resolve(dependenciesIn(words), line)));
  const position = new Map(said.map(({ id }, index) => [id, index]));
  const later = (id: string) => found[position.get(id) ?? -1];
  for (const { id, words, line } of said) {
    for (const other of resolve(dependentsIn(words), line)) later(other)?.add(id);
  }
  for (const { before, after, line } of orders) {
    const [first, then] = [resolve(before, line), resolve(after, line)];
    if (first.length * then.length > MOST_PAIRS) {
      warnings.push({
        line,
        message: 'this line orders too many tasks at once, so it does not count: say it at the tasks',
      });
      continue;
    }
    for (const id of then) for (const other of first) later(id)?.add(other);
  }
  for (const [index, { id, line }] of said.entries()) {
    if (found[index]?.delete(id)) warnings.push({ line, message: `${id} depends on itself: correct the id` });
  }
  return found;
}

/** The text of a task, without its markers and without code below it. */
function wordsOf({ description }: TaskLine, lines: readonly Line[]): string {
  const below = lines.slice(1).filter(({ kind }) => kind === 'text');
  return [description, ...below.map(({ text }) => text)].join('\n');
}

const indentOf = (text: string): number => text.length - text.trimStart().length;
