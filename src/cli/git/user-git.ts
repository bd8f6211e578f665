import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../run/problems.js';
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

/** Fetches commits of a repository and nothing else, regardless of the user's configuration. */
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'] as const;

/** How a command ended. Its code is -1 if it did not end by itself. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The user's own git, with their configuration and credentials. It never prompts. The commands start git only through
 * it.
 *
 * The branch that is checked out may come from an agent or from a stranger. Its tree can look like a repository, and
 * the checkout's configuration can include a file of that tree. So git works in a repository made for the command. This
 * has the checkout's objects and the configuration of the user and the machine. Of the checkout's configuration it has
 * only what {@link isHarmless} lets pass. Arguments from elsewhere follow `--end-of-options`.
 */
export class UserGit {
  /** The top of the checkout, without links; undefined if the directory is in none. */
  readonly top: string | undefined;
  private isolated: Promise<Isolated> | undefined;

  /** @param directory where the user is, or one that the user has named; never one that data names */
  constructor(directory: string) {
    this.top = topOf(directory);
  }

  /**
   * The git of the checkout that the user is in, for a path in it.
   * @param named what messages call the path
   * @param given whether the user has named the path: outside of a checkout, the user may name one
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

  /** @throws InputError with git's own words, when git cannot work with the checkout */
  async check(): Promise<void> {
    await this.isolation();
  }

  /** A hint for users who miss a remote of the checkout's configuration; '' for none. */
  async notUsed(): Promise<string> {
    return notUsed(await this.isolation());
  }

  /** Output of a command, or undefined when it fails. */
  async try(command: Command, ...operands: string[]): Promise<string | undefined> {
    const { error, stdout } = await this.work(command, operands, QUESTION);
    return error ? undefined : stdout;
  }

  /** The text of a file in a commit, as it is. Undefined if there is none. */
  async textOf(commit: string, path: string): Promise<string | undefined> {
    const { error, whole } = await this.work(['cat-file', 'blob'], [`${commit}:${path}`], QUESTION);
    return error ? undefined : whole;
  }

  /** Whether a commit has another one in its history. Also false if the repository does not have both. */
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

  /** How a command ended, for commands whose exit code has a meaning. */
  status(command: Command, ...operands: string[]): Promise<Ended> {
    return this.within(WORK, command, ...operands);
  }

  /** The same, with a timeout in milliseconds. */
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

  /** The same, for callers that can go on without it. */
  async tryFetch(repository: string, ...refs: string[]): Promise<Ended> {
    // Tells the remote what the user already has: the repository that fetches has no refs.
    const head = await this.here(['rev-parse', '--verify', '--quiet'], 'HEAD');
    const tips = head ? [`--negotiation-tip=${head}`] : [];
    return this.status([...FETCH, ...tips], repository, ...refs);
  }

  /**
   * Makes a branch of the user's from a ref of a repository. It never changes a branch that exists.
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

  /**
   * The answer of the checkout's own repository, or undefined. Git reads its configuration, but starts nothing from it.
   */
  async here(command: Command, ...operands: string[]): Promise<string | undefined> {
    const { error, stdout } = await askCheckout(this.top, command, operands);
    return error ? undefined : stdout;
  }

  /**
   * Pushes to the user's own branch as the user has set it up: with the hooks, credentials and signatures of the
   * checkout's configuration.
   * @throws InputError with git's own words, or when that configuration includes a file of the tree
   */
  async ownPush(options: readonly string[], repository: string, refspec: string): Promise<void> {
    const command: Command = ['push', ...options];
    const isolated = await this.isolation();
    const { included } = isolated;
    const refusal = await refusalOf(this.top, repository, isolated);
    if (refusal) throw new InputError([refusal]);
    if (included.length > 0) {
      throw new InputError([
        `this checkout's configuration includes ${included.join(', ')}, which any branch can change; ` +
          'nothing was pushed: ' +
          `check that file, then push yourself: git push ${repository} ${refspec}`,
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
      return failed(error as Error);
    }
    const [repository] = ['fetch', 'ls-remote', 'push'].includes(command[0]) ? operands : [];
    const refusal = repository === undefined ? undefined : await refusalOf(this.top, repository, isolated);
    if (refusal) return failed(new Error(refusal));
    const answer = await startGit(this.top, command, operands, timeout, isolated.env);
    if (!answer.error || repository === undefined) return answer;
    return { ...answer, stderr: `${answer.stderr}\n${notUsed(isolated)}`.trim() };
  }

  private isolation(): Promise<Isolated> {
    this.isolated ??= isolate(this.top);
    return this.isolated;
  }
}

const failed = (error: Error): Answer => ({ error, stdout: '', whole: '', stderr: error.message });

/**
 * The nearest folder above with a `.git`. Git itself would also accept a folder that only looks like a repository.
 */
export function topOf(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
