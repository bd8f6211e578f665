import { CONTAINERS } from '../run/metadata.js';
import { parseResult, type Result } from '../run/result.js';
import type { Api } from './api.js';
import { ClusterError } from './errors.js';
import { LogPosition, type LogStart } from './log-position.js';
import type { Pod } from './pod.js';
import { NoLog, readLog } from './read-log.js';
import { Retries } from './retry.js';
import { isOf, type RunState, runState } from './run-state.js';
import type { Runs } from './runs.js';

/** Receives what happens while a run is followed. */
export interface Follower {
  /** A line of the run's log, without its timestamp. Messages of the kubelet have no timestamp. */
  line(text: string, time?: string): void;
  /** The run has not started. Called when the reason changes. */
  waiting(reason: string): void;
  /** The log stream broke, and following resumes. */
  resumed(reason: string): void;
  /** Resolves when the reader can take the next line. Without it, a slow reader's lines pile up in memory. */
  ready?(): Promise<unknown> | undefined;
  /** Lines are missing: the node rotated them away before they were read. */
  lost(reason: string): void;
}

/** Where following starts, and when it stops. */
export interface FollowOptions extends LogStart {
  /** Records how far the log was read, even if reading stops early. Default: a new position. */
  readonly position?: LogPosition;
  /** Ends following. Its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** How a followed run ended. */
export type EndedRun = RunState & { readonly phase: 'ended' };

/** After the run has ended, this many failures in a row end the attempts to read its log. */
const TRIES_FOR_REST = 5;

/**
 * Follows a run from its present state to its end.
 * @throws ClusterError if the pod is gone or the cluster does not answer. Also throws the signal's reason
 */
export function followRun(
  api: Api,
  runs: Runs,
  name: string,
  follower: Follower,
  options: FollowOptions = {},
): Promise<EndedRun> {
  return new Following(api, runs, name, follower, options).toTheEnd();
}

/** The state of a followed run. Each check of its pod decides what to do next. */
type Standing =
  | { readonly is: 'replaced' }
  | { readonly is: 'waiting'; readonly reason: string; readonly pod: Pod }
  | { readonly is: 'running'; readonly hasLog: boolean }
  | { readonly is: 'ended'; readonly run: EndedRun; readonly pod: Pod; readonly hasLog: boolean };

/** Follows one run. */
class Following {
  private readonly log: LogPosition;
  /** Whether the log is read from its first line. */
  private readonly whole: boolean;
  private readonly signal: AbortSignal | undefined;
  private readonly retries: Retries;
  /** The uid of the pod that was seen first. Once that pod is deleted, a different pod may get its name. */
  private uid: string | undefined;
  /** The pod, if it has not started. */
  private waiting: Pod | undefined;
  /** The last reported reason for waiting. */
  private reason = '';
  /** The result in the log. */
  private reported: Result | undefined;
  /** The number of lines read, without messages of the kubelet. */
  private read = 0;

  constructor(
    private readonly api: Api,
    private readonly runs: Runs,
    private readonly name: string,
    private readonly follower: Follower,
    { signal, position, ...start }: FollowOptions,
  ) {
    this.log = position ?? new LogPosition(start);
    this.whole = this.log.mark() === undefined && Object.keys(start).length === 0;
    this.signal = signal;
    this.retries = new Retries(api.pause);
  }

  async toTheEnd(): Promise<EndedRun> {
    for (;;) {
      this.signal?.throwIfAborted();
      this.waiting = undefined;
      const ended = await this.step();
      if (ended) return ended;
      if (!(await this.change())) await this.retries.pause();
    }
  }

  /** Waits until a pod that has not started changes, so that its first line is read at once. */
  private async change(): Promise<boolean> {
    if (!this.waiting) return false;
    // Somebody who may not watch looks again after a pause.
    return this.runs.changed(this.waiting, this.signal).catch(() => false);
  }

