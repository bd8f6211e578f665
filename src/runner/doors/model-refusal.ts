import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request that the door does not send to the API, and why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The model's name in the request, once it is known. */
  model = '';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The body of an answer of the door, in the shape of most providers' errors. */
export const refusalBody = (message: string): string => JSON.stringify({ error: { message, type: 'agent_runner' } });

/**
 * OpenCode retries a request with any status if the answer's text contains one of these; even `500` in a number like
 * `150034`.
 * @see https://github.com/anomalyco/opencode/blob/v1.18.33/packages/opencode/src/session/retry.ts
 */
const RETRIED = [
  /429|500|502|503|504|524/i,
  /rate increased too quickly|rate limit|rate-limit|rate_limit|too many requests|too_many_requests/i,
  /overloaded|unavailable|exhausted|internal[ _]error|server[ _-]error|provider[ _-]returned[ _-]error/i,
  /terminated|fetch failed|failed to fetch|network[-_\s]error|upstream connect|connection (?:error|refused|lost)/i,
  /socket connection was closed|socket hang up|reset before headers|getaddrinfo|enotfound|eai_again/i,
  /econnrefused|econnreset|etimedout|timeout|timed out|time out/i,
  /try your request again|retry your request|try again|at capacity|(?:Free|Go)UsageLimitError/i,
];

/** An invisible character that splits a text for a program. */
const WORD_JOINER = '\u2060';

/** The same text for a reader, without the patterns that make OpenCode retry. */
export function neverRetried(text: string): string {
  const found = RETRIED.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (!found) return text;
  const at = found.index + 1;
  return neverRetried(text.slice(0, at) + WORD_JOINER + text.slice(at));
}

/** Answers on a socket for which Node has no response object, and closes the connection. */
export function endWith(socket: Duplex, status: number, words: string): void {
  socket.on('error', () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = refusalBody(words);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  // If the caller kept its end open, the door could not close.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
