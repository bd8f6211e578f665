/** What git's log prints of a trailer; where a message has it more than once, with commas between them. */
export const trailerFormat = (key: 'Agent-Run' | 'Agent-Outcome'): string =>
  `%(trailers:key=${key},valueonly,separator=%x2C)`;

/** A commit's run and how that ended, with a blank between them. Only trailers say so: the rest of a message is the agent's. */
export const RUN_AND_OUTCOME = `${trailerFormat('Agent-Run')} ${trailerFormat('Agent-Outcome')}`;
