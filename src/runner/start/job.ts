import type { RunInput } from '../../run/input.js';
import type { Git } from '../git/git.js';
import type { Clone } from './clone.js';
import type { Worktree } from './worktree.js';

/** Everything from which the commits of a run are made. */
export interface Job {
  readonly git: Git;
  readonly clone: Clone;
  readonly worktree: Worktree;
  readonly input: RunInput;
  /** Paths that a write or edit call of the agent named. */
  readonly written: () => ReadonlySet<string>;
  readonly say: (step: string, text: string) => void;
}
