import type { RunInput } from '../run/input.js';
import { shortCommit } from '../run/names.js';
import { changedFiles, printable } from './changed.js';
import type { Clone } from './clone.js';
import { unfilteredFiles } from './filters.js';
import type { Git } from './git.js';
import { agentCommits, headOf } from './head.js';
import { messageOf, subjectOf, type Work } from './message.js';
import { type Allowance, protectedChanges } from './protected-paths.js';
import type { Pushable } from './push.js';
import { namesOf, refusedFiles } from './refused.js';
import { withoutChanges } from './restore.js';
import { writeTree } from './tree.js';
import type { Worktree } from './worktree.js';

/** What every commit of a run is made from. */
export interface Job {
  readonly git: Git;
  readonly clone: Clone;
  readonly worktree: Worktree;
  readonly input: RunInput;
  readonly say: (step: string, text: string) => void;
}

/** A commit of the work. */
export interface Made extends Pushable {
  readonly tree: string;
  /** How many files differ from the base. */
  readonly filesChanged: number;
  /** How many differ from what was started from. */
  readonly filesNew: number;
  /** What of the worktree is not in it, and why. */
  readonly leftOut: readonly string[];
  /** Protected paths that the agent has changed and the commit has not. */
  readonly protectedPaths: readonly string[];
  /** It has what the agent committed itself: for the rest of the worktree there was no time. */
  readonly partial?: boolean;
}

/** Makes one commit of what is in the worktree, on what was started from. What must not be pushed is left out. */
export async function commitWorktree(job: Job, repository: string, work: Work): Promise<Made> {
  const { git, clone, worktree } = job;
  const { tree, unread, notes } = await writeTree(git, repository, worktree, clone.start, headOf(clone, worktree));
  for (const note of notes) job.say('commit', work.redact(note));
  return commitTree(job, repository, work, tree, unread);
}

/** Said once, whatever the number of paths. */
function remedyFor({ byTask }: Allowance): string {
  const inLine =
    "say in the task's line in tasks.md that it changes them, push that, and start the task with --again; or ";
  return `to have protected paths in a commit: ${byTask ? inLine : ''}have them in task.protectedPaths.allow of the environment`;
}

/** Makes one commit of a tree, on what was started from. What must not be pushed is left out. */
export async function commitTree(
  job: Job,
  repository: string,
  work: Work,
  given: string,
  unread: readonly string[] = [],
): Promise<Made> {
  const { git, clone, input, say } = job;
  const { allowance } = work;
  const { files, named } = await protectedChanges(git, repository, clone.start, given, allowance);
  const protectedPaths = named.map(({ path }) => work.redact(printable(path)));
  for (const [index, { allowable }] of named.entries()) {
    const unless = allowable ? ' unless that is allowed' : '';
    say('commit', `not in the commit: ${protectedPaths[index]}, which no run changes${unless}`);
  }
  if (named.some(({ allowable }) => allowable)) say('commit', remedyFor(allowance));
  const wanted = files.length > 0 ? await withoutChanges(git, repository, given, files, 'latin1') : given;
  const fromBase = await changedFiles(git, repository, clone.base, wanted);
  const fromStart = await changedFiles(git, repository, clone.start, wanted);
  const own = new Set(fromStart.map(({ path }) => path));
  const { refused: unfiltered, notes } = await unfilteredFiles(git, repository, wanted, fromStart);
  const refused = [...unfiltered, ...(await refusedFiles(git, repository, fromBase, own, work.secrets()))];
  const paths = new Set(refused.map(({ file }) => file.path));
  const restored = fromStart.filter(({ path }) => paths.has(path));
  const tree = refused.length > 0 ? await withoutChanges(git, repository, wanted, restored) : wanted;
  const leftOut = [...namesOf(refused), ...unread].map(work.redact);
  for (const note of notes) say('commit', work.redact(note));
  for (const line of leftOut) say('commit', `not in the commit: ${line}`);
  const commits = work.outcome === 'checkpoint' ? [] : await agentCommits(job, repository);
  const text = `${messageOf(input, work, commits)}\n`;
  const { name, email } = work.author;
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  const again = (other: string, parent: string) =>
    git.run(repository, ['commit-tree', other, '-p', parent, '-F', '-'], { env, input: text });
  const commit = await again(tree, clone.start);
  const filesNew = fromStart.length - restored.length;
  say('commit', `${shortCommit(commit)} ${subjectOf(input, work)} (${fromBase.length} files)`);
  return { commit, again, tree, leftOut, protectedPaths, filesNew, filesChanged: fromBase.length };
}
