import type { Part } from './transcript.js';
import { describeError, text } from './words.js';

/** A message of the run's own session. */
export interface Message {
  readonly info?: {
    readonly role?: string;
    readonly finish?: string;
    readonly error?: unknown;
    readonly time?: { readonly completed?: number };
  };
  readonly parts?: readonly Part[];
}

/** Whether a message is complete. */
export const isEnded = ({ info }: Message): boolean =>
  info?.role === 'assistant' && (info.time?.completed !== undefined || info.error !== undefined);

/**
 * Why a run failed, from the last message of its session; undefined if it succeeded. Earlier errors do not count, since
 * the agent may have recovered from them.
 */
export function failureOf({ info, parts = [] }: Message): string | undefined {
  if (info?.error !== undefined) return describeError(info.error);
  const refused = parts.find(
    ({ state }) => state?.status === 'error' && /rejected permission/i.test(text(state.error)),
  );
  if (refused) return `a tool was refused: ${text(refused.tool)}: ${text(refused.state?.error)}`;
  if (info?.finish !== 'stop') {
    return `OpenCode ended in the middle of its work (last step: ${text(info?.finish) || 'none'})`;
  }
  const said = parts.some((part) => part.type === 'text' && text(part.text).trim() !== '');
  return said ? undefined : "the model's last answer was empty";
}
