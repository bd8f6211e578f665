import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clone } from './clone.js';
import type { Worktree } from './worktree.js';

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** How many names may stand for one another. */
const DEPTH = 5;

/**
 * The commit that the agent has checked out, by git's files alone: git itself would do what the configuration of the agent's
 * repository says, like starting a program. Undefined when they do not say.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export function headOf({ directory }: Clone, worktree: Worktree): string | undefined {
  const folder = join(directory, '.git');
  let text = read(join(folder, 'worktrees', basename(worktree.directory), 'HEAD'));
  for (let depth = 0; depth < DEPTH; depth++) {
    if (COMMIT.test(text)) return text;
    const [, name] = /^ref: (refs\/(?!.*\.\.)[\w./+@-]+)$/.exec(text) ?? [];
    if (name === undefined) return undefined;
    text = read(join(folder, name)) || packed(read(join(folder, 'packed-refs')), name);
  }
  return undefined;
}

const packed = (refs: string, name: string): string =>
  refs
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0] ?? '';

/** The text of a file, or '' of anything else: a pipe would hold us for ever. */
function read(path: string): string {
  try {
    const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    try {
      return fstatSync(file).isFile() ? readFileSync(file, 'utf8').trim() : '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
