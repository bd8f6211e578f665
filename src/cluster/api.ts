import { Agent, type IncomingMessage, request } from 'node:http';
import { ApiError, ClusterError } from './errors.js';
import { type ClusterChoice, type KubectlProxy, kubectlFlags, startProxy } from './proxy.js';

/** The API server's `Status` object. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A change of some fields of an object. */
const PATCH_TYPE = 'application/merge-patch+json';

/** How long an answer may stay away, in milliseconds; a stream may be silent for as long as it likes. */
const ANSWER = 30_000;

/** Requests to one API server, over connections that stay open. */
export class Api {
  private readonly agent = new Agent({ keepAlive: true });

  private readonly told = new Set<string>();

  private constructor(
    private readonly proxy: KubectlProxy,
    /** What leads kubectl, and any command of ours, to the same cluster. */
    readonly flags: readonly string[],
    private readonly report: (text: string) => void,
  ) {}

  /**
   * @param report gets one line about each object that is skipped
   * @throws ClusterError when kubectl is not there or finds no cluster
   */
  static async connect(choice: ClusterChoice, report: (text: string) => void): Promise<Api> {
    return new Api(await startProxy(choice), kubectlFlags(choice), report);
  }

  /** Reports an object that is skipped, once. */
  skip(line: string): void {
    if (this.told.has(line)) return;
    this.told.add(line);
    this.report(line);
  }

  /** Ends the connections and the proxy. */
  close(): void {
    this.agent.destroy();
    this.proxy.close();
  }

  /**
   * Sends a request and reads the object that comes back.
   * @throws ApiError for the API server's refusal, ClusterError when it does not answer
   */
  json<T>(method: Method, path: string, body?: object): Promise<T> {
    return this.read(method, path, body, (text) => JSON.parse(text) as T);
  }

  /**
   * Reads what is no object.
   * @throws ApiError for the API server's refusal, ClusterError when it does not answer
   */
  text(path: string): Promise<string> {
    return this.read('GET', path, undefined, (text) => text);
  }

  private async read<T>(method: Method, path: string, body: object | undefined, as: (text: string) => T): Promise<T> {
    const response = await this.stream(method, path, body, { timeout: ANSWER });
    try {
      return as(await textOf(response));
    } catch (error) {
      throw new ClusterError(`the API server's answer broke off: ${(error as Error).message}`);
    }
  }

  /**
   * Sends a request and returns the body as it comes.
   * @param signal ends it, also while it waits for an answer
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
      // kubectl passes the refusal of a credential that has run out on; only the next request has a new one.
      response.resume();
      response = await this.send(method, path, body, timeout, signal);
    }
    if ((response.statusCode ?? 500) < 300) return response;
    throw refusal(path, response.statusCode ?? 500, await textOf(response));
  }

  private send(
    method: string,
    path: string,
    body?: object,
    timeout?: number,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request({
        method,
        path,
        socketPath: this.proxy.socket,
        agent: this.agent,
        headers: {
          Host: 'localhost',
          Accept: 'application/json',
          ...(payload && {
            'Content-Type': method === 'PATCH' ? PATCH_TYPE : 'application/json',
            'Content-Length': Buffer.byteLength(payload),
          }),
        },
      });
      if (timeout) call.setTimeout(timeout, () => call.destroy(new Error(`no answer for ${timeout / 1000} s`)));
      // Whoever reads the answer is told; one that is ended while nobody reads is no error.
      call.on('response', (response) => resolve(response.on('error', () => {})));
      const end = () => call.destroy();
      signal?.addEventListener('abort', end, { once: true });
      call.on('close', () => signal?.removeEventListener('abort', end));
      call.on('error', (error) => reject(new ClusterError(`the connection to the cluster broke: ${error.message}`)));
      call.end(payload);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function refusal(path: string, status: number, text: string): ClusterError {
  let answer: Status;
  try {
    answer = JSON.parse(text) as Status;
  } catch {
    answer = {};
  }
  // So an API server says that it has no such group of resources, as where an operator is not installed.
  if (status === 404 && path.startsWith('/apis/') && /^404 page not found\s*$/.test(text)) {
    return new ApiError(status, 'NotFound', 'the API server has no such resource');
  }
  // The proxy itself answers 502 and plain text when it cannot reach the API server or authenticate.
  if (!answer.reason && !answer.message) {
    return new ClusterError(
      `the API server does not answer: ${text.trim() || `HTTP ${status}`}; check the kubeconfig's server and context`,
    );
  }
  return new ApiError(status, answer.reason ?? '', answer.message ?? text);
}
