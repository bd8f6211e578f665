import type { IncomingMessage } from 'node:http';
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
    try {
      const state = runState(await runs.get(name));
      if (state.phase === 'waiting' && state.reason !== reason) {
        reason = state.reason;
        follower.waiting(reason);
      }
      if (state.phase !== 'waiting') await readLog(api, runs, name, position, follower, state);
      failures = 0;
      if (state.phase === 'ended') return state;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.status === 404)
        throw new ClusterError(`pod ${name} was deleted while it was followed; its branch may hold work`);
      failures += 1;
      if (failures > TRIES || !isPassing(error)) throw error;
      follower.resumed(error.message);
      await pause(Math.min(POLL * 2 ** failures, 3000));
    }
    await pause(POLL);
  }
}

/** What may be gone the next time: no answer at all, too many requests, or a fault of the server's own. */
const isPassing = ({ status }: ClusterError): boolean => status === undefined || status === 429 || status >= 500;

/** How far a log has been read. Time stamps may repeat, so that the lines of the last one are counted. */
export class LogPosition {
  /** As the node wrote it, which may be in any zone. */
  private time = '';
  private instant = 0;
  private count = 0;
  private skip = 0;

  /** Query for what comes after: the API server takes whole seconds, so that some lines come again. */
  query(): string {
    this.skip = this.count;
    const seconds = new Date(Math.floor(this.instant / 1000) * 1000).toISOString();
    const since = this.time ? `&sinceTime=${encodeURIComponent(seconds)}` : '';
    return `follow=true&timestamps=true&container=${CONTAINER}${since}`;
  }

  /** The line without its time stamp, or undefined when it was read before. */
  take(line: string): string | undefined {
    const end = line.indexOf(' ');
    const time = line.slice(0, end === -1 ? line.length : end);
    const instant = Date.parse(time);
    if (instant < this.instant || (instant === this.instant && time < this.time)) return undefined;
    if (time === this.time && this.skip > 0) {
      this.skip -= 1;
      return undefined;
    }
    this.count = time === this.time ? this.count + 1 : 1;
    this.skip = 0;
    this.time = time;
    this.instant = instant;
    return end === -1 ? '' : line.slice(end + 1);
  }
}

async function readLog(
  api: Api,
  runs: Runs,
  name: string,
  position: LogPosition,
  follower: Follower,
  state: RunState,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(runs.namespace)}/pods/${encodeURIComponent(name)}/log`;
  let stream: IncomingMessage;
  try {
    stream = await api.stream('GET', `${path}?${position.query()}`);
  } catch (error) {
    // A pod that ended before its container started has no log, and its end says enough.
    if (state.phase === 'ended' && error instanceof ApiError && !isPassing(error))
      return follower.resumed(error.message);
    throw error;
  }
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

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
