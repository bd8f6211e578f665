import { shortCommit } from '../../run/names.js';
import { changedFiles, printable } from '../git/changed.js';
import { GitFailed } from '../git/git.js';
import { withoutChanges } from '../git/restore.js';
import { NoFolder } from '../git/staging.js';
import { type Allowance, protectedChanges } from '../paths/protected-paths.js';
import type { Job } from '../start/job.js';
import { type Decided, decideCommitted, decideFiles, decideWork, type Other } from '../work/decide.js';
import { namedSchemas } from '../work/named-schema.js';
import { subjectsIn } from '../work/subjects.js';
import { unfilteredFiles } from './filters.js';
import { messageOf, subjectOf, type Work } from './message.js';
import { namesOf, refusedFiles } from './refused.js';
import { surprisesIn } from './surprises.js';

/** A commit to push, and a way to make another one of the same work. */
export interface Pushable {
  readonly commit: string;
  /** Commits the same work with another tree, on another parent. */
  readonly again: (tree: string, parent: string) => Promise<string>;
}

/** A commit of the work. */
export interface Made extends Pushable {
  readonly tree: string;
  /** The number of files that differ from the base. */
  readonly filesChanged: number;
  /** The number of files that differ from the start. */
  readonly filesNew: number;
  /** Files of the worktree that are left out, and why. */
  readonly leftOut: readonly string[];
  /** Protected paths that the agent changed and that the commit does not contain. */
  readonly protectedPaths: readonly string[];
  /** Ignored files that the agent wrote. The commit does not contain them. */
  readonly ignored: readonly string[];
  /** Why the commit must not be delivered. */
  readonly problem?: string;
  /** The agent's work that is not on the task's branch. */
  readonly others: readonly Other[];
  /** The commit has only the agent's own commits: there was no time for the rest of the worktree. */
  readonly partial?: boolean;
}

/** Makes one commit of the agent's work on the start. Files that must not be pushed are left out. */
export async function commitWork(job: Job, repository: string, work: Work): Promise<Made> {
  try {
    return await commitDecided(job, repository, work, await decideWork(job, repository));
  } catch (error) {
    if (error instanceof NoFolder) {
      const decided = { ...(await decideCommitted(job, repository)), problem: error.message };
      return commitDecided(job, repository, work, decided);
    }
    if (!(error instanceof GitFailed)) throw error;
    const problem = `the agent’s repository cannot be read: ${error.message}`;
    return commitDecided(job, repository, work, await decideFiles(job, repository, problem));
  }
}

/** The remedy is printed once for all paths. */
function remedyFor({ byTask }: Allowance): string {
  const inLine =
    "say in the task's line in tasks.md that it changes them, push that, and start the task with --again; or ";
  return (
    `to have protected paths in a commit: ${byTask ? inLine : ''}add them to task.protectedPaths.allow ` +
    'of the environment'
  );
}

/** Makes one commit of the decided work on the start. Files that must not be pushed are left out. */
export async function commitDecided(
  job: Job,
  repository: string,
  work: Work,
  { tree: decided, history, unread, notes: told, problem, others, ignored }: Decided,
): Promise<Made> {
  for (const note of told) job.say('commit', work.redact(note));
  const { git, clone, input, say } = job;
  const { allowance } = work;
  const opencodes = await namedSchemas(git, repository, clone.start, decided, job.written());
  const given = await withoutChanges(git, repository, decided, opencodes);
  const { files, named } = await protectedChanges(git, repository, clone.start, given, allowance);
  const protectedPaths = named.map(({ path }) => work.redact(printable(path)));
  for (const [index, { allowable }] of named.entries()) {
    const unless = allowable ? ' unless that is allowed' : '';
    say('commit', `not in the commit: ${protectedPaths[index]}, which no run changes${unless}`);
  }
  if (named.some(({ allowable }) => allowable)) say('commit', remedyFor(allowance));
  const wanted = await withoutChanges(git, repository, given, files, 'latin1');
  const fromBase = await changedFiles(git, repository, clone.base, wanted);
  const fromStart = await changedFiles(git, repository, clone.start, wanted);
  const own = new Set(fromStart.map(({ path }) => path));
  const { refused: unfiltered, notes } = await unfilteredFiles(git, repository, wanted, fromStart);
  const refused = [...unfiltered, ...(await refusedFiles(git, repository, fromBase, own, work.secrets()))];
  const paths = new Set(refused.map(({ file }) => file.path));
  const restored = fromStart.filter(({ path }) => paths.has(path));
  const tree = await withoutChanges(git, repository, wanted, restored);
  const leftOut = [...namesOf(refused), ...unread].map(work.redact);
  for (const note of [...notes, ...surprisesIn(fromStart)]) say('commit', work.redact(note));
  for (const line of leftOut) say('commit', `not in the commit: ${line}`);
  const written = (ignored?.written ?? []).map(printable).map(work.redact);
  for (const path of written) say('commit', `not in the commit: ${path}, which .gitignore ignores`);
  if (ignored?.rest) say('commit', `ignored files are not in the commit: ${work.redact(ignored.rest)}`);
  const commits = work.outcome === 'checkpoint' ? [] : await subjectsIn(job, repository, history);
  const text = `${messageOf(input, work, commits)}\n`;
  const { name, email } = work.author;
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  const again = (other: string, parent: string) =>
    git.run(repository, ['commit-tree', other, '-p', parent, '-F', '-'], { env, input: text });
  const commit = await again(tree, clone.start);
  const changed = tree === wanted ? fromBase : await changedFiles(git, repository, clone.base, tree);
  say('commit', `${shortCommit(commit)} ${subjectOf(input, work)} (${changed.length} files)`);
  const counted = { filesNew: fromStart.length - restored.length, filesChanged: changed.length };
  return {
    commit,
    again,
    tree,
    leftOut,
    protectedPaths,
    ignored: written,
    others,
    ...counted,
    ...(problem && { problem }),
  };
}
