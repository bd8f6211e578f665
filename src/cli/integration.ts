import { runId, runNames, taskBranch } from '../run/names.js';
import { plainLine } from '../run/printable.js';
import { InputError } from '../run/problems.js';
import { headIn, parseRefs } from '../run/remote-refs.js';
import { parseRunCommits, RUN_COMMITS } from '../run/trailers.js';
import type { UserGit } from './user-git.js';

/** Commits that do not fit each other. */
export class MergeConflict extends Error {
  override readonly name = 'MergeConflict';

  constructor(
    readonly branch: string,
    readonly other: string,
    readonly files: readonly string[],
  ) {
    super(`${other} does not fit ${branch}: both changed ${files.map(plainLine).join(', ')}`);
  }
}

/** A branch that a task's runs push to. */
export interface TaskBranch {
  readonly name: string;
  /** Fits the names of these runs. */
  readonly runs: RegExp;
}

/** What is put together. */
export interface Merge {
  /** URL or path, as the user's git takes it. */
  readonly repository: string;
  /** The feature's branch. */
  readonly branch: string;
  /** Branches of tasks, in the order in which they are merged. */
  readonly taskBranches: readonly TaskBranch[];
}

/** What came of it. */
export interface Merged {
  /** The head of the integration branch, on the remote. */
  readonly commit: string;
  /** The feature branch's head that is in it. */
  readonly feature: string;
  /** Task branches that are in it. */
  readonly merged: readonly string[];
  /** Task branches that hold work in progress, and are not in it. */
  readonly left: readonly string[];
}

/** Where what the pods delivered is put together; the feature branch is the human's. */
export const integrationBranch = (branch: string): string => `${branch}-agents`;

/** Whose task branches are looked for. */
export interface FeatureTasks {
  readonly branch: string;
  /** The feature's directory, relative to the repository. */
  readonly contextPath: string | undefined;
  readonly ids: readonly string[];
  /** Of the environment; undefined: the default. */
  readonly pattern: string | undefined;
  /** Of the repository, where the branches are to have its own runs alone. */
  readonly identity?: string;
}

/** The branches of a feature's tasks but the feature's own. */
export function taskBranchesOf({ branch, contextPath, ids, pattern, identity }: FeatureTasks): TaskBranch[] {
  return [...new Set(ids)]
    .map((id) => {
      const name = taskBranch(branch, id, contextPath, pattern);
      return { name, runs: runNames(id, identity && runId(identity, name, id)) };
    })
    .filter(({ name }) => name !== branch);
}

/**
 * Merges what was delivered into the integration branch, on the remote. No checkout is touched, nothing is forced, and a
 * conflict is never resolved: what comes before it is pushed.
 * @throws MergeConflict; InputError with git's own words
 */
export async function integrate(git: UserGit, merge: Merge): Promise<Merged> {
  try {
    return await integrateOnce(git, merge);
  } catch (error) {
    // Somebody else has just done the same.
    if (!(error instanceof InputError) || !/stale info|fetch first|cannot lock ref/.test(error.message)) throw error;
    return integrateOnce(git, merge);
  }
}

async function integrateOnce(git: UserGit, { repository, branch, taskBranches }: Merge): Promise<Merged> {
  const target = integrationBranch(branch);
  const heads = await remoteHeads(git, repository, [branch, target, ...taskBranches.map(({ name }) => name)]);
  const feature = heads.get(branch);
  if (!feature) throw new InputError([`branch ${branch} is not at ${repository}: push it first`]);
  const before = heads.get(target);
  await git.fetch(repository, ...heads.values());
  const left: string[] = [];
  const merged: string[] = [];
  let commit = await merge(git, before ?? feature, feature, target, branch);
  try {
    for (const { name, runs } of taskBranches) {
      const head = heads.get(name);
      if (!head) continue;
      const inFeature = await git.isAncestor(head, feature);
      if (await wasDelivered(git, inFeature ? head : `${feature}..${head}`, runs)) {
        commit = await merge(git, commit, head, target, name);
        merged.push(name);
      } else if (!inFeature) left.push(name);
    }
  } finally {
    // What fits is there for whoever resolves what does not. The user's hooks are for their own branches.
    if (commit !== before) await pushTo(git, repository, { name: target, commit, before: before ?? '' }, false);
  }
  return { commit, feature, merged, left };
}

/** Brings what is in the integration branch into the feature branch, which it has in it. */
export async function bringIn(git: UserGit, { repository, branch }: Merge, { commit, feature }: Merged): Promise<void> {
  if (commit !== feature) await pushTo(git, repository, { name: branch, commit, before: feature }, true);
}

/** The heads of those of the branches that the remote has. */
export async function remoteHeads(
  git: UserGit,
  repository: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const refs = parseRefs(await git.run(['ls-remote', '--heads'], repository));
  return new Map(
    names.flatMap((name) => {
      const commit = refs.get(`refs/heads/${name}`);
      return commit ? [[name, commit] as const] : [];
    }),
  );
}

/** What the newest of these commits says that a run of the task wrote; it may have commits of a human on top of it. */
async function wasDelivered(git: UserGit, commits: string, runs: RegExp): Promise<boolean> {
  const told = parseRunCommits(await git.run(RUN_COMMITS, commits));
  return told.find(({ run }) => runs.test(run))?.outcome === 'delivered';
}

async function merge(git: UserGit, head: string, other: string, target: string, name: string): Promise<string> {
  if (await git.isAncestor(other, head)) return head;
  const { code, stdout, stderr } = await git.status(['merge-tree', '--write-tree', '--name-only', '-z'], head, other);
  const [tree = '', ...names] = stdout.split('\0');
  if (code === 0) {
    // A commit of its own says what came when, also where the other could stand in its place.
    return git.run(['commit-tree', '-p', head, '-p', other, '-m', `Merge ${name} into ${target}`], tree);
  }
  if (code !== 1) {
    const hint = /unrelated histories/.test(stderr) ? '; where this checkout is shallow: git fetch --unshallow' : '';
    throw new InputError([`git merge-tree: ${stderr || 'it needs Git 2.38 or later'}${hint}`]);
  }
  const end = names.indexOf('');
  throw new MergeConflict(target, name, names.slice(0, end === -1 ? names.length : end));
}

/** A branch that is moved on a remote. */
interface Move {
  readonly name: string;
  readonly commit: string;
  /** '' where it is new. */
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
