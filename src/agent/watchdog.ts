import { RunFailure } from './failure.js';
import { cpuTicks } from './processes.js';

/** What a watchdog is told, and what it tells. */
export interface WatchdogOptions {
  /** Longest silence, in seconds. */
  readonly stallSeconds: number;
  /** The mark of the processes that may be at work. */
  readonly mark: string;
  readonly say: (text: string) => void;
  readonly stop: (failure: RunFailure) => void;
}

/** How often a silent run says what it waits for, in seconds. */
const HEARTBEAT = 30;
/** Share of one core below which a process counts as idle: timers alone use less. */
const IDLE = 0.05;

/**
 * Stops a run that neither says nor does anything: no event, and none of its processes at work. A model that never answers
 * looks like that, and so does a tool that waits for ever.
 */
export class Watchdog {
  private last = Date.now();
  private busyUntil = Date.now();
  private doing = 'OpenCode starts';
  private ticks = 0;
  private said = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: WatchdogOptions) {
    const interval = Math.min(5, options.stallSeconds / 4) * 1000;
    this.timer = setInterval(() => this.look(interval), interval);
  }

  /** Something has happened. */
  event(what: string | undefined): void {
    this.last = this.said = Date.now();
    if (what) this.doing = `after ${what}`;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(interval: number): void {
    const now = Date.now();
    const ticks = cpuTicks(this.options.mark);
    if ((ticks - this.ticks) * 10 > interval * IDLE) this.busyUntil = now;
    this.ticks = ticks;
    const silence = Math.round((now - this.last) / 1000);
    if (now - this.said >= HEARTBEAT * 1000) {
      this.said = now;
      const waiting =
        this.busyUntil === now ? 'its processes are at work' : 'nothing is at work: the model, or a tool that waits';
      this.options.say(`silent for ${silence} s, ${this.doing}; ${waiting}`);
    }
    if (now - Math.max(this.last, this.busyUntil) < this.options.stallSeconds * 1000) return;
    this.end();
    this.options.stop(new RunFailure('stalled', `no event for ${silence} s and no process at work, ${this.doing}`));
  }
}
