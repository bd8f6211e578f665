import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../run/input.js';
import type { Clone } from './clone.js';
import { RunFailure } from './failure.js';
import type { Git } from './git.js';
import { changedFiles, refuseRepositories, refuseSecrets, writeTree } from './tree.js';

/** What is delivered, and how it is described. */
export interface Delivery {
  readonly title: string;
  /** What the agent said last. */
  readonly summary: string;
  /** Subjects of the commits that the agent made itself. */
  readonly agentCommits: readonly string[];
  /** The feature's directory, whose task list is not the agent's to change. */
  readonly feature?: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Takes known secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Values that must not be in any file. */
  readonly secrets: readonly string[];
}

export interface Delivered {
  readonly commit: string;
  readonly filesChanged: number;
}

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
  delivery: Delivery,
  say: (step: string, text: string) => void,
): Promise<Delivered> {
  const repository = mkdtempSync(join(clone.directory, '../delivery-'));
  try {
    const remote = (...args: string[]) =>
      git.remote(repository, args, 'push-rejected', (text) => say(args[0] === 'push' ? 'push' : 'verify', text));
    await git.run(repository, ['init', '--quiet', '--bare']);
    const starts = [...new Set([clone.start, clone.base])];
    await remote('fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', git.repository, ...starts);

    const tree = await writeTree(git, repository, worktree, clone.start, delivery.feature);
    const changed = await changedFiles(git, repository, clone.base, tree);
    const nothingNew = clone.delivered && (await changedFiles(git, repository, clone.start, tree)).length === 0;
    if (changed.length === 0 || nothingNew) {
      throw new RunFailure('no-changes', 'the agent ended well and changed no file');
    }
    refuseRepositories(changed);
    await refuseSecrets(git, repository, changed, delivery.secrets);
    const text = delivery.redact(message(input, delivery));
    const commit = await commitTree(git, repository, tree, clone.start, text, delivery.author);
    say('commit', `${commit.slice(0, 12)} ${subject(input, delivery.title)} (${changed.length} files)`);

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

function commitTree(
  git: Git,
  repository: string,
  tree: string,
  parent: string,
  text: string,
  { name, email }: Delivery['author'],
): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
  return git.run(repository, ['commit-tree', tree, '-p', parent, '-F', '-'], { env, input: `${text}\n` });
}

function subject({ taskId }: RunInput, title: string): string {
  const short = title.length <= 60 ? title : `${title.slice(0, 59).trimEnd()}…`;
  return `[${taskId}] ${short}`.trimEnd();
}

/** Subject, what was asked, what the agent says it did, and the trailers by which the run is found again. */
function message(input: RunInput, { title, summary, agentCommits }: Delivery): string {
  const paragraphs = [
    subject(input, title),
    title.length > 60 ? title : '',
    summary.trim().slice(0, 4000),
    agentCommits.length > 0
      ? ['The agent committed:', ...agentCommits.map((line) => `- ${line.slice(0, 200)}`)].join('\n')
      : '',
    [`Agent-Run: ${input.runName}`, 'Agent-Outcome: delivered'].join('\n'),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}
