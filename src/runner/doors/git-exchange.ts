import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GitAsk } from './git-route.js';
import { errorPacket } from './pkt-line.js';

/** Time limits, in milliseconds. */
export interface GitLimits {
  /** For a connection to the remote. */
  readonly connect: number;
  /** For the next byte. A server that counts many objects may be silent for minutes. */
  readonly silence: number;
}

export const LIMITS: GitLimits = { connect: 30_000, silence: 300_000 };

/** The source of the door's answers. */
export interface GitRemote {
  /** Answers in every case. Never throws. */
  answer(exchange: GitExchange): void;
  close(): Promise<void>;
}

/**
 * The door's own messages about a failed remote. The remote's messages may contain the credential, so they are never
 * passed on.
 */
export const REFUSED = "the remote refused the runner's credential";
export const UNKNOWN = "the remote has no such repository, or does not show it to the runner's credential";
export const UNREACHABLE = 'the remote cannot be reached';

/** The media type of an answer. */
export const typeOf = (ask: GitAsk): string =>
  `application/x-git-upload-pack-${ask === 'refs' ? 'advertisement' : 'result'}`;

/** A request that the door lets through, and its answer. */
export class GitExchange {
  constructor(
    readonly ask: GitAsk,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** Receives a failure, with a detail only for the run's log. Returns the text for the client. */
    private readonly onFailure: (text: string, detail: string) => string,
  ) {
    request.on('error', () => {});
    // If a client is still sending after its answer, the rest is read. Otherwise the connection's next request could
    // not be read.
    response.once('finish', () => drain(request));
  }

  /** Whether the client is still waiting, and the answer has not begun. */
  get waits(): boolean {
    return !this.response.destroyed && !this.response.headersSent;
  }

  /** Calls `end` once if the client leaves before it has its answer. */
  onGone(end: () => void): void {
    this.response.once('close', () => !this.response.writableFinished && end());
  }

  /** Begins a successful answer. Its headers are sent with the first byte. */
  begin(headers: Readonly<Record<string, string>> = {}): ServerResponse {
    this.response.statusCode = 200;
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
    this.response.setHeader('Content-Type', typeOf(this.ask));
    return this.response;
  }

  /**
   * Ends the exchange with an error text. An answer that has begun is cut, so that the client notices that it is
   * incomplete.
   */
  fail(status: number, text: string, detail = ''): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    const sentence = this.onFailure(text, detail);
    drain(this.request);
    if (response.headersSent) response.destroy();
    // Git shows only an error packet in an answer to this request.
    else if (this.ask === 'pack') this.begin({ 'Cache-Control': 'no-cache' }).end(errorPacket(sentence));
    else refuse(response, status, sentence);
  }
}

function drain(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
}

/** Answers with one sentence, which git shows as `remote: TEXT`. */
export function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' });
  response.end(`${sentence}\n`);
}
