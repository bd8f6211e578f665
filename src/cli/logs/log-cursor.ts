import type { LogMark } from '../../cluster/log-position.js';
import { isOutcome, type OutcomeName } from '../../run/outcomes.js';
import { InputError } from '../../run/problems.js';

/** How far a log was read. If nothing more comes: how the run ended, or that its pod is gone. */
export type LogPlace = LogMark | 'unread' | 'gone' | OutcomeName;

/** How far the logs of some pods were read. */
export type LogCursor = ReadonlyMap<string, LogPlace>;

/** The cursor as a word for a command line. */
export const formatCursor = (cursor: LogCursor): string =>
  Buffer.from(JSON.stringify([...cursor].map(([pod, mark]) => [pod, ...markFields(mark)]))).toString('base64url');

const markFields = (mark: LogPlace) =>
  typeof mark === 'string' ? [mark] : [mark.time, mark.count, ...(mark.late ?? [])];

/**
 * The cursor that a word stands for. An empty word stands for the beginning.
 * @throws InputError for a word that is not a cursor
 */
export function parseCursor(word: string): LogCursor {
  if (word === '') return new Map();
  try {
    const fields = JSON.parse(Buffer.from(word, 'base64url').toString()) as unknown[][];
    return new Map(fields.map(([pod, first, count, ...late]) => [String(pod), markOf(first, count, late)]));
  } catch {
    throw new InputError([`--since-cursor "${word.slice(0, 20)}…" is not a cursor that this command has printed`]);
  }
}

function markOf(first: unknown, count: unknown, late: readonly unknown[]): LogPlace {
  if (first === 'unread' || first === 'gone' || isOutcome(first)) return first;
  const [time, lines] = countOf([first, count]);
  return { time, count: lines, ...(late.length > 0 && { late: late.map(countOf) }) };
}

function countOf(field: unknown): readonly [time: string, count: number] {
  const [time, count] = Array.isArray(field) ? field : [];
  if (typeof time !== 'string' || typeof count !== 'number' || Number.isNaN(Date.parse(time))) throw new Error();
  return [time, count];
}
