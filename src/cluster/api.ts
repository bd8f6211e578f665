import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type ClusterChoice, chosenBy } from './connect/choice.js';
import type { Connection } from './connect/connection.js';
import { ApiError, ClusterError } from './errors.js';
import { type Pause, pause } from './retry.js';

/** The API server's `Status` object. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A patch that changes some fields of an object. */
const PATCH_TYPE = 'application/merge-patch+json';

/** How long to wait for a connection, in milliseconds. */
const CONNECTION = 30_000;

/** How long to wait for an answer, in milliseconds. A stream has no limit. */
const ANSWER = 30_000;

/** How often an idle connection is checked, in milliseconds, so that a stream notices that its server is gone. */
const ALIVE = 30_000;

/** Requests to one API server, over connections that stay open. */
export class Api {
  private readonly told = new Set<string>();

  private constructor(
    private readonly connection: Connection,
    /** Flags with which kubectl, and our own commands, use the same cluster. */
    readonly flags: readonly string[],
    private readonly report: (text: string) => void,
    /** Waits between two calls. */
    readonly pause: Pause,
  ) {}

  /**
   * Reads the kubeconfig. The first request asks the API server.
   * @param report gets one line about each object that is skipped, and the lines of a credential plugin
   * @param pauseFor waits between two calls. Default: as long as asked
   * @throws NoConnection if the kubeconfig is missing or wrong
   */
  static async connect(choice: ClusterChoice, report: (text: string) => void, pauseFor = pause): Promise<Api> {
    const { Connection } = await import('./connect/connection.js');
    return new Api(await Connection.open(choice, report), chosenBy(choice), report, pauseFor);
  }

  /** Namespace of the user's context, if it names one. */
  get namespace(): string | undefined {
    return this.connection.namespace;
  }

  /** Reports a skipped object, but only once. */
  skip(line: string): void {
    if (this.told.has(line)) return;
    this.told.add(line);
    this.report(line);
  }

  /** Ends the connections. */
  close(): void {
    this.connection.close();
  }

  /**
   * Sends a request and reads the object that comes back.
   * @throws ApiError for the API server's refusal, ClusterError when it does not answer
   */
  json<T>(method: Method, path: string, body?: object): Promise<T> {
    return this.read(method, path, body, (text) => JSON.parse(text) as T);
  }

  /**
   * Reads an answer that is not an object.
   * @throws ApiError for the API server's refusal, ClusterError when it does not answer
   */
  text(path: string): Promise<string> {
    return this.read('GET', path, undefined, (text) => text);
  }

  private async read<T>(method: Method, path: string, body: object | undefined, as: (text: string) => T): Promise<T> {
    const response = await this.stream(method, path, body, { timeout: ANSWER });
    return textOf(response).then(as).catch(brokeOff);
  }

  /**
   * Sends a request and returns the body as it comes.
   * @param signal ends the request, even while it waits for an answer
   * @throws ApiError for the API server's refusal, ClusterError when it does not answer
   */
  async stream(
    method: Method,
    path: string,
    body?: object,
    { timeout, signal }: { readonly timeout?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<IncomingMessage> {
    let response = await this.send(method, path, body, timeout, signal);
    if (response.statusCode === 401) {
      response.resume();
      this.connection.refused(requestOf(response));
      response = await this.send(method, path, body, timeout, signal);
    }
    this.connection.answers();
    const status = response.statusCode ?? 500;
    if (status < 300) return response;
    const error = refusal(path, status, await textOf(response).catch(brokeOff));
    if (status !== 401) throw error;
    throw new ApiError(status, 'Unauthorized', `${error.message}${this.connection.aboutCredential()}`);
  }

  private async send(
    method: string,
    path: string,
    body?: object,
    timeout?: number,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { path: prefix, headers, ...options } = await this.connection.options();
    signal?.throwIfAborted();
    const request = this.connection.isEncrypted ? tlsRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(this.connection.failure(error));
      try {
        const call = request({
          ...options,
          method,
          path: `${prefix}${path}`,
          headers: {
            ...headers,
            Accept: 'application/json',
            ...(payload && {
              'Content-Type': method === 'PATCH' ? PATCH_TYPE : 'application/json',
              'Content-Length': Buffer.byteLength(payload),
            }),
          },
        });
        if (timeout) call.setTimeout(timeout, () => call.destroy(new Error(`no answer for ${timeout / 1000} s`)));
        let answered = false;
        // A request without a socket reports no error, so it is refused here too.
        const end = (error: Error) => {
          call.destroy(answered ? undefined : error);
          if (!answered) failed(error);
        };
        const abort = () => end(new Error('it was ended'));
        const late = setTimeout(() => end(new Error(`no connection within ${CONNECTION / 1000} s`)), CONNECTION);
        const connected = () => clearTimeout(late);
        call.on('socket', (socket) => {
          socket.setKeepAlive(true, ALIVE);
          const { isEncrypted } = this.connection;
          if (call.reusedSocket || !(isEncrypted || socket.connecting)) connected();
          else socket.once(isEncrypted ? 'secureConnect' : 'connect', connected);
        });
        // The reader of the response gets its errors. If nobody reads, an aborted response is no error.
        call.on('response', (response) => {
          answered = true;
          connected();
          resolve(response.on('error', () => {}));
        });
        signal?.addEventListener('abort', abort, { once: true });
        call.on('close', () => {
          connected();
          signal?.removeEventListener('abort', abort);
        });
        call.on('error', (error: NodeJS.ErrnoException) => {
          if (answered) return;
          const isCut = error.code === 'ECONNRESET' || error.code === 'EPIPE';
          // The server has just closed an idle connection. Had it taken the request, a second create finds its own pod.
          if (isCut && call.reusedSocket && !signal?.aborted) resolve(this.send(method, path, body, timeout, signal));
          else failed(error);
        });
        call.end(payload);
      } catch (error) {
        // A key that does not fit its certificate.
        failed(error as Error);
      }
    });
  }
}

/** The request that an answer belongs to. Node's types do not know it. */
const requestOf = (response: IncomingMessage): ClientRequest =>
  (response as IncomingMessage & { readonly req: ClientRequest }).req;

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** @throws ClusterError that says so */
function brokeOff(error: Error): never {
  throw new ClusterError(`the API server's answer broke off: ${error.message}`);
}

function refusal(path: string, status: number, text: string): ClusterError {
  let answer: Status;
  try {
    answer = JSON.parse(text) as Status;
  } catch {
    answer = {};
  }
  // An API server answers like this if it has no such API group, for example when an operator is not installed.
  if (status === 404 && path.startsWith('/apis/') && /^404 page not found\s*$/.test(text)) {
    return new ApiError(status, 'NotFound', 'the API server has no such resource');
  }
  if (!answer.reason && !answer.message) {
    const [said = ''] = text.trim().split('\n');
    return new ClusterError(
      `something else answers in place of the API server: HTTP ${status}${said && `, ${said}`}`,
      status,
    );
  }
  return new ApiError(status, answer.reason ?? '', answer.message ?? text);
}
