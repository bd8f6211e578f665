import { type Git, GitFailed } from '../git/git.js';

const NOBODY = { name: 'agent-runner', email: 'agent-runner@localhost' };
const ENV = {
  GIT_AUTHOR_NAME: NOBODY.name,
  GIT_AUTHOR_EMAIL: NOBODY.email,
  GIT_COMMITTER_NAME: NOBODY.name,
  GIT_COMMITTER_EMAIL: NOBODY.email,
};

/** Trees in a repository. */
export class Trees {
  private readonly known = new Map<string, Promise<string>>();

  constructor(
    private readonly git: Git,
    private readonly repository: string,
  ) {}

  /** @param commit object name of the commit, so that the answer can be cached */
  of(commit: string): Promise<string> {
    const known =
      this.known.get(commit) ?? this.git.run(this.repository, ['rev-parse', '--verify', `${commit}^{tree}`]);
    this.known.set(commit, known);
    return known;
  }

  /**
   * Applies the difference between two trees to a third one.
   * @returns undefined if it conflicts
   */
  async apply(from: string, to: string, on: string): Promise<string | undefined> {
    if (from === to) return on;
    if (from === on) return to;
    if (on === to) return on;
    // Git merges commits with a common ancestor, so the trees are wrapped in commits.
    const base = await this.commit(from);
    return this.merged(await this.commit(on, base), await this.commit(to, base));
  }

  /** The merged tree of two commits, or undefined if they conflict. */
  async merged(one: string, other: string): Promise<string | undefined> {
    const merge = ['merge-tree', '--write-tree', '--allow-unrelated-histories', one, other];
    const { code, stdout, stderr } = await this.git.try(this.repository, merge);
    if (code !== 0 && code !== 1) throw new GitFailed(`git merge-tree failed: ${stderr.trim()}`);
    return code === 0 ? stdout.split('\n')[0] : undefined;
  }

  private commit(tree: string, ...parents: readonly string[]): Promise<string> {
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', 'a tree'];
    return this.git.run(this.repository, args, { env: ENV });
  }
}
