import { PROTECTED_KINDS } from '../run/protected-globs.js';
import type { ProtectedPaths } from '../run/settings.js';
import { namedPaths } from '../tasks/named-paths.js';
import { changesInBareRepositories } from './bare-repositories.js';
import { type Changed, changedFiles } from './changed.js';
import { folded, spelled } from './folded.js';
import type { Git } from './git.js';
import { alternatives, covers } from './globs.js';
import { inTheWayOf } from './restore.js';

/**
 * Task lists, whose lines allow paths to the runs to come, and spec-kit's state; what other runs have checked out; credentials;
 * repositories of other version control systems, which run what their configuration names. Nobody can allow these.
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

/** A folder of thousands of files that OpenCode installs: it is not even read. */
export const NEVER_READ = '.opencode/node_modules/**';

/** What OpenCode itself writes into its folder. */
const OPENCODES = [
  ...['package.json', 'package-lock.json', 'bun.lock', '.gitignore'].map((name) => `/.opencode/${name}`),
  `/${NEVER_READ}`,
];

const SYMBOLIC_LINK = '120000';

/** What a run may change of what is protected. */
export interface Allowance {
  /** Paths, folders or globs, as the environment names them. */
  readonly paths: readonly string[];
  /** As the task names them. */
  readonly named: readonly string[];
  /** What the task forbids of {@link named}. */
  readonly forbidden: readonly string[];
  /** Whether a task's line can allow a path here. */
  readonly byTask: boolean;
}

/** Where the settings are older than this. */
const DEFAULTS: ProtectedPaths = { allow: [], allowNamedByTask: true };

/**
 * What the environment allows, and what the task names of it. A folder of a task counts only where it is a protected one: `src/` does
 * not allow `src/.envrc`.
 * @param task as the task list has it, without what else the prompt says
 */
export function allowanceOf(settings: ProtectedPaths | undefined, task: string | undefined): Allowance {
  const { allow, allowNamedByTask } = settings ?? DEFAULTS;
  const { changed, forbidden } = namedPaths(allowNamedByTask ? (task ?? '') : '');
  const named = changed.flatMap(alternatives).filter(isProtected);
  return { paths: allow, named, forbidden: forbidden.flatMap(alternatives), byTask: allowNamedByTask };
}

/** What is forbidden within a folder or glob is not allowed by it; one file of a folder that is forbidden may be. */
export function isAllowed({ paths, named, forbidden }: Allowance, path: string): boolean {
  const isForbidden = (glob: string) => forbidden.some((one) => covers(glob, one) && covers(one, path));
  return paths.some((glob) => covers(glob, path)) || named.some((glob) => covers(glob, path) && !isForbidden(glob));
}

/** Changes that no commit of the run takes. */
export interface ProtectedChanges {
  /** Each byte of a path is a letter. */
  readonly files: readonly Changed[];
  /** Those that somebody might miss. */
  readonly named: readonly ProtectedPath[];
}

export interface ProtectedPath {
  readonly path: string;
  /** Whether the task's line or the environment could allow it. */
  readonly allowable: boolean;
}

/** The protected paths that differ between the start and a tree, without those that are allowed. */
export async function protectedChanges(
  git: Git,
  repository: string,
  start: string,
  tree: string,
  allowance: Allowance,
): Promise<ProtectedChanges> {
  // As bytes: a name that is no text may still be below a protected folder.
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

/** Whether a path is one of those that only the task's line or the environment can allow. A path may have stars in it. */
export const isProtected = (path: string): boolean => PROTECTED.has(path);

function kindOf(file: Changed, allowance: Allowance): 'never' | 'allowable' | 'silent' | undefined {
  const path = textOf(file);
  const isLink = file.after?.mode === SYMBOLIC_LINK;
  if ((isLink ? ABOVE_OR_OUT_OF_REACH : OUT_OF_REACH).has(path)) return 'never';
  // What the repository has may have been meant to change; what it does not have is OpenCode's own.
  if (OF_OPENCODE.has(path)) return file.before ? 'never' : 'silent';
  if (!(isLink ? ABOVE_OR_PROTECTED : PROTECTED).has(path)) return undefined;
  return isAllowed(allowance, path) ? undefined : 'allowable';
}

const textOf = ({ path }: Changed): string => Buffer.from(path, 'latin1').toString();

/**
 * The paths that one of the globs stands for. Not for globs of others: it may take long with many stars.
 * @see ProtectedKind.globs for how they are written
 */
function oneOf(globs: readonly string[]): { has(path: string): boolean } {
  const inCapitals = globs.filter((glob) => IN_CAPITALS.test(glob));
  const others = globs.filter((glob) => !IN_CAPITALS.test(glob));
  const inAnyCase = expressionOf([...others, ...inCapitals.map((glob) => `/${glob}`)].map(folded));
  const asWritten = expressionOf(inCapitals);
  return { has: (path) => inAnyCase.test(folded(path)) || asWritten.test(spelled(path)) };
}

/** `AGENTS.md`, `OWNERS`: in small letters, these are ordinary words. */
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

/** The globs, and the folders that lead to what they stand for: a link there leads elsewhere. */
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
