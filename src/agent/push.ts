import { shortCommit } from '../run/names.js';
import { headIn } from '../run/remote-refs.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';

/** What is pushed: a commit, and how another one of the same work is made. */
export interface Pushable {
  readonly commit: string;
  /** The same work as a commit of another tree on another parent. */
  readonly again: (tree: string, parent: string) => Promise<string>;
}

type Say = (step: string, text: string) => void;

/** Git's words for a branch that has commits which we do not. */
const BEHIND = /\((fetch first|non-fast-forward|stale info)\)|failed to update ref|cannot lock ref/;

/**
 * Pushes a commit to a branch and asks the remote for it. What somebody else has done to the branch meanwhile is taken up
 * once; it is never forced.
 * @returns the commit that the remote shows
 * @throws RunFailure push-rejected, auth-failed
 */
export async function push(
  git: Git,
  repository: string,
  branch: string,
  { commit, again }: Pushable,
  say: Say,
): Promise<string> {
  const ref = `refs/heads/${branch}`;
  try {
    await remote('push', '--quiet', git.repository, `${commit}:${ref}`);
    return await verified(commit);
  } catch (error) {
    if (!(error instanceof RunFailure) || !BEHIND.test(error.message)) throw error;
    const head = await headOf();
    const news = head
      ? `has new commits (${shortCommit(head)}); the work is put on top of them`
      : 'was deleted just now';
    say('push', `${branch} ${news}`);
    const made = head ? await again(await mergedTree(head), head) : commit;
    await remote('push', '--quiet', git.repository, `${made}:${ref}`);
    return await verified(made);
  }

  function remote(...args: string[]): Promise<string> {
    const step = args[0] === 'push' ? 'push' : 'verify';
    return git.remote(repository, args, 'push-rejected', (text) => say(step, text));
  }

  async function headOf(): Promise<string> {
    return headIn(await remote('ls-remote', git.repository, ref), ref);
  }

  /** The work of both, where neither changed a file that the other did. */
  async function mergedTree(head: string): Promise<string> {
    // Down to where the work started, which the repository has.
    await remote('fetch', '--quiet', '--no-tags', '--filter=blob:none', git.repository, head);
    const { code, stdout } = await git.try(repository, ['merge-tree', '--write-tree', '--name-only', head, commit]);
    const [tree = '', ...conflicts] = stdout.split('\n\n')[0]?.split('\n') ?? [];
    if (code === 0) return tree;
    const files = conflicts.filter((path) => path !== '').join(', ');
    throw new RunFailure(
      'push-rejected',
      `${branch} has new commits that do not fit this work${files && `: ${files}`}`,
    );
  }

  async function verified(pushed: string): Promise<string> {
    say('push', `${branch} at ${git.repository}`);
    const seen = await headOf();
    if (seen !== pushed) {
      throw new RunFailure('push-rejected', `the push ended well, but the remote shows ${seen || 'no such branch'}`);
    }
    say('verify', `the remote shows ${pushed} on ${branch}`);
    return pushed;
  }
}

/**
 * Deletes a ref on the remote that is the runner's own: while it is at one of these commits, so that nobody else's goes with
 * it. Returns whether it is gone.
 */
export async function deleteRef(
  git: Git,
  repository: string,
  ref: string,
  commits: readonly string[],
): Promise<boolean> {
  const ask = (...args: string[]) => git.remote(repository, args, 'push-rejected', () => {});
  try {
    const seen = headIn(await ask('ls-remote', git.repository, ref), ref);
    if (seen === '') return true;
    if (!commits.includes(seen)) return false;
    await ask('push', '--quiet', `--force-with-lease=${ref}:${seen}`, git.repository, `:${ref}`);
    return true;
  } catch {
    return false;
  }
}
