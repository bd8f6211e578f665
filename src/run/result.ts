import { checkBranch } from './branch.js';
import { COMMIT } from './names.js';
import { isOutcome, type OutcomeName } from './outcomes.js';
import { plain, plainLine } from './printable.js';

/** Kubernetes keeps at most this much of a termination message. */
export const RESULT_BYTES = 4096;

/** How a run ended: the termination message of its container, and the last line of its log. */
export interface Result {
  readonly outcome: OutcomeName;
  /** The task's own id. */
  readonly task: string;
  /** The branch that was pushed, or would have been. */
  readonly branch: string;
  /** The commit that the task started from, once it is known. */
  readonly baseCommit?: string;
  /** The commit that `git ls-remote` showed; only when delivered. */
  readonly commit?: string;
  /** For a run that did not deliver: what became of the work that it had done. */
  readonly salvage?: Salvage;
  /** Protected paths that the agent has changed and the commit has not; the last entry may say how many more there are. */
  readonly protectedPaths?: readonly string[];
  /** OpenCode's session id. */
  readonly session?: string;
  readonly filesChanged: number;
  readonly durationSeconds: number;
  /** Lines that the program has written to its log before this one. */
  readonly logLines?: number;
  readonly tokens: number;
  /** In US dollars, as OpenCode reports it. */
  readonly cost: number;
  readonly message: string;
}

/**
 * What became of the work in progress. Pushed: the commit on the branch. Not pushed, but with a commit: that commit is in
 * the log, as a bundle for the branch. Else it is lost, for the reason.
 */
export type Salvage = (
  | { readonly pushed: true; readonly branch: string; readonly commit: string }
  | { readonly pushed: false; readonly branch: string; readonly commit: string; readonly reason: string }
  | { readonly pushed: false; readonly reason: string }
) & {
  /** Files that are not in it, and why. */
  readonly leftOut?: readonly string[];
};

/** How many names of files a result has room for, and how many characters of each. */
const NAMES = { most: 5, length: 200 };

/** As many names as a result has room for, and how many more there are. */
export function firstNames(names: readonly string[]): string[] {
  const isLong = (name: string) => Array.from(name).length > NAMES.length;
  const first = names.slice(0, NAMES.most).map((name) => (isLong(name) ? cut(name, NAMES.length - 1) : name));
  return names.length > NAMES.most ? [...first, `and ${names.length - NAMES.most} more`] : first;
}

/** How much of a message is kept as long as something else can be cut, in characters. */
const KEPT = 400;

/** One line of JSON, at most {@link RESULT_BYTES} long: texts that are too long lose their end, at a character's boundary. */
export function formatResult(result: Result): string {
  let line = JSON.stringify(result);
  for (const shorter of shortened(result)) {
    if (Buffer.byteLength(line) <= RESULT_BYTES) return line;
    line = JSON.stringify(shorter);
  }
  return line;
}

/** The same with ever shorter texts: the message, then what is said of the work, then the rest of the message. */
function* shortened(result: Result): Generator<Result> {
  const { message, salvage, protectedPaths } = result;
  const length = Array.from(message).length;
  const cutTo = (characters: number): Result => ({ ...result, message: cut(message, characters) });
  for (let to = length * 0.9; to > KEPT; to *= 0.9) yield cutTo(to);
  const least = withTexts(cutTo(KEPT), 0);
  if (salvage || protectedPaths) for (let to = RESULT_BYTES; to >= 1; to *= 0.9) yield withTexts(cutTo(KEPT), to);
  for (let to = Math.min(length, KEPT) * 0.9; to >= 1; to *= 0.9) yield { ...least, message: cut(message, to) };
  yield { ...least, message: cut(message, 0) };
}

function withTexts(result: Result, characters: number): Result {
  const { salvage, protectedPaths } = result;
  const names = (all: readonly string[]) => all.map((name) => cut(name, characters / 4));
  return {
    ...result,
    ...(protectedPaths && { protectedPaths: names(protectedPaths) }),
    ...(salvage && {
      salvage: {
        ...salvage,
        ...('reason' in salvage && { reason: cut(salvage.reason, characters) }),
        ...(salvage.leftOut && { leftOut: names(salvage.leftOut) }),
      },
    }),
  };
}

function cut(text: string, characters: number): string {
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, Math.floor(characters)).join('')}…`;
}

/** The result in a termination message, or undefined when it holds none. */
export function parseResult(text: string | undefined): Result | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isResult(value) ? readable(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Its texts are the agent's, the repository's and the host's. */
function readable(result: Result): Result {
  const { message, session, salvage, protectedPaths } = result;
  return {
    ...result,
    message: plain(message),
    ...(session !== undefined && { session: plainLine(session) }),
    ...(protectedPaths && { protectedPaths: protectedPaths.map(plainLine) }),
    ...(salvage && {
      salvage: {
        ...salvage,
        ...('reason' in salvage && { reason: plain(salvage.reason) }),
        ...(salvage.leftOut && { leftOut: salvage.leftOut.map(plainLine) }),
      },
    }),
  };
}

const NUMBERS = ['filesChanged', 'durationSeconds', 'tokens', 'cost'] as const satisfies (keyof Result)[];

/** The agent's shell may write to the file that the message comes from, so that every field is looked at. */
function isResult(value: unknown): value is Result {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, task, branch, message, commit, baseCommit, session, ...rest } = value as Record<string, unknown>;
  const { salvage, protectedPaths, logLines, ...numbers } = rest;
  return (
    isOutcome(outcome) &&
    [task, message, session ?? ''].every((text) => typeof text === 'string') &&
    isBranch(branch) &&
    [commit, baseCommit].every(isCommit) &&
    (outcome !== 'delivered' || commit !== undefined) &&
    isSalvage(salvage) &&
    areNames(protectedPaths) &&
    ['number', 'undefined'].includes(typeof logLines) &&
    NUMBERS.every((name) => Number.isFinite(numbers[name]))
  );
}

function isBranch(name: unknown): boolean {
  try {
    return typeof name === 'string' && checkBranch(name) === name;
  } catch {
    return false;
  }
}

const isCommit = (id: unknown): boolean => id === undefined || (typeof id === 'string' && COMMIT.test(id));

const areNames = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'));

function isSalvage(value: unknown): boolean {
  if (value === undefined) return true;
  const { pushed, branch, commit, reason, leftOut } = Object(value) as Record<string, unknown>;
  const kept = isBranch(branch) && commit !== undefined && isCommit(commit);
  const none = branch === undefined && commit === undefined;
  return (
    (pushed === true ? kept : pushed === false && typeof reason === 'string' && (kept || none)) && areNames(leftOut)
  );
}
