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
