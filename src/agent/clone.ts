import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import { COMMIT, shortCommit, withoutAttempt } from '../run/names.js';
import { parseRefs } from '../run/remote-refs.js';
import { parseRunCommits, RUN_COMMIT_FORMAT } from '../run/trailers.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';
import type { Machine } from './machine.js';
import { checkpointRefspecs, chooseStart, type Start } from './start.js';

/** The repository in the workspace, without a checkout of its own. */
export interface Clone extends Start {
  readonly directory: string;
  /** What the task is compared with. */
  readonly base: string;
  /** What the feature's documents are read from: the newest commit of the branch or base that was asked for. */
  readonly documents: string;
  /** Commit that delivered this run's task before, if any. */
  readonly delivered?: string;
}

/**
 * Fetches what the run needs, without the contents of files that no checkout needs.
 * @throws RunFailure clone-failed, auth-failed, or bad-config when the base is not on the remote
 */
export async function clone(git: Git, input: RunInput, machine: Machine, say: (text: string) => void): Promise<Clone> {
  const directory = join(machine.workspace, 'repository');
  mkdirSync(directory, { recursive: true });
  const remote = (...args: string[]) => git.remote(directory, args, 'clone-failed', say);
  const refs = parseRefs(await remote('ls-remote', '--heads', '--tags', git.repository));
  if (refs.size === 0) throw new RunFailure('bad-config', `${git.repository} has no commits yet; push one first`);
  const wanted = chooseBase(refs, input);
  const taskHead = refs.get(`refs/heads/${input.taskBranch}`);

  await git.run(directory, ['init', '--quiet']);
  await git.run(directory, ['remote', 'add', 'origin', git.repository]);
  for (const [key, value] of git.access()) await git.run(directory, ['config', '--add', key, value]);
  // The agent's own git may read; what it did is pushed by the program, so that nothing is pushed twice or elsewhere.
  await git.run(directory, ['config', 'remote.origin.pushurl', 'disabled://the-runner-pushes']);
  const fetched = [wanted.ref, ...(taskHead ? [`refs/heads/${input.taskBranch}`] : [])];
  const refspecs = [...new Set(fetched)].map((ref) =>
    ref.startsWith('refs/heads/') ? `+${ref}:refs/remotes/origin/${ref.slice('refs/heads/'.length)}` : ref,
  );
  say(`${git.repository} ${wanted.name} (${shortCommit(wanted.commit)})`);
  await fetchRefs();
  const runs = withoutAttempt(input.runName);
  const heads = { base: wanted.commit, own: taskHead, taskBranch: input.taskBranch, runs };
  const begin = await chooseStart(git, directory, heads, say);
  const base = await mergeBase(git, directory, wanted.commit, begin.start);
  // A checkpoint may stand on what was delivered and has been taken away since.
  const delivered = await deliveredBy(git, directory, taskHead ?? wanted.commit, runs);
  return { directory, base, ...begin, documents: wanted.commit, ...(delivered && { delivered }) };

  async function fetchRefs(): Promise<void> {
    try {
      const refs = [...refspecs, ...checkpointRefspecs(input.taskBranch)];
      await remote('fetch', '--quiet', '--no-tags', '--filter=blob:none', 'origin', ...refs);
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
  /** As the user knows it. */
  readonly name: string;
  /** What is fetched: a ref, or a commit. */
  readonly ref: string;
  readonly commit: string;
}

/** `base`, else `branch`, else `checkout`; never the default branch by itself. */
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
  // A branch of the task's own holds its work, so that the checkout says better where it began.
  const own = branch === taskBranch && checkout ? byCommit(checkout) : undefined;
  const found = own ?? named(branch) ?? (checkout ? byCommit(checkout) : undefined);
  if (!found) {
    throw new RunFailure(
      'bad-config',
      `branch ${branch} is not on the remote: push it, or say where to start by --base`,
    );
  }
  return found;
}

async function mergeBase(git: Git, directory: string, base: string, head: string): Promise<string> {
  const { code, stdout } = await git.try(directory, ['merge-base', base, head]);
  return code === 0 ? stdout.trim() : base;
}

/**
 * The newest commit that says that this run's task was delivered, by whichever attempt, in the history of a commit. Its
 * trailers say so: what stands elsewhere in the message is the agent's.
 */
async function deliveredBy(git: Git, directory: string, head: string, runs: string): Promise<string | undefined> {
  const run = runs.replace(/[^\w-]/g, '.');
  const filters = ['--extended-regexp', `--grep=^Agent-Run: ${run}-[0-9]+$`];
  const found = parseRunCommits(await git.run(directory, ['log', RUN_COMMIT_FORMAT, ...filters, head]));
  const attempt = new RegExp(`^${run}-[0-9]+$`);
  return found.find(({ run: by, outcome }) => outcome === 'delivered' && attempt.test(by))?.commit;
}
