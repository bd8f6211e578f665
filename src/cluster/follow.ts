import { CONTAINER } from '../run/metadata.js';
import { parseResult, type Result } from '../run/result.js';
import type { Api } from './api.js';
import { ClusterError } from './errors.js';
import { LogPosition, type LogStart } from './log-position.js';
import type { Pod } from './pod.js';
import { NoLog, readLog } from './read-log.js';
import { isOf, type RunState, runState } from './run-state.js';
import type { Runs } from './runs.js';

/** What happens while a run is followed. */
export interface Follower {
  /** A line of the run's log, without its time stamp, which the kubelet's own words do not have. */
  line(text: string, time?: string): void;
  /** The run has not started; called when the reason changes. */
  waiting(reason: string): void;
  /** The log was cut and is taken up again. */
  resumed(reason: string): void;
  /** What has to be waited for before the next line; without it there is no end to what a slow reader leaves in memory. */
  ready?(): Promise<unknown> | undefined;
  /** Lines are missing: the node had thrown them away before they were read. */
  lost(reason: string): void;
}

/** From where, and for how long, a run is followed. */
export interface FollowOptions extends LogStart {
  /** Keeps how far the log was read, also when it is not read to its end. Default: one of its own. */
  readonly position?: LogPosition;
  /** Ends it; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** How a followed run ended. */
export type EndedRun = RunState & { readonly phase: 'ended' };

const POLL = 500;
/** Tries in a row without any answer before the follower gives up: about a minute. */
const TRIES = 20;
/** The same for the log of a run that has ended. */
const TRIES_FOR_REST = 5;

/**
 * Follows a run from wherever it stands to its end.
 * @throws ClusterError when the pod is gone or the cluster stays silent; the signal's reason
 */
export async function followRun(
  api: Api,
  runs: Runs,
  name: string,
  follower: Follower,
  { signal, position, ...start }: FollowOptions = {},
): Promise<EndedRun> {
  const log = position ?? new LogPosition(start);
  const whole = log.mark() === undefined && Object.keys(start).length === 0;
  let reported: Result | undefined;
  let read = 0;
  const listening: Follower = {
    ...follower,
    line: (text, time) => {
      const result = parseResult(text);
      if (result) reported = result;
      // The kubelet's own words are no line of the run's.
      else if (time !== undefined) read += 1;
      follower.line(text, time);
    },
  };
  let uid: string | undefined;
  let reason = '';
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    let ended: EndedRun | undefined;
    try {
      const pod = await runs.get(name);
      uid ??= pod.metadata.uid;
      // The name is free for another attempt as soon as the pod is deleted.
      if (pod.metadata.uid !== uid) return deleted(name, reported);
      const state = runState(pod);
      if (state.phase === 'waiting' && state.reason !== reason) {
        reason = state.reason;
        follower.waiting(reason);
      }
      if (state.phase === 'ended') ended = state;
      const answered = () => {
        failures = 0;
      };
      const reading = { position: log, over: ended !== undefined, answered, signal };
      if (state.phase !== 'waiting' && hasLog(pod)) await readLog(api, runs, name, listening, reading);
      answered();
      if (ended) return end(withReport(pod, ended, reported));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ClusterError)) throw error;
      if (error.status === 404) return deleted(name, reported);
      failures += 1;
      // What can be had of the log was read; the end says the rest.
      if (ended && error instanceof NoLog && failures > TRIES_FOR_REST) return end(ended);
      if (failures > TRIES || !isPassing(error)) throw error;
      follower.resumed(error.message);
      await pause(Math.min(POLL * 2 ** failures, 3000));
    }
    await pause(POLL);
  }

  /** The program says how much it has written. */
  function end(run: EndedRun): EndedRun {
    const { logLines = 0 } = run.result ?? reported ?? {};
    const lost = logLines - read;
    if (whole && lost > 0) {
      follower.lost(`${lost} of ${logLines} lines of the log are missing: its node had rotated them away`);
    }
    return run;
  }
}

/** Kubernetes may have lost what the program reported, as of an evicted pod. Its log is believed, but for good news. */
function withReport(pod: Pod, state: EndedRun, reported: Result | undefined): EndedRun {
  if (state.result || !reported || reported.outcome === 'delivered' || !isOf(pod, reported)) return state;
  return { ...state, message: `${reported.message} (by its log: ${state.message})`, result: reported };
}

/** @throws ClusterError when the log did not say how the run ended */
function deleted(name: string, reported: Result | undefined): EndedRun {
  const told = `pod ${name} was deleted while it was followed`;
  if (reported && reported.outcome !== 'delivered') {
    return { phase: 'ended', outcome: reported.outcome, message: `${reported.message} (${told})`, result: reported };
  }
  throw new ClusterError(
    `${told}; ${reported ? 'it said that it had delivered: look at' : 'work may be on'} its branch`,
    404,
  );
}

/** What may be gone the next time: no answer at all, too many requests, or a fault of the server's own. */
export const isPassing = ({ status }: ClusterError): boolean => status === undefined || status === 429 || status >= 500;

/** A pod that ended before its container started has none. */
function hasLog({ status }: Pod): boolean {
  const state = status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
