import type { RunSettings } from '../../run/settings.js';
import { RunFailure } from './failure.js';

type Times = Pick<RunSettings, 'deadlineSeconds' | 'reserveSeconds' | 'terminationGracePeriodSeconds'>;

/** At most this share of the deadline is reserved for saving work, so that short deadlines reserve less. */
const SHARE = 0.2;
/** The time for ending the program, in milliseconds. */
const END = 2000;

/** Stops a run early: before its deadline, when it stalls, or when Kubernetes asks for it. The first reason counts. */
export class Stop {
  private readonly controller = new AbortController();
  private readonly hurried = new AbortController();
  private times: Times | undefined;
  private askedAt: number | undefined;
  private signalled = false;

  /** @param started start of the deadline, in milliseconds since 1970 */
  constructor(private readonly started: number) {}

  /** Aborts when the run must stop. Its reason is a {@link RunFailure}. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Aborts when there is no time to save the work completely. */
  get hurry(): AbortSignal {
    return this.hurried.signal;
  }

  because(failure: RunFailure): void {
    this.controller.abort(failure);
  }

  /** Stops the run while there is still time to save the work. */
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

  /** The time left, in milliseconds: to the deadline, or to the end of Kubernetes' grace period. */
  timeLeft(): number {
    if (!this.times) return 0;
    const { deadlineSeconds, terminationGracePeriodSeconds } = this.times;
    const end = this.started + deadlineSeconds * 1000;
    const killed = (this.askedAt ?? Number.POSITIVE_INFINITY) + terminationGracePeriodSeconds * 1000;
    return Math.min(end, killed) - END - Date.now();
  }

  /** A share of the time left. It is measured now, and once more when somebody asks the run to stop. */
  share(part: number): () => number {
    let asked = this.askedAt;
    let until = Date.now() + this.timeLeft() * part;
    return () => {
      if (this.askedAt !== asked) until = Math.min(until, Date.now() + this.timeLeft() * part);
      asked = this.askedAt;
      return until - Date.now();
    };
  }

  /** Somebody cancelled the run with the pod's annotation. Kubernetes will ask it to stop soon, too. */
  cancelled(by: string): void {
    this.askedAt ??= Date.now();
    this.because(new RunFailure('cancelled', `cancelled by ${by}`));
  }

  /** Kubernetes asks the pod to stop. The time shows whether the deadline is the reason. A second request is urgent. */
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