  /** Checks the run once, and reads its log as far as it is available. */
  private async step(): Promise<EndedRun | undefined> {
    let standing: Standing | undefined;
    try {
      standing = await this.look();
      switch (standing.is) {
        case 'replaced':
          return this.deleted();
        case 'waiting':
          this.waits(standing.reason);
          this.waiting = standing.pod;
          this.retries.answered();
          return undefined;
        case 'running':
          if (standing.hasLog) await this.readLog(false);
          this.retries.answered();
          return undefined;
        case 'ended':
          if (standing.hasLog) await this.readLog(true);
          return this.end(withReport(standing.pod, standing.run, this.reported));
      }
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof ClusterError && error.status === 404) return this.deleted();
      return this.afterFailure(error, standing);
    }
  }

  private async look(): Promise<Standing> {
    const pod = await this.runs.get(this.name);
    this.uid ??= pod.metadata.uid;
    if (pod.metadata.uid !== this.uid) return { is: 'replaced' };
    const state = runState(pod);
    if (state.phase === 'waiting') return { is: 'waiting', reason: state.reason, pod };
    const hasLog = runnerHasLog(pod);
    return state.phase === 'ended' ? { is: 'ended', run: state, pod, hasLog } : { is: 'running', hasLog };
  }

  private waits(reason: string): void {
    if (reason !== this.reason) this.follower.waiting(reason);
    this.reason = reason;
  }

  private readLog(over: boolean): Promise<void> {
    const reading = { position: this.log, over, answered: () => this.retries.answered(), signal: this.signal };
    const listening = { ...this.follower, line: (text: string, time?: string) => this.line(text, time) };
    return readLog(this.api, this.runs, this.name, listening, reading);
  }

  private line(text: string, time?: string): void {
    const result = parseResult(text);
    if (result) this.reported = result;
    // Messages of the kubelet are not lines of the run.
    else if (time !== undefined) this.read += 1;
    this.follower.line(text, time);
  }

  /**
   * Gives up on the log of an ended run after too many failures: {@link end} reports the missing lines.
   * @throws the error, if a retry is useless
   */
  private afterFailure(error: unknown, standing: Standing | undefined): EndedRun | undefined {
    const isRest = error instanceof NoLog && this.retries.failures >= TRIES_FOR_REST;
    if (standing?.is === 'ended' && isRest) return this.end(standing.run);
    this.follower.resumed(this.retries.failed(error).message);
    return undefined;
  }

  /** Reports missing lines: the result has the number of lines that the program wrote. */
  private end(run: EndedRun): EndedRun {
    const { logLines = 0 } = run.result ?? this.reported ?? {};
    const lost = logLines - this.read;
    if (this.whole && lost > 0) {
      this.follower.lost(`${lost} of ${logLines} lines of the log are missing: its node had rotated them away`);
    }
    return run;
  }

  /** @throws ClusterError if the log does not say how the run ended, or says that it delivered */
  private deleted(): EndedRun {
    const { name, reported } = this;
    const told = `pod ${name} was deleted while it was followed`;
    if (reported && reported.outcome !== 'delivered') {
      return { phase: 'ended', outcome: reported.outcome, message: `${reported.message} (${told})`, result: reported };
    }
    throw new ClusterError(
      `${told}; ${reported ? 'its log reports a delivery: check' : 'work may be on'} its branch`,
      404,
    );
  }
}

/**
 * Kubernetes may lose the result, for example of an evicted pod. Then the result in the log counts, unless it says
 * `delivered`.
 */
function withReport(pod: Pod, state: EndedRun, reported: Result | undefined): EndedRun {
  if (state.result || !reported || reported.outcome === 'delivered' || !isOf(pod, reported)) return state;
  return { ...state, message: `${reported.message} (by its log: ${state.message})`, result: reported };
}

/** Whether the runner has a log. A pod that ended before its container started has none. */
function runnerHasLog({ status }: Pod): boolean {
  const state = status?.containerStatuses?.find(({ name }) => name === CONTAINERS.runner)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}
