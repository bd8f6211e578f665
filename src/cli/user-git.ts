import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../run/problems.js';
import { type Isolated, isolate, notUsed, refusalOf, sshFor } from './git-isolation.js';
import {
  ALWAYS,
  type Answer,
  askCheckout,
  type Command,
  outputOf,
  ownEnvironment,
  QUESTION,
  startGit,
  withSettings,
} from './git-process.js';
import { isInside } from './git-settings.js';

/** How long work on the remote may take, in milliseconds. */
const WORK = 600_000;

/** Fetches commits of a repository and nothing else, however the user's git is set up. */
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'] as const;

/** How a command ended; its code is -1 where it did not end by itself. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The user's own git, with their configuration and credentials. It never asks. Every git of the commands is started by it.
 *
 * A branch that is checked out may come from an agent or from a stranger. Its tree can look like a repository, and the
 * checkout's own configuration can include a file of it. So git does its work in a repository made for the command: that
 * has the checkout's objects, the configuration of the user and the machine, and of the checkout's only what
 * {@link isHarmless} lets pass. What comes from elsewhere follows `--end-of-options`.
 */
export class UserGit {
  /** The top of the checkout, without links; undefined where the directory is in none. */
  readonly top: string | undefined;
  private isolated: Promise<Isolated> | undefined;

  /** @param directory the one that the user is in, or has named; never one that data names */
  constructor(directory: string) {
    this.top = topOf(directory);
  }

  /**
   * The git of the checkout that the user is in, for a path in it.
   * @param named what messages call the path
   * @param given whether the user has named the path: who is in no checkout may name one
   * @throws InputError for a path that is not in the user's checkout
   */
  static of(cwd: string, path: string, named = path, given = true): UserGit & { readonly top: string } {
    const here = new UserGit(cwd);
    const git = here.top || !given ? here : new UserGit(path);
    const own = topOf(path);
    if (git.top && own === git.top) return git as UserGit & { readonly top: string };
    const where = git.top ? `the repository ${git.top}` : 'a Git repository';
    const other = git.top && own && isInside(own, git.top) ? `, but in ${own} inside of it` : '';
    throw new InputError([`${named} is not in ${where}${other}; start the command in the checkout of the feature`]);
  }

  /** @throws InputError where git cannot work with the checkout, in its own words */
  async check(): Promise<void> {
    await this.isolation();
  }

  /** What somebody should know who misses a remote of the checkout's configuration; '' for nothing. */
  async notUsed(): Promise<string> {
    return notUsed(await this.isolation());
  }

  /** Output of a command, or undefined when it fails. */
  async try(command: Command, ...operands: string[]): Promise<string | undefined> {
    const { error, stdout } = await this.work(command, operands, QUESTION);
    return error ? undefined : stdout;
  }

  /** Whether a commit has another one in its history; false, too, where the repository does not have both. */
  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return (await this.try(['merge-base', '--is-ancestor'], ancestor, commit)) !== undefined;
  }

  /**
   * Output of a command.
   * @throws InputError with git's own words
   */
  async run(command: Command, ...operands: string[]): Promise<string> {
    return outputOf(command, await this.work(command, operands, WORK));
  }

  /** How a command ended, for one whose exit code says something. */
  status(command: Command, ...operands: string[]): Promise<Ended> {
    return this.within(WORK, command, ...operands);
  }

  /** The same for one that may take so many milliseconds. */
  async within(timeout: number, command: Command, ...operands: string[]): Promise<Ended> {
    const { error, stdout, stderr } = await this.work(command, operands, timeout);
    const code = (error as { code?: unknown } | null)?.code;
    return { code: error ? (typeof code === 'number' ? code : -1) : 0, stdout, stderr };
  }

  /**
   * Fetches commits, or what refs point to.
   * @throws InputError with git's own words
   */
  async fetch(repository: string, ...refs: string[]): Promise<void> {
    const ended = await this.tryFetch(repository, ...refs);
    if (ended.code !== 0) throw new InputError([`git fetch: ${ended.stderr}`]);
  }

  /** The same, for who can go on without. */
  async tryFetch(repository: string, ...refs: string[]): Promise<Ended> {
    // What the user has already need not come again: the repository that fetches has no refs of its own.
    const head = await this.here(['rev-parse', '--verify', '--quiet'], 'HEAD');
    const tips = head ? [`--negotiation-tip=${head}`] : [];
    return this.status([...FETCH, ...tips], repository, ...refs);
  }

  /**
   * Makes a branch of the user's from a ref of a repository. One that is there is never changed.
   * @throws InputError with git's own words
   */
  async fetchBranch(repository: string, ref: string, branch: string): Promise<void> {
    const fetched = 'refs/fetched/work';
    await this.fetch(repository, `+${ref}:${fetched}`);
    const commit = await this.run(['rev-parse', '--verify'], `${fetched}^{commit}`);
    const { hooks } = await this.isolation();
    const made = await askCheckout(
      this.top,
      ['update-ref', '--create-reflog'],
      [`refs/heads/${branch}`, commit, ''],
      hooks,
    );
    outputOf(['update-ref'], made);
  }

  /** What the checkout's own repository says of its refs, or undefined. Git reads its configuration and runs nothing. */
  async here(command: Command, ...operands: string[]): Promise<string | undefined> {
    const { error, stdout } = await askCheckout(this.top, command, operands);
    return error ? undefined : stdout;
  }

  /**
   * The user's own push to their own branch, as they have set it up: with the hooks, credentials and signatures of the
   * checkout's configuration.
   * @throws InputError with git's own words, or where a file of the tree is a part of that configuration
   */
  async ownPush(options: readonly string[], repository: string, refspec: string): Promise<void> {
    const command: Command = ['push', ...options];
    const isolated = await this.isolation();
    const { included } = isolated;
    const refusal = await refusalOf(this.top, repository, isolated);
    if (refusal) throw new InputError([refusal]);
    if (included.length > 0) {
      throw new InputError([
        `this checkout's configuration includes ${included.join(', ')}, which any branch can change; nothing was pushed to it: ` +
          `look at that file, then push it yourself: git push ${repository} ${refspec}`,
      ]);
    }
    const env = withSettings(ownEnvironment(), ALWAYS);
    const withSsh = { ...env, ...(await sshFor(this.top, env)) };
    outputOf(command, await startGit(this.top, command, [repository, refspec], WORK, withSsh));
  }

  private async work(command: Command, operands: readonly string[], timeout: number): Promise<Answer> {
    let isolated: Isolated;
    try {
      isolated = await this.isolation();
    } catch (error) {
      return { error: error as Error, stdout: '', stderr: (error as Error).message };
    }
    const [repository] = ['fetch', 'ls-remote', 'push'].includes(command[0]) ? operands : [];
    const refusal = repository === undefined ? undefined : await refusalOf(this.top, repository, isolated);
    if (refusal) return { error: new Error(refusal), stdout: '', stderr: refusal };
    const answer = await startGit(this.top, command, operands, timeout, isolated.env);
    if (!answer.error || repository === undefined) return answer;
    return { ...answer, stderr: `${answer.stderr}\n${notUsed(isolated)}`.trim() };
  }

  private isolation(): Promise<Isolated> {
    this.isolated ??= isolate(this.top);
    return this.isolated;
  }
}

/** The nearest folder above with a `.git`. Git itself would also take a folder for a repository that only looks like one. */
function topOf(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
