import type { OutcomeName } from '../run/outcomes.js';

/** What a remote operation's error output says about its cause. */
export type RemoteError = 'auth' | 'network' | 'refused';

/** Ends the run with an outcome other than delivered. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';

  constructor(
    readonly outcome: Exclude<OutcomeName, 'delivered'>,
    message: string,
    override readonly cause?: RemoteError,
  ) {
    super(message);
  }
}

/** What an error means for the run: what nobody foresaw is the agent's failure. */
export const asFailure = (error: unknown): RunFailure =>
  error instanceof RunFailure ? error : new RunFailure('agent-failed', (error as Error).message);
