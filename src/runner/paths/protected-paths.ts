import { PROTECTED_KINDS } from '../../run/protected-globs.js';
import type { ProtectedPaths } from '../../run/settings.js';
import { namedPaths } from '../../tasks/named-paths.js';
import { type Changed, changedFiles } from '../git/changed.js';
import type { Git } from '../git/git.js';
import { inTheWayOf } from '../git/restore.js';
import { changesInBareRepositories } from './bare-repositories.js';
import { folded, spelled } from './folded.js';
import { alternatives, covers } from './globs.js';

/**
 * Paths that nobody can allow: task lists, whose lines allow paths to later runs, and spec-kit's state; checkouts of
 * other runs; credentials; repositories of other version control systems, whose configuration names programs to run.
 */
const NEVER = [
  '**/tasks.md',
  '**/tasks_meta.json',
  '**/.async_state/**',
  '/.agentic-sdlc/worktrees/**',
  '**/.git-credentials',
  '**/{.,_}netrc',
  '**/{.hg,.jj,.sl}/**',
];

/** A folder with thousands of files that OpenCode installs. It is not even read. */
export const NEVER_READ = '.opencode/node_modules/**';

/** Files that OpenCode itself writes into its folder. */
const OPENCODES = [
  ...['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) => `/.opencode/${name}`),
  `/${NEVER_READ}`,
];

const SYMBOLIC_LINK = '120000';

/** The protected paths that a run may change. */
export interface Allowance {
  /** Paths, folders or globs that the environment allows. */
  readonly paths: readonly string[];
  /** Paths, folders or globs that the task names. */
  readonly named: readonly string[];
  /** Exceptions from {@link named} that the task forbids. */
  readonly forbidden: readonly string[];
  /** Whether a task's line can allow a path here. */
  readonly byTask: boolean;
}

/** For settings of an older version. */
const DEFAULTS: ProtectedPaths = { allow: [], allowNamedByTask: true };

/**
 * The paths that the environment and the task allow. A folder that the task names counts only if the folder itself is
 * protected: `src/` does not allow `src/.envrc`.
 * @param task its text in the task list, without the rest of the prompt
 */
export function allowanceOf(settings: ProtectedPaths | undefined, task: string | undefined): Allowance {
  const { allow, allowNamedByTask } = settings ?? DEFAULTS;
  const { changed, forbidden } = namedPaths(allowNamedByTask ? (task ?? '') : '');
  const named = changed.flatMap(alternatives).filter(isProtected);
  return { paths: allow, named, forbidden: forbidden.flatMap(alternatives), byTask: allowNamedByTask };
}

/**
 * Whether a path is allowed. A path that is forbidden within an allowed folder or glob is not. A single allowed file
 * within a forbidden folder is.
 */
export function isAllowed({ paths, named, forbidden }: Allowance, path: string): boolean {
  const isForbidden = (glob: string) => forbidden.some((one) => covers(glob, one) && covers(one, path));
  return paths.some((glob) => covers(glob, path)) || named.some((glob) => covers(glob, path) && !isForbidden(glob));
}

/** Changes that no commit of the run contains. */
export interface ProtectedChanges {
  /** Each byte of a path is a letter. */
  readonly files: readonly Changed[];
  /** The changes that somebody might miss, so that the log names them. */
  readonly named: readonly ProtectedPath[];
}

export interface ProtectedPath {
  readonly path: string;
  /** Whether the task's line or the environment could allow it. */
  readonly allowable: boolean;
}

/** Finds the protected paths that differ between the start and a tree, without the allowed ones. */
export async function protectedChanges(
  git: Git,
  repository: string,
  start: string,
  tree: string,
  allowance: Allowance,
): Promise<ProtectedChanges> {
  // Compared as bytes: a name that is not UTF-8 may still be below a protected folder.
  const changed = await changedFiles(git, repository, start, tree, 'latin1');
  const kinds = changed.map((file) => kindOf(file, allowance));
  const taken = changed.filter((_, index) => kinds[index] === undefined);
  const stay = changed.filter(({ before }, index) => before && kinds[index] !== undefined).map(({ path }) => path);
  const never = new Set(await changesInBareRepositories(git, repository, tree, taken, stay));
  const isTaken = (file: Changed, index: number) => kinds[index] === undefined && !never.has(file);
  const restored = changed.filter((file, index) => !isTaken(file, index));
  for (const file of inTheWayOf(restored, changed.filter(isTaken))) never.add(file);
  const files = changed.filter((file, index) => !isTaken(file, index));
  const named = changed.flatMap((file, index) => {
    const kind = kinds[index] ?? (never.has(file) ? 'never' : 'silent');
    return kind === 'silent' ? [] : [{ path: textOf(file), allowable: kind === 'allowable' }];
  });
  return { files, named };
}

/** Whether OpenCode itself writes a path. */
export const isOpenCodes = (path: string): boolean => OF_OPENCODE.has(path);

/** Whether a path is one that only the task's line or the environment can allow. The path may contain stars. */
export const isProtected = (path: string): boolean => PROTECTED.has(path);

function kindOf(file: Changed, allowance: Allowance): 'never' | 'allowable' | 'silent' | undefined {
  const path = textOf(file);
  const isLink = file.after?.mode === SYMBOLIC_LINK;
  if ((isLink ? ABOVE_OR_OUT_OF_REACH : OUT_OF_REACH).has(path)) return 'never';
  // A change to a file of the repository may be intended. A new file is OpenCode's own.
  if (OF_OPENCODE.has(path)) return file.before ? 'never' : 'silent';
  if (!(isLink ? ABOVE_OR_PROTECTED : PROTECTED).has(path)) return undefined;
  return isAllowed(allowance, path) ? undefined : 'allowable';
}

const textOf = ({ path }: Changed): string => Buffer.from(path, 'latin1').toString();

/**
 * Matches the paths of some globs. Only for our own globs, since many stars would make it slow.
 * @see ProtectedKind.globs for their syntax
 */
function oneOf(globs: readonly string[]): { has(path: string): boolean } {
  const inCapitals = globs.filter((glob) => IN_CAPITALS.test(glob));
  const others = globs.filter((glob) => !IN_CAPITALS.test(glob));
  const inAnyCase = expressionOf([...others, ...inCapitals.map((glob) => `/${glob}`)].map(folded));
  const asWritten = expressionOf(inCapitals);
  return { has: (path) => inAnyCase.test(folded(path)) || asWritten.test(spelled(path)) };
}

/** Names like `AGENTS.md` and `OWNERS`, which are ordinary words in lower case. */
const IN_CAPITALS = /^[A-Z]{2}/;

function expressionOf(globs: readonly string[]): RegExp {
  const patterns = globs.map((glob) => {
    const [, top, body = '', below] = /^(\/|\*\*\/)?(.*?)(\/\*\*)?$/.exec(glob) ?? [];
    const names = body
      .replace(/[.+^$()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replace(/[{,}]/g, (sign) => ({ '{': '(?:', ',': '|' })[sign] ?? ')');
    return `${top === '/' ? '' : '(?:.*/)?'}${names}${below ? '(?:/.*)?' : ''}`;
  });
  return new RegExp(`^(?:${patterns.join('|')})$`, 's');
}

/** The globs, and the folders above their paths: a link in the place of such a folder would lead elsewhere. */
function withFoldersAbove(globs: readonly string[]): string[] {
  const above = globs.flatMap((glob) => {
    const pieces = glob.replace(/^\*\*\/|\/\*\*$/g, '').split('/');
    return pieces.slice(0, -1).map((_, index) => pieces.slice(0, index + 1).join('/'));
  });
  return [...globs, ...above.filter((glob) => glob !== '')];
}

const ALL = PROTECTED_KINDS.flatMap(({ globs }) => globs);
const PROTECTED = oneOf(ALL);
const ABOVE_OR_PROTECTED = oneOf(withFoldersAbove(ALL));
const OUT_OF_REACH = oneOf(NEVER);
const ABOVE_OR_OUT_OF_REACH = oneOf(withFoldersAbove(NEVER));
const OF_OPENCODE = oneOf(OPENCODES);
