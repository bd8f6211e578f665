import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import { followRun } from '../../cluster/follow.js';
import { LogPosition } from '../../cluster/log-position.js';
import type { Runs } from '../../cluster/runs.js';
import { isOutcome, OUTCOMES, type OutcomeName } from '../../run/outcomes.js';
import { toJson } from '../../run/printable.js';
import { EXIT, type Terminal } from '../terminal/terminal.js';
import { followerOf, type Shown } from './follow.js';
import { formatCursor, type LogCursor } from './log-cursor.js';
import type { LogPrinter } from './log-printer.js';

/** What one call prints. */
export interface Bounds {
  /** Where the call before ended. */
  readonly cursor: LogCursor;
  /** Of the lines that are printed. */
  readonly pattern: RegExp;
  /** In milliseconds. */
  readonly time: number;
  /** Of lines, with their line breaks. The first line is always printed. */
  readonly bytes: number;
}

/** A run whose log is read. */
export interface ReadRun {
  readonly task: string;
  readonly pod: string;
  readonly printer: LogPrinter;
}

/**
 * Prints what is new in the logs of runs, until a limit is reached or all have ended. Then it prints the state of the
 * runs, and a cursor for the next call. Returns the exit code.
 */
export async function readLogs(
  api: Api,
  runs: Runs,
  wanted: readonly ReadRun[],
  bounds: Bounds,
  terminal: Terminal & { readonly json: boolean },
): Promise<number> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), bounds.time);
  const { cursor, pattern } = bounds;
  const next = new Map(cursor);
  // By pod, because tasks of two features may have the same id.
  const states = new Map<string, OutcomeName | 'running' | 'gone' | 'unreadable'>();
  let bytes = 0;
  const work = async ({ pod, printer }: ReadRun) => {
    const known = cursor.get(pod);
    if (known === 'gone' || isOutcome(known)) return void states.set(pod, known);
    const position = new LogPosition(typeof known === 'object' ? { after: known } : {});
    const take = (text: string, time?: string) => {
      printer.line(text, time);
      bytes += Buffer.byteLength(text) + 1;
      if (bytes >= bounds.bytes) over.abort();
    };
    states.set(pod, 'running');
    const shown: Shown = {
      line: take,
      note: (text) => printer.note(text),
      ready: () => printer.ready(),
      waits: (reason) => printer.note(`${pod} waits: ${reason}`),
    };
    const follower = followerOf(shown, pattern);
    try {
      const ended = await followRun(api, runs, pod, follower, { position, signal: over.signal });
      printer.ended(ended);
      states.set(pod, ended.outcome);
      next.set(pod, ended.outcome);
    } catch (error) {
      if (over.signal.aborted) next.set(pod, position.mark() ?? 'unread');
      else if (error instanceof ClusterError) {
        printer.note(error.message);
        const gone = error.status === 404;
        states.set(pod, gone ? 'gone' : 'unreadable');
        next.set(pod, gone ? 'gone' : (position.mark() ?? 'unread'));
      } else throw error;
    }
  };
  try {
    await Promise.all(wanted.map(work));
  } finally {
    clearTimeout(timer);
  }
  const word = formatCursor(next);
  const more = [...states.values()].includes('running');
  if (terminal.json) terminal.out(toJson({ cursor: word, more, states: Object.fromEntries(states) }));
  else {
    const told = wanted.flatMap(({ task, pod }) => (states.has(pod) ? `${task} ${states.get(pod)}` : []));
    terminal.out(`status: ${told.join(', ')}`);
    terminal.out(`cursor: ${word}`);
  }
  const codes = [...states.values()].map((state) => (isOutcome(state) ? OUTCOMES[state].exitCode : EXIT.cluster));
  return more ? EXIT.ok : (codes.find((code) => code !== EXIT.ok) ?? EXIT.ok);
}
