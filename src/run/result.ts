import { isOutcome, type OutcomeName } from './outcomes.js';

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
  /** OpenCode's session id. */
  readonly session?: string;
  readonly filesChanged: number;
  readonly durationSeconds: number;
  readonly tokens: number;
  /** In US dollars, as OpenCode reports it. */
  readonly cost: number;
  readonly message: string;
}

/** The commit with the work in progress, or why there is none. */
export type Salvage =
  | { readonly pushed: true; readonly branch: string; readonly commit: string }
  | { readonly pushed: false; readonly reason: string };

/** One line of JSON, at most {@link RESULT_BYTES} long: a longer message loses its end, at a character's boundary. */
export function formatResult(result: Result): string {
  const line = JSON.stringify(result);
  if (Buffer.byteLength(line) <= RESULT_BYTES) return line;
  const characters = Array.from(result.message);
  let length = characters.length;
  for (;;) {
    length = Math.floor(length * 0.9);
    const shorter = JSON.stringify({ ...result, message: `${characters.slice(0, length).join('')}…` });
    if (Buffer.byteLength(shorter) <= RESULT_BYTES || length === 0) return shorter;
  }
}

/** The result in a termination message, or undefined when it holds none. */
export function parseResult(text: string | undefined): Result | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isResult(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const NUMBERS = ['filesChanged', 'durationSeconds', 'tokens', 'cost'] as const satisfies (keyof Result)[];

/** The agent's shell may write to the file that the message comes from, so that every field is looked at. */
function isResult(value: unknown): value is Result {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, task, branch, message, commit, baseCommit, session, salvage, ...numbers } = value as Record<
    string,
    unknown
  >;
  return (
    isOutcome(outcome) &&
    [task, branch, message, session ?? ''].every((text) => typeof text === 'string') &&
    [commit, baseCommit].every(isCommit) &&
    (outcome !== 'delivered' || commit !== undefined) &&
    isSalvage(salvage) &&
    NUMBERS.every((name) => typeof numbers[name] === 'number')
  );
}

const isCommit = (id: unknown): boolean => id === undefined || (typeof id === 'string' && /^[0-9a-f]{40,64}$/.test(id));

function isSalvage(value: unknown): boolean {
  if (value === undefined) return true;
  const { pushed, branch, commit, reason } = Object(value) as Record<string, unknown>;
  return pushed === true
    ? typeof branch === 'string' && commit !== undefined && isCommit(commit)
    : pushed === false && typeof reason === 'string';
}
