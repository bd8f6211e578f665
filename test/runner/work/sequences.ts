import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv, gitIn, textsOf } from '../../support/git-repository.js';
import { type AgentRun, LARGE, TASK_BRANCH } from './world.js';

// Random sequences of what an agent may do with its git, and an oracle in plain git.

const FILES = ['a.txt', 'b.txt', 'c.txt', 'dir/d.txt', 'n1.txt', 'dir/n2.txt', 'n3.txt', 'theirs.txt'];
const IGNORED = ['ignored/made.txt', 'ignored/notes.txt'];
/** Address of the agent, as in its commits. */
export const AGENT = 'agent@example.com';
const IDENTITY = ['-c', 'user.name=agent', '-c', `user.email=${AGENT}`, '-c', 'core.editor=true'];

/** An agent that does something at random. */
export class Player {
  readonly done: string[] = [];
  /** Paths that it has written, deleted or taken from another commit into a commit of its own. */
  readonly touched = new Set<string>();
  /** Paths whose content it took from another commit: committed, it counts. */
  readonly taken = new Set<string>();
  private count = 0;
  private deadline?: number;
  private killed = false;

  constructor(
    private readonly run: AgentRun,
    private readonly next: () => number,
  ) {}

  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.act();
  }

  /** Does one thing, in which its git is killed after so many milliseconds. */
  async killedAfter(milliseconds: number): Promise<void> {
    this.deadline = milliseconds;
    await this.act();
  }

  private async act(): Promise<void> {
    const acts = Object.entries(this.acts);
    const [name, act] = acts[Math.floor(this.next() * acts.length)] ?? [];
    if (name === undefined || act === undefined) return;
    const worked = await act().then(
      (told) => (typeof told === 'string' ? told : ''),
      () => (this.killed ? '(killed)' : '(failed)'),
    );
    this.done.push(`${name} ${worked}`.trim());
  }

  private pick = <T>(list: readonly T[]): T => list[Math.floor(this.next() * list.length)] as T;
  private git = (...args: string[]) => {
    if (this.deadline === undefined) return gitIn(this.run.worktree, ...IDENTITY, ...args);
    return this.killing(this.deadline, args);
  };
  /** Git with everything that it starts, which ends where it is. */
  private async killing(milliseconds: number, args: readonly string[]): Promise<string> {
    if (this.killed) throw new Error('killed');
    const git = spawn('git', [...IDENTITY, ...args], { cwd: this.run.worktree, detached: true, env: cleanEnv });
    let out = '';
    git.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const timer = setTimeout(() => {
      this.killed = true;
      if (git.pid) process.kill(-git.pid, 'SIGKILL');
    }, milliseconds);
    const [code] = await once(git, 'close');
    clearTimeout(timer);
    if (code !== 0) throw new Error('git');
    return out.trim();
  }
  private marker = () => `written-${++this.count}-by-the-agent`;
  private file = (path: string) => join(this.run.worktree, path);

  private async commit(...how: string[]): Promise<void> {
    await this.git('add', '-A');
    await this.git('commit', '-q', ...how);
  }

  private write(path: string, folder = this.run.worktree): string {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${this.marker()}\n`);
    this.touched.add(path);
    this.run.written.add(path);
    return path;
  }

  private readonly acts: Record<string, () => Promise<unknown>> = {
    write: async () => this.write(this.pick(FILES)),
    'write again': async () => this.write(this.pick(FILES)),
    edit: async () => {
      const path = this.pick(FILES);
      if (!existsSync(this.file(path))) return '(not there)';
      writeFileSync(this.file(path), `${readFileSync(this.file(path), 'utf8')}${this.marker()}\n`);
      this.touched.add(path);
      this.run.written.add(path);
      return path;
    },
    delete: async () => {
      const path = this.pick(FILES);
      rmSync(this.file(path), { force: true });
      this.touched.add(path);
      return path;
    },
    'commit all': () => this.commit('-m', 'all'),
    'commit all again': () => this.commit('-m', 'all'),
    amend: () => this.commit('--amend', '--no-edit'),
    'switch back': () => this.git('switch', '-q', 'main-t001'),
    'switch to a new branch': () => this.git('switch', '-q', '-c', `try-${++this.count}`),
    'detach at HEAD~1': () => this.git('switch', '-q', '--detach', 'HEAD~1'),
    'look at main': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('switch', '-q', '--detach', 'origin/main');
    },
    'checkout main by force': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('checkout', '-q', '--force', '--detach', 'origin/main');
    },
    fetch: () => this.git('fetch', '-q', 'origin'),
    'merge main': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('merge', '-q', '--no-edit', 'origin/main');
    },
    'merge side': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('merge', '-q', '--no-edit', 'origin/side');
    },
    'rebase onto main': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('rebase', '-q', 'origin/main');
    },
    'merge what is twice': async () => {
      await this.git('fetch', '-q', 'origin', 'twice');
      await this.git('merge', '-q', '--no-edit', 'FETCH_HEAD');
    },
    'cherry-pick the first of twice': async () => {
      await this.git('fetch', '-q', 'origin', 'twice');
      await this.git('cherry-pick', 'FETCH_HEAD~1');
    },
    'branch off twice': async () => {
      await this.git('fetch', '-q', 'origin', 'twice');
      await this.git('switch', '-q', '-c', `twice-${++this.count}`, 'FETCH_HEAD');
    },
    'cherry-pick side': async () => {
      await this.git('fetch', '-q', 'origin');
      await this.git('cherry-pick', 'origin/side');
    },
    'abort what goes on': async () => {
      for (const one of ['merge', 'rebase', 'cherry-pick']) await this.git(one, '--abort').catch(() => {});
    },
    stash: () => this.git('stash', '-q', '--include-untracked'),
    'take the stash back': () => this.git('stash', 'pop', '-q'),
    'reset hard': () => this.git('reset', '-q', '--hard', 'HEAD~1'),
    // What it commits then is its own, whoever has written it.
    'reset soft': async () => {
      const taken = await this.git('diff', '--name-only', 'HEAD~1', 'HEAD');
      await this.git('reset', '-q', '--soft', 'HEAD~1');
      for (const path of taken.split('\n')) this.taken.add(path);
    },
    'checkout an old file': async () => {
      await this.git('checkout', '-q', 'HEAD~1', '--', 'a.txt');
      this.taken.add('a.txt');
    },
    'commit an old file': async () => {
      await this.git('checkout', '-q', 'main-t001~1', '--', 'a.txt');
      this.taken.add('a.txt');
      await this.git('commit', '-q', '-m', 'as it was');
    },
    'add an ignored file': async () => {
      const path = this.write('ignored/made.txt');
      await this.git('add', '--force', path);
      await this.git('commit', '-q', '-m', 'made');
    },
    'write an ignored file': async () => this.write(this.pick(IGNORED)),
    // As `git lfs pull` does: nothing has changed.
    'fetch a large file': async () => writeFileSync(this.file('big.bin'), LARGE),
    tag: () => this.git('tag', `t-${++this.count}`),
    'work in a worktree of its own': async () => {
      const name = `mine-${++this.count}`;
      const mine = join(this.run.directory, '..', name);
      await this.git('worktree', 'add', '-q', '--detach', mine);
      this.write(this.pick(FILES), mine);
      if (this.next() < 0.5) return;
      await gitIn(mine, ...IDENTITY, 'add', '-A');
      await gitIn(mine, ...IDENTITY, 'commit', '-q', '-m', 'mine');
    },
    'remove the index': async () => {
      if (this.next() < 0.3) rmSync(await this.gitPath('index'), { force: true });
    },
    'remove HEAD': async () => {
      if (this.next() < 0.2) rmSync(await this.gitPath('HEAD'), { force: true });
    },
  };

  private async gitPath(name: string): Promise<string> {
    const path = await this.git('rev-parse', '--git-path', name);
    return path.startsWith('/') ? path : join(this.run.worktree, path);
  }
}

/** What the agent wrote and still has: in its files, and in what its refs point to; by path. */
export async function alive(run: AgentRun): Promise<Set<string>> {
  const found = new Set<string>();
  const take = (path: string, text: string) => {
    for (const [marker] of text.matchAll(/written-\d+-by-the-agent/g)) found.add(`${path} ${marker}`);
  };
  const git = (...args: string[]) => gitIn(run.directory, ...args).catch(() => '');
  const list = await gitIn(run.worktree, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').catch(
    () => '',
  );
  const files = list === '' ? FILES : list.split('\0');
  for (const path of new Set([...files, ...FILES, ...IGNORED])) {
    const file = join(run.worktree, path);
    if (path !== '' && existsSync(file)) take(path, readFileSync(file, 'utf8'));
  }
  const worktrees = (await git('worktree', 'list', '--porcelain')).split('\n\n');
  for (const text of worktrees) {
    const path = /^worktree (.+)$/m.exec(text)?.[1] ?? '';
    if (!path.includes('/mine-')) continue;
    for (const one of FILES) if (existsSync(join(path, one))) take(one, readFileSync(join(path, one), 'utf8'));
  }
  // What the worktree has lost of its own commit the agent has deleted.
  const others = worktrees.filter((text) => /^worktree .*\/mine-/m.test(text));
  const heads = others.flatMap((text) => /^HEAD ([0-9a-f]{40})$/m.exec(text)?.[1] ?? []);
  const own = await gitIn(run.worktree, 'rev-parse', 'HEAD').catch(() => '');
  // A name of an earlier commit of the task's branch is no other work: the agent itself has gone on from there.
  const task = `refs/heads/${TASK_BRANCH}`;
  const tip = await git('rev-parse', '--verify', task);
  const elsewhere = tip === '' ? [] : [`--no-merged=${task}`];
  const named = await git('for-each-ref', '--format=%(objectname)', ...elsewhere, 'refs/heads', 'refs/tags');
  const refs = [tip, ...named.split('\n')].filter((commit) => commit !== own);
  const stashes = (await git('stash', 'list', '--format=%H')).split('\n');
  const untracked = stashes.flatMap((one) => (one ? [`${one}^3`] : []));
  const blobs: [path: string, object: string][] = [];
  for (const commit of new Set([...heads, ...refs, ...stashes, ...untracked].filter((one) => one !== ''))) {
    for (const [, object = '', path = ''] of (await git('ls-tree', '-r', commit)).matchAll(/ blob (\w+)\t(.+)/g)) {
      blobs.push([path, object]);
    }
  }
  const texts = await textsOf(
    run.directory,
    blobs.map(([, object]) => object),
  );
  for (const [path, object] of blobs) take(path, texts.get(object) ?? '');
  return found;
}
