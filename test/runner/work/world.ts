import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunInput } from '../../../src/run/input.js';
import { freshRepository } from '../../../src/runner/commit/fresh-repository.js';
import { Git } from '../../../src/runner/git/git.js';
import { machine } from '../../../src/runner/process/machine.js';
import { makeAgentRepository } from '../../../src/runner/start/agent-repository.js';
import { type Clone, clone } from '../../../src/runner/start/clone.js';
import type { Job } from '../../../src/runner/start/job.js';
import { addWorktree } from '../../../src/runner/start/worktree.js';
import { decideWork } from '../../../src/runner/work/decide.js';
import { commitTo, createRepository, gitIn, startGitServer } from '../../support/git-server.js';

export const TASK_BRANCH = 'main-t001';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** What the pointer in the repository stands for. */
export const LARGE = 'the real content of a large file\n'.repeat(100);
/** What the run starts from. */
export const START = {
  'a.txt': 'one\ntwo\nthree\nfour\nfive\n',
  'b.txt': 'b of the base\n',
  'c.txt': 'c of the base\n',
  'dir/d.txt': 'd of the base\n',
  '.gitignore': 'ignored/\nlib/\n*.log\n',
  '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
  'big.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(LARGE)}\nsize ${LARGE.length}\n`,
};

/** A remote that has moved on since a run has begun. */
export async function startRemote() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-work-'));
  const { dir } = await createRepository(folder, 'owner/name', { ...START, 'a.txt': 'one of before\n' });
  const start = await commitTo(dir, 'main', START, 'the base');
  const server = await startGitServer({ root: folder });
  const template = join(folder, 'template');
  const git = new Git(machine(template), `${server.url}/owner/name`);
  const { control, workspace } = machine(template);
  for (const one of [control, workspace]) mkdirSync(one, { recursive: true });
  const input: RunInput = {
    taskId: 'T001',
    repository: `${server.url}/owner/name`,
    branch: 'main',
    taskBranch: TASK_BRANCH,
    runName: 'agent-t001-0123456789-1',
    logFormat: 'text',
  };
  const begin = async (paths?: string[]) => {
    rmSync(template, { recursive: true, force: true });
    for (const one of [control, workspace]) mkdirSync(one, { recursive: true });
    const own = { ...input, ...(paths && { paths }) };
    const cloned = await clone(git, own, machine(template), () => {});
    await makeAgentRepository(git, cloned, { name: 'agent', email: 'agent@example.com' });
    return { cloned, worktree: await addWorktree(git, cloned, own, undefined, false, () => {}), input: own };
  };
  const begun = await begin();
  const moved = { 'b.txt': 'b of a colleague\n', 'theirs.txt': 'of a colleague\n' };
  const main = await commitTo(dir, 'main', moved, "a colleague's work", { from: 'main' });
  // A clone without contents never gets what the first of the two made.
  await commitTo(dir, 'twice', { 'b.txt': 'b, first, of another branch\n' }, 'once', { from: start });
  await commitTo(dir, 'twice', { 'b.txt': 'b of another branch\n', 'c.txt': 'c of another branch\n' }, 'twice');
  const side = await commitTo(dir, 'side', { 'side.txt': 'of another branch\n' }, 'another branch', { from: start });
  let count = 0;
  return {
    dir,
    start,
    main,
    side,
    /** Where a run has begun, in folders of its own. */
    run: async (paths?: string[]) => {
      count += 1;
      const at = paths ? await begin(paths) : begun;
      if (paths === undefined && count > 1 && !begun) throw new Error('unreachable');
      const root = join(folder, `run-${count}`);
      const source = paths ? template : join(folder, 'kept');
      if (paths === undefined && count === 1) cpSync(template, join(folder, 'kept'), { recursive: true });
      cpSync(source, root, { recursive: true });
      return new AgentRun(root, template, at, new Git(machine(root), input.repository));
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Begun {
  readonly cloned: Clone;
  readonly worktree: Job['worktree'];
  readonly input: RunInput;
}

/** A run whose agent a test plays. */
export class AgentRun {
  readonly written = new Set<string>();
  readonly directory: string;
  readonly worktree: string;
  readonly job: Job;

  constructor(
    private readonly root: string,
    template: string,
    { cloned, worktree, input }: Begun,
    git: Git,
  ) {
    const here = (path: string) => path.replace(template, root);
    const moved = { ...cloned, store: here(cloned.store), directory: here(cloned.directory) };
    this.directory = moved.directory;
    this.worktree = here(worktree.directory);
    this.job = {
      git,
      input,
      clone: moved,
      worktree: { ...worktree, directory: this.worktree },
      say: () => {},
      written: () => this.written,
    };
  }

  /** Copies have other paths. */
  async settle(): Promise<this> {
    const { writeFileSync } = await import('node:fs');
    const name = this.worktree.split('/').at(-1) ?? '';
    writeFileSync(join(this.worktree, '.git'), `gitdir: ${join(this.directory, '.git/worktrees', name)}\n`);
    writeFileSync(join(this.directory, '.git/worktrees', name, 'gitdir'), `${join(this.worktree, '.git')}\n`);
    writeFileSync(join(this.directory, '.git/objects/info/alternates'), `${join(this.job.clone.store, 'objects')}\n`);
    return this;
  }

  git = (...args: string[]) => gitIn(this.worktree, ...args);

  /** Takes its folders away: of ten thousand runs they would fill a disk. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /**
   * What is decided, with the changed paths of the work and of each other place.
   * @param given where it was decided before
   */
  async decide(given?: string) {
    const repository = given ?? (await freshRepository(this.job));
    const decided = await decideWork(this.job, repository);
    const changes = async (tree: string) => {
      const diff = ['diff-tree', '-r', '--name-status', '--no-renames', this.job.clone.start, tree];
      return (await gitIn(repository, ...diff))
        .split('\n')
        .filter((line) => line !== '')
        .sort();
    };
    const show = (tree: string, path: string) => gitIn(repository, 'cat-file', 'blob', `${tree}:${path}`);
    const others = [];
    for (const one of decided.others) others.push({ ...one, changes: await changes(one.tree) });
    return {
      ...decided,
      repository,
      changes: await changes(decided.tree),
      others,
      show: (path: string) => show(decided.tree, path),
    };
  }
}
