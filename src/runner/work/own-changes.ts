import { changedFiles } from '../git/changed.js';
import { fetchedFiles, withoutChanges } from '../git/restore.js';
import type { Job } from '../start/job.js';
import type { AgentGit } from './agent-git.js';
import { Foreign } from './foreign.js';
import { Trees } from './three-way.js';

/** The base against which the agent's own changes in a commit's history are compared. */
interface Own {
  /** Others' commits in the history that the start does not have. */
  readonly foreign: readonly string[];
  /** The merged tree of the others' commits, or undefined if they conflict. */
  readonly base: string | undefined;
  /** Others' commits that the agent copied with a rebase, a cherry-pick or an amend, the newest first. */
  readonly copied: readonly string[];
}

/** The most names that are checked. */
const NAMES = 400;
/** The most of others' commits that are searched for copied ones. */
const COMMITS = 5000;

/** Separates the agent's own changes from those of others. */
export class OwnChanges {
  readonly trees: Trees;
  private readonly foreign: Foreign;
  private readonly known = new Map<string, Promise<Own>>();

  constructor(
    private readonly job: Job,
    private readonly repository: string,
    private readonly agent: AgentGit,
  ) {
    this.trees = new Trees(job.git, repository);
    this.foreign = new Foreign(job.git, job.clone.store);
  }

  /** Others' part of the history of a commit. */
  of(commit: string): Promise<Own> {
    const known = this.known.get(commit) ?? this.look(commit);
    this.known.set(commit, known);
    return known;
  }

  /**
   * The start's tree with the agent's own changes in the history of a commit.
   * @param files a tree on top of the commit
   * @returns undefined if the changes conflict with the start
   */
  async onStart(commit: string, files: string): Promise<string | undefined> {
    const { base, copied } = await this.of(commit);
    const start = await this.trees.of(this.job.clone.start);
    let own = base === undefined ? undefined : await this.trees.apply(base, files, start);
    for (const one of copied) {
      if (own !== undefined)
        own = await this.trees.apply(await this.trees.of(one), await this.trees.of(`${one}^`), own);
    }
    return own === undefined || own === start ? own : this.withoutFetched(start, own);
  }

  /**
   * Without the Git LFS filter, an agent may commit fetched contents instead of the pointers. This restores the
   * pointers.
   */
  private async withoutFetched(start: string, tree: string): Promise<string> {
    const { git } = this.job;
    const changed = await changedFiles(git, this.repository, start, tree);
    return withoutChanges(git, this.repository, tree, await fetchedFiles(git, this.repository, changed));
  }

  /** The commits that existed before the agent started. */
  hadBefore(commits: readonly string[]): Promise<ReadonlySet<string>> {
    return this.foreign.inStore(commits);
  }

  /** Whether a commit is others', or in the history of the task's branch or the start. */
  async isKnown(commit: string): Promise<boolean> {
    const { clone } = this.job;
    return (
      (this.agent.task !== undefined && (await this.isBefore(commit, this.agent.task))) ||
      (await this.isBefore(commit, clone.start)) ||
      (await this.foreign.isForeign(this.repository, commit, this.agent.fetched))
    );
  }

  private async look(commit: string): Promise<Own> {
    const { git, clone } = this.job;
    const foreign = await this.foreign.tipsIn(this.repository, clone.start, commit, this.agent.fetched);
    const { stdout } = await git.try(this.repository, ['merge-base', clone.start, commit]);
    const common = stdout.trim();
    const covered = common === '' || (await this.isBeforeAny(common, foreign));
    const [first, second, ...more] = covered ? foreign : [common, ...foreign];
    const copied = await this.copiesIn(commit, foreign);
    if (first === undefined || more.length > 0) return { foreign, base: undefined, copied };
    return {
      foreign,
      copied,
      base: second === undefined ? await this.trees.of(first) : await this.trees.merged(first, second),
    };
  }

  /** Finds others' commits that the agent copied. A copy has the author and author time of its original. */
  private async copiesIn(commit: string, foreign: readonly string[]): Promise<string[]> {
    const { clone } = this.job;
    const without = [`^${clone.start}`, ...foreign.map((one) => `^${one}`)];
    const own = await this.authorsOf([commit, ...without]);
    // A branch or tag of the agent may refer to others' commits.
    const fetched = [...this.agent.fetched, ...this.agent.others.map(({ commit: other }) => other)].slice(0, NAMES);
    if (own.length === 0 || fetched.length === 0) return [];
    const written = new Set(own.map(({ author }) => author));
    const others = await this.authorsOf([...fetched, ...without, '--min-parents=1']);
    const copied: string[] = [];
    for (const { commit: original, author } of others) {
      if (!written.has(author)) continue;
      // A tag may refer to the agent's own commit.
      if (await this.foreign.isForeign(this.repository, original, fetched)) copied.push(original);
    }
    return copied;
  }

  private async authorsOf(revisions: readonly string[]): Promise<{ commit: string; author: string }[]> {
    const format = ['log', '--topo-order', `--max-count=${COMMITS}`, '--format=%H %at %ae'];
    const lines = (await this.job.git.run(this.repository, [...format, ...revisions])).split('\n');
    return lines.flatMap((line) => {
      const [, commit = '', author = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      return commit === '' ? [] : [{ commit, author }];
    });
  }

  private async isBeforeAny(commit: string, others: readonly string[]): Promise<boolean> {
    for (const other of others) if (await this.isBefore(commit, other)) return true;
    return false;
  }

  private isBefore(commit: string, other: string): Promise<boolean> {
    return this.job.git.isAncestor(this.repository, commit, other);
  }
}
