import http, { type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { ModelDoorLimits } from './model-types.js';
import { notConnected, silent, unreached } from './model-unreached.js';

/** A request for the API. */
export interface UpstreamRequest {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/**
 * The time that Node gives each address of a host except the last, in milliseconds. Node's default is too short for a
 * distant host.
 * @see https://nodejs.org/api/net.html#socketconnectoptions-connectlistener
 */
const ADDRESS_TIME = { autoSelectFamilyAttemptTimeout: 2_500 };

/** How long an idle connection stays open, in milliseconds. It is shorter than servers' limits. */
const IDLE = 20_000;

/** The model's API. */
export class Upstream {
  /** Host name and port, for messages. */
  readonly host: string;
  private readonly target: RequestOptions;
  private readonly client: typeof http | typeof https;
  private readonly pool: http.Agent;
  private readonly fresh: http.Agent;

  /** @throws Error for a URL that is not HTTP or HTTPS */
  constructor(
    readonly url: URL,
    readonly limits: Pick<ModelDoorLimits, 'connect' | 'silence'>,
  ) {
    const { protocol, hostname, port } = urlToHttpOptions(url);
    if (!/^https?:$/.test(protocol ?? '')) throw new Error(`model.baseURL is no URL of HTTP: ${url.protocol}`);
    this.target = { protocol, hostname, port: port || (protocol === 'https:' ? 443 : 80) };
    this.host = `${url.hostname}:${this.target.port}`;
    this.client = protocol === 'https:' ? https : http;
    this.pool = new this.client.Agent({ keepAlive: true, timeout: IDLE, ...ADDRESS_TIME });
    this.fresh = new this.client.Agent({ keepAlive: false, ...ADDRESS_TIME });
  }

  /**
   * Sends a request. Returns the answer once its head has arrived.
   * @throws Unreached
   */
  async send(request: UpstreamRequest): Promise<IncomingMessage> {
    try {
      return await this.attempt(request, this.pool);
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile)) throw unreached(this.host, error);
    }
    try {
      return await this.attempt(request, this.fresh);
    } catch (error) {
      throw unreached(this.host, error);
    }
  }

  close(): void {
    this.pool.destroy();
    this.fresh.destroy();
  }

  private attempt(
    { path, headers, chunks, bytes, signal }: UpstreamRequest,
    agent: http.Agent,
  ): Promise<IncomingMessage> {
    const { connect, silence } = this.limits;
    return new Promise((resolve, reject) => {
      const request = this.client.request({
        ...this.target,
        agent,
        method: 'POST',
        path,
        headers: { ...headers, 'content-length': bytes },
      });
      const end = () => request.destroy();
      const timers = [setTimeout(() => request.destroy(silent(this.host, silence)), silence)];
      const settled = () => {
        for (const timer of timers) clearTimeout(timer);
      };
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(() => request.destroy(notConnected(this.host, connect)), connect);
        timers.push(timer);
        socket.once((socket as TLSSocket).encrypted ? 'secureConnect' : 'connect', () => clearTimeout(timer));
      });
      // The listener stays, since a request may fail even after its answer has begun.
      request.on('error', (error: NodeJS.ErrnoException) => {
        settled();
        signal.removeEventListener('abort', end);
        const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(isStale && !signal.aborted ? new ClosedMeanwhile() : error);
      });
      request.once('response', (answer) => {
        settled();
        answer.once('close', () => signal.removeEventListener('abort', end));
        resolve(answer);
      });
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) return end();
      for (const chunk of chunks) request.write(chunk);
      request.end();
    });
  }
}

/** The server had already closed the reused connection, so it has not seen the request. */
class ClosedMeanwhile extends Error {}
