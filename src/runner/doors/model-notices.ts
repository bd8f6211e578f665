import type { ModelDoorOptions, ModelRequest } from './model-types.js';

/** Reports the door's observations to the run. An error in the run's callback does not affect the door. */
export class Notices {
  private readonly said = new Set<string>();

  constructor(private readonly options: ModelDoorOptions) {}

  request(request: ModelRequest): void {
    guarded(() => this.options.onRequest(request));
  }

  overBudget(words: string): void {
    this.once('overBudget', () => this.options.onOverBudget(words));
  }

  hopeless(words: string): void {
    this.once('hopeless', () => this.options.onHopeless(words));
  }

  /** In milliseconds. */
  timeLeft(): number {
    return guarded(() => this.options.timeLeft()) ?? Number.POSITIVE_INFINITY;
  }

  private once(what: string, tell: () => void): void {
    if (this.said.has(what)) return;
    this.said.add(what);
    guarded(tell);
  }
}

function guarded<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
