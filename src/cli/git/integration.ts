import { isOwnBranch, runId, runNames, shortCommit, taskBranch } from '../../run/names.js';
import { plainLine } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import { headIn, parseRefs } from '../../run/remote-refs.js';
import { parseRunCommits, RUN_COMMIT_FORMAT, RUN_COMMITS } from '../../run/trailers.js';
import type { UserGit } from './user-git.js';

/** Two branches that conflict. */
export class MergeConflict extends Error {
  override readonly name = 'MergeConflict';

  constructor(
    readonly branch: string,
    readonly other: string,
    readonly files: readonly string[],
  ) {
    super(`${other} conflicts with ${branch}: both changed ${files.map(plainLine).join(', ')}`);
  }
}

/** A branch that a task's runs push to. */
export interface TaskBranch {
  /** The task's. */
  readonly id: string;
  readonly name: string;
  /** Matches the names of these runs. */
  readonly runs: RegExp;
  /** The run's id; absent if the repository is not known. */
  readonly runId?: string;
  /** The commit that the result of the task's run names; absent if its pod is gone. */
  readonly delivered?: string;
}

/** What to merge. */
export interface Merge {
  /** URL or path for the user's git. */
  readonly repository: string;
  /** The feature's branch. */
  readonly branch: string;
  /** Branches of tasks, in the order in which they are merged. */
  readonly taskBranches: readonly TaskBranch[];
  /**
   * Commits that are merged, with all before them, although no run has made them. Those in branches of the checkout are
   * merged in any case.
   */
  readonly trusted?: readonly string[];
}

/** A commit that no run has made, on top of what one delivered. */
export interface OnTop {
  readonly branch: string;
  readonly commit: string;
  /** Author and subject. */
  readonly words: string;
}

/** A task whose work is merged. */
export interface MergedTask {
  readonly id: string;
  /** The task's branch. */
  readonly name: string;
  /** The branch that has the work, which may stand in for it. */
  readonly branch: string;
  /** The commit that a run delivered. */
  readonly delivered: string;
}

/** The result of a merge. */
export interface Merged {
  /** The head of the integration branch, on the remote. */
  readonly commit: string;
  /** The feature branch's head that was merged. */
  readonly feature: string;
  /** The merged tasks, in the order of the list. */
  readonly merged: readonly MergedTask[];
  /** Branches with work in progress, which were not merged. */
  readonly left: readonly string[];
  /** Commits that were not merged, because the user does not trust them yet. */
  readonly onTop: readonly OnTop[];
}

/** A line for the user: a commit that was not merged, and how to merge it. */
export const onTopLine = ({ branch, commit, words }: OnTop): string =>
  `left ${commit} on ${branch} (${words}): no run made it; to merge it, give --trust ${shortCommit(commit)}`;

/** Whether a text is a commit's hash, or the beginning of one. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{7,64}$/.test(text);

/**
 * Parses `--trust`.
 * @throws InputError when a part is not the name of a commit
 */
export function trustedCommits(given: string | undefined): string[] {
  const commits = given?.split(',') ?? [];
  const wrong = commits.filter((commit) => !isCommit(commit));
  if (wrong.length > 0) {
    throw new InputError(wrong.map((one) => `--trust "${one}" is not a commit; give 7 to 64 hex digits of its hash`));
  }
  return commits;
}

/** The branch for the merged work of the pods. The feature branch belongs to the user. */
export const integrationBranch = (branch: string): string => `${branch}-agents`;

/** The feature whose task branches are wanted. */
export interface FeatureTasks {
  readonly branch: string;
  /** The feature's directory, relative to the repository. */
  readonly contextPath: string | undefined;
  readonly ids: readonly string[];
  /** The pattern of the environment; undefined: the default. */
  readonly pattern: string | undefined;
  /** The identity of the repository, if only its own runs count. */
  readonly identity?: string;
}

/** The branches of a feature's tasks, without the feature's own branch. */
export function taskBranchesOf({ branch, contextPath, ids, pattern, identity }: FeatureTasks): TaskBranch[] {
  return [...new Set(ids)]
    .map((id) => {
      const name = taskBranch(branch, id, contextPath, pattern);
      const run = identity && runId(identity, name, id);
      return { id, name, runs: runNames(id, run), ...(run && { runId: run }) };
    })
    .filter(({ name }) => name !== branch);
}

