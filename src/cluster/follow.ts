import { createInterface } from 'node:readline';
import { CONTAINER } from '../run/metadata.js';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import { type RunState, runState } from './run-state.js';
import type { Runs } from './runs.js';

/** What happens while a run is followed. */
export interface Follower {
  /** A line of the run's log, without its time stamp. */
  line(text: string): void;
  /** The run has not started; called when the reason changes. */
  waiting(reason: string): void;
  /** The log was cut and is taken up again. */
  resumed(reason: string): void;
}

/** How a followed run ended. */
export type EndedRun = RunState & { readonly phase: 'ended' };

const POLL = 500;
/** Tries in a row without any answer before the follower gives up: about a minute. */
const TRIES = 20;

/**
 * Follows a run from wherever it stands to its end.
 * @throws ClusterError when the pod is gone or the cluster stays silent
 */
export async function followRun(api: Api, runs: Runs, name: string, follower: Follower): Promise<EndedRun> {
  const position = new LogPosition();
  let reason = '';
  let failures = 0;
  for (;;) {
    let state: RunState;
    try {
      state = runState(await runs.get(name));
      if (state.phase === 'waiting') {
        if (state.reason !== reason) follower.waiting(state.reason);
        reason = state.reason;
      } else {
        await readLog(api, runs, name, position, follower);
      }
      failures = 0;
      if (state.phase === 'ended') return state;
    } catch (error) {
      if (isGone(error))
        throw new ClusterError(`pod ${name} was deleted while it was followed; its branch may hold work`);
      failures += 1;
      if (failures > TRIES || error instanceof ApiError) throw error;
      follower.resumed((error as Error).message);
      await pause(Math.min(POLL * 2 ** failures, 3000));
    }
    await pause(POLL);
  }
}

/** How far a log has been read. Time stamps may repeat, so that the lines of the last one are counted. */
class LogPosition {
  private time = '';
  private count = 0;
  private skip = 0;

  /** Query for what comes after: the API server takes whole seconds, so that some lines come again. */
  query(): string {
    this.skip = this.count;
    const since = this.time ? `&sinceTime=${encodeURIComponent(`${this.time.slice(0, 19)}Z`)}` : '';
    return `follow=true&timestamps=true&container=${CONTAINER}${since}`;
  }

  /** The line without its time stamp, or undefined when it was read before. */
  take(line: string): string | undefined {
    const end = line.indexOf(' ');
    const time = line.slice(0, end === -1 ? line.length : end);
    if (this.time !== '' && time < this.time) return undefined;
    if (time === this.time && this.skip > 0) {
      this.skip -= 1;
      return undefined;
    }
    this.count = time === this.time ? this.count + 1 : 1;
    this.skip = 0;
    this.time = time;
    return end === -1 ? '' : line.slice(end + 1);
  }
}

async function readLog(api: Api, runs: Runs, name: string, position: LogPosition, follower: Follower): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(runs.namespace)}/pods/${encodeURIComponent(name)}/log`;
  const stream = await api.stream('GET', `${path}?${position.query()}`);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) {
      const text = position.take(line);
      if (text !== undefined) follower.line(text);
    }
  } catch (error) {
    throw new ClusterError(`the log was cut: ${(error as Error).message}`);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ClusterError && /pods "[^"]*" not found/.test(error.message);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
