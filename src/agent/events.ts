import type { CommandResult } from './command.js';

/** What OpenCode's event stream has said so far. */
export interface Progress {
  session?: string;
  /** Why the last step ended; `stop` is a good end. */
  lastReason?: string;
  error?: string;
  /** A tool was refused, which ends a run with exit code 0. */
  rejected?: string;
  /** When the workspace was first seen to be full, whatever the agent said of it. */
  full?: string;
  /** The last tool call with its outcome, and how often in a row it came. */
  lastCall?: string;
  repeats: number;
  /** What the agent said last. */
  lastText?: string;
  tokens: number;
  cost: number;
}

/** The fields of OpenCode's events that matter here; everything is optional, since the stream is not ours. */
interface Event {
  readonly type?: string;
  readonly sessionID?: string;
  readonly part?: {
    readonly tool?: string;
    readonly text?: string;
    readonly reason?: string;
    readonly cost?: number;
    readonly tokens?: { readonly total?: number; readonly input?: number; readonly output?: number };
    readonly state?: {
      readonly status?: string;
      readonly title?: string;
      readonly error?: string;
      readonly output?: unknown;
      readonly input?: Readonly<Record<string, unknown>>;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };
  };
  readonly error?: {
    readonly name?: string;
    readonly data?: { readonly message?: string; readonly statusCode?: number };
  };
}

/** Longest id of a session, in characters: the result has to fit into its message. */
const SESSION = 200;

/** Takes one event into the progress and returns what a person should read about it. */
export function takeEvent(progress: Progress, raw: unknown, worktree: string): string[] {
  const event = (typeof raw === 'object' && raw !== null ? raw : {}) as Event;
  const { part } = event;
  if (typeof event.sessionID === 'string') progress.session = event.sessionID.slice(0, SESSION);
  switch (event.type) {
    case 'text':
      progress.lastText = String(part?.text ?? '');
      return progress.lastText.trim() === '' ? [] : progress.lastText.trim().split('\n');
    case 'tool_use':
      if (part?.state?.status === 'error' && /rejected permission/i.test(String(part.state.error))) {
        progress.rejected = `${part.tool}: ${part.state.error}`;
      }
      countCall(progress, JSON.stringify([part?.tool, part?.state?.input, part?.state?.output, part?.state?.error]));
      return [describeTool(part, worktree)];
    case 'step_finish':
      if (part?.reason) progress.lastReason = part.reason;
      progress.tokens += number(part?.tokens?.total ?? (part?.tokens?.input ?? 0) + (part?.tokens?.output ?? 0));
      progress.cost += number(part?.cost);
      return [];
    case 'error': {
      const { name, data } = event.error ?? {};
      const status = data?.statusCode ? ` (HTTP ${data.statusCode})` : '';
      progress.error = `${name ?? 'error'}: ${data?.message ?? 'no reason given'}${status}`;
      return [progress.error];
    }
    default:
      return [];
  }
}

/** What a progress begins with. */
export const noProgress = (): Progress => ({ tokens: 0, cost: 0, repeats: 0 });

function countCall(progress: Progress, call: string): void {
  progress.repeats = call === progress.lastCall ? progress.repeats + 1 : 1;
  progress.lastCall = call;
}

type Ended = Pick<CommandResult, 'code' | 'signal' | 'stderr'>;

/** Why the run did not succeed, or undefined when it did. The exit code alone says too little: it is 0 for a refusal. */
export function failureOf(progress: Progress, { code, signal, stderr }: Ended): string | undefined {
  if (progress.full) return `the workspace was full ${progress.full}: raise pod.workspaceSize`;
  if (progress.error) return progress.error;
  if (progress.rejected) return `a tool was refused: ${progress.rejected}`;
  if (signal === 'SIGKILL') {
    return 'OpenCode was killed (SIGKILL); if it was for want of memory, raise pod.resources of the environment';
  }
  if (code !== 0) return `OpenCode ended with ${signal ?? `code ${code}`}: ${lastLine(stderr)}`;
  if (progress.lastReason !== 'stop') {
    return `OpenCode ended in the middle of its work (last step: ${progress.lastReason ?? 'none'})`;
  }
  return undefined;
}

function describeTool(part: Event['part'], worktree: string): string {
  const { status, input = {}, metadata = {}, error } = part?.state ?? {};
  const path = String(input.filePath ?? input.path ?? input.pattern ?? '').replace(`${worktree}/`, '');
  const object = part?.tool === 'bash' ? String(input.command ?? '') : path || (part?.state?.title ?? '');
  const exit = typeof metadata.exit === 'number' && metadata.exit !== 0 ? ` -> exit code ${metadata.exit}` : '';
  return `[${part?.tool}] ${object}${exit}${status === 'error' ? ` -> ${error ?? 'failed'}` : ''}`;
}

const lastLine = (text: string): string => text.trim().split('\n').pop() || 'it said nothing';

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