/**
 * Merges what was delivered into the integration branch, on the remote. It touches no checkout, forces nothing and
 * resolves no conflict. At a conflict, it pushes what it has merged before.
 * @throws MergeConflict; InputError with git's own words
 */
export const integrate = (git: UserGit, merge: Merge): Promise<Merged> => twice(() => integrateOnce(git, merge));

/** Does work that ends in a push once more if somebody else has just pushed to the same branch. */
export async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError) || !/stale info|fetch first|cannot lock ref/.test(error.message)) throw error;
    return work();
  }
}

async function integrateOnce(git: UserGit, wanted: Merge): Promise<Merged> {
  const { repository, branch, taskBranches } = wanted;
  const target = integrationBranch(branch);
  const all = await remoteHeads(git, repository);
  const own = new Map(taskBranches.map(({ name }) => [name, ownBranches(all, name)]));
  const heads = [branch, target, ...[...own.values()].flat()].flatMap((name) => all.get(name) ?? []);
  const feature = all.get(branch);
  if (!feature) throw new InputError([`branch ${branch} is not at ${repository}: push it first`]);
  const before = all.get(target);
  await git.fetch(repository, ...heads);
  const trust = new Trust(git, wanted, feature);
  if (before) await trust.check(target, before);
  const left: string[] = [];
  const merged: MergedTask[] = [];
  const onTop: OnTop[] = [];
  let commit = await merge(git, before ?? feature, feature, target, branch);
  try {
    for (const task of taskBranches) {
      for (const name of own.get(task.name) ?? []) {
        const head = all.get(name) ?? '';
        const inFeature = await git.isAncestor(head, feature);
        const delivered = await deliveredIn(git, inFeature ? head : `${feature}..${head}`, head, task);
        if (delivered === undefined) {
          if (!inFeature) left.push(name);
          continue;
        }
        const { upTo, rest } = await trust.onTop(name, delivered, head);
        onTop.push(...rest);
        commit = await merge(git, commit, upTo, target, name);
        merged.push({ id: task.id, name: task.name, branch: name, delivered });
        break;
      }
    }
  } finally {
    // Also after a conflict, so that the user who resolves it finds the rest merged. The user's hooks do not run: they
    // are for the user's own branches.
    if (commit !== before) await pushTo(git, repository, { name: target, commit, before: before ?? '' }, false);
  }
  return { commit, feature, merged, left, onTop };
}

/** The task's branch on the remote and those that stand in for it, the newest first. */
const ownBranches = (heads: ReadonlyMap<string, string>, name: string): string[] =>
  [...heads.keys()]
    .filter((one) => isOwnBranch(one, name))
    .sort((one, other) => other.length - one.length || (one < other ? 1 : -1));

/**
 * Moves the feature branch forward to a commit that contains it.
 * @throws InputError with git's own words
 */
export async function bringIn(
  git: UserGit,
  { repository, branch }: Merge,
  { commit, feature }: Pick<Merged, 'commit' | 'feature'>,
): Promise<void> {
  if (commit !== feature) await pushTo(git, repository, { name: branch, commit, before: feature }, true);
}

/** The heads of the remote's branches. */
export async function remoteHeads(git: UserGit, repository: string): Promise<Map<string, string>> {
  const refs = parseRefs(await git.run(['ls-remote', '--heads'], repository));
  return new Map([...refs].map(([ref, commit]) => [ref.replace('refs/heads/', ''), commit]));
}

/** The commit that the run's result names. If its pod is gone: the run's newest commit, if its outcome is delivered. */
async function deliveredIn(
  git: UserGit,
  commits: string,
  head: string,
  { runs, delivered }: TaskBranch,
): Promise<string | undefined> {
  if (delivered && (await git.isAncestor(delivered, head))) return delivered;
  const told = parseRunCommits(await git.run(RUN_COMMITS, commits));
  const newest = told.find(({ run }) => runs.test(run));
  return newest?.outcome === 'delivered' ? newest.commit : undefined;
}

/** The name of a run's pod. */
const RUN = /^agent-[a-z0-9-]+-[0-9a-f]{10}-[1-9]\d*$/;

/** Decides which commits are merged although no run has made them. */
class Trust {
  constructor(
    private readonly git: UserGit,
    private readonly wanted: Merge,
    private readonly feature: string,
  ) {}

