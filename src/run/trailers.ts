/** The format with which `git log` prints a trailer. It joins repeated trailers with commas. */
export const trailerFormat = (key: 'Agent-Run' | 'Agent-Outcome'): string =>
  `%(trailers:key=${key},valueonly,separator=%x2C)`;

/** A commit with its trailers. */
export interface RunCommit {
  readonly commit: string;
  /** The pod that made the commit; '' if no pod did. */
  readonly run: string;
  readonly outcome: string;
}

/**
 * The format of a line for {@link parseRunCommits}. Only trailers say which run made a commit, because the agent writes
 * the rest of the message.
 */
export const RUN_COMMIT_FORMAT = `--format=%H ${trailerFormat('Agent-Run')} ${trailerFormat('Agent-Outcome')}`;

/**
 * The git command that lists the commits of runs, the newest first. `--basic-regexp` overrides the user's configured
 * pattern type.
 */
export const RUN_COMMITS = ['log', '--basic-regexp', '--grep=^Agent-Run: ', RUN_COMMIT_FORMAT] as const;

export const parseRunCommits = (log: string): RunCommit[] =>
  log.split('\n').map((line) => {
    const [commit = '', run = '', outcome = ''] = line.split(' ');
    return { commit, run, outcome };
  });
