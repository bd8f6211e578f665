import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError, NoConnection } from './errors.js';

/** The first pause after an answer, and the longest one after failures in a row; in milliseconds. */
const SHORTEST = 500;
const LONGEST = 3000;

/** Attempts in a row without an answer before giving up: about a minute. */
const TRIES = 20;

/** Waits for some milliseconds, or until the signal aborts. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export const pause: Pause = (milliseconds, signal) =>
  sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {});

/** Whether an error may pass: no answer, too many requests, or a server error. */
export const isPassing = (error: ClusterError): boolean => {
  const { status } = error;
  return !(error instanceof NoConnection) && (status === undefined || status === 429 || status >= 500);
};

/** Counts failures in a row. Each one makes the next pause longer, until there are too many. */
export class Retries {
  private inARow = 0;

  /**
   * @param pauseFor waits between attempts
   * @param tries failures in a row before giving up. Default: about a minute of them
   */
  constructor(
    private readonly pauseFor: Pause,
    private readonly tries = TRIES,
  ) {}

  /** The number of failures since the last answer. */
  get failures(): number {
    return this.inARow;
  }

  answered(): void {
    this.inARow = 0;
  }

  /**
   * Counts a failure, and returns it.
   * @throws the error itself, if it will not pass or there were too many failures
   */
  failed(error: unknown): ClusterError {
    if (!(error instanceof ClusterError)) throw error;
    this.inARow += 1;
    if (this.inARow > this.tries || !isPassing(error)) throw error;
    return error;
  }

  /** Waits before the next attempt. Returns early if the signal aborts. */
  async pause(signal?: AbortSignal): Promise<void> {
    await this.pauseFor(Math.min(SHORTEST * 2 ** this.inARow, LONGEST), signal);
  }
}
