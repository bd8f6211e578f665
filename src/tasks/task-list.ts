/** A task of a spec-kit `tasks.md`. */
export interface Task {
  /** As written, like `T001`. */
  readonly id: string;
  /** Who does it; null where its line does not say. */
  readonly mode: 'SYNC' | 'ASYNC' | null;
  readonly done: boolean;
  /** Marked `[P]`. */
  readonly parallel: boolean;
  /** The line after id and markers. */
  readonly description: string;
  /** The task as written: its line and what is indented below it. */
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
}

const CHECKBOX = /^(\s*)[-*]\s+\[([ xX])\]\s+(.*)$/;
/** Some generated lists have the checkbox twice. */
const SECOND_CHECKBOX = /^[-*]\s+\[[ xX]\]\s+/;
/** `T001`, `T1`, `T002a`, `T-001`, `TR01`, `TDD-R01`, `task-001`; not the first word of any checklist, like S3. */
const ID = /^(?:\*\*)?((?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|[Tt]ask)[-_]?\d+[a-z]?):?(?:\*\*)?:?(?=\s|\[|$)/;
/** In brackets, but no link. */
const MARKER = /^\s*\[([^\]]*)\](?!\()/;
const FENCE = /^\s*(?:(`{3,})[^`]*|(~{3,}).*)$/;
const FENCE_END = /^\s*(`{3,}|~{3,})\s*$/;

/**
 * The tasks of a `tasks.md`, in its order: checkbox lines that carry an id, outside of code fences and comments.
 * Markers may stand in any order. Never throws.
 */
export function parseTasks(markdown: string): Task[] {
  const lines = markdown.split(/\r?\n/);
  const tasks: Task[] = [];
  let fence: string | undefined;
  let comment = false;
  lines.forEach((text, index) => {
    if (fence) {
      fence = afterLine(fence, text);
      return;
    }
    const inComment = comment;
    const prose = text.replace(/`[^`]*`/g, '');
    if (prose.lastIndexOf('<!--') > prose.lastIndexOf('-->')) comment = true;
    else if (prose.includes('-->')) comment = false;
    if (inComment) return;
    fence = afterLine(fence, text);
    const task = parseLine(text, index + 1);
    if (task) tasks.push({ ...task, text: [text.trimEnd(), ...below(lines, index)].join('\n') });
  });
  return tasks;
}

/** The task of this id: as written, else the only one that differs in case alone. */
export function findTask(tasks: readonly Task[], id: string): Task | undefined {
  const same = tasks.filter((task) => task.id.toLowerCase() === id.toLowerCase());
  return same.find((task) => task.id === id) ?? (same.length === 1 ? same[0] : undefined);
}

/** The mark of the code fence that is open after a line. */
function afterLine(fence: string | undefined, text: string): string | undefined {
  if (fence !== undefined) return FENCE_END.exec(text)?.[1]?.startsWith(fence) ? undefined : fence;
  const mark = FENCE.exec(text);
  return mark?.[1] ?? mark?.[2];
}

function parseLine(text: string, line: number): Omit<Task, 'text'> | undefined {
  const [, , box, content] = CHECKBOX.exec(text) ?? [];
  if (content === undefined) return undefined;
  const afterBox = content.replace(SECOND_CHECKBOX, '').replace(/^~~/, '');
  const id = ID.exec(afterBox);
  if (!id?.[1]) return undefined;
  const markers: string[] = [];
  let rest = afterBox.slice(id[0].length);
  for (let marker = MARKER.exec(rest); marker; marker = MARKER.exec(rest)) {
    markers.push((marker[1] ?? '').trim().toUpperCase());
    rest = rest.slice(marker[0].length);
  }
  const modes = markers.filter((marker) => marker === 'SYNC' || marker === 'ASYNC');
  return {
    id: id[1],
    mode: modes.length === 1 ? (modes[0] as 'SYNC' | 'ASYNC') : null,
    done: box !== ' ',
    parallel: markers.includes('P'),
    description: rest.trim(),
    line,
  };
}

/** What is indented deeper than the task's own line belongs to it, up to the next task. */
function below(lines: readonly string[], index: number): string[] {
  const indent = (text: string) => text.length - text.trimStart().length;
  const own = indent(lines[index] ?? '');
  const rest = lines.slice(index + 1);
  let fence: string | undefined;
  const end = rest.findIndex((text) => {
    const inFence = fence !== undefined;
    fence = afterLine(fence, text);
    return text.trim() !== '' && (indent(text) <= own || (!inFence && parseLine(text, 0) !== undefined));
  });
  const text = rest
    .slice(0, end === -1 ? rest.length : end)
    .join('\n')
    .trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => line.trimEnd());
}
