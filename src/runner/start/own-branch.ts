import { COMMIT, replacementBranch, shortCommit } from '../../run/names.js';
import { trailerFormat } from '../../run/trailers.js';
import { printable } from '../git/changed.js';
import type { Git } from '../git/git.js';

/** Which commits of a branch are the task's own, and which are not. */
export interface History {
  /** The newest commit that has only commits of the task's runs before it. Absent if there is none. */
  readonly own?: string;
  /** Describes the newest commit of somebody else. Absent if there is none. */
  readonly foreign?: string;
}

const FORMAT = `--format=%H%x00%P%x00${trailerFormat('Agent-Run')}%x00%an%x00%ae%x00%ce`;

/**
 * Reads the commits of a branch, without the history of the commits in `without`.
 * @param runs name of the run, without the attempt
 */
export async function historyOf(
  git: Git,
  repository: string,
  head: string,
  without: readonly string[],
  runs: string,
): Promise<History> {
  const range = [head, ...without.map((commit) => `^${commit}`)];
  const log = await git.run(repository, ['log', '--topo-order', '--reverse', FORMAT, ...range]);
  const others = new Set<string>();
  let own: string | undefined;
  let foreign: string | undefined;
  for (const line of log.split('\n')) {
    const [commit = '', parents = '', run = '', author = '', mail, committer] = line.split('\0');
    if (!COMMIT.test(commit)) continue;
    // Somebody who amends or rebases a run's commit keeps its trailers and author, but becomes its committer.
    const isOwn = run.startsWith(`${runs}-`) && /^\d+$/.test(run.slice(runs.length + 1)) && mail === committer;
    if (isOwn && !parents.split(' ').some((parent) => others.has(parent))) own = commit;
    else others.add(commit);
    if (!isOwn) foreign = `${shortCommit(commit)} by ${printable(author)}`;
  }
  return { ...(own && { own }), ...(foreign && { foreign }) };
}

/** The branch that a run delivers to. */
export interface OwnBranch {
  readonly name: string;
  /** The newest commit of the task's runs on this branch, or on the ones that it replaces. Absent if there is none. */
  readonly head?: string;
}

/**
 * The task's branch, or the first replacement on which nobody else has put a commit.
 * @param heads finds the head of a remote branch by its name. The commits are in the repository
 * @param base its history is not checked
 */
export async function chooseBranch(
  git: Git,
  repository: string,
  heads: (name: string) => string | undefined,
  { base, taskBranch, runs }: { base: string; taskBranch: string; runs: string },
  say: (text: string) => void,
): Promise<OwnBranch> {
  let before: string | undefined;
  for (let count = 1; ; count++) {
    const name = replacementBranch(taskBranch, count);
    const head = heads(name);
    if (head === undefined) return { name, ...(before && { head: before }) };
    const { own, foreign } = await historyOf(git, repository, head, [base], runs);
    if (foreign === undefined) return { name, head };
    before ??= own;
    say(`${name} has commits of others (${foreign}): this run delivers to ${replacementBranch(taskBranch, count + 1)}`);
  }
}
