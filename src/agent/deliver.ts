import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import type { Salvage } from '../run/result.js';
import type { Clone } from './clone.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';
import { messageOf, subjectOf, type Work } from './message.js';
import { attemptBranch, push } from './push.js';
import { changedFiles, refuseRepositories, refuseSecrets, writeTree } from './tree.js';

export interface Delivered {
  readonly commit: string;
  readonly filesChanged: number;
}

type Say = (step: string, text: string) => void;

/**
 * Makes one commit of the worktree, pushes it and asks the remote for it.
 *
 * The agent's shell has our user id, so its clone's configuration, hooks and index may say anything: all of this happens
 * in a fresh repository that knows nothing but the literal URL.
 *
 * @throws RunFailure no-changes, push-rejected, auth-failed; agent-failed when a file holds a credential
 */
export async function deliver(
  git: Git,
  clone: Clone,
  worktree: string,
  input: RunInput,
  work: Work,
  say: Say,
  branch = input.taskBranch,
): Promise<Delivered> {
  const repository = mkdtempSync(join(clone.directory, '../delivery-'));
  try {
    await git.run(repository, ['init', '--quiet', '--bare']);
    const starts = [...new Set([clone.start, clone.base])];
    const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', git.repository, ...starts];
    await git.remote(repository, fetch, 'push-rejected', (text) => say('commit', text));

    const tree = await writeTree(git, repository, worktree, clone.start, work.feature);
    const changed = await changedFiles(git, repository, clone.base, tree);
    const sameAsStart = async () => (await changedFiles(git, repository, clone.start, tree)).length === 0;
    // Work that was saved before is not new; that it was finished is.
    const nothingNew = (clone.delivered || work.outcome !== 'delivered') && (await sameAsStart());
    if (changed.length === 0 || nothingNew) {
      throw new RunFailure('no-changes', 'the agent ended well and changed no file');
    }
    refuseRepositories(changed);
    await refuseSecrets(git, repository, changed, work.secrets);
    const text = work.redact(messageOf(input, work));
    const again = (other: string, parent: string) => commitTree(git, repository, other, parent, text, work.author);
    const made = await again(tree, clone.start);
    say('commit', `${made.slice(0, 12)} ${subjectOf(input, work)} (${changed.length} files)`);
    const commit = await push(git, repository, branch, { commit: made, again }, say);
    return { commit, filesChanged: changed.length };
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

/**
 * Pushes what is in the worktree of a run that did not come to its end, as work in progress. Never throws: the run's
 * outcome is another one.
 */
export async function salvage(
  git: Git,
  clone: Clone,
  worktree: string,
  input: RunInput,
  work: Work,
  say: Say,
): Promise<Salvage> {
  // What the task's own branch has refused, it will refuse again.
  const refused = work.outcome === 'push-rejected';
  const branch = refused ? attemptBranch(input) : input.taskBranch;
  try {
    const { commit } = await deliver(git, clone, worktree, input, work, say, branch);
    return { pushed: true, branch, commit };
  } catch (error) {
    const outcome = error instanceof RunFailure ? error.outcome : undefined;
    const reason = outcome === 'no-changes' ? 'nothing had been changed' : work.redact((error as Error).message);
    say('salvage', reason);
    if (outcome === 'push-rejected' && !refused) return salvage(git, clone, worktree, input, { ...work, outcome }, say);
    return { pushed: false, reason };
  }
}

function commitTree(
  git: Git,
  repository: string,
  tree: string,
  parent: string,
  text: string,
  { name, email }: Work['author'],
): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
  return git.run(repository, ['commit-tree', tree, '-p', parent, '-F', '-'], { env, input: `${text}\n` });
}
