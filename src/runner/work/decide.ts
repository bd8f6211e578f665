import { lstatSync } from 'node:fs';
import { join, relative } from 'node:path';
import { shortCommit } from '../../run/names.js';
import { changedFiles, firstOf, printable } from '../git/changed.js';
import { NoFolder, wayTo } from '../git/staging.js';
import type { Job } from '../start/job.js';
import { type AgentGit, type Named, readAgentGit, STASH, UnknownGit } from './agent-git.js';
import { type Ignored, ignoredFiles } from './ignored.js';
import { type AgentIndex, indexOf } from './index-of.js';
import { takenFromHistory } from './old-files.js';
import { OwnChanges } from './own-changes.js';
import { takeCommits } from './take.js';
import { Trees } from './three-way.js';
import { writeTree } from './tree.js';

/** The work of a run. */
export interface Decided {
  /** The start's tree with the agent's own changes. */
  readonly tree: string;
  /**
   * The head of the task's branch, and others' commits in its history. The commit message lists the subjects of the
   * other commits.
   */
  readonly history?: { readonly head: string; readonly foreign: readonly string[] };
  /** Files that `.gitignore` excludes. */
  readonly ignored?: Ignored;
  /** A complaint for each file that could not be read. */
  readonly unread: readonly string[];
  /** Further notes for a person. */
  readonly notes: readonly string[];
  /** Why the work must not be delivered. The tree is then saved on another branch. */
  readonly problem?: string;
  /** The agent's work elsewhere in its git. */
  readonly others: readonly Other[];
}

/** A tree as the work, without notes. */
export const onlyTree = (tree: string): Decided => ({ tree, unread: [], notes: [], others: [] });

/** Work that is not on the task's branch. */
export interface Other {
  /** In words for people: `branch try`, `a stash`. */
  readonly what: string;
  /** Suffix for the name of a branch on the remote. */
  readonly suffix: string;
  /** The start's tree with this work. */
  readonly tree: string;
}

/**
 * Decides what the work is: the agent's own changes on top of the start. Others' changes are left out, even if the
 * agent merged them, rebased onto them or checked out another commit. Work that the agent put elsewhere in its git is
 * found too.
 */
export async function decideWork(job: Job, repository: string): Promise<Decided> {
  const { git, clone, worktree, input } = job;
  const agent = await known(job, repository);
  if (typeof agent === 'string') return decideFiles(job, repository, agent);
  const { head, task = clone.start } = agent;
  const index = await indexOf(job, repository, agent.index);
  const absent = [...new Set([...worktree.absent, ...index.absent])];
  const files = { ...worktree, absent, tracked: index.paths, apart: worktreesWithin(worktree.directory, agent) };
  const { tree, unread, notes } = await writeTree(git, repository, files, head ?? clone.start);
  const ignored = await ignoredFiles(job, repository);
  const changes = new OwnChanges(job, repository, agent);
  const { foreign } = await changes.of(task);
  const elsewhere = await otherWork(job, repository, agent, changes);
  const { others } = elsewhere;
  const found = { history: { head: task, foreign }, ignored, unread: [...unread, ...elsewhere.unread], others };
  const work = await ofWorktree(job, repository, agent, index, changes, tree);
  if (work.problem !== undefined && head !== task) {
    const committed = await changes.trees.of(task);
    const own = (await changes.onStart(task, committed)) ?? committed;
    const isThere = [await changes.trees.of(clone.start), work.tree].includes(own);
    if (!isThere) others.push({ what: `branch ${input.taskBranch}`, suffix: 'commits', tree: own });
  }
  return { ...found, ...work, others: distinct(others), notes: [...notes, ...elsewhere.notes, ...work.notes] };
}

/** The agent's worktrees inside the run's worktree, as relative paths. */
function worktreesWithin(directory: string, { others }: AgentGit): string[] {
  const paths = others.map((other) => other.directory && relative(directory, other.directory));
  return paths.filter((path) => path !== undefined && path !== '' && !path.startsWith('..')) as string[];
}

/** Makes the suffixes unique: different branch names may lead to the same one. */
function distinct(others: readonly Other[]): Other[] {
  const used = new Set<string>();
  return others.map((other) => {
    let { suffix } = other;
    for (let count = 2; used.has(suffix); count++) suffix = `${other.suffix}-${count}`;
    used.add(suffix);
    return { ...other, suffix };
  });
}

