import { checkBranch } from './branch.js';
import { COMMIT } from './names.js';
import { isOutcome, type OutcomeName } from './outcomes.js';
import { plain, plainLine } from './printable.js';

/** Kubernetes keeps at most this much of a termination message. */
export const RESULT_BYTES = 4096;

/** How a run ended: the termination message of its container, and the last line of its log. */
export interface Result {
  readonly outcome: OutcomeName;
  /** The task's id. */
  readonly task: string;
  /** The branch that was pushed, or would have been. */
  readonly branch: string;
  /** The commit that the task started from. Absent if it is not known yet. */
  readonly baseCommit?: string;
  /** The commit that `git ls-remote` showed. Only for the outcome `delivered`. */
  readonly commit?: string;
  /** For a run that did not deliver: where its work is. */
  readonly salvage?: Salvage;
  /** The agent's work that is not on the task's branch, like a stash. */
  readonly others?: readonly OtherWork[];
  /**
   * Protected paths that the agent changed and that the commit does not contain. The last entry may say how many more
   * there are.
   */
  readonly protectedPaths?: readonly string[];
  /** OpenCode's session id. */
  readonly session?: string;
  readonly filesChanged: number;
  readonly durationSeconds: number;
  /** The number of lines that the program wrote to its log before this one. */
  readonly logLines?: number;
  /** The tokens of all requests that the model answered, in all sessions. */
  readonly tokens: number;
  /** In US dollars, with the environment's prices, or with OpenCode's where the environment has none. */
  readonly cost: number;
  /** The usage of each model. */
  readonly models?: readonly ModelUsage[];
  readonly message: string;
}

/** Work that the agent put elsewhere in its repository. */
export interface OtherWork {
  /** In words: `branch try`, `a stash`. */
  readonly what: string;
  /** The branch that has the work now. Absent if it could not be saved. */
  readonly branch?: string;
  /** The work is only in the log, as a bundle for the branch. */
  readonly inLog?: true;
}

/** A run's requests to one model, with their tokens and cost. */
export interface ModelUsage {
  readonly model: string;
  readonly requests: number;
  /** The number of requests without a good answer. */
  readonly failed: number;
  /** Tokens of requests, without those of the cache. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** In US dollars, with the environment's prices. Absent if the environment has no price for this model. */
  readonly cost?: number;
}

/**
 * The work in progress of a run that did not deliver. Pushed: the commit is on the branch. Not pushed, with a commit:
 * the commit is in the log, as a bundle for the branch. Not pushed, without a commit: the work is lost, for the given
 * reason.
 */
export type Salvage = (
  | { readonly pushed: true; readonly branch: string; readonly commit: string }
  | { readonly pushed: false; readonly branch: string; readonly commit: string; readonly reason: string }
  | { readonly pushed: false; readonly reason: string }
) & {
  /** Files that are not in it, and why. */
  readonly leftOut?: readonly string[];
};

/** The most file names in a result, and the most characters of each. */
const NAMES = { most: 5, length: 200 };

/** As many names as a result has room for, and the number of the others. */
export function firstNames(names: readonly string[]): string[] {
  const isLong = (name: string) => Array.from(name).length > NAMES.length;
  const first = names.slice(0, NAMES.most).map((name) => (isLong(name) ? cut(name, NAMES.length - 1) : name));
  return names.length > NAMES.most ? [...first, `and ${names.length - NAMES.most} more`] : first;
}

/** A message keeps this many characters as long as other texts can be shortened. */
const KEPT = 400;

/**
 * The result as one line of JSON with at most {@link RESULT_BYTES} bytes. Texts that are too long are cut between two
 * characters.
 */
export function formatResult(result: Result): string {
  let line = JSON.stringify(result);
  for (const shorter of shortened(result)) {
    if (Buffer.byteLength(line) <= RESULT_BYTES) return line;
    line = JSON.stringify(shorter);
  }
  return line;
}

/**
 * The result with shorter and shorter texts. First the message is cut, then the texts about the work, then the rest of
 * the message.
 */
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

/** The result in a termination message, or undefined if it has none. */
export function parseResult(text: string | undefined): Result | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isResult(value) ? readable(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the texts safe to print: they come from the agent, the repository and the host. */
function readable(result: Result): Result {
  const { message, session, salvage, protectedPaths, models, others } = result;
  return {
    ...result,
    ...(others && { others: others.map((one) => ({ ...one, what: plainLine(one.what) })) }),
    message: plain(message),
    ...(models && { models: models.map((one) => ({ ...one, model: plainLine(one.model) })) }),
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

/** Checks every field, because the agent's shell may write to the file with the termination message. */
function isResult(value: unknown): value is Result {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, task, branch, message, commit, baseCommit, session, ...rest } = value as Record<string, unknown>;
  const { salvage, protectedPaths, logLines, models, others, ...numbers } = rest;
  return (
    isOutcome(outcome) &&
    [task, message, session ?? ''].every((text) => typeof text === 'string') &&
    isBranch(branch) &&
    [commit, baseCommit].every(isCommit) &&
    (outcome !== 'delivered' || commit !== undefined) &&
    isSalvage(salvage) &&
    areNames(protectedPaths) &&
    areModels(models) &&
    areOthers(others) &&
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

const COUNTS = ['requests', 'failed', 'input', 'output', 'cacheRead', 'cacheWrite'] as const;

const areModels = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.every(
      (one) =>
        typeof one?.model === 'string' &&
        COUNTS.every((name) => Number.isFinite(one[name])) &&
        (one.cost === undefined || Number.isFinite(one.cost)),
    ));

const areOthers = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.every(
      (one) =>
        typeof one?.what === 'string' &&
        (one.branch === undefined || isBranch(one.branch)) &&
        [undefined, true].includes(one.inLog),
    ));

function isSalvage(value: unknown): boolean {
  if (value === undefined) return true;
  const { pushed, branch, commit, reason, leftOut } = Object(value) as Record<string, unknown>;
  const kept = isBranch(branch) && commit !== undefined && isCommit(commit);
  const none = branch === undefined && commit === undefined;
  return (
    (pushed === true ? kept : pushed === false && typeof reason === 'string' && (kept || none)) && areNames(leftOut)
  );
}
