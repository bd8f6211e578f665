import type { Mode } from './task.js';

/** What the line of a task says. */
export interface TaskLine {
  readonly indent: number;
  readonly id: string;
  readonly done: boolean;
  readonly setAside: boolean;
  readonly labels: readonly string[];
  readonly description: string;
}

const CHECKBOX = /^(\s*)[-*]\s+\[([ xX-])\]\s+(.*)$/s;
/** Some generated lists have the checkbox twice. */
const SECOND_CHECKBOX = /^[-*]\s+\[[ xX-]\]\s+/;
/** `T001`, `T1`, `T002a`, `T-001`, `TR01`, `TDD-R01`, `task-001`; not the first word of any checklist, like S3. */
const ID = /^(?:\*\*)?((?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|[Tt]ask)[-_]?\d+[a-z]?):?(?:\*\*)?:?(?=\s|\[|$)/;
/** In brackets, but no link. */
const LABEL = /\s*\[([^\]]*)\](?!\()/y;
const STRUCK = '~~';
/** What follows words that are struck through says why; other words mean that the line was only corrected. */
const REASON = /^\s*(?:$|[—–:(-])/;
const STORY = /^(?:story\s*:\s*)?(us\d+[a-z]?(?:\s*[+,&/]\s*us\d+[a-z]?)*)$/i;

/** The task of a line: a checkbox, then an id, then labels in any order. Undefined for any other line. */
export function readTaskLine(text: string): TaskLine | undefined {
  const [, indent = '', box, content] = CHECKBOX.exec(text) ?? [];
  if (content === undefined) return undefined;
  const marked = content.replace(SECOND_CHECKBOX, '');
  const struckId = marked.startsWith(STRUCK);
  const afterBox = struckId ? marked.slice(STRUCK.length) : marked;
  const id = ID.exec(afterBox);
  if (!id?.[1]) return undefined;
  const { labels, rest } = takeLabels(afterBox.slice(id[0].length));
  const struck = struckId ? unstruck(rest, 0) : rest.startsWith(STRUCK) ? unstruck(rest, STRUCK.length) : undefined;
  const done = box === 'x' || box === 'X';
  return {
    indent: indent.length,
    id: id[1],
    done,
    setAside: !done && (box === '-' || struck !== undefined),
    labels,
    description: (struckId && struck) || rest,
  };
}

/** Who does a task, by its labels: null where they do not say, or say both. */
export function modeOf(labels: readonly string[]): Mode | null {
  const modes = new Set(labels.map((label) => label.toUpperCase()).filter((label) => /^A?SYNC$/.test(label)));
  return modes.size === 1 && !saysBoth(labels) ? ([...modes][0] as Mode) : null;
}

/** Whether labels say SYNC and ASYNC, or leave the template's choice `[SYNC/ASYNC]` open. */
export function saysBoth(labels: readonly string[]): boolean {
  const words = new Set(labels.flatMap((label) => label.toUpperCase().split(/[/|\s]+/)));
  return words.has('SYNC') && words.has('ASYNC');
}

/** The stories of labels like `[US1]`, `[US1+US2]`, `[US1][US2]` and `[Story: US1]`. */
export function storyOf(labels: readonly string[]): string | null {
  const stories = labels.flatMap((label) => STORY.exec(label)?.[1]?.replace(/us/gi, 'US') ?? []);
  return stories.length > 0 ? stories.join('+') : null;
}

function takeLabels(text: string): { labels: string[]; rest: string } {
  const labels: string[] = [];
  let end = 0;
  LABEL.lastIndex = 0;
  for (let label = LABEL.exec(text); label; label = LABEL.exec(text)) {
    labels.push((label[1] ?? '').trim());
    end = LABEL.lastIndex;
  }
  return { labels, rest: text.slice(end).trim() };
}

/** The text without the mark that ends what is struck through; undefined where that is not the whole line. */
function unstruck(text: string, from: number): string | undefined {
  const end = text.indexOf(STRUCK, from);
  if (end === -1) return undefined;
  const after = text.slice(end + STRUCK.length);
  return REASON.test(after) ? `${text.slice(0, end)}${after}` : undefined;
}
