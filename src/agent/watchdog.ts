import { RunFailure } from './failure.js';
import { cpuTicks } from './processes.js';

/** What a watchdog is told, and what it tells. */
export interface WatchdogOptions {
  /** Longest silence, in seconds. */
  readonly stallSeconds: number;
  /** The mark of the processes that may be at work. */
  readonly mark: string;
  readonly stop: (failure: RunFailure) => void;
}

/** Share of one core below which a process counts as idle: timers alone use less. */
const IDLE = 0.05;

/**
 * Stops a run that neither says nor does anything: no event, and none of its processes at work. A model that never answers
 * looks like that, and so does a tool that waits for ever.
 */
export class Watchdog {
  private last = Date.now();
  private busyUntil = Date.now();
  private busy = true;
  private doing = 'OpenCode starts';
  private ticks = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: WatchdogOptions) {
    const interval = Math.min(5, options.stallSeconds / 4) * 1000;
    this.timer = setInterval(() => this.look(interval), interval);
  }

  /** Something has happened. */
  event(what: string | undefined): void {
    this.last = Date.now();
    if (what) this.doing = `after ${what}`;
  }

  /** What the run waits for, in words. */
  get waitsFor(): string {
    const who = this.busy ? 'its processes are at work' : 'nothing is at work: the model, or a tool that waits';
    return `${this.doing}; ${who}`;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(interval: number): void {
    const now = Date.now();
    const ticks = cpuTicks(this.options.mark);
    this.busy = (ticks - this.ticks) * 10 > interval * IDLE;
    if (this.busy) this.busyUntil = now;
    this.ticks = ticks;
    if (now - Math.max(this.last, this.busyUntil) < this.options.stallSeconds * 1000) return;
    this.end();
    const silence = Math.round((now - this.last) / 1000);
    this.options.stop(new RunFailure('stalled', `no event for ${silence} s and no process at work, ${this.doing}`));
  }
}
