/** One thing that `setup` does or leaves. */
export interface Change {
  /** For the user, like `write .opencode/agents/agent-runner.md`. */
  readonly line: string;
  /**
   * Does it.
   * @throws InputError if it cannot be done
   */
  apply?(): void;
}

/** Something that the user has to do or decide, because setup does not. */
export const left = (line: string): Change => ({ line });

/** How `setup` was called. */
export interface Asked {
  /** The project's folder, without links. */
  readonly top: string;
  readonly uninstall: boolean;
  /** Replace files of ours that the user has changed. */
  readonly force: boolean;
}
