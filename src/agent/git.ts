import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandResult, runCommand } from './command.js';
import { credentialConfig, gitSecrets, sshCommand } from './credential.js';
import { RunFailure } from './failure.js';
import type { Machine } from './machine.js';
import { lastWords, remoteErrorOf } from './remote-error.js';

const MINUTE = 60_000;
/** What a command gets though there is no time left, in milliseconds. */
const SHORTEST = 1000;
/** Waits before the next tries after an error of the network, in milliseconds; then as long as there is time. */
const RETRY_AFTER = [1000, 4000];
const RETRY_EVERY = 15_000;
/** How long is waited for another credential after the remote has refused one, in milliseconds, where work is at stake. */
const RENEWAL = 10_000;
/** Runs that lost the same server do not all come back at once. */
const JITTER = 0.3;

/** What holds whatever a repository says. */
const CONFIG: readonly (readonly [key: string, value: string])[] = [
  // The volume belongs to root, the program runs as somebody else.
  ['safe.directory', '*'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.excludesFile', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['protocol.allow', 'never'],
  ...['https', 'http', 'ssh'].map((name): [string, string] => [`protocol.${name}.allow`, 'always']),
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '60'],
  ['advice.detachedHead', 'false'],
  ['advice.addEmbeddedRepo', 'false'],
  ['init.defaultBranch', 'main'],
  ['gc.auto', '0'],
  ['core.quotePath', 'false'],
];

/** What a command gets beside its arguments. */
export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Of input and output. Default: `utf8`. */
  readonly encoding?: BufferEncoding;
  /** Takes the output as it comes; it is then not kept. */
  readonly onData?: (chunk: Buffer) => void;
}

/** What ends a command: a signal, whose reason is thrown; and for how long the remote is tried, in milliseconds. */
export interface GitStop {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: () => number;
}

/**
 * Git with nobody's configuration: neither the machine's nor, for the remote, the repository's own. A signal ends what
 * runs, and its reason is thrown.
 */
export class Git {
  constructor(
    private readonly machine: Machine,
    readonly repository: string,
    private readonly stop: GitStop = {},
  ) {}

  /** What opens the remote, as configuration of a repository: the agent's own git may read. */
  access(): [key: string, value: string][] {
    const { gitCredential, home } = this.machine;
    const ssh = sshCommand(this.repository, gitCredential, home);
    return ssh ? [['core.sshCommand', ssh]] : credentialConfig(this.repository, gitCredential);
  }

  /** The same, ended by something else as well. */
  with(stop: GitStop): Git {
    return new Git(this.machine, this.repository, { ...this.stop, ...stop });
  }

  /** Runs git in a directory. Never throws for its exit code. */
  try(
    directory: string,
    args: readonly string[],
    { env = {}, input = '', encoding = 'utf8', onData }: GitOptions = {},
  ): Promise<CommandResult> {
    const { signal, patience } = this.stop;
    const over = new AbortController();
    // Looked at again and again, since it may become shorter: Kubernetes asks the pod to stop.
    const looking = patience && setInterval(() => patience() <= 0 && over.abort(), SHORTEST);
    return runCommand('git', args, {
      cwd: directory,
      env: { ...this.environment(), ...env },
      input,
      encoding,
      ...(onData && { onData }),
      timeout: 30 * MINUTE,
      signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    }).finally(() => clearInterval(looking));
  }

  /**
   * Output of a command that must not fail.
   * @throws Error with git's own words
   */
  async run(directory: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(directory, args, options);
    this.stop.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`git ${args[0]} failed: ${lastWords(stderr)}`);
    return stdout.trimEnd();
  }

  /**
   * A command that speaks to the remote. After an error of the network it is tried three times, and more often as long as
   * there is time.
   * @param otherwise the outcome for what is not the credential's fault
   * @throws RunFailure with the remote's own words
   */
  async remote(
    directory: string,
    args: readonly string[],
    otherwise: 'clone-failed' | 'push-rejected',
    onRetry: (text: string) => void,
  ): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const credential = this.credential();
      const { code, stdout, stderr } = await this.try(directory, args);
      this.stop.signal?.throwIfAborted();
      if (code === 0) return stdout.trimEnd();
      // Nothing but our own time limit ends a command by a signal.
      const kind = code === null ? 'network' : remoteErrorOf(stderr);
      if (kind === 'auth' && (await this.renewed(credential))) continue;
      const words = code === null ? `git ${args[0]} did not end in time` : lastWords(stderr);
      const wait = this.waitBefore(attempt);
      if (kind !== 'network' || wait === undefined) {
        throw new RunFailure(kind === 'auth' ? 'auth-failed' : otherwise, words, kind);
      }
      onRetry(`${words}; trying again in ${Math.round(wait / 1000)} s`);
      await this.waited(wait);
    }
  }

  /** Waits for so many milliseconds, or until there is no longer time for that. */
  private async waited(wait: number): Promise<void> {
    const { signal, patience } = this.stop;
    const until = Date.now() + wait;
    for (let rest = wait; rest > 0 && !(patience && rest > patience() - SHORTEST); rest = until - Date.now()) {
      await sleep(Math.min(rest, SHORTEST), undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  private credential = (): string => gitSecrets(this.machine.gitCredential).join('\n');

  /** Whether the credential is another one than it was, at once or shortly after: the kubelet may still be at it. */
  private async renewed(before: string): Promise<boolean> {
    const until = Date.now() + Math.min(RENEWAL, this.stop.patience?.() ?? 0);
    while (this.credential() === before) {
      if (Date.now() >= until) return false;
      await sleep(1000);
    }
    return true;
  }

  /** Made anew for each command: the credential may have been renewed, and the agent may write below HOME. */
  private environment(): Record<string, string> {
    const config = [...this.access(), ...CONFIG];
    return {
      ...this.machine.environment,
      HOME: '/nonexistent',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: String(config.length),
      ...Object.fromEntries(
        config.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    };
  }

  /** How long to wait before the next try, in milliseconds; undefined when this was the last. */
  private waitBefore(attempt: number): number | undefined {
    const left = this.stop.patience && this.stop.patience() - SHORTEST;
    const wait = RETRY_AFTER[attempt] ?? (left && Math.min(RETRY_EVERY, left));
    const last = wait === undefined || wait < SHORTEST || (left !== undefined && wait > left);
    return last ? undefined : wait * (1 - JITTER * Math.random());
  }
}