/** The same without reading the worktree: the agent's commits on the task's branch. */
export async function decideCommitted(job: Job, repository: string): Promise<Decided> {
  const agent = await known(job, repository);
  const nothing = { unread: [], notes: [], others: [] };
  const trees = new Trees(job.git, repository);
  const start = await trees.of(job.clone.start);
  if (typeof agent === 'string') return { ...nothing, tree: start, problem: agent };
  const { task = job.clone.start } = agent;
  const changes = new OwnChanges(job, repository, agent);
  const { foreign } = await changes.of(task);
  const tree = await changes.onStart(task, await trees.of(task));
  const history = { head: task, foreign };
  return tree ? { ...nothing, history, tree } : { ...nothing, history, tree: start, problem: MIXED };
}

const MIXED = 'the agent took up commits of others, and its own change cannot be told from theirs';

/** Reads the agent's git and copies its commits into our repository. Returns the reason if that is impossible. */
async function known(job: Job, repository: string): Promise<AgentGit | string> {
  const { clone, worktree, input } = job;
  let agent: AgentGit;
  try {
    agent = readAgentGit(clone.directory, worktree.directory, input.taskBranch);
  } catch (error) {
    if (error instanceof UnknownGit) return error.message;
    throw error;
  }
  const { head, task, others, fetched } = agent;
  const own = [head, task].filter((commit) => commit !== undefined);
  const taken = await takeCommits(job, repository, [...own, ...others.map(({ commit }) => commit), ...fetched]);
  const commitOf = (name: string) => [taken.get(name)].filter((commit) => commit !== undefined);
  if (own.some((commit) => !taken.has(commit))) return 'the commits of the agent’s repository cannot be read';
  return {
    ...agent,
    others: others.flatMap((other) => commitOf(other.commit).map((commit) => ({ ...other, commit }))),
    unreadable: others.filter(({ commit }) => !taken.has(commit)),
    fetched: fetched.flatMap(commitOf),
  };
}

/** Takes the worktree's files without the agent's git, so the commit below them is unknown. */
export async function decideFiles(
  { git, clone, worktree }: Job,
  repository: string,
  problem: string,
): Promise<Decided> {
  const { tree, unread, notes } = await writeTree(git, repository, worktree, clone.start);
  return { tree, unread, notes, problem, others: [] };
}

/** @param files the worktree's tree */
async function ofWorktree(
  job: Job,
  repository: string,
  agent: AgentGit,
  { unmerged, isUnreadable, paths }: AgentIndex,
  changes: OwnChanges,
  files: string,
): Promise<Pick<Decided, 'tree' | 'notes' | 'problem'>> {
  const { input, written } = job;
  const { head: stands, task } = agent;
  if (stands === undefined) {
    return { tree: files, notes: [], problem: 'the agent’s repository does not say which commit its files stand on' };
  }
  const onTask = stands === task;
  const place = `the worktree stands on ${agent.place} (${shortCommit(stands)}), not on ${input.taskBranch}`;
  const notes = onTask ? [] : [place];
  /** The agent's own part of the worktree, or all of it if the two cannot be separated. */
  const saved = async (problem: string) => ({
    tree: (await changes.onStart(stands, files)) ?? files,
    notes,
    problem,
  });
  if (task === undefined) return saved(`the agent’s repository has no branch ${input.taskBranch} any more`);
  if (isUnreadable) return saved('the agent’s index cannot be read');
  if (agent.operation || unmerged.length > 0) {
    const what = agent.operation ? `${agent.operation} that has not ended` : 'a conflict';
    return saved(`the agent left ${what}${names(unmerged)}`);
  }
  const head = await changes.trees.of(stands);
  if (head !== files) {
    const gone = paths.length > 0 ? [] : await deletedIn(job, repository, head, files);
    // A git that was killed while it put the files into a stash leaves the same.
    if (gone.length > 0) return saved(`files are gone, and the agent’s index lists no file${names(gone)}`);
    const old = await takenFromHistory(job, repository, [stands, ...agent.fetched], files, written());
    const back = 'files are as they were in another commit, and the agent wrote none of them';
    if (old.length > 0) return saved(`${back}${names(old)}`);
  }
  const onTop = onTask ? files : await changes.trees.apply(head, files, await changes.trees.of(task));
  if (onTop === undefined) return saved(`${place}, and what it changed there does not fit that branch`);
  const tree = await changes.onStart(task, onTop);
  if (tree === undefined) return saved(MIXED);
  const { copied } = await changes.of(task);
  if (copied.length > 0 && tree === (await changes.trees.of(job.clone.start))) {
    return {
      tree,
      notes,
      problem: `the agent copied commits of others and changed nothing itself: ${copied.map(shortCommit).join(', ')}`,
    };
  }
  return { tree, notes };
}

