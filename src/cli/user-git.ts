import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { InputError } from '../run/problems.js';
import {
  hooksOff,
  isForWork,
  isHarmless,
  isInside,
  isMissed,
  isOfTree,
  isOfUser,
  mayBeOfTree,
  parseListing,
  type Setting,
} from './git-settings.js';
import { type GitDirectories, gitDirectoriesOf, isolatedRepository, treesOf } from './isolated-repository.js';

/** What a command may answer, in bytes: a list of branches can be long. */
const ANSWER = 256 * 1024 * 1024;
/** How long a question about the checkout may take, and how long work on the remote may, in milliseconds. */
const QUESTION = 10_000;
const WORK = 600_000;

/** Fetches commits of a repository and nothing else, however the user's git is set up. */
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'] as const;

/** Protocols that git itself speaks; no helper that a URL names. */
const PROTOCOLS = ['file', 'git', 'http', 'https', 'ssh'];

/** Variables by which another program could have git work elsewhere, as a hook's git does. */
const ELSEWHERE =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|CONFIG|EXTERNAL_DIFF|PAGER)$/;

/** A directory of a tree is never a repository, whatever files a branch has put there. */
const ALWAYS: readonly Setting[] = [['safe.bareRepository', 'explicit']];

/** Nothing of the user's own configuration starts by itself. */
const QUIET: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.alternateRefsCommand', 'true'],
  ['log.showSignature', 'false'],
  ['push.gpgSign', 'false'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
];

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

/** What of a checkout matters for git's work. */
interface OfCheckout {
  readonly settings: readonly Setting[];
  /** Keys of its configuration that name how a remote is reached, and that are not used. */
  readonly unused: readonly string[];
  /** Files of a tree that its configuration includes. */
  readonly included: readonly string[];
  /** Where branches bring files. */
  readonly trees: readonly string[];
  /** What switches off the hooks that a configuration names. */
  readonly hooks: readonly Setting[];
  readonly variables: NodeJS.ProcessEnv;
}

/** The same with the environment in which git works. */
interface Isolated extends OfCheckout {
  readonly env: NodeJS.ProcessEnv;
}

const NO_CHECKOUT: OfCheckout = { settings: [], unused: [], included: [], trees: [], hooks: [], variables: {} };

/** A command of git with its options. What comes from elsewhere is no part of it, but an operand. */
type Command = readonly [name: string, ...options: string[]];

