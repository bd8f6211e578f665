import { takeLabels } from './labels.js';

/** The parts of a task's line. */
export interface TaskLine {
  readonly indent: number;
  readonly id: string;
  readonly done: boolean;
  readonly setAside: boolean;
  readonly labels: readonly string[];
  readonly description: string;
}

/** Any item of a Markdown list: `-`, `*`, `+`, `1.` or `1)`. */
const CHECKBOX = /^(\s*)(?:[-*+]|\d{1,9}[.)])\s+\[([ xX-])\]\s+(.*)$/s;
/** Some generated lists have the checkbox twice. */
const SECOND_CHECKBOX = /^[-*+]\s+\[[ xX-]\]\s+/;
/**
 * `T001`, `T1`, `T002a`, `T-001`, `TR01`, `TDD-R01`, `task-001`; not any word at the beginning of a checklist item,
 * like S3.
 */
const NAME = '((?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|[Tt]ask)[-_]?\\d+[a-z]?)';
/** An id, also in bold, as code, in brackets or as a link. */
const ID = new RegExp(
  `^(\\*\\*|\`)?(?:${NAME}|\\[${NAME}\\](?:\\([^()\\s]{0,500}\\))?):?(?:\\*\\*|\`)?:?(?=\\s|\\[|$)`,
);
const STRUCK = '~~';
/** After struck-through text, only a reason may follow. With other words, the line was only corrected. */
const REASON = /^\s*(?:$|[—–:(-])/;

/** Reads the task of a line: a checkbox, an id, then labels in any order. Undefined for any other line. */
export function readTaskLine(text: string): TaskLine | undefined {
  const [, indent = '', box, content] = CHECKBOX.exec(text) ?? [];
  if (content === undefined) return undefined;
  const marked = content.replace(SECOND_CHECKBOX, '');
  const struckId = marked.startsWith(STRUCK);
  const afterBox = struckId ? marked.slice(STRUCK.length) : marked;
  const id = ID.exec(afterBox);
  const name = id?.[2] ?? id?.[3];
  if (!id || name === undefined) return undefined;
  const { labels, rest } = takeLabels(afterBox.slice(id[0].length));
  const struck = struckId ? unstruck(rest, 0) : rest.startsWith(STRUCK) ? unstruck(rest, STRUCK.length) : undefined;
  const done = box === 'x' || box === 'X';
  return {
    indent: indent.length,
    id: name,
    done,
    setAside: !done && (box === '-' || struck !== undefined),
    labels,
    description: (struckId && struck) || rest,
  };
}

/** The text without the closing mark of the strikethrough. Undefined if not the whole line is struck through. */
function unstruck(text: string, from: number): string | undefined {
  const end = text.indexOf(STRUCK, from);
  if (end === -1) return undefined;
  const after = text.slice(end + STRUCK.length);
  return REASON.test(after) ? `${text.slice(0, end)}${after}` : undefined;
}
