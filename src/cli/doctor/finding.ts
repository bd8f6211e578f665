/** What `doctor` found about one thing. */
export interface Finding {
  /** What was looked at, like `quota`. */
  readonly check: string;
  /** unknown: it cannot be seen from here, which need not be bad. */
  readonly state: 'ok' | 'missing' | 'wrong' | 'unknown';
  readonly message: string;
  /** The one command that mends it. */
  readonly fix?: string;
}

/** Where something is not as it should be. */
export const isBad = ({ state }: Finding): boolean => state === 'missing' || state === 'wrong';
