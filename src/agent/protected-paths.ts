import { type Changed, changedFiles } from './changed.js';
import type { Git } from './git.js';

/** A path as a pattern that fits nothing else. */
const literal = (path: string): string => path.replace(/[\\*?[\]]/g, '\\$&');

/** What no commit changes: the task list is the human's, and what runs or opens something is nobody's work. */
const patterns = (feature: string | undefined): string[] => [
  ...(feature ? [`${literal(feature)}/tasks.md`] : ['**/tasks.md']),
  '**/tasks_meta.json',
  '**/.async_state/**',
  '.agentic-sdlc/worktrees/**',
  '**/.git-credentials',
  '**/.netrc',
  ...['plugin', 'plugins'].map((name) => `.opencode/${name}/**`),
];

/** What OpenCode writes beside its configuration. */
const OPENCODES = ['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) => `.opencode/${name}`);

/** The same in a folder of thousands of files, which are not even read. */
export const NEVER_READ = '.opencode/node_modules/**';

/** Files of a tree that have to stay as they were. */
export interface ProtectedChanges {
  readonly files: readonly Changed[];
  /** Those that somebody might miss. */
  readonly named: readonly string[];
}

/** @param feature whose task list is left as it is; without one, no list is changed */
export async function protectedChanges(
  git: Git,
  repository: string,
  start: string,
  tree: string,
  feature: string | undefined,
): Promise<ProtectedChanges> {
  const changed = (globs: readonly string[]) =>
    changedFiles(
      git,
      repository,
      start,
      tree,
      'utf8',
      globs.map((glob) => `:(glob)${glob}`),
    );
  const work = await changed(patterns(feature));
  const ofOpenCode = await changed([...OPENCODES, NEVER_READ]);
  // What the repository has may have been meant to change; else it is OpenCode's own.
  const known = ofOpenCode.filter(({ before }) => before);
  return { files: [...work, ...ofOpenCode], named: [...work, ...known].map(({ path }) => path) };
}
