import type { OutcomeName } from '../run/outcomes.js';

/** Ends the run with an outcome other than delivered. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';

  constructor(
    readonly outcome: Exclude<OutcomeName, 'delivered'>,
    message: string,
  ) {
    super(message);
  }
}

/** What an error means for the run: what nobody foresaw is the agent's failure. */
export const asFailure = (error: unknown): RunFailure =>
  error instanceof RunFailure ? error : new RunFailure('agent-failed', (error as Error).message);
