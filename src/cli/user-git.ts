import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { InputError } from '../run/problems.js';
import { isHarmless, isInside, isMissed, isOfTree, parseListing, type Setting } from './checkout-config.js';

/** What a command may answer, in bytes: a list of branches can be long. */
const ANSWER = 256 * 1024 * 1024;
/** How long a question about the checkout may take, and how long work on the remote may, in milliseconds. */
const QUESTION = 10_000;
const WORK = 600_000;

/** Fetches commits of a repository and nothing else, however the user's git is set up. */
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'] as const;

/** Protocols that git itself speaks; no helper that a URL names. */
const PROTOCOLS = 'file:git:http:https:ssh';

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

/** A command of git with its options. What comes from elsewhere is no part of it, but an operand. */
type Command = readonly [name: string, ...options: string[]];

/**
 * The user's own git, with their configuration and credentials. It never asks. Every git of the commands is started here.
 *
 * A branch that is checked out may come from an agent or from a stranger. Its tree can look like a repository, and the
 * checkout's own configuration can include a file of it. So git does its work in a repository of its own inside the git
 * directory (`.git/agent-runner`): it has the checkout's objects, the configuration of the user and the machine, and of the
 * checkout's configuration only what {@link isHarmless} lets pass. What comes from elsewhere follows `--end-of-options`.
 */
export class UserGit {
  /** The top of the checkout, without links; undefined where the directory is in none. */
  readonly top: string | undefined;
  private isolated: Promise<NodeJS.ProcessEnv> | undefined;
  /** Keys of the checkout's configuration that name how a remote is reached, and that are not used. */
  private unused: readonly string[] = [];
  /** Files of the tree that the checkout's configuration includes. */
  private included: readonly string[] = [];

  /** @param directory the one that the user is in, or has named; never one that data names */
  constructor(directory: string) {
    this.top = topOf(directory);
  }

  /**
   * The git of the checkout that the user is in, for a path that they have named. Who is in none may name one in a checkout.
   * @param named what messages call it
   * @throws InputError for a path that is not in the user's checkout
   */
  static of(cwd: string, path: string, named = path): UserGit & { readonly top: string } {
    const here = new UserGit(cwd);
    const git = here.top ? here : new UserGit(path);
    if (git.top && isInside(realpathSync(path), git.top)) return git as UserGit & { readonly top: string };
    const where = git.top ? `the repository ${git.top}` : 'a Git repository';
    throw new InputError([`${named} is not in ${where}; start the command in the checkout of the feature`]);
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
    const fetched = `refs/fetched/${process.pid}`;
    await this.fetch(repository, `+${ref}:${fetched}`);
    try {
      const commit = await this.run(['rev-parse', '--verify'], `${fetched}^{commit}`);
      const made = await this.plumbing(['update-ref', '--create-reflog'], [`refs/heads/${branch}`, commit, '']);
      outputOf(['update-ref'], made);
    } finally {
      await this.try(['update-ref', '-d'], fetched);
    }
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
    await this.isolated;
    if (this.included.length > 0) {
      throw new InputError([
        `this checkout's configuration includes ${this.included.join(', ')}, which any branch can change: push by yourself: ` +
          `git push ${repository} ${refspec}`,
      ]);
    }
    const env = withSettings(ownEnvironment(), ALWAYS);
    const withSsh = { ...env, ...(await this.sshFor(env)) };
    outputOf(command, await this.execute(command, [repository, refspec], WORK, withSsh));
  }

  private async work(command: Command, operands: readonly string[], timeout: number): Promise<Answer> {
    this.isolated ??= this.isolate();
    try {
      const answer = await this.execute(command, operands, timeout, await this.isolated);
      const toRemote = ['fetch', 'ls-remote', 'push'].includes(command[0]);
      if (!answer.error || !toRemote || this.unused.length === 0) return answer;
      return { ...answer, stderr: `${answer.stderr}\n${notUsed(this.unused)}` };
    } catch (error) {
      return { error: error as Error, stdout: '', stderr: (error as Error).message };
    }
  }

  private plumbing(command: Command, operands: readonly string[]): Promise<Answer> {
    const env = withSettings({ ...ownEnvironment(), GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' }, [
      ...ALWAYS,
      ...QUIET,
    ]);
    return this.execute(command, operands, QUESTION, env);
  }

  /** The environment in which git works without the checkout's configuration. */
  private async isolate(): Promise<NodeJS.ProcessEnv> {
    const base: NodeJS.ProcessEnv = { ...ownEnvironment(), GIT_ALLOW_PROTOCOL: PROTOCOLS };
    const { settings, variables } = await this.ofCheckout();
    const env = withSettings({ ...base, ...variables }, [...ALWAYS, ...settings, ...QUIET]);
    return { ...env, ...(await this.sshFor(env)) };
  }

  private async ofCheckout(): Promise<{ settings: readonly Setting[]; variables: NodeJS.ProcessEnv }> {
    const { top } = this;
    if (!top) return { settings: [], variables: {} };
    const where = await this.plumbing(
      ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir', '--show-object-format'],
      [],
    );
    const [gitDirectory = '', common = '', format = 'sha1'] = outputOf(['rev-parse'], where).split('\n');
    const own = [gitDirectory, common];
    const listed = await this.here(['config', '--local', '--includes', '--show-origin', '--list', '-z']);
    const found = parseListing(listed ?? '').map((one) => ({ ...one, ofTree: isOfTree(one.file, top, own) }));
    this.included = [...new Set(found.flatMap(({ file, ofTree }) => (ofTree ? [file] : [])))];
    const all = found.flatMap(({ setting, ofTree }) => (ofTree ? [] : [setting]));
    const settings = all.filter((setting) => isHarmless(setting, top));
    const unused = all.filter((setting) => !settings.includes(setting) && isMissed(setting));
    this.unused = [...new Set(unused.map(([key]) => key))];
    const promisor = all.find(([key]) => key === 'extensions.partialclone')?.[1];
    const directory = join(common, 'agent-runner');
    prepare(directory, common, format, promisor);
    return {
      settings,
      variables: { GIT_DIR: directory, GIT_WORK_TREE: top, GIT_OBJECT_DIRECTORY: join(common, 'objects') },
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
  `not used of this checkout's configuration, since it may name programs: ${keys.join(', ')}; what you need of it, set for yourself: git config --global`;

/** The nearest folder above with a `.git`. Git itself would also take a folder for a repository that only looks like one. */
function topOf(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
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

/** Makes the repository in which git works: it has nothing but what says how the checkout's objects are stored. */
function prepare(directory: string, common: string, format: string, promisor?: string): void {
  const extensions = [
    ...(format === 'sha1' ? [] : [`\tobjectFormat = ${format}`]),
    ...(promisor && /^[\w.-]+$/.test(promisor) ? [`\tpartialClone = ${promisor}`] : []),
  ];
  const config = [
    '[core]',
    `\trepositoryformatversion = ${extensions.length > 0 ? 1 : 0}`,
    ...(extensions.length > 0 ? ['[extensions]', ...extensions] : []),
    '',
  ].join('\n');
  mkdirSync(join(directory, 'refs'), { recursive: true });
  write(join(directory, 'config'), config);
  write(join(directory, 'HEAD'), 'ref: refs/heads/none\n');
  const shallow = join(common, 'shallow');
  if (existsSync(shallow)) copyFileSync(shallow, join(directory, 'shallow'));
  else rmSync(join(directory, 'shallow'), { force: true });
}

/** Another command may be reading it. */
function write(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