  /** How far a branch is merged, and which commits are left out. */
  async onTop(branch: string, delivered: string, head: string): Promise<{ upTo: string; rest: readonly OnTop[] }> {
    const rest: OnTop[] = [];
    if (await this.git.isAncestor(head, this.feature)) return { upTo: head, rest };
    const log = await this.git.run(
      ['log', '--topo-order', '--ancestry-path', '--format=%H %an: %s'],
      `${delivered}..${head}`,
    );
    for (const line of log.split('\n').filter((one) => one !== '')) {
      const [, commit = '', words = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (await this.isTrusted(commit)) return { upTo: commit, rest };
      rest.push({ branch, commit, words: plainLine(words) });
    }
    return { upTo: delivered, rest };
  }

  /**
   * Checks what the integration branch has besides the feature. It may have merges of what runs delivered, if git gets
   * the same tree again, and commits that the user trusts.
   * @throws InputError that names any other commit
   */
  async check(target: string, head: string): Promise<void> {
    const range = `${this.feature}..${head}`;
    const log = await this.git.run(['log', '--first-parent', '--format=%H %T %P'], range);
    for (const line of log.split('\n').filter((one) => one !== '')) {
      const [commit = '', tree = '', first = '', second = '', ...more] = line.split(' ');
      const isMerge = second !== '' && more.length === 0;
      if (isMerge && (await this.isOurs(second)) && (await this.treeOf(first, second)) === tree) continue;
      if (await this.isTrusted(commit)) continue;
      const words = plainLine(await this.git.run(['log', '-1', '--format=%an: %s'], commit));
      throw new InputError([
        `${target} has ${commit} (${words}), which is not a merge of delivered work: check it, ` +
          `then give --trust ${commit}, or delete ${target} to merge again from the start`,
      ]);
    }
  }

  private async treeOf(one: string, other: string): Promise<string> {
    const { stdout } = await this.git.status(['merge-tree', '--write-tree'], one, other);
    return stdout.split('\n')[0] ?? '';
  }

  /** Whether a commit is the feature's, was delivered, or is trusted. */
  private async isOurs(commit: string): Promise<boolean> {
    if (await this.git.isAncestor(commit, this.feature)) return true;
    const [told] = parseRunCommits(await this.git.run(['log', '-1', RUN_COMMIT_FORMAT], commit));
    // Another feature's tasks count too: the features of one branch share the integration branch.
    return (told?.outcome === 'delivered' && RUN.test(told.run)) || this.isTrusted(commit);
  }

  private async isTrusted(commit: string): Promise<boolean> {
    for (const one of this.wanted.trusted ?? []) if (await this.git.isAncestor(commit, one)) return true;
    const branch = await this.git.here(['for-each-ref', '--count=1', `--contains=${commit}`], 'refs/heads');
    return Boolean(branch);
  }
}

async function merge(git: UserGit, head: string, other: string, target: string, name: string): Promise<string> {
  if (await git.isAncestor(other, head)) return head;
  const { code, stdout, stderr } = await git.status(['merge-tree', '--write-tree', '--name-only', '-z'], head, other);
  const [tree = '', ...names] = stdout.split('\0');
  if (code === 0) {
    // A merge commit even where a fast-forward would do: it shows what was merged when.
    return git.run(['commit-tree', '-p', head, '-p', other, '-m', `Merge ${name} into ${target}`], tree);
  }
  if (code !== 1) {
    const hint = /unrelated histories/.test(stderr) ? '; if this checkout is shallow: git fetch --unshallow' : '';
    throw new InputError([`git merge-tree: ${stderr || 'it needs Git 2.38 or later'}${hint}`]);
  }
  const end = names.indexOf('');
  throw new MergeConflict(target, name, names.slice(0, end === -1 ? names.length : end));
}

/** A branch that is moved on a remote. */
interface Move {
  readonly name: string;
  readonly commit: string;
  /** '' if it is new. */
  readonly before: string;
}

/** @param own whether the branch is the user's own, for which their hooks run */
async function pushTo(git: UserGit, repository: string, { name, commit, before }: Move, own: boolean): Promise<void> {
  const ref = `refs/heads/${name}`;
  const lease = `--force-with-lease=${ref}:${before}`;
  const options = ['--quiet', '--no-follow-tags', '--recurse-submodules=no', lease];
  const refspec = `${commit}:${ref}`;
  if (own) await git.ownPush(options, repository, refspec);
  else await git.run(['push', ...options, '--no-verify'], repository, refspec);
  const seen = headIn(await git.run(['ls-remote'], repository, ref), ref);
  if (seen !== commit)
    throw new InputError([`the push of ${name} ended well, but the remote shows ${seen || 'nothing'}`]);
}
