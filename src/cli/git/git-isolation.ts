import {
  ALWAYS,
  askCheckout,
  type Command,
  outputOf,
  ownEnvironment,
  QUESTION,
  QUIET,
  startGit,
  withSettings,
} from './git-process.js';
import {
  hooksOff,
  isForWork,
  isHarmless,
  isMissed,
  isOfTree,
  isOfUser,
  mayBeOfTree,
  parseListing,
  type Setting,
} from './git-settings.js';
import { type GitDirectories, gitDirectoriesOf, isolatedRepository, treesOf } from './isolated-repository.js';

/** Protocols that git itself speaks. A helper that a URL names is not among them. */
const PROTOCOLS = ['file', 'git', 'http', 'https', 'ssh'];

/** The parts of a checkout that matter for git's work. */
interface OfCheckout {
  readonly settings: readonly Setting[];
  /** Keys of its configuration that say how git reaches a remote, and that are not used. */
  readonly unused: readonly string[];
  /** Files of a tree that its configuration includes. */
  readonly included: readonly string[];
  /** Trees to which branches bring files. */
  readonly trees: readonly string[];
  /** Settings that switch off the hooks that a configuration names. */
  readonly hooks: readonly Setting[];
  readonly variables: NodeJS.ProcessEnv;
}

/** The same with the environment in which git works. */
export interface Isolated extends OfCheckout {
  readonly env: NodeJS.ProcessEnv;
}

const NO_CHECKOUT: OfCheckout = { settings: [], unused: [], included: [], trees: [], hooks: [], variables: {} };

/**
 * Makes the repository in which git works for a checkout. It has the checkout's objects and the configuration of the
 * user and the machine. Of the checkout's configuration it has only what {@link isHarmless} lets pass.
 * @throws InputError when git does not accept the checkout
 */
export async function isolate(top: string | undefined): Promise<Isolated> {
  const base: NodeJS.ProcessEnv = { ...ownEnvironment(), GIT_ALLOW_PROTOCOL: protocols() };
  const checkout = top ? await ofCheckout(top) : NO_CHECKOUT;
  const env = withSettings({ ...base, ...checkout.variables }, [...ALWAYS, ...checkout.settings, ...QUIET]);
  return { ...checkout, env: { ...env, ...(await sshFor(top, env)) } };
}

async function ofCheckout(top: string): Promise<OfCheckout> {
  const asked: Command = [
    'rev-parse',
    '--path-format=absolute',
    '--git-dir',
    '--git-common-dir',
    '--show-object-format',
  ];
  const [own = '', common = '', objectFormat = 'sha1'] = outputOf(asked, await askCheckout(top, asked, [])).split('\n');
  const list: Command = ['config', '--list', '--show-scope', '--show-origin', '-z'];
  const found = parseListing(outputOf(list, await askCheckout(top, list, [])));
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

/** Keeps ssh from prompting, unless the user has chosen a program for it. */
export async function sshFor(top: string | undefined, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env.GIT_SSH_COMMAND || env.GIT_SSH) return {};
  const { stdout } = await startGit(top, ['config', '--get'], ['core.sshCommand'], QUESTION, env);
  return stdout ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' };
}

/** Why git must not contact a repository; undefined if it may. */
export async function refusalOf(
  top: string | undefined,
  repository: string,
  { trees, env }: Isolated,
): Promise<string | undefined> {
  // The URL as git has rewritten it.
  const { stdout } = await startGit(top, ['ls-remote', '--get-url'], [repository], QUESTION, env);
  const url = stdout || repository;
  if (!mayBeOfTree(url, trees)) return undefined;
  return `${url} may be in the tree of this checkout; use a remote that is elsewhere`;
}

/** A hint for users who miss a remote; '' for none. */
export const notUsed = ({ unused }: Isolated): string =>
  unused.length === 0
    ? ''
    : `this checkout sets ${unused.join(', ')}, which is ignored because it can start a program; ` +
      `if the remote needs it, set it for yourself: git config --global ${unused[0]} VALUE`;

/** The allowed protocols. The user may have allowed fewer. */
function protocols(): string {
  const own = process.env.GIT_ALLOW_PROTOCOL?.split(':');
  return PROTOCOLS.filter((protocol) => own?.includes(protocol) ?? true).join(':');
}