/**
 * The user's own git, with their configuration and credentials. It never asks. Every git of the commands is started here.
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
    const { unused } = await this.isolation();
    return unused.length === 0 ? '' : notUsed(unused);
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
    const made = await this.plumbing(['update-ref', '--create-reflog'], [`refs/heads/${branch}`, commit, ''], hooks);
    outputOf(['update-ref'], made);
  }

  /** What the checkout's own repository says of its refs, or undefined. Git reads its configuration and runs nothing. */
  async here(command: Command, ...operands: string[]): Promise<string | undefined> {
    const { error, stdout } = await this.plumbing(command, operands);
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
    const refusal = await this.refusalOf(repository, isolated);
    if (refusal) throw new InputError([refusal]);
    if (included.length > 0) {
      throw new InputError([
        `this checkout's configuration includes ${included.join(', ')}, which any branch can change; nothing was pushed to it: ` +
          `look at that file, then push it yourself: git push ${repository} ${refspec}`,
      ]);
    }
    const env = withSettings(ownEnvironment(), ALWAYS);
    const withSsh = { ...env, ...(await this.sshFor(env)) };
    outputOf(command, await this.execute(command, [repository, refspec], WORK, withSsh));
  }

  private async work(command: Command, operands: readonly string[], timeout: number): Promise<Answer> {
    let isolated: Isolated;
    try {
      isolated = await this.isolation();
    } catch (error) {
      return { error: error as Error, stdout: '', stderr: (error as Error).message };
    }
    const [repository] = ['fetch', 'ls-remote', 'push'].includes(command[0]) ? operands : [];
    const refusal = repository === undefined ? undefined : await this.refusalOf(repository, isolated);
    if (refusal) return { error: new Error(refusal), stdout: '', stderr: refusal };
    const answer = await this.execute(command, operands, timeout, isolated.env);
    if (!answer.error || repository === undefined || isolated.unused.length === 0) return answer;
    return { ...answer, stderr: `${answer.stderr}\n${notUsed(isolated.unused)}` };
  }

  /** Why git is not to speak to a repository; undefined where it may. */
  private async refusalOf(repository: string, { trees, env }: Isolated): Promise<string | undefined> {
    const { stdout } = await this.execute(['ls-remote', '--get-url'], [repository], QUESTION, env);
    const url = stdout || repository;
    return mayBeOfTree(url, trees)
      ? `${url} may be in the tree of this checkout; use a remote that is elsewhere`
      : undefined;
  }

  private plumbing(command: Command, operands: readonly string[], more: readonly Setting[] = []): Promise<Answer> {
    const alone = { ...ownEnvironment(), GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
    return this.execute(command, operands, QUESTION, withSettings(alone, [...ALWAYS, ...QUIET, ...more]));
  }

  private isolation(): Promise<Isolated> {
    this.isolated ??= this.isolate();
    return this.isolated;
  }

  private async isolate(): Promise<Isolated> {
    const base: NodeJS.ProcessEnv = { ...ownEnvironment(), GIT_ALLOW_PROTOCOL: protocols() };
    const { top } = this;
    const checkout = top ? await this.ofCheckout(top) : NO_CHECKOUT;
    const env = withSettings({ ...base, ...checkout.variables }, [...ALWAYS, ...checkout.settings, ...QUIET]);
    return { ...checkout, env: { ...env, ...(await this.sshFor(env)) } };
  }

  private async ofCheckout(top: string): Promise<OfCheckout> {
    const asked: Command = [
      'rev-parse',
      '--path-format=absolute',
      '--git-dir',
      '--git-common-dir',
      '--show-object-format',
    ];
    const [own = '', common = '', objectFormat = 'sha1'] = outputOf(asked, await this.plumbing(asked, [])).split('\n');
    const list: Command = ['config', '--list', '--show-scope', '--show-origin', '-z'];
    const found = parseListing(outputOf(list, await this.plumbing(list, [])));
    const promisor = found.find(({ setting: [key] }) => key === 'extensions.partialclone')?.setting[1];
    const directories: GitDirectories = { own, common, objectFormat, promisor };
    const trees = treesOf(top, directories);
    const gitDirectories = gitDirectoriesOf(trees, directories);
    const ofCheckout = found.filter(({ scope }) => scope === 'local' || scope === 'worktree');
    const ofTree = ofCheckout.filter(({ file }) => isOfTree(file, trees, gitDirectories));
    const safe = ofCheckout.filter((one) => !ofTree.includes(one)).map(({ setting }) => setting);
    const settings = safe.filter(isHarmless);
    const unused = safe.filter((setting) => !settings.includes(setting) && isMissed(setting));
    const ofUser = found.filter(isOfUser).map(({ setting }) => setting);
    return {
      settings,
      unused: [...new Set(unused.map(([key]) => key))],
      included: [...new Set(ofTree.map(({ file }) => file))],
      trees,
      hooks: hooksOff(found.map(({ setting }) => setting)),
      variables: { ...isolatedRepository(directories, ofUser.filter(isForWork)), GIT_WORK_TREE: top },
    };
  }

  /** Without a program of the user's own, ssh must not ask. */
  private async sshFor(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
    if (env.GIT_SSH_COMMAND || env.GIT_SSH) return {};
    const { stdout } = await this.execute(['config', '--get'], ['core.sshCommand'], QUESTION, env);
    return stdout ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' };
  }

  private execute(
    [name, ...options]: Command,
    operands: readonly string[],
    timeout: number,
    env: NodeJS.ProcessEnv,
  ): Promise<Answer> {
    const rest = operands.length > 0 ? ['--end-of-options', ...operands] : [];
    const args = [name, ...options, ...rest];
    // Where there is no checkout, no directory that happens to be there may be taken for one.
    const cwd = this.top ?? parse(process.cwd()).root;
    return new Promise((done) => {
      const child = execFile('git', args, { cwd, env, timeout, maxBuffer: ANSWER }, (error, stdout, stderr) =>
        done({ error, stdout: stdout.trim(), stderr: stderr.trim() }),
      );
      child.stdin?.end();
    });
  }
}

/** @throws InputError with git's own words */
function outputOf([name]: Command, { error, stdout, stderr }: Answer): string {
  if (error) throw new InputError([`git ${name}: ${stderr || error.message}`]);
  return stdout;
}

const notUsed = (keys: readonly string[]): string =>
  `this checkout sets ${keys.join(', ')}, which is ignored because it can start a program; if the remote needs it, set it for yourself: ` +
  `git config --global ${keys[0]} VALUE`;

/** The nearest folder above with a `.git`. Git itself would also take a folder for a repository that only looks like one. */
function topOf(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The user may have allowed fewer. */
function protocols(): string {
  const own = process.env.GIT_ALLOW_PROTOCOL?.split(':');
  return PROTOCOLS.filter((protocol) => own?.includes(protocol) ?? true).join(':');
}

/** The user's environment, in which git speaks English, asks nothing, and is where it is started. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !ELSEWHERE.test(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat' };
}

/** Settings that stand above those of every file. See https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT */
function withSettings(env: NodeJS.ProcessEnv, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const before = Number(env.GIT_CONFIG_COUNT) || 0;
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { ...env, ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(before + settings.length) };
}
