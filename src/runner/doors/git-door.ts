import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseRepository } from '../../run/repository.js';
import { basicAuthorization, gitSecrets } from '../git/credential.js';
import { Redactor } from '../secrets/redactor.js';
import { GitExchange, type GitLimits, type GitRemote, LIMITS, refuse } from './git-exchange.js';
import { GitOverHttp } from './git-over-http.js';
import { GitOverSsh } from './git-over-ssh.js';
import { type GitAsk, routeOf } from './git-route.js';
import { Connections, listenOnLoopback } from './loopback.js';
import { SshHost } from './ssh-host.js';

/** The most requests at once. Each may start an ssh, in a container with little memory. */
const AT_ONCE = 32;
const CONNECTIONS = 256;
/** How long a connection without a request stays open, in milliseconds. Git pauses between its requests. */
const IDLE = 65_000;

export interface GitDoorOptions {
  /** URL of the run's repository. */
  readonly repository: string;
  /** Folder of the mounted Secret. It is read at each request, since it may be renewed. */
  readonly credential: string;
  /** The runner's own folder, for the copy of an SSH key. */
  readonly home: string;
  /** Receives lines for the run's log. */
  readonly say: (text: string) => void;
  /** Default: {@link LIMITS}. */
  readonly limits?: GitLimits;
}

/** The agent's git reads the repository through this door, with a credential that the agent never sees. */
export class GitDoor {
  private readonly path: string;
  private readonly remote: GitRemote;
  private readonly redactor = new Redactor();
  private readonly server: Server;
  private readonly connections: Connections;
  private said = '';
  private open = 0;

  /** Opens the door on 127.0.0.1, at a free port. */
  static async open(options: GitDoorOptions): Promise<GitDoor> {
    const door = new GitDoor(options);
    await listenOnLoopback(door.server);
    return door;
  }

  private constructor(private readonly options: GitDoorOptions) {
    const { credential, home, limits = LIMITS } = options;
    const { url, protocol } = parseRepository(options.repository);
    this.path = new URL(url).pathname;
    this.remote =
      protocol === 'ssh'
        ? new GitOverSsh(new SshHost(url, credential, home), limits)
        : new GitOverHttp(url, credential, limits);
    this.server = createServer((request, response) => this.answer(request, response));
    this.connections = new Connections(this.server);
    this.server.maxConnections = CONNECTIONS;
    // A negotiation may take longer than Node's default time limit for a request.
    this.server.requestTimeout = 0;
    this.server.keepAliveTimeout = IDLE;
    this.server.on('clientError', (_, socket) => socket.destroy());
  }

  /** The URL of the agent's `origin`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.connections.end();
    await Promise.all([closed, this.remote.close()]);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    const ask = routeOf(request, this.path);
    if (typeof ask !== 'string') {
      refuse(response, 403, ask.refused);
    } else if (this.open >= AT_ONCE) {
      refuse(response, 503, `more than ${AT_ONCE} requests at once; try again`);
    } else {
      this.pass(ask, request, response);
    }
  }

  private pass(ask: GitAsk, request: IncomingMessage, response: ServerResponse): void {
    this.open++;
    response.once('close', () => this.open--);
    const exchange = new GitExchange(ask, request, response, (text, detail) => this.failed(text, detail));
    try {
      this.remote.answer(exchange);
    } catch (error) {
      exchange.fail(500, 'the door failed', (error as Error).message);
    }
  }

  /** Redacts the text of a failure. The log gets each text only once, even if the request is repeated. */
  private failed(text: string, detail: string): string {
    const { credential, say } = this.options;
    this.redactor.hide([...gitSecrets(credential), ...basicAuthorization(credential)]);
    const [sentence, words] = [text, detail].map((one) => this.redactor.redact(one)) as [string, string];
    const line = words ? `${sentence}: ${words}` : sentence;
    if (line !== this.said) say(line);
    this.said = line;
    return sentence;
  }
}
