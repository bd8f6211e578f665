import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gitIn } from '../../support/git-repository.js';
import { type AgentRun, LARGE, startRemote } from './world.js';

let remote: Awaited<ReturnType<typeof startRemote>>;
beforeAll(async () => {
  remote = await startRemote();
});
afterAll(() => remote.close());

let run: AgentRun;
beforeEach(async () => {
  run = await (await remote.run()).settle();
});

const put = (path: string, text = `${path} of the agent\n`) => {
  const file = join(run.worktree, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
};
const commit = async (path: string, text = `${path} of the agent\n`) => {
  put(path, text);
  await run.git('add', '--force', path);
  await run.git('commit', '-q', '-m', `write ${path}`);
};

describe('on the task’s branch the work is', () => {
  test('what was committed and what was not', async () => {
    await commit('x.txt');
    put('y.txt', 'y\n');
    rmSync(join(run.worktree, 'c.txt'));
    const { changes, problem, others } = await run.decide();
    expect([changes, problem, others]).toEqual([['A\tx.txt', 'A\ty.txt', 'D\tc.txt'], undefined, []]);
  });
  test('with an ignored file that was committed', async () => {
    await commit('ignored/generated.js');
    expect((await run.decide()).changes).toEqual(['A\tignored/generated.js']);
  });
  test('without files that are ignored: those that the agent wrote are named, the others counted', async () => {
    for (const path of ['src/lib/utils.ts', 'lib/a.js', 'lib/b.js', 'ignored/x', 'run.log', 'src/app.ts']) put(path);
    run.written.add('src/lib/utils.ts');
    const { changes, ignored } = await run.decide();
    expect(changes).toEqual(['A\tsrc/app.ts']);
    expect(ignored).toEqual({ written: ['src/lib/utils.ts'], rest: 'lib/ (2), ignored/ (1), run.log (1)' });
  });
  test('but not content of Git LFS that the agent has fetched', async () => {
    put('big.bin', LARGE);
    put('x.txt');
    expect((await run.decide()).changes).toEqual(['A\tx.txt']);
  });
  test('also not where it committed that without the filter', async () => {
    put('big.bin', LARGE);
    await commit('x.txt');
    await run.git('add', '--all');
    await run.git('commit', '-q', '-m', 'all');
    expect((await run.decide()).changes).toEqual(['A\tx.txt']);
  });
  test.each([
    ['other content', LARGE.replace('real', 'REAL')],
    ['a part of it', LARGE.slice(0, 64)],
  ])('with %s in the place of such content', async (_, text) => {
    put('big.bin', text);
    expect((await run.decide()).changes).toEqual(['M\tbig.bin']);
  });
  test('without what others made, which a merge has brought in', async () => {
    await commit('x.txt');
    await run.git('fetch', '-q', 'origin', 'main');
    await run.git('merge', '-q', '--no-edit', 'origin/main');
    put('y.txt', 'y\n');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt', 'A\ty.txt'], undefined]);
  });
  test('without what others made, onto which it was rebased', async () => {
    await commit('x.txt');
    await run.git('fetch', '-q', 'origin', 'main');
    await run.git('rebase', '-q', 'origin/main');
    const { changes, problem, history } = await run.decide();
    expect([changes, problem, history?.foreign]).toEqual([['A\tx.txt'], undefined, [remote.main]]);
  });
  test('with a change of a file that others have changed elsewhere', async () => {
    await run.git('fetch', '-q', 'origin', 'main');
    await run.git('merge', '-q', 'origin/main');
    put('b.txt', 'b of the agent\n');
    const { problem, others } = await run.decide();
    expect([problem, others]).toEqual([expect.stringContaining('cannot be told from theirs'), []]);
  });
  test('also where it was reset to before the start and done anew', async () => {
    await run.git('reset', '-q', '--hard', 'HEAD~1');
    await commit('x.txt');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt'], undefined]);
  });
});

describe('elsewhere', () => {
  test('the work is that of the task’s branch, and the place is named', async () => {
    await commit('x.txt');
    await run.git('fetch', '-q', 'origin', 'main');
    await run.git('switch', '-q', '--detach', 'origin/main');
    const { changes, problem, notes } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt'], undefined]);
    const place = `the worktree stands on commit ${remote.main.slice(0, 12)} (${remote.main.slice(0, 12)}), not on main-t001`;
    expect(notes).toEqual([place]);
  });
  test('a change is put on top of the task’s branch where it fits', async () => {
    await commit('x.txt');
    await run.git('switch', '-q', '--detach', 'HEAD~1');
    put('y.txt', 'y\n');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt', 'A\ty.txt'], undefined]);
  });
  test('a change that does not fit is not delivered', async () => {
    await commit('b.txt', 'b, one way\n');
    await run.git('switch', '-q', '--detach', 'HEAD~1');
    put('b.txt', 'b, another way\n');
    const { problem } = await run.decide();
    expect(problem).toMatch(/the worktree stands on commit .* does not fit that branch/);
  });
  test.each([
    [
      'on a branch',
      'branch try',
      async () => {
        await run.git('switch', '-q', '-c', 'try');
        await commit('x.txt');
        await run.git('switch', '-q', 'main-t001');
      },
    ],
    [
      'on the branch that it ends on',
      'branch try',
      async () => {
        await run.git('switch', '-q', '-c', 'try');
        await commit('x.txt');
      },
    ],
    [
      'on a stash',
      'a stash',
      async () => {
        put('x.txt', 'x\n');
        await run.git('stash', '-q', '--include-untracked');
      },
    ],
    [
      'in a worktree of its own',
      'worktree mine',
      async () => {
        const mine = join(run.directory, '../mine');
        await run.git('worktree', 'add', '-q', '--detach', mine);
        writeFileSync(join(mine, 'x.txt'), 'x\n');
      },
    ],
  ])('work is found %s', async (_, what, act) => {
    await act();
    const { changes, others } = await run.decide();
    expect([changes, others]).toMatchObject([[], [{ what, changes: ['A\tx.txt'] }]]);
  });
});

describe('what was fetched and never checked out is not needed', () => {
  beforeEach(() => run.git('fetch', '-q', 'origin', 'twice'));

  test('for a branch on top of it, which is found', async () => {
    await run.git('switch', '-q', '-c', 'try', 'FETCH_HEAD');
    await commit('y.txt');
    await run.git('switch', '-q', 'main-t001');
    const { changes, others } = await run.decide();
    expect([changes, others]).toMatchObject([[], [{ what: 'branch try', changes: ['A\ty.txt'] }]]);
  });
  test('to know that a commit was copied', async () => {
    await commit('y.txt');
    await run.git('cherry-pick', 'FETCH_HEAD~1');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\ty.txt'], undefined]);
  });
  test('to know that a file is others’', async () => {
    await run.git('checkout', '-q', 'FETCH_HEAD', '--', 'c.txt');
    expect((await run.decide()).problem).toMatch(/another commit, and the agent wrote none of them: c.txt$/);
  });
  test.each([
    ['merge', ['merge', '-q', '--no-edit', 'FETCH_HEAD']],
    ['rebase', ['rebase', '-q', 'FETCH_HEAD']],
  ])('for the agent’s own change of a %s', async (_, args) => {
    await commit('x.txt');
    await run.git(...args);
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt'], undefined]);
  });
});

describe('nothing is dropped without a word:', () => {
  test.each([
    ['a tag', ['tag', 'keep']],
    ['a tag with a text of its own', ['tag', '-a', '-m', 'keep', 'keep']],
  ])('what only %s has', async (_, args) => {
    await commit('x.txt');
    await run.git(...args);
    await run.git('reset', '-q', '--hard', 'HEAD~1');
    const { changes, others } = await run.decide();
    expect([changes, others]).toMatchObject([[], [{ what: 'tag keep', changes: ['A\tx.txt'] }]]);
  });
  test('what was committed in the folder that the worktrees belong to', async () => {
    const git = (...args: string[]) => gitIn(run.directory, ...args);
    await git('checkout', '-q', '--detach', 'main-t001');
    writeFileSync(join(run.directory, 'x.txt'), 'x\n');
    await git('add', 'x.txt');
    await git('commit', '-q', '-m', 'x');
    const { changes, others } = await run.decide();
    expect([changes, others]).toMatchObject([[], [{ what: 'the repository’s own folder', changes: ['A\tx.txt'] }]]);
  });
  test('branches beyond those that are saved', async () => {
    for (let count = 10; count < 32; count++) {
      await run.git('switch', '-q', '-c', `try-${count}`, 'main-t001');
      await commit(`${count}.txt`);
    }
    await run.git('switch', '-q', 'main-t001');
    const { others, unread } = await run.decide();
    expect(others).toHaveLength(20);
    expect(unread).toEqual(['the agent has more branches, tags, stashes or worktrees: branch try-30, branch try-31']);
  });
  test('a branch whose commits cannot be read', async () => {
    await run.git('switch', '-q', '-c', 'try');
    await commit('x.txt');
    const object = await run.git('rev-parse', 'HEAD^{tree}');
    await run.git('switch', '-q', 'main-t001');
    rmSync(join(run.directory, '.git/objects', object.slice(0, 2), object.slice(2)));
    expect((await run.decide()).unread).toEqual(['branch try: its commits cannot be read']);
  });
  test('a file that is too large, which is not even copied', async () => {
    put('x.txt');
    put('large.bin');
    truncateSync(join(run.worktree, 'large.bin'), 2 ** 40);
    const { changes, unread } = await run.decide();
    expect([changes, unread]).toEqual([['A\tx.txt'], ['large.bin is larger than 100 MiB']]);
  });
});

test('a file that was only made executable is changed by the agent', async () => {
  chmodSync(join(run.worktree, 'b.txt'), 0o755);
  const { changes, problem } = await run.decide();
  expect([changes, problem]).toEqual([['M\tb.txt'], undefined]);
});
test('a repository within, whose git is elsewhere and has pipes, is waited for no longer', async () => {
  const notGit = join(run.worktree, 'not-git');
  for (const name of ['objects', 'refs']) mkdirSync(join(notGit, name), { recursive: true });
  execFileSync('mkfifo', [join(notGit, 'HEAD')]);
  put('sub/.git', 'gitdir: ../not-git\n');
  put('sub/x.txt');
  expect((await run.decide()).changes).toEqual(['A\tsub/x.txt']);
});
test('a change that others have put together in a branch, and the agent copied from there, is theirs', async () => {
  await commit('x.txt');
  await run.git('fetch', '-q', 'origin', 'side:pr12');
  await run.git('cherry-pick', 'pr12');
  await run.git('fetch', '-q', 'origin', 'main');
  expect((await run.decide()).changes).toEqual(['A\tx.txt']);
});

describe('a worktree of the agent’s own', () => {
  const ELSEWHERE = 'worktree mine is in no folder of the workspace: what was not committed there is not looked at';
  const mine = () => join(run.directory, '../mine');
  /** Where it is, as its git says. */
  const at = (folder: string) => writeFileSync(join(run.directory, '.git/worktrees/mine/gitdir'), `${folder}/.git\n`);
  const saved = async () => {
    const { others, unread, notes } = await run.decide();
    return [others.flatMap(({ changes }) => changes), [...unread, ...notes]];
  };
  beforeEach(() => run.git('worktree', 'add', '-q', '--detach', mine()));

  test('is not read outside of the workspace', async () => {
    const outside = join(run.directory, '../../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'password'), 'nobody may see this');
    execFileSync('mkfifo', [join(outside, '.gitignore')]);
    at(outside);
    expect(await saved()).toEqual([[], [ELSEWHERE]]);
    at(join(run.directory, '..'));
    expect(await saved()).toEqual([[], [ELSEWHERE]]);
    rmSync(mine(), { recursive: true });
    mkdirSync(mine());
    symlinkSync(join(outside, '..'), join(mine(), 'link'));
    at(join(mine(), 'link/outside'));
    expect(await saved()).toEqual([[], [ELSEWHERE]]);
    expect(readdirSync(outside)).toEqual(['.gitignore', 'password']);
  });
  test('is not delivered as a copy, where it lies in the run’s', async () => {
    await run.git('worktree', 'add', '-q', '--detach', join(run.worktree, '.worktrees/try'));
    put('.worktrees/try/x.txt');
    const { changes, others } = await run.decide();
    expect([changes, others]).toMatchObject([[], [{ what: 'worktree try', changes: ['A\tx.txt'] }]]);
  });
  test('is named by what of it cannot be read', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${mine()}/`), Buffer.from([0xff])]), 'x\n');
    expect(await saved()).toEqual([[], [expect.stringMatching(/^worktree mine: .* has a name that is not UTF-8$/)]]);
  });
});

describe('it is not delivered', () => {
  test('where a git command was cut off, which may have written half a file', async () => {
    put('x.txt');
    writeFileSync(join(run.directory, '.git/worktrees', run.worktree.split('/').at(-1) ?? '', 'index.lock'), '');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt'], 'the agent left a git command that has not ended']);
  });
  test('with a merge that has not ended, whose conflicts are named', async () => {
    await commit('b.txt', 'b of the agent\n');
    await run.git('fetch', '-q', 'origin', 'main');
    await run.git('merge', 'origin/main').catch(() => {});
    expect((await run.decide()).problem).toBe('the agent left a merge that has not ended: b.txt');
  });
  test('with files that are gone with the index, as after a stash that was killed', async () => {
    put('x.txt');
    const index = (await run.git('rev-parse', '--path-format=absolute', '--git-path', 'index')).trim();
    rmSync(index);
    const decided = async () => {
      const { changes, problem } = await run.decide();
      return [changes, problem];
    };
    expect(await decided()).toEqual([['A\tx.txt'], undefined]);
    for (const path of ['a.txt', 'b.txt']) rmSync(join(run.worktree, path));
    expect((await decided())[1]).toBe('files are gone, and the agent’s index lists no file: a.txt, b.txt');
    await run.git('reset', '-q');
    expect(await decided()).toEqual([['A\tx.txt', 'D\ta.txt', 'D\tb.txt'], undefined]);
  });
  test('with a file as it was in another commit, which the agent did not write', async () => {
    await run.git('checkout', '-q', 'HEAD~1', '--', 'a.txt');
    put('x.txt', 'x\n');
    expect((await run.decide()).problem).toMatch(/another commit, and the agent wrote none of them: a.txt$/);
    run.written.add('a.txt');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['A\tx.txt', 'M\ta.txt'], undefined]);
  });
  test('but what was committed so was meant to be', async () => {
    await run.git('checkout', '-q', 'HEAD~1', '--', 'a.txt');
    await run.git('commit', '-q', '-m', 'as it was');
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([['M\ta.txt'], undefined]);
  });
  test.each([
    ['which commit its files stand on', 'HEAD'],
    ['no branch', 'refs'],
  ])('where its git does not say %s', async (words, file) => {
    const name = run.worktree.split('/').at(-1) ?? '';
    put('x.txt', 'x\n');
    if (file === 'HEAD') rmSync(join(run.directory, '.git/worktrees', name, 'HEAD'));
    else rmSync(join(run.directory, '.git/refs/heads'), { recursive: true });
    const { changes, problem } = await run.decide();
    expect([changes, problem]).toEqual([
      ['A\tx.txt'],
      expect.stringContaining(file === 'refs' ? 'the agent’s repository' : words),
    ]);
  });
});

test('a path that was not checked out is unchanged, also where the worktree stands elsewhere', async () => {
  run = await (await remote.run(['dir'])).settle();
  await run.git('fetch', '-q', 'origin', 'side');
  await run.git('switch', '-q', '--detach', 'origin/side');
  put('dir/x.txt', 'x\n');
  await run.git('worktree', 'add', '-q', '--detach', join(run.directory, '../mine'));
  const { changes, problem, others } = await run.decide();
  expect([changes, problem, others]).toEqual([['A\tdir/x.txt'], undefined, []]);
});
