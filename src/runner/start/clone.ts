import { join } from 'node:path';
import type { RunInput } from '../../run/input.js';
import { COMMIT, isOwnBranch, shortCommit, withoutAttempt } from '../../run/names.js';
import { parseRefs } from '../../run/remote-refs.js';
import { parseRunCommits, RUN_COMMIT_FORMAT } from '../../run/trailers.js';
import type { Git } from '../git/git.js';
import { emptyRepository } from '../git/repository.js';
import { RunFailure } from '../process/failure.js';
import type { Machine } from '../process/machine.js';
import { chooseBranch } from './own-branch.js';
import { checkpointRefspecs, chooseStart, type Start } from './start.js';

/** The run's copy of the remote. */
export interface Clone extends Start {
  /** The runner's repository. The agent can read it, but not write to it. */
  readonly store: string;
  /** The agent's repository. Nothing in it can be trusted. */
  readonly directory: string;
  /** The commit with which the task's work is compared. */
  readonly base: string;
  /** The commit from which the feature's documents are read: the newest one of the requested branch or base. */
  readonly documents: string;
  /** The branch on the remote that the run delivers to. */
  readonly branch: string;
  /** The commit with which an earlier run delivered the task, if any. */
  readonly delivered?: string;
}

/**
 * Fetches what the run needs. File contents are fetched only when a checkout needs them.
 * @throws RunFailure clone-failed, auth-failed, or bad-config if the base is not on the remote
 */
export async function clone(git: Git, input: RunInput, machine: Machine, say: (text: string) => void): Promise<Clone> {
  const store = await emptyRepository(git, join(machine.control, 'repository.git'));
  const remote = (...args: string[]) => git.remote(store, args, 'clone-failed', say);
  const refs = parseRefs(await remote('ls-remote', '--heads', '--tags', git.repository));
  if (refs.size === 0) throw new RunFailure('bad-config', `${git.repository} has no commits yet; push one first`);
  if ([...refs.values()].some((commit) => commit.length > 40)) {
    throw new RunFailure('bad-config', `${git.repository} uses SHA-256 commit ids; a run supports only SHA-1`);
  }
  const wanted = chooseBase(refs, input);
  const { taskBranch } = input;
  const own = [...refs.keys()].filter((ref) => isOwnBranch(ref.replace(/^refs\/heads\//, ''), taskBranch));
  const refspecs = [...new Set([wanted.ref, ...own])].map((ref) =>
    ref.startsWith('refs/heads/') ? `+${ref}:refs/remotes/origin/${ref.slice('refs/heads/'.length)}` : ref,
  );
  say(`${git.repository} ${wanted.name} (${shortCommit(wanted.commit)})`);
  await fetchRefs();
  const runs = withoutAttempt(input.runName);
  const about = { base: wanted.commit, taskBranch, runs };
  const { name: branch, head } = await chooseBranch(git, store, (name) => refs.get(`refs/heads/${name}`), about, say);
  const begin = await chooseStart(git, store, { ...about, own: head }, say);
  const base = await mergeBase(git, store, wanted.commit, begin.start);
  if (begin.start !== base) say(`continues from ${shortCommit(begin.start)}, the work of earlier runs of the task`);
  // A checkpoint may be on top of a delivered commit whose branch was deleted since.
  const delivered = await deliveredBy(
    git,
    store,
    own.length > 0 ? own.flatMap((ref) => refs.get(ref) ?? []) : [wanted.commit],
    runs,
  );
  const directory = join(machine.workspace, 'repository');
  return { store, directory, base, branch, ...begin, documents: wanted.commit, ...(delivered && { delivered }) };

  async function fetchRefs(): Promise<void> {
    try {
      const refs = [...refspecs, ...checkpointRefspecs(input.taskBranch)];
      // This also fetches the tags of these commits, from which tools derive a version.
      await remote('fetch', '--quiet', '--filter=blob:none', 'origin', ...refs);
    } catch (error) {
      const unknown =
        error instanceof RunFailure && /not our ref|no such remote ref|unadvertised object/i.test(error.message);
      if (!COMMIT.test(wanted.ref) || !unknown) throw error;
      throw new RunFailure(
        'bad-config',
        `commit ${wanted.ref} is not on the remote: push it, then spawn the task again`,
      );
    }
  }
}

interface Base {
  /** The name that the user knows. */
  readonly name: string;
  /** The ref or commit to fetch. */
  readonly ref: string;
  readonly commit: string;
}

/** Chooses `base`, otherwise `branch`, otherwise `checkout`. It never falls back to the default branch. */
function chooseBase(refs: ReadonlyMap<string, string>, { base, branch, taskBranch, checkout }: RunInput): Base {
  const named = (name: string): Base | undefined => {
    for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`]) {
      const commit = refs.get(`${ref}^{}`) ?? refs.get(ref);
      if (commit) return { name, ref, commit };
    }
    return undefined;
  };
  const byCommit = (commit: string): Base => {
    const head = [...refs].find(([ref, target]) => target === commit && ref.startsWith('refs/heads/'));
    return { name: head ? head[0].slice('refs/heads/'.length) : commit, ref: head?.[0] ?? commit, commit };
  };
  if (base) {
    const found = named(base) ?? (COMMIT.test(base) ? byCommit(base) : undefined);
    if (!found) throw new RunFailure('bad-config', `--base ${base} is neither a branch nor a tag of the remote`);
    return found;
  }
  // The task's own branch contains its work already, so the checkout is the better base.
  const own = branch === taskBranch && checkout ? byCommit(checkout) : undefined;
  const found = own ?? named(branch) ?? (checkout ? byCommit(checkout) : undefined);
  if (!found) {
    throw new RunFailure(
      'bad-config',
      `branch ${branch} is not on the remote: push it, or say where to start with --base`,
    );
  }
  return found;
}

async function mergeBase(git: Git, directory: string, base: string, head: string): Promise<string> {
  const { code, stdout } = await git.try(directory, ['merge-base', base, head]);
  return code === 0 ? stdout.trim() : base;
}

/**
 * The newest commit with which any attempt of this run delivered the task. Only its trailers count, because the agent
 * writes the rest of the message.
 */
async function deliveredBy(
  git: Git,
  directory: string,
  heads: readonly string[],
  runs: string,
): Promise<string | undefined> {
  const run = runs.replace(/[^\w-]/g, '.');
  const filters = ['--extended-regexp', `--grep=^Agent-Run: ${run}-[0-9]+$`];
  const found = parseRunCommits(await git.run(directory, ['log', RUN_COMMIT_FORMAT, ...filters, ...heads]));
  const attempt = new RegExp(`^${run}-[0-9]+$`);
  return found.find(({ run: by, outcome }) => outcome === 'delivered' && attempt.test(by))?.commit;
}
