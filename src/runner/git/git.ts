import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandResult, runCommand } from '../process/command.js';
import { RunFailure } from '../process/failure.js';
import type { Machine } from '../process/machine.js';
import { credentialConfig, credentialProblem, gitSecrets, sshCommand } from './credential.js';
import { lastWords, redirectIn, remoteErrorOf } from './remote-error.js';

const MINUTE = 60_000;
/** The least time for a command, and the least useful pause, in milliseconds. */
const SHORTEST = 1000;
/** Pauses before the retries after a network error, in milliseconds. Further retries follow while there is time. */
const RETRY_AFTER = [1000, 4000];
const RETRY_EVERY = 15_000;
/** How long to wait for a renewed credential after a refusal, in milliseconds, if work would be lost otherwise. */
const RENEWAL = 10_000;
/** Randomizes the pauses, so that runs that lost the same server do not all retry at once. */
const JITTER = 0.3;

/** Configuration that overrides a repository's own. */
const CONFIG: readonly (readonly [key: string, value: string])[] = [
  // The volume belongs to root, but the program runs as another user.
  ['safe.directory', '*'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.excludesFile', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['protocol.allow', 'never'],
  ...['https', 'http', 'ssh'].map((name): [string, string] => [`protocol.${name}.allow`, 'always']),
  // A server may take minutes to answer. Git gives up after 15 minutes of silence, or when the run's time is over.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '900'],
  ['advice.detachedHead', 'false'],
  ['advice.addEmbeddedRepo', 'false'],
  ['init.defaultBranch', 'main'],
  ['gc.auto', '0'],
  ['core.quotePath', 'false'],
];

/** Options of a command besides its arguments. */
export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Encoding of input and output. Default: `utf8`. */
  readonly encoding?: BufferEncoding;
  /** Receives the output as it arrives. The result then has no output. */
  readonly onData?: (chunk: Buffer) => void;
}

/** Limits of a command: a signal, whose reason is thrown, and the time left for the remote, in milliseconds. */
export interface GitStop {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: () => number;
}

/** A command failed that must not fail. */
export class GitFailed extends Error {}

/**
 * Runs git without the machine's configuration and, for the remote, without the repository's. A signal ends a running
 * command, and its reason is thrown.
 */
export class Git {
  constructor(
    private readonly machine: Machine,
    readonly repository: string,
    private readonly stop: GitStop = {},
  ) {}

  /** The folder with the agent's files. */
  get workspace(): string {
    return this.machine.workspace;
  }

  /** Configuration with the credential for the remote. */
  private access(): [key: string, value: string][] {
    const { gitCredential, runnerHome } = this.machine;
    const ssh = sshCommand(this.repository, gitCredential, runnerHome);
    return ssh ? [['core.sshCommand', ssh]] : credentialConfig(this.repository, gitCredential);
  }

  /** The same git with further limits. */
  with(stop: GitStop): Git {
    return new Git(this.machine, this.repository, { ...this.stop, ...stop });
  }

  /** The same git, limited to this many milliseconds from now, or to the time left if that is less. */
  within(milliseconds: number): Git {
    const until = Date.now() + milliseconds;
    const { patience } = this.stop;
    return this.with({ patience: () => Math.min(until - Date.now(), patience?.() ?? Number.POSITIVE_INFINITY) });
  }

  /** Runs git in a directory. Never throws for its exit code. */
  try(
    directory: string,
    args: readonly string[],
    { env = {}, input = '', encoding = 'utf8', onData }: GitOptions = {},
  ): Promise<CommandResult> {
    const { signal, patience } = this.stop;
    const over = new AbortController();
    // Checked repeatedly, because the time becomes shorter when Kubernetes asks the pod to stop.
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
   * Returns the output of a command that must not fail.
   * @throws GitFailed with git's message
   */
  async run(directory: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(directory, args, options);
    this.stop.signal?.throwIfAborted();
    if (code !== 0) throw new GitFailed(`git ${args[0]} failed: ${lastWords(stderr)}`);
    return stdout.trimEnd();
  }

  /** Whether `ancestor` is `commit` or in its history. */
  async isAncestor(directory: string, ancestor: string, commit: string): Promise<boolean> {
    return (await this.try(directory, ['merge-base', '--is-ancestor', ancestor, commit])).code === 0;
  }

  /**
   * Runs a command that talks to the remote. After a network error it makes three attempts, and more while there is
   * time.
   * @param otherwise the outcome if the credential is not the cause
   * @throws RunFailure with the remote's message
   */
  async remote(
    directory: string,
    args: readonly string[],
    otherwise: 'clone-failed' | 'push-rejected',
    onRetry: (text: string) => void,
    options: GitOptions = {},
  ): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const credential = this.credential();
      const { code, stdout, stderr } = await this.try(directory, args, options);
      this.stop.signal?.throwIfAborted();
      if (code === 0) return stdout.trimEnd();
      // Only our own time limit ends a command with a signal.
      const kind = code === null ? 'network' : remoteErrorOf(stderr);
      const redirect = redirectIn(stderr, this.repository);
      if (redirect) {
        throw new RunFailure(
          otherwise,
          `the remote redirects to ${redirect}: give that URL as the repository`,
          'refused',
        );
      }
      if (kind === 'auth' && (await this.renewed(credential))) continue;
      const words = code === null ? `git ${args[0]} did not end in time` : lastWords(stderr);
      const wait = this.waitBefore(attempt);
      if (kind !== 'network' || wait === undefined) {
        const problem = kind === 'auth' && credentialProblem(this.repository, this.machine.gitCredential);
        throw new RunFailure(
          kind === 'auth' ? 'auth-failed' : otherwise,
          problem ? `${words}; ${problem}` : words,
          kind,
        );
      }
      onRetry(`${words}; trying again in ${Math.round(wait / 1000)} s`);
      await this.waited(wait);
    }
  }

  /** Waits this many milliseconds, or until the time left becomes too short. */
  private async waited(wait: number): Promise<void> {
    const { signal, patience } = this.stop;
    const until = Date.now() + wait;
    for (let rest = wait; rest > 0 && !(patience && rest > patience() - SHORTEST); rest = until - Date.now()) {
      await sleep(Math.min(rest, SHORTEST), undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  private credential = (): string => gitSecrets(this.machine.gitCredential).join('\n');

  /** Whether the credential has changed, now or within a few seconds: the kubelet may still be updating it. */
  private async renewed(before: string): Promise<boolean> {
    const until = Date.now() + Math.min(RENEWAL, this.stop.patience?.() ?? 0);
    while (this.credential() === before) {
      if (Date.now() >= until) return false;
      await sleep(1000);
    }
    return true;
  }

  /** The environment of a command. It is built each time, since the credential may have been renewed. */
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

  /** How long to wait before the next attempt, in milliseconds; undefined if this was the last one. */
  private waitBefore(attempt: number): number | undefined {
    const left = this.stop.patience && this.stop.patience() - SHORTEST;
    const wait = RETRY_AFTER[attempt] ?? (left && Math.min(RETRY_EVERY, left));
    const last = wait === undefined || wait < SHORTEST || (left !== undefined && wait > left);
    return last ? undefined : wait * (1 - JITTER * Math.random());
  }
}
