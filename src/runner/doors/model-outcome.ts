import type { ServerResponse } from 'node:http';
import { refusalBody } from './model-refusal.js';
import { NO_TOKENS } from './model-tokens.js';
import type { Tokens } from './model-types.js';

/** The outcome of a request to the API. */
export interface Outcome {
  /** Status of the API's answer. 0: the API was not reached. */
  readonly status: number;
  readonly tokens: Tokens;
  /** The problem, or '' if there was none. */
  readonly problem: string;
  /** Why it is useless to wait as long as the API asks. */
  readonly hopeless?: string;
  /** Ends the answer to the caller. It runs after the counting, since the caller may read the usage at once. */
  readonly finish: () => void;
}

/** An outcome for a caller that has left, or whose answer needs no end. */
export const over = (status: number, problem: string): Outcome => ({
  status,
  tokens: NO_TOKENS,
  problem,
  finish: () => undefined,
});

/**
 * An outcome in which the caller gets an answer of the door.
 * @param status of that answer
 * @param words its text, and the problem
 * @param known fields in which the outcome differs from the answer
 */
export function replaced(response: ServerResponse, status: number, words: string, known: Partial<Outcome>): Outcome {
  return { ...over(status, words), ...known, finish: () => answerWith(response, status, words) };
}

/** Sends an answer of the door. */
export function answerWith(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(refusalBody(words));
}
