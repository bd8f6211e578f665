import type { OutcomeName } from '../../run/outcomes.js';

/** The cause of a failed remote operation, from its error output. */
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

/** Turns an error into a failure of the run. Unexpected errors become `agent-failed`. */
export const asFailure = (error: unknown): RunFailure =>
  error instanceof RunFailure ? error : new RunFailure('agent-failed', (error as Error).message);
