import type { Git } from '../git/git.js';

/** How long the remote may take to say whether it has a commit, in milliseconds. */
const ANSWER = 60_000;

/** Finds others' commits. A commit is others' if the remote has it, because the agent cannot push. */
export class Foreign {
  private readonly known = new Map<string, boolean>();
  private isSilent = false;

  /** @param store the runner's repository, which has no commits of the agent */
  constructor(
    private readonly git: Git,
    private readonly store: string,
  ) {}

  /**
   * Others' commits in the history of a commit, without those in the start's history. Ancestors of the returned commits
   * are left out.
   * @param repository has the history
   * @param fetched candidates for others' newest commits
   */
  async tipsIn(repository: string, start: string, commit: string, fetched: readonly string[]): Promise<string[]> {
    const list = await this.git.run(repository, [
      'rev-list',
      '--topo-order',
      '--reverse',
      '--parents',
      commit,
      `^${start}`,
    ]);
    const parents = new Map(
      list
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [own = '', ...others] = line.split(' ');
          return [own, others] as const;
        }),
    );
    // The newest ones first: fetching one brings all commits before it.
    for (const one of fetched) if (parents.has(one)) await this.isForeign(repository, one, fetched);
    await this.lookAtStore([...parents.keys()]);
    const foreign = new Set<string>();
    const own = new Set<string>();
    for (const [one, before] of parents) {
      // A commit on top of an agent's commit is the agent's as well.
      if (before.some((other) => own.has(other)) || !(await this.isForeign(repository, one, fetched))) own.add(one);
      else foreign.add(one);
    }
    const covered = new Set([...foreign].flatMap((one) => parents.get(one) ?? []));
    return [...foreign].filter((one) => !covered.has(one));
  }

  /**
   * Whether the remote has a commit. If the remote does not answer, the agent's git decides; a push will then fail
   * anyway.
   */
  async isForeign(repository: string, commit: string, fetched: readonly string[]): Promise<boolean> {
    if (!this.known.has(commit)) await this.lookAtStore([commit]);
    const known = this.known.get(commit) ?? (await this.isOnRemote(commit));
    if (known === undefined) return this.isFetched(repository, commit, fetched);
    this.known.set(commit, known);
    return known;
  }

  /** The commits that the runner has fetched. */
  async inStore(commits: readonly string[]): Promise<ReadonlySet<string>> {
    await this.lookAtStore(commits);
    return new Set(commits.filter((commit) => this.known.get(commit)));
  }

  /** Marks the commits in the runner's repository as others'. */
  private async lookAtStore(commits: readonly string[]): Promise<void> {
    const unknown = commits.filter((commit) => !this.known.has(commit));
    if (unknown.length === 0) return;
    const input = unknown.map((commit) => `${commit}\n`).join('');
    const env = { GIT_NO_LAZY_FETCH: '1' };
    const { stdout } = await this.git.try(this.store, ['cat-file', '--batch-check'], { input, env });
    for (const line of stdout.split('\n')) {
      const [, commit] = /^(\S+) commit \d+$/.exec(line) ?? [];
      if (commit) this.known.set(commit, true);
    }
  }

  /** Whether the remote has a commit, or undefined if it does not say. */
  private async isOnRemote(commit: string): Promise<boolean | undefined> {
    if (this.isSilent) return undefined;
    const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--filter=blob:none'];
    const soon = this.git.within(ANSWER);
    const { code, stderr } = await soon.try(this.store, [...fetch, this.git.repository, commit]);
    if (code === 0) return true;
    if (/not our ref|unadvertised object|no such remote ref/i.test(stderr)) return false;
    this.isSilent = true;
    return undefined;
  }

  /** Whether a commit is among those that the agent's git has fetched, or in their history. */
  private async isFetched(repository: string, commit: string, fetched: readonly string[]): Promise<boolean> {
    for (const one of fetched) if (await this.git.isAncestor(repository, commit, one)) return true;
    return false;
  }
}
