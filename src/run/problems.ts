/** What a user gave is wrong. Carries every problem found, so that one correction is enough. */
export class InputError extends Error {
  override readonly name = 'InputError';

  /** @param problems one sentence each: which field, what it was, what is allowed */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Collects the problems of several checks, to throw them together. */
export class Problems {
  private readonly found: string[] = [];

  /** The value of `check`, or undefined after noting the problems of the {@link InputError} that it threw. */
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
