import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import { NoConnection } from '../errors.js';
import { type Pause, pause } from '../retry.js';
import { isObject, type Section } from './section.js';
import { EXEC_PLUGIN } from './user.js';

/** @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const MODES = ['Never', 'IfAvailable', 'Always'];

/** A plugin that is silent for this long is named; in milliseconds. */
const SILENT = 5000;
/** The time that a person has for a login, in milliseconds. */
const LOGIN = 15 * 60_000;
/** A line without an end, like a question, is shown after this time; in milliseconds. */
const QUESTION = 200;

/** What a plugin answers. */
interface Credential {
  readonly token?: string | undefined;
  readonly clientCertificateData?: string | undefined;
  readonly clientKeyData?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** A user's credential plugin. It runs when there is no credential, or the last one has expired. */
export class ExecPlugin {
  private readonly command: string;
  private readonly args: readonly string[];
  private readonly env: Record<string, string>;
  private readonly version: string;
  private readonly mode: string;
  private readonly hint: string | undefined;
  private readonly cluster: object | undefined;
  private running: Promise<Credential> | undefined;
  private last: Credential | undefined;

  /**
   * @param cluster fields of the cluster, for a plugin that asks for them
   * @param report gets each line that the plugin says
   * @param wait waits for the plugin
   * @throws NoConnection if a field is wrong
   */
  constructor(
    private readonly section: Section,
    cluster: object,
    private readonly report: (line: string) => void,
    private readonly wait: Pause = pause,
  ) {
    const command = section.text('command');
    if (command === undefined) throw section.wrong('command', 'is missing');
    // As a shell does: a name is looked up on PATH, and a path counts from the kubeconfig's folder.
    this.command = /[\\/]/.test(command) ? resolve(dirname(section.file), command) : command;
    this.args = section.texts('args');
    const variables = section.sections('env').map((one) => [one.text('name') ?? '', one.text('value') ?? ''] as const);
    this.env = Object.fromEntries(variables);
    this.version = section.text('apiVersion') ?? '';
    if (!VERSIONS.includes(this.version)) {
      throw section.wrong('apiVersion', `is "${this.version}"; allowed are ${VERSIONS.join(', ')}`);
    }
    this.mode = section.text('interactiveMode') ?? 'IfAvailable';
    if (!MODES.includes(this.mode)) {
      throw section.wrong('interactiveMode', `is "${this.mode}"; allowed are ${MODES.join(', ')}`);
    }
    this.hint = section.text('installHint');
    this.cluster = section.flag('provideClusterInfo') ? cluster : undefined;
    section.refuseOthers();
  }

  isAuthProvider({ authProvider }: User): boolean {
    return authProvider?.name === EXEC_PLUGIN;
  }

  async applyAuthentication(_user: User, options: RequestOptions): Promise<void> {
    const { token, clientCertificateData: cert, clientKeyData: key } = await this.credential();
    if (token) options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
    if (cert && key) Object.assign(options, { cert, key });
  }

  /** Forgets the credential of a request that the API server refused, unless there is a newer one. */
  forget(authorization: unknown): void {
    const { token } = this.last ?? {};
    if (!token || authorization === `Bearer ${token}`) this.last = undefined;
  }

  private async credential(): Promise<Credential> {
    if (this.last && Date.now() < this.last.expires) return this.last;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    this.last = await this.running;
    return this.last;
  }

  private async run(): Promise<Credential> {
    const terminal = process.stdin.isTTY === true;
    if (this.mode === 'Always' && !terminal) throw this.failure('needs a terminal (interactiveMode: Always)');
    const interactive = terminal && this.mode !== 'Never';
    const spec = { interactive, ...(this.cluster && { cluster: this.cluster }) };
    const info = JSON.stringify({ kind: 'ExecCredential', apiVersion: this.version, spec });
    const child = spawn(this.command, this.args, {
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env, KUBERNETES_EXEC_INFO: info },
    });
    const ended = new AbortController();
    const said = new Said(this.report);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => said.add(chunk));
    const closed = once(child, 'close');
    const exited = new Promise<number | string>((done, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => reject(this.startFailure(error)));
      child.on('exit', (code, signal) => done(code ?? signal ?? 'nothing'));
    });
    // What a plugin leaves running may hold its standard error for hours.
    const finished = Promise.all([exited, once(child.stdout, 'close')]).then(async ([code]) => {
      await Promise.race([closed, pause(QUESTION)]);
      return code;
    });
    void this.wait(SILENT, ended.signal).then(() => {
      if (!ended.signal.aborted && !said.anything) this.report(`waiting for the credential plugin ${this.command}`);
    });
    const late = this.wait(LOGIN, ended.signal).then(() => {
      if (ended.signal.aborted) return 0;
      child.kill('SIGKILL');
      throw this.failure(`has not ended within ${LOGIN / 60_000} minutes`);
    });
    // What ends later is of no interest.
    for (const one of [closed, late]) one.catch(() => {});
    try {
      const code = await Promise.race([finished, late]);
      if (code !== 0)
        throw this.failure(`ended with exit code ${code}${said.anything ? '; see its message above' : ''}`);
      return this.parse(output);
    } finally {
      ended.abort();
      said.end();
      child.stderr.destroy();
    }
  }

  private parse(output: string): Credential {
    let answer: unknown;
    try {
      answer = JSON.parse(output);
    } catch {}
    if (!isObject(answer) || answer.kind !== 'ExecCredential' || !isObject(answer.status)) {
      // Its text is not quoted: it may be a token.
      const what = answer === undefined ? `${output.trim().length} characters that are no JSON` : 'other JSON';
      throw this.failure(`printed no ExecCredential, but ${what}`);
    }
    if (answer.apiVersion !== this.version) {
      throw this.failure(`answered with apiVersion ${answer.apiVersion}; the kubeconfig asks for ${this.version}`);
    }
    const { token, clientCertificateData, clientKeyData, expirationTimestamp } = answer.status as Record<
      string,
      string
    >;
    if (!token && !(clientCertificateData && clientKeyData)) {
      throw this.failure('answered with neither a token nor a client certificate with its key');
    }
    const expires = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
    if (Number.isNaN(expires)) throw this.failure(`answered with expirationTimestamp "${expirationTimestamp}"`);
    return { token, clientCertificateData, clientKeyData, expires };
  }

  private failure(what: string): NoConnection {
    return new NoConnection(`no credential: the plugin ${this.command} of ${this.section.name} ${what}`);
  }

  private startFailure({ code, message }: NodeJS.ErrnoException): NoConnection {
    if (code !== 'ENOENT') return this.failure(`does not start: ${message}`);
    return this.failure(`is not there; install it${this.hint ? `: ${this.hint.trim()}` : ''}`);
  }
}

/** What a plugin says, reported line by line. */
class Said {
  anything = false;
  private rest = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly report: (line: string) => void) {}

  add(chunk: string): void {
    this.anything = true;
    clearTimeout(this.timer);
    const lines = (this.rest + chunk).split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.report(line);
    if (this.rest !== '') this.timer = setTimeout(() => this.end(), QUESTION);
  }

  end(): void {
    clearTimeout(this.timer);
    if (this.rest !== '') this.report(this.rest);
    this.rest = '';
  }
}
