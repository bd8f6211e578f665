import { execFile } from 'node:child_process';
import { InputError } from '../run/problems.js';

/** What a command may answer, in bytes: a list of branches can be long. */
const ANSWER = 256 * 1024 * 1024;

/** Fetches commits of a repository and nothing else, however the user's git is set up. */
export const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'] as const;

/** How a command ended; its code is -1 where it did not end by itself. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Answer {
  readonly error: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The user's own git, with their configuration and credentials; it never asks. */
export class UserGit {
  private ssh: Promise<NodeJS.ProcessEnv> | undefined;

  constructor(private readonly directory: string) {}

  /** Output of a command, or undefined when it fails. */
  async try(...args: string[]): Promise<string | undefined> {
    const { error, stdout } = await this.start(args, 10_000);
    return error ? undefined : stdout;
  }

  /** Whether a commit has another one in its history; false, too, where the repository does not have both. */
  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return (await this.try('merge-base', '--is-ancestor', ancestor, commit)) !== undefined;
  }

  /**
   * Output of a command.
   * @throws InputError with git's own words
   */
  async run(...args: string[]): Promise<string> {
    const { error, stdout, stderr } = await this.start(args, 600_000);
    if (error) throw new InputError([`git ${args[0]}: ${stderr || error.message}`]);
    return stdout;
  }

  /** How a command ended, for one whose exit code says something. */
  status(...args: string[]): Promise<Ended> {
    return this.within(600_000, ...args);
  }

  /** The same for one that may take so many milliseconds. */
  async within(timeout: number, ...args: string[]): Promise<Ended> {
    const { error, stdout, stderr } = await this.start(args, timeout);
    const code = (error as { code?: unknown } | null)?.code;
    return { code: error ? (typeof code === 'number' ? code : -1) : 0, stdout, stderr };
  }

  private async start(args: string[], timeout: number): Promise<Answer> {
    this.ssh ??= this.ownSsh();
    // Its words are read: in English.
    const env = { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...(await this.ssh) };
    return this.execute(args, timeout, env);
  }

  /** Without a program of the user's own, ssh must not ask. */
  private async ownSsh(): Promise<NodeJS.ProcessEnv> {
    if (process.env.GIT_SSH_COMMAND || process.env.GIT_SSH) return {};
    const { stdout } = await this.execute(['config', '--get', 'core.sshCommand'], 10_000, process.env);
    return stdout ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' };
  }

  private execute(args: string[], timeout: number, env: NodeJS.ProcessEnv): Promise<Answer> {
    return new Promise((done) => {
      const child = execFile(
        'git',
        args,
        { cwd: this.directory, env, timeout, maxBuffer: ANSWER },
        (error, stdout, stderr) => done({ error, stdout: stdout.trim(), stderr: stderr.trim() }),
      );
      child.stdin?.end();
    });
  }
}
