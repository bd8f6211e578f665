/** Inputs and outputs of a watchdog. */
export interface WatchdogOptions {
  /** The longest silence, in seconds. */
  readonly stallSeconds: number;
  /** The CPU time of the agent's processes so far, in clock ticks (1/100 s). */
  readonly ticks: () => number;
  /** Stops the run. Gets a description of the missing progress. */
  readonly stop: (words: string) => void;
}

/** Below this share of one core the processes count as idle. OpenCode's own timers use less. */
const IDLE = 0.1;
/** The longest time over which it is measured, in milliseconds. The ticks are updated about every two seconds. */
const WINDOW = 5000;

/**
 * Stops a run without events and without working processes. A model that never answers looks like that, and so does a
 * tool that waits forever.
 */
export class Watchdog {
  private last = Date.now();
  private busyUntil = Date.now();
  private busy = true;
  private doing = 'OpenCode starts';
  private counted = { at: Date.now(), ticks: 0 };
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: WatchdogOptions) {
    const interval = Math.min(5, options.stallSeconds / 4) * 1000;
    this.timer = setInterval(() => this.look(), interval);
  }

  /** Records an event. */
  event(what: string | undefined): void {
    this.last = Date.now();
    if (what) this.doing = `after ${what}`;
  }

  /** Describes what the run waits for. */
  get waitsFor(): string {
    const who = this.busy ? 'its processes are at work' : 'nothing is at work: the model, or a tool that waits';
    return `${this.doing}; ${who}`;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = Date.now();
    const { at } = this.counted;
    if (now - at >= Math.min(WINDOW, this.options.stallSeconds * 400)) {
      const ticks = this.options.ticks();
      this.busy = (ticks - this.counted.ticks) * 10 > (now - at) * IDLE;
      if (this.busy) this.busyUntil = now;
      this.counted = { at: now, ticks };
    }
    if (now - Math.max(this.last, this.busyUntil) < this.options.stallSeconds * 1000) return;
    this.end();
    const silence = Math.round((now - this.last) / 1000);
    this.options.stop(`no event for ${silence} s and no process at work, ${this.doing}`);
  }
}
