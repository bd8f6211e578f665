/** The user's input is wrong. The error lists every problem, so that the user can correct them all at once. */
export class InputError extends Error {
  /** Always `InputError`. */
  override readonly name = 'InputError';

  /** @param problems one sentence each: the field, its value, what is allowed */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Collects the problems of several checks, and throws them as one error. */
export class Problems {
  private readonly found: string[] = [];

  /** Returns the value of `check`. If that throws an {@link InputError}, notes its problems and returns undefined. */
  collect<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.found.push(...error.problems);
      return undefined;
    }
  }

  add(problem: string): void {
    this.found.push(problem);
  }

  /** @throws InputError when anything was found */
  throwIfAny(): void {
    if (this.found.length > 0) throw new InputError(this.found);
  }
}
