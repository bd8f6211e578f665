import type { IncomingHttpHeaders } from 'node:http';
import { EventStream } from './model-event-stream.js';
import { JsonFields } from './model-json.js';
import type { Api } from './model-paths.js';
import { errorIn } from './model-problem.js';
import { SseEvents } from './model-sse.js';
import { later, NO_TOKENS, sumOf, TELLING, tokensOf } from './model-tokens.js';
import type { Tokens } from './model-types.js';

/** The longest value of an answer's field that is read, in bytes. */
const LONGEST = 64 * 2 ** 10;

interface Reader {
  take(chunk: Buffer): void;
  end?(): void;
}

/** Reads tokens and errors from a streamed answer. It keeps at most one event in memory. */
export class UsageReader {
  tokens: Tokens = NO_TOKENS;
  /** The error that the provider reports within the answer, or ''. */
  error = '';
  /** Length of the answer. */
  bytes = 0;
  private reader: Reader | undefined;

  constructor(
    private readonly api: Api,
    private readonly headers: IncomingHttpHeaders,
  ) {}

  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.reader ??= this.readerFor(chunk);
    this.reader?.take(chunk);
  }

  /** The answer has ended, or broken off. */
  end(): void {
    this.reader?.end?.();
    if (sumOf(this.tokens) === 0) this.tokens = inHeaders(this.headers);
  }

  private see(json: unknown): void {
    this.error ||= errorIn(json);
    const tokens = tokensOf(this.api, json);
    if (tokens) this.tokens = later(this.api, this.tokens, tokens);
  }

  /** Chooses the format from the first byte, since not every server declares it in its headers. */
  private readerFor(chunk: Buffer): Reader | undefined {
    const start = chunk.find((byte) => byte > 0x20 || byte === 0);
    if (start === undefined) return undefined;
    if (start === 0) return new EventStream((json) => this.see(json));
    if (start !== 0x7b && start !== 0x5b) return new SseEvents((json) => this.see(json));
    const json = new JsonFields((name) => TELLING.has(name), LONGEST);
    return {
      take: (chunk) => {
        json.take(chunk);
        for (const [name, value] of json.fields.splice(0)) this.see({ [name]: value });
      },
    };
  }
}

/** Bedrock's `invoke` reports tokens in headers, for providers whose answers have none. */
function inHeaders(headers: IncomingHttpHeaders): Tokens {
  const count = (name: string) =>
    Math.max(0, Number.parseInt(String(headers[`x-amzn-bedrock-${name}-token-count`]), 10) || 0);
  return {
    input: count('input'),
    output: count('output'),
    cacheRead: count('cache-read-input'),
    cacheWrite: count('cache-write-input'),
  };
}
