/** What `doctor` found about one thing. */
export interface Finding {
  /** What was checked, like `quota`. */
  readonly check: string;
  /** unknown: doctor cannot see it from here, which need not be bad. */
  readonly state: 'ok' | 'missing' | 'wrong' | 'unknown';
  readonly message: string;
  /** The one command that fixes it, or a hint. */
  readonly fix?: string;
}

/** Whether something has to be fixed. */
export const isBad = ({ state }: Finding): boolean => state === 'missing' || state === 'wrong';
