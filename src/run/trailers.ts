/** What git's log prints of a trailer; where a message has it more than once, with commas between them. */
export const trailerFormat = (key: 'Agent-Run' | 'Agent-Outcome'): string =>
  `%(trailers:key=${key},valueonly,separator=%x2C)`;

/** A commit, and what its trailers say. */
export interface RunCommit {
  readonly commit: string;
  /** The pod that made it; '' where none did. */
  readonly run: string;
  readonly outcome: string;
}

/**
 * A line of git's log for each commit, as {@link parseRunCommits} reads it. Only trailers say whose it is: the rest of a
 * message is the agent's.
 */
export const RUN_COMMIT_FORMAT = `--format=%H ${trailerFormat('Agent-Run')} ${trailerFormat('Agent-Outcome')}`;

/** What git is asked for the commits of runs, the newest first, however its user has it read patterns. */
export const RUN_COMMITS = ['log', '--basic-regexp', '--grep=^Agent-Run: ', RUN_COMMIT_FORMAT] as const;

export const parseRunCommits = (log: string): RunCommit[] =>
  log.split('\n').map((line) => {
    const [commit = '', run = '', outcome = ''] = line.split(' ');
    return { commit, run, outcome };
  });
