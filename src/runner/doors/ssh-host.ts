import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { shellQuote } from '../../run/shell-quote.js';
import { gitSecrets, sshCommand } from '../git/credential.js';

/** How long a connection without a session stays open, in seconds. */
const KEEP = 60;
/**
 * The longest path of the socket, in bytes. The system allows 104 bytes, and ssh appends 17 while it creates the
 * socket.
 */
const LONGEST = 80;

/**
 * Starts git's program on the host of a repository over SSH. The sessions share a connection, because opening one takes
 * most of the time of a fetch, and a fetch has three sessions.
 */
export class SshHost {
  private readonly sessions = new Set<ChildProcess>();
  private readonly sockets = new Set<string>();

  /**
   * @param credential folder of the mounted Secret
   * @param home folder for the copy of the key and the connection's socket
   */
  constructor(
    private readonly repository: string,
    private readonly credential: string,
    private readonly home: string,
  ) {}

  /**
   * Starts a session of `git-upload-pack` with protocol version 2, if the host allows it.
   * @throws Error if no process can be started
   */
  uploadPack(): ChildProcessWithoutNullStreams {
    const path = decodeURIComponent(new URL(this.repository).pathname).replace(/^\/~/, '~');
    const socket = this.socket();
    const session = this.ssh(
      ['-o', 'SendEnv=GIT_PROTOCOL', ...(socket ? sharing(socket) : [])],
      [`git-upload-pack ${shellQuote(path)}`],
    );
    if (socket) this.sockets.add(socket);
    this.sessions.add(session);
    for (const end of ['error', 'close']) session.on(end, () => this.sessions.delete(session));
    return session;
  }

  /** Ends the sessions and the connection. The connection would only end by itself later. */
  async close(): Promise<void> {
    for (const session of this.sessions) session.kill('SIGKILL');
    await Promise.all([...this.sockets].map((socket) => this.endConnection(socket).catch(() => {})));
  }

  /**
   * The socket of the connection, which depends on the host and the key. Undefined if the path would be too long; then
   * each session has its own connection.
   */
  private socket(): string | undefined {
    const opened = [this.repository, ...gitSecrets(this.credential)].join('\n');
    const name = createHash('sha256').update(opened).digest('hex').slice(0, 8);
    const path = join(this.home, `.agent-runner-ssh-${name}`);
    return Buffer.byteLength(path) > LONGEST ? undefined : path;
  }

  private async endConnection(socket: string): Promise<void> {
    const asked = this.ssh([...sharing(socket), '-O', 'exit'], []);
    await new Promise<unknown>((resolve) => asked.on('error', resolve).on('close', resolve));
  }

  private ssh(options: readonly string[], command: readonly string[]): ChildProcessWithoutNullStreams {
    const { hostname, port, username } = new URL(this.repository);
    const host = `${username}@${hostname.replace(/^\[(.*)\]$/, '$1')}`;
    const env = {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: this.home,
      LANG: 'C.UTF-8',
      GIT_PROTOCOL: 'version=2',
    };
    // Like git, this runs the command line in a shell, but not its arguments.
    const line = `exec ${sshCommand(this.repository, this.credential, this.home)} "$@"`;
    const args = [...options, ...(port ? ['-p', port] : []), host, ...command];
    return spawn('/bin/sh', ['-c', line, 'ssh', ...args], { env, stdio: 'pipe' });
  }
}

/** ssh opens the connection with the first session, and keeps it open after that. */
const sharing = (socket: string): string[] =>
  ['ControlMaster=auto', `ControlPersist=${KEEP}`, `ControlPath=${socket}`].flatMap((option) => ['-o', option]);