/** The most places whose work is saved. */
const MOST = 20;

/** Finds work that is only on the agent's other branches, in stashes or in other worktrees. */
async function otherWork(
  job: Job,
  repository: string,
  agent: AgentGit,
  changes: OwnChanges,
): Promise<Pick<Decided, 'unread' | 'notes'> & { readonly others: Other[] }> {
  const { git, clone } = job;
  const { head, task = clone.start } = agent;
  const isHere = ({ commit }: Named) => commit === head;
  const elsewhere: Named[] =
    head && !agent.others.some(isHere) ? [{ what: agent.place, suffix: 'checkout', commit: head }] : [];
  const start = await changes.trees.of(clone.start);
  const seen = new Set([start, await changes.onStart(task, await changes.trees.of(task))]);
  const others: Other[] = [];
  const notes: string[] = [];
  const unread = (agent.unreadable ?? []).slice(0, MOST).map(({ what }) => `${what}: its commits cannot be read`);
  const here = [...elsewhere, ...agent.others.filter(isHere)];
  const waiting = [...here, ...agent.others.filter((one) => !isHere(one))];
  const had = await changes.hadBefore(waiting.map(({ commit }) => commit));
  // Most names refer to commits that existed before the agent started.
  const all = waiting.filter(({ commit, directory }) => directory !== undefined || !had.has(commit));
  for (const [at, { what, suffix, commit, directory, index }] of all.entries()) {
    if (others.length === MOST) {
      unread.push(
        `the agent has more branches, tags, stashes or worktrees: ${firstOf(all.slice(at).map((one) => one.what))}`,
      );
      break;
    }
    const committed = await changes.trees.of(commit);
    const files = await filesOf(committed, commit, what, directory, index);
    const isNew = files !== committed || !(await changes.isKnown(commit));
    if (!isNew) continue;
    const tree = (await changes.onStart(commit, files)) ?? files;
    if (seen.has(tree)) continue;
    seen.add(tree);
    others.push({ what, suffix, tree });
  }
  return { others, unread, notes };

  /** Adds a worktree's uncommitted files to the commit, or a stash's untracked files. */
  async function filesOf(
    committed: string,
    commit: string,
    what: string,
    directory?: string,
    index?: string,
  ): Promise<string> {
    if (what === STASH) return withUntracked(job, repository, committed, commit);
    if (directory === undefined) return committed;
    try {
      if (wayTo(git.workspace, directory).length === 0) throw new NoFolder();
      if (!lstatSync(directory, { throwIfNoEntry: false })) return committed;
      const { absent } = await indexOf(job, repository, index ?? '');
      const written = await writeTree(git, repository, { directory, absent }, commit);
      unread.push(...written.unread.map((complaint) => `${what}: ${complaint}`));
      return written.tree;
    } catch (error) {
      if (!(error instanceof NoFolder)) throw error;
      notes.push(`${what} is in no folder of the workspace: what was not committed there is not looked at`);
      return committed;
    }
  }
}

/** A stash keeps untracked files in its third parent. */
async function withUntracked({ git }: Job, repository: string, tree: string, commit: string): Promise<string> {
  const untracked = await git.try(repository, ['rev-parse', '--quiet', '--verify', `${commit}^3^{tree}`]);
  if (untracked.code !== 0) return tree;
  const options = { env: { GIT_DIR: repository, GIT_INDEX_FILE: join(repository, 'index-stash') } };
  const encoding = 'latin1';
  const input = await git.run(repository, ['ls-tree', '-r', '-z', untracked.stdout.trim()], { encoding });
  await git.run(repository, ['read-tree', tree], options);
  await git.run(repository, ['update-index', '-z', '--index-info'], { ...options, input, encoding });
  return git.run(repository, ['write-tree'], options);
}

/** The paths that only the first tree has. */
async function deletedIn({ git }: Job, repository: string, from: string, to: string): Promise<string[]> {
  const changed = await changedFiles(git, repository, from, to);
  return changed.flatMap(({ path, after }) => (after ? [] : [path]));
}

const names = (paths: readonly string[]): string => (paths.length === 0 ? '' : `: ${firstOf(paths.map(printable))}`);
