import type { Ids } from './ids.js';
import { saysBoth } from './labels.js';
import type { Task, Warning } from './task.js';

const BOXED = /^\s*(?:[-*+]|\d{1,9}[.)])\s*\[([^\]]{0,3})\]\s*(.*)$/s;
const QUOTE = /^\s*(?:>\s?)+/;
/** Also `` `[P]` ``, `**[P]**` and `(ASYNC)`. */
const LABELS = /^(?:[`*_]{0,3}[[(][^\])]*[\])][`*_]{0,3}\s*)+/;
const MARKS = /^[~*_`[(]+/;
const LIKE_ID = /^(?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|t|[Tt]ask)[-_]?(?:\d+[A-Za-z]?|X{2,})(?![\w])/;
/** `- **T-001**: Do`, `- T004 [P]: Do`: written like a task, but without a checkbox. */
const UNBOXED =
  /^\s*[-*+]\s+\*{0,2}((?:T[A-Z]{0,3}(?:-[A-Z]{1,3})?|[Tt]ask)[-_]?\d+[a-z]?)\*{0,2}(?:\s*\[[^\]]*\])*\*{0,2}:/;
/** Words at the end of an open task that its author has given up. */
const GIVEN_UP = /[—–-]\s*(DEFERRED|REMOVED|SKIPPED|CANCELLED|CANCELED|OBSOLETE|N\/A)\b/;
/**
 * `[ASYNC]`, `(ASYNC)`. Small letters in round brackets are an ordinary word, except at the beginning of the
 * description.
 */
const MARKER = /\[\s*(A?SYNC|P)\s*\]/i;
const ROUND_MARKER = /\(\s*(A?SYNC|P)\s*\)|^\(\s*(a?sync|p)\s*\)/;
/** A label that contains a marker and something else. */
const MARKER_WITHIN = /(?<![\w-])(A?SYNC)(?![\w-])|^P(?!\w)|[,/|]\s{0,3}P$/i;

/** Whether a line that is not a task may be meant as one. */
export function looksLikeTask(text: string): boolean {
  return isMarked(text) || UNBOXED.test(text) || LIKE_ID.test(afterBox(text.replace(QUOTE, ''))?.words ?? '');
}

/** `- [ ] [ASYNC] Do`, `- [ ] Task T004 [ASYNC] Do`: marked like a task, but without an id. */
const isMarked = (text: string): boolean =>
  /\[\s*A?SYNC\s*\]/.test(BOXED.exec(text)?.[2]?.replace(/`[^`]*`/g, '') ?? '');

/** Why a line that looks like a task is none. A bullet is ignored if the list has a task with its id. */
export function doubtsOfLine(text: string, line: number, ids: Ids): Warning[] {
  const bare = UNBOXED.exec(text)?.[1];
  if (bare !== undefined) {
    if (ids.find(bare)) return [];
    return [{ line, message: `${bare} has no checkbox, so it is no task: write "- [ ] ${bare} …"` }];
  }
  const unquoted = text.replace(QUOTE, '');
  const { box = ' ', labelled, words = '' } = afterBox(unquoted) ?? {};
  const [id = ''] = LIKE_ID.exec(words) ?? [];
  if (unquoted !== text) {
    if (/X$/.test(id) || ids.find(id)) return [];
    return [{ line, message: `${id} stands in a quote, so it is no task: write it without the ">"` }];
  }
  if (id === '')
    return [{ line, message: 'this has a marker and no id, so it is no task: write "- [ ] T001 [P] [ASYNC] …"' }];
  if (/X$/.test(id))
    return [{ line, message: `${id} is the template's placeholder, so it is no task: give it a number` }];
  if (!/^[ xX]$/.test(box)) {
    return [
      {
        line,
        message: `${id} has the box [${box}], so it is no task: write [ ] for open, [x] for done or [-] for set aside`,
      },
    ];
  }
  const why = labelled ? 'stands behind its labels' : 'cannot be read as an id';
  return [{ line, message: `${id} ${why}, so this is no task: write "- [ ] T001 [P] [ASYNC] …", the id first` }];
}

/** Warnings about one task. */
export function doubtsOfTask({ id, mode, done, setAside, parallel, labels, description, line }: Task): Warning[] {
  const messages: string[] = [];
  if (saysBoth(labels)) messages.push(`${id} is marked SYNC and ASYNC, so no pod does it: keep one marker`);
  const counts = (marker: string) => (marker === 'P' ? parallel : mode !== null || saysBoth(labels));
  const late = lateMarker(description);
  if (late !== undefined && !counts(late))
    messages.push(
      `[${late}] in the description of ${id} does not count: markers stand right behind the id, in square brackets`,
    );
  const vague = labels.find((label) => MARKER_WITHIN.test(label) && !counts(markerWithin(label)));
  if (vague !== undefined)
    messages.push(
      `the label [${vague}] of ${id} does not count: write the marker in brackets of its own, like [ASYNC]`,
    );
  if (setAside)
    messages.push(
      `${id} is neither open nor done, so it is left out and nothing waits for it: tick it, or open it again`,
    );
  const givenUp = !done && !setAside ? GIVEN_UP.exec(description)?.[1] : undefined;
  if (givenUp)
    messages.push(`${id} says ${givenUp} and its box is open, so it counts as open: write [-], or strike it through`);
  return messages.map((message) => ({ line, message }));
}

/** Warns of duplicate ids. The agent in the pod finds only the first task. */
export function doubtsOfTwins(tasks: readonly Task[]): Warning[] {
  const first = new Map<string, Task>();
  const warnings: Warning[] = [];
  for (const task of tasks) {
    const { id, line } = task;
    const other = first.get(id) ?? first.get(id.toLowerCase());
    if (!other) {
      first.set(id.toLowerCase(), task);
    } else if (other.id === id) {
      warnings.push({
        line,
        message: `${id} is on line ${other.line} too, and only that one is run: give one of them another id`,
      });
    } else {
      warnings.push({
        line,
        message: `${id} and ${other.id} on line ${other.line} differ only in case: give one of them another id`,
      });
    }
    if (!first.has(id)) first.set(id, task);
  }
  return warnings;
}

/** The text after any kind of checkbox, and after labels. */
function afterBox(text: string): { box: string; labelled: boolean; words: string } | undefined {
  const [, box, content] = BOXED.exec(text) ?? [];
  if (box === undefined || content === undefined) return undefined;
  const bare = content.replace(MARKS, '');
  if (LIKE_ID.test(bare)) return { box, labelled: false, words: bare };
  const words = content.replace(LABELS, '');
  return { box, labelled: words !== content, words: words.replace(MARKS, '') };
}

/** A marker in the description of a task, outside of code. */
function lateMarker(description: string): string | undefined {
  const prose = description.replace(/`[^`]*`/g, '');
  const round = ROUND_MARKER.exec(prose);
  return (MARKER.exec(prose)?.[1] ?? round?.[1] ?? round?.[2])?.toUpperCase();
}

const markerWithin = (label: string): string => MARKER_WITHIN.exec(label)?.[1]?.toUpperCase() ?? 'P';
