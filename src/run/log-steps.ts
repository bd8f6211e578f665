import { BUNDLE_STEP } from './bundle.js';

/** The total time that a run spent in a step. */
export interface StepTime {
  readonly step: string;
  readonly milliseconds: number;
}

/** A summary of a log with timestamps, as the API server returns it. */
export interface TimedLog {
  /** In the order of their first lines. */
  readonly steps: readonly StepTime[];
  /** The last lines without timestamps. The result and bundle lines are left out. */
  readonly last: readonly string[];
}

/**
 * Reads a log in either format. A step lasts from its first line to that of the next one.
 * @param end when the run ended, or now if it is still running
 * @param lines how many of the last lines to keep
 */
export function readTimedLog(log: string, end: number, lines: number): TimedLog {
  const times = new Map<string, number>();
  const shown: string[] = [];
  let step = '';
  let since = 0;
  const close = (time: number) => {
    if (step !== '') times.set(step, (times.get(step) ?? 0) + Math.max(0, time - since));
  };
  for (const line of log.split('\n')) {
    const [, stamp = '', text = line] = /^(\S+) (.*)$/.exec(line) ?? [];
    const time = Date.parse(stamp);
    if (Number.isNaN(time)) continue;
    const own = stepOf(text);
    if (own !== BUNDLE_STEP && !text.startsWith('{"outcome":')) shown.push(text);
    if (own === undefined || own === step) continue;
    close(time);
    step = own;
    since = time;
  }
  close(end);
  return {
    steps: [...times].map(([name, milliseconds]) => ({ step: name, milliseconds })),
    last: shown.slice(-lines),
  };
}

/** The step name of a line: `clone    | …`, or `{"step":"clone",…}`. */
function stepOf(text: string): string | undefined {
  const word = /^([a-z]+) *\| /.exec(text)?.[1];
  if (word !== undefined || !text.startsWith('{')) return word;
  try {
    const { step } = JSON.parse(text) as { step?: unknown };
    return typeof step === 'string' ? step : undefined;
  } catch {
    return undefined;
  }
}
