import type { ModelSettings } from '../../run/settings.js';

/** Tokens of one or more answers. Each token counts in exactly one of the four fields. */
export interface Tokens {
  /** Input tokens, without those read from or written to a cache. */
  readonly input: number;
  /** Output tokens, with those of reasoning. */
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** The result of a request. */
export interface ModelRequest {
  /** The model, or '' if the door refused the request before it knew the model. */
  readonly model: string;
  /** Status of the API's answer, or of the door's refusal. 0: the API was not reached. */
  readonly status: number;
  readonly tokens: Tokens;
  /** Cost in US dollars, or undefined for a model without prices. */
  readonly cost: number | undefined;
  /** The provider's error message, redacted. '' if there was no error. */
  readonly problem: string;
}

export interface ModelDoorOptions {
  readonly settings: ModelSettings;
  /** The most tokens and US dollars that a run may use. 0: no limit. */
  readonly budget: { readonly tokens: number; readonly cost: number };
  /** The real key. It is read at each request, since the Secret may be renewed. '' for an API without a key. */
  readonly key: () => string;
  /** Receives the result of a request after its answer. */
  readonly onRequest: (request: ModelRequest) => void;
  /** Called once when the budget is used up. */
  readonly onOverBudget: (words: string) => void;
  /** The time that the run has left, in milliseconds. An API that asks for a longer wait ends the run. */
  readonly timeLeft: () => number;
  /** Called once when the API asks for a longer wait than the run has time. */
  readonly onHopeless: (words: string) => void;
}

/** Limits for the door's waiting times and memory. */
export interface ModelDoorLimits {
  /** For a connection to the API, in milliseconds. */
  readonly connect: number;
  /** For the head of an answer, and for each further byte, in milliseconds. */
  readonly silence: number;
  /** The largest body of one request, in bytes. */
  readonly bodyBytes: number;
  /** The largest total of the bodies of all unanswered requests, in bytes. */
  readonly allBodyBytes: number;
}

export const DEFAULT_LIMITS: ModelDoorLimits = {
  connect: 30_000,
  silence: 300_000,
  bodyBytes: 32 * 2 ** 20,
  allBodyBytes: 128 * 2 ** 20,
};
