import type { RunSettings } from '../run/settings.js';
import { RunFailure } from './failure.js';

type Times = Pick<RunSettings, 'deadlineSeconds' | 'reserveSeconds' | 'terminationGracePeriodSeconds'>;

/** Share of the deadline that is kept for saving work at most: short deadlines keep proportionally less. */
const SHARE = 0.2;
/** What the end of the program takes, in milliseconds. */
const END = 2000;

/** Ends a run before its own end: before its deadline, when it stalls, when Kubernetes asks for it. The first reason counts. */
export class Stop {
  private readonly controller = new AbortController();
  private readonly hurried = new AbortController();
  private times: Times | undefined;
  private askedAt: number | undefined;
  private signalled = false;

  /** @param started when the deadline began to count, in milliseconds since 1970 */
  constructor(private readonly started: number) {}

  /** Its reason is a {@link RunFailure}. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Aborted when the work must be saved faster than completely. */
  get hurry(): AbortSignal {
    return this.hurried.signal;
  }

  because(failure: RunFailure): void {
    this.controller.abort(failure);
  }

  /** Stops while there is still time to save the work. */
  beforeDeadline(times: Times): void {
    this.times = times;
    const reserve = reserveOf(times);
    const left = (times.deadlineSeconds - reserve) * 1000 - (Date.now() - this.started);
    const failure = new RunFailure(
      'timed-out',
      `the deadline of ${times.deadlineSeconds} s is ${Math.round(reserve)} s away`,
    );
    setTimeout(() => this.because(failure), Math.max(0, left)).unref();
  }

  /** How long the program may go on, in milliseconds: to its deadline, or as long as Kubernetes waits for it to end. */
  timeLeft(): number {
    if (!this.times) return 0;
    const { deadlineSeconds, terminationGracePeriodSeconds } = this.times;
    const end = this.started + deadlineSeconds * 1000;
    const killed = (this.askedAt ?? Number.POSITIVE_INFINITY) + terminationGracePeriodSeconds * 1000;
    return Math.min(end, killed) - END - Date.now();
  }

  /** A share of the time that is left, measured now, and once more when somebody asks the run to end. */
  share(part: number): () => number {
    let asked = this.askedAt;
    let until = Date.now() + this.timeLeft() * part;
    return () => {
      if (this.askedAt !== asked) until = Math.min(until, Date.now() + this.timeLeft() * part);
      asked = this.askedAt;
      return until - Date.now();
    };
  }

  /** Somebody cancels the run, as the pod's annotation says. Kubernetes will ask soon, too. */
  cancelled(by: string): void {
    this.askedAt ??= Date.now();
    this.because(new RunFailure('cancelled', `cancelled by ${by}`));
  }

  /** Kubernetes asks. Why, the time tells; for the second time, it is urgent. */
  asked(): void {
    const { times } = this;
    if (this.signalled) this.hurried.abort(new Error('asked to stop for the second time'));
    this.signalled = true;
    this.askedAt ??= Date.now();
    const late = times && (Date.now() - this.started) / 1000 >= times.deadlineSeconds - reserveOf(times);
    this.because(
      late
        ? new RunFailure('timed-out', `the deadline of ${times.deadlineSeconds} s has passed`)
        : new RunFailure('interrupted', 'the pod was asked to stop'),
    );
  }
}

const reserveOf = ({ deadlineSeconds, reserveSeconds }: Times): number =>
  Math.min(reserveSeconds, deadlineSeconds * SHARE);
