import http, {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import https from 'node:https';
import { basicAuthorization } from '../git/credential.js';
import {
  type GitExchange,
  type GitLimits,
  type GitRemote,
  REFUSED,
  typeOf,
  UNKNOWN,
  UNREACHABLE,
} from './git-exchange.js';
import type { GitAsk } from './git-route.js';

/**
 * How long an idle connection stays open, in milliseconds. It is shorter than any server's limit, so that no server
 * closes it just when it is used.
 */
const KEEP = 4000;
/** A value of git's protocol header, like `version=2`. */
const PROTOCOL = /^[\w.=:-]{1,200}$/;

/** Forwards a fetch to a repository over HTTP(S), with the credential. */
export class GitOverHttp implements GitRemote {
  private readonly module: typeof http | typeof https;
  private readonly agent: http.Agent;

  /** @param credential folder of the mounted Secret */
  constructor(
    private repository: string,
    private readonly credential: string,
    private readonly limits: GitLimits,
  ) {
    this.module = repository.startsWith('https:') ? https : http;
    // Connections are reused: each missing blob of a partial clone is one fetch, and `git log -p` may need hundreds.
    this.agent = new this.module.Agent({ keepAlive: true, timeout: KEEP });
  }

  answer(exchange: GitExchange): void {
    const upstream = this.send(exchange);
    exchange.onGone(() => upstream.destroy());
    this.limit(upstream);
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection just when it was used.
      if (upstream.reusedSocket && exchange.ask === 'refs' && exchange.waits) {
        this.answer(exchange);
        return;
      }
      const late = error instanceof TooLate;
      exchange.fail(late ? 504 : 502, late ? error.message : `${UNREACHABLE} (${reasonOf(error)})`);
    });
    upstream.on('response', (answer) => {
      answer.on('error', () => exchange.fail(502, 'the remote ended its answer in the middle'));
      if (exchange.ask === 'refs' && this.hasSuffix(answer)) {
        upstream.destroy();
        this.answer(exchange);
        return;
      }
      const problem = this.problemOf(exchange, answer);
      if (problem) {
        exchange.fail(problem.status, problem.text);
        // The body may be endless, and may contain the credential.
        upstream.destroy();
        return;
      }
      const cache = answer.headers['cache-control'];
      answer.pipe(exchange.begin(cache ? { 'Cache-Control': cache } : {}));
    });
    if (exchange.ask === 'refs') upstream.end();
    else exchange.request.pipe(upstream);
  }

  async close(): Promise<void> {
    this.agent.destroy();
  }

  private send({ ask, request }: GitExchange): ClientRequest {
    const url = `${this.repository}/${ask === 'refs' ? 'info/refs?service=git-upload-pack' : 'git-upload-pack'}`;
    const [authorization] = basicAuthorization(this.credential);
    const headers = {
      ...headersOf(ask, request.headers),
      ...(authorization && { Authorization: `Basic ${authorization}` }),
    };
    const options = { method: ask === 'refs' ? 'GET' : 'POST', headers, agent: this.agent };
    return this.module.request(url, { ...options, timeout: this.limits.silence });
  }

  private limit(upstream: ClientRequest): void {
    const { connect, silence } = this.limits;
    const timer = setTimeout(
      () => upstream.destroy(new TooLate(`the remote did not take a connection in ${seconds(connect)} s`)),
      connect,
    );
    const done = () => clearTimeout(timer);
    upstream.once('close', done);
    upstream.once('socket', (socket) => {
      if (upstream.reusedSocket) done();
      else socket.once(this.module === https ? 'secureConnect' : 'connect', done);
    });
    upstream.on('timeout', () => upstream.destroy(new TooLate(`the remote sent nothing for ${seconds(silence)} s`)));
  }

  /** GitLab redirects a URL without `.git` to the one with it. No other redirect is followed. */
  private hasSuffix({ statusCode: status = 0, headers }: IncomingMessage): boolean {
    const suffixed = `${this.repository}.git`;
    if (status < 300 || status >= 400 || this.target(headers.location) !== suffixed) return false;
    this.repository = suffixed;
    return true;
  }

  /** Why an answer is not passed on, or undefined if it is. The text never quotes the remote. */
  private problemOf({ ask }: GitExchange, answer: IncomingMessage): { status: number; text: string } | undefined {
    const { statusCode: status = 0, headers } = answer;
    const said = (code: number, text: string) => ({ status: code, text });
    if (status === 401 || status === 403) {
      const sent = basicAuthorization(this.credential).length > 0;
      return said(403, sent ? REFUSED : 'the remote asks for a credential, and the runner has none');
    }
    if (status === 404 || status === 410) {
      return said(404, UNKNOWN);
    }
    if (status >= 300 && status < 400) {
      return said(502, `the remote redirects to ${this.target(headers.location)}: give that URL`);
    }
    if (status !== 200) return said(status === 429 ? 429 : 502, `the remote answered with HTTP ${status}`);
    const isGit = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === typeOf(ask);
    const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
    return isGit && isPlain ? undefined : said(502, "the remote does not speak git's smart HTTP");
  }

  /**
   * The target of a redirect, as the URL of a repository. User and query are left out, since they may be a credential.
   */
  private target(location = ''): string {
    try {
      const { protocol, host, pathname } = new URL(location, `${this.repository}/`);
      return `${protocol}//${host}${pathname.replace(/\/(info\/refs|git-upload-pack)$/, '')}`;
    } catch {
      return 'nowhere';
    }
  }
}

/**
 * The headers for the remote. No header is copied unchecked: with a wrong length, the remote could read the next
 * request, which has the credential, as the body of this one.
 */
function headersOf(ask: GitAsk, client: IncomingHttpHeaders): OutgoingHttpHeaders {
  const { 'git-protocol': protocol, 'content-length': length, 'content-encoding': encoding } = client;
  return {
    // Some hosts send a web page to a client that is not git.
    'User-Agent': 'git/2.0 (agent-runner)',
    'Accept-Encoding': 'identity',
    ...(typeof protocol === 'string' && PROTOCOL.test(protocol) && { 'Git-Protocol': protocol }),
    ...(ask === 'pack' && {
      Accept: typeOf(ask),
      'Content-Type': 'application/x-git-upload-pack-request',
      ...(length !== undefined && { 'Content-Length': length }),
      ...(encoding === 'gzip' && { 'Content-Encoding': 'gzip' }),
    }),
  };
}

class TooLate extends Error {}

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1000);

/** A code like ECONNREFUSED or CERT_HAS_EXPIRED. */
const reasonOf = ({ code, message }: NodeJS.ErrnoException): string => code ?? message;
