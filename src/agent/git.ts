import { type CommandResult, runCommand } from './command.js';
import { credentialConfig, sshCommand } from './credential.js';
import { RunFailure } from './failure.js';
import type { Machine } from './machine.js';

const MINUTE = 60_000;
/** Waits before the next tries after an error of the network, in milliseconds; then as long as there is time. */
const RETRY_AFTER = [1000, 4000];
const RETRY_EVERY = 15_000;
/** Runs that lost the same server do not all come back at once. */
const JITTER = 0.3;

/** What a remote operation's error output says about its cause. */
export type RemoteError = 'auth' | 'network' | 'refused';

const AUTH =
  /^fatal: authentication failed|could not read (username|password) for|terminal prompts disabled|the requested URL returned error: 40[13]\b|^\S+: permission denied \(|^remote: permission to .* denied|host key verification failed/im;
const NETWORK =
  /could not resolve (host|hostname)|connection (refused|reset|timed out|closed)|failed to connect|couldn't connect|operation (timed out|too slow)|early eof|the remote end hung up|the requested URL returned error: (429|5\d\d)\b|rpc failed|network is unreachable|ssl_|gnutls|tls connect/i;

/** Only git's and ssh's own words count: a hook, a branch or a file may be called anything. */
export function remoteErrorOf(stderr: string): RemoteError {
  const own = stderr
    .split('\n')
    .filter((line) => !/^(remote: (?!Permission to )|To )/.test(line))
    .join('\n');
  if (AUTH.test(own)) return 'auth';
  return NETWORK.test(own) ? 'network' : 'refused';
}

/** What a command gets beside its arguments. */
export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/**
 * Git with nobody's configuration: neither the machine's nor, for the remote, the repository's own. A signal ends what
 * runs, and its reason is thrown.
 */
export class Git {
  /** What opens the remote, as configuration of a repository: the agent's own git may read. */
  readonly access: readonly (readonly [key: string, value: string])[];
  private readonly env: Readonly<Record<string, string>>;

  constructor(
    machine: Machine,
    readonly repository: string,
    private readonly stop: { readonly signal?: AbortSignal; readonly patience?: () => number } = {},
  ) {
    const ssh = sshCommand(repository, machine.gitCredential, machine.home);
    this.access = ssh ? [['core.sshCommand', ssh]] : credentialConfig(repository, machine.gitCredential);
    const config: (readonly [string, string])[] = [
      ...this.access,
      // The volume belongs to root, the program runs as somebody else.
      ['safe.directory', '*'],
      ['core.hooksPath', '/dev/null'],
      ['core.fsmonitor', 'false'],
      // The agent may write below HOME.
      ['core.excludesFile', '/dev/null'],
      ['core.attributesFile', '/dev/null'],
      ['protocol.allow', 'never'],
      ...['https', 'http', 'ssh'].map((name): [string, string] => [`protocol.${name}.allow`, 'always']),
      ['http.lowSpeedLimit', '1000'],
      ['http.lowSpeedTime', '60'],
      ['advice.detachedHead', 'false'],
      ['init.defaultBranch', 'main'],
      ['gc.auto', '0'],
      ['core.quotePath', 'false'],
    ];
    this.env = {
      ...machine.environment,
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

  /** Runs git in a directory. Never throws for its exit code. */
  try(directory: string, args: readonly string[], { env = {}, input = '' }: GitOptions = {}): Promise<CommandResult> {
    return runCommand('git', args, {
      cwd: directory,
      env: { ...this.env, ...env },
      input,
      timeout: 30 * MINUTE,
      ...(this.stop.signal && { signal: this.stop.signal }),
    });
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
      const { code, stdout, stderr } = await this.try(directory, args);
      this.stop.signal?.throwIfAborted();
      if (code === 0) return stdout.trimEnd();
      const kind = remoteErrorOf(stderr);
      const wait = this.waitBefore(attempt);
      if (kind !== 'network' || wait === undefined) {
        throw new RunFailure(kind === 'auth' ? 'auth-failed' : otherwise, lastWords(stderr));
      }
      onRetry(`${lastWords(stderr)}; trying again in ${Math.round(wait / 1000)} s`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** How long to wait before the next try, in milliseconds; undefined when this was the last. */
  private waitBefore(attempt: number): number | undefined {
    const patient = (this.stop.patience?.() ?? 0) > RETRY_EVERY;
    const wait = RETRY_AFTER[attempt] ?? (patient ? RETRY_EVERY : undefined);
    return wait && wait * (1 + JITTER * (Math.random() - 0.5));
  }
}

/** The lines of git's error output that say something, the remote's among them. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(hint:|remote: *$|To |error: failed to push some refs)/.test(line));
  return lines.slice(-6).join('; ') || 'git gave no reason';
}
