import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import type { Salvage } from '../run/result.js';
import type { Clone } from './clone.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';
import { messageOf, subjectOf, type Work } from './message.js';
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
): Promise<Delivered> {
  const repository = mkdtempSync(join(clone.directory, '../delivery-'));
  try {
    const remote = (...args: string[]) =>
      git.remote(repository, args, 'push-rejected', (text) => say(args[0] === 'push' ? 'push' : 'verify', text));
    await git.run(repository, ['init', '--quiet', '--bare']);
    const starts = [...new Set([clone.start, clone.base])];
    await remote('fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', git.repository, ...starts);

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
    const commit = await commitTree(git, repository, tree, clone.start, text, work.author);
    say('commit', `${commit.slice(0, 12)} ${subjectOf(input, work)} (${changed.length} files)`);

    const ref = `refs/heads/${input.taskBranch}`;
    await remote('push', '--quiet', git.repository, `${commit}:${ref}`);
    say('push', `${input.taskBranch} at ${git.repository}`);
    const seen = (await remote('ls-remote', git.repository, ref)).split('\t')[0] ?? '';
    if (seen !== commit) {
      throw new RunFailure('push-rejected', `the push ended well, but the remote shows ${seen || 'no such branch'}`);
    }
    say('verify', `the remote shows ${commit} on ${input.taskBranch}`);
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
  try {
    const { commit } = await deliver(git, clone, worktree, input, work, say);
    return { pushed: true, branch: input.taskBranch, commit };
  } catch (error) {
    const nothing = error instanceof RunFailure && error.outcome === 'no-changes';
    const reason = nothing ? 'nothing had been changed' : work.redact((error as Error).message);
    say('salvage', reason);
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
