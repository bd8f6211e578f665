import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { merge } from '../../src/cli/commands/merge.js';
import { commitTo, createRepository, gitIn } from '../support/git-server.js';
import { useGitConfig } from './git-config.js';
import { runIn } from './terminal.js';

const TASKS = ['- [ ] T001 [ASYNC] One', '- [ ] T002 [ASYNC] Two', '- [ ] T003 [ASYNC] Three', ''].join('\n');
const BRANCH = '001-login';
const told = (task: string, outcome: string) =>
  `work\n\nAgent-Run: agent-${task}-0123456789-1\nAgent-Outcome: ${outcome}`;

let folder: string;
let remote: string;
let checkout: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-merge-'));
  const files = { 'specs/001-login/tasks.md': TASKS, 'shared.txt': 'shared\n' };
  remote = (await createRepository(join(folder, 'git'), 'o/n', files, { branch: BRANCH })).dir;
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', '--branch', BRANCH, remote, checkout);
  for (const [key, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.com'],
  ] as const)
    await gitIn(checkout, 'config', key, value);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runIn(merge, ['specs/001-login', ...args], { cwd: checkout });
const work = (task: string, files: Record<string, string>, message = told(task, 'delivered')) =>
  commitTo(remote, `${BRANCH}-${task}`, files, message, { from: BRANCH });
function hook(directory: string, name: string, script: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
/** The output of git as it is. */
const git = (directory: string, args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' });
const show = (revision: string) => gitIn(remote, 'show', revision);
const head = (branch: string) => gitIn(remote, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);

describe('agent-runner merge', () => {
  test('puts what was delivered on the branch of the agents, and leaves the feature and the checkout alone', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await work('t002', { 'two.txt': 'two\n' });
    const before = await head(BRANCH);
    const { out, code } = await run();
    expect(code).toBe(0);
    expect(out).toBe(
      `merged ${BRANCH}-t001\nmerged ${BRANCH}-t002\n${BRANCH}-agents is ${await head(`${BRANCH}-agents`)}`,
    );
    expect([await show(`${BRANCH}-agents:one.txt`), await show(`${BRANCH}-agents:two.txt`)]).toEqual(['one', 'two']);
    expect(await head(BRANCH)).toBe(before);
    expect(await gitIn(checkout, 'status', '--porcelain', '--branch')).toBe(`## ${BRANCH}...origin/${BRANCH}`);
  });
  test('leaves work in progress out, and says so', async () => {
    await work('t001', { 'one.txt': 'one\n' }, told('t001', 'timed-out'));
    await work('t002', { 'two.txt': 'two\n' });
    expect((await run()).out).toContain(`left ${BRANCH}-t001: it holds work in progress`);
    expect(await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`)).not.toContain('one.txt');
  });
  test('leaves out work in progress with what another task has delivered merged into it', async () => {
    await work('t002', { 'two.txt': 'two\n' });
    await work('t001', { 'one.txt': 'one\n' }, told('t001', 'timed-out'));
    await commitTo(remote, `${BRANCH}-t001`, { 'more.txt': 'more\n' }, told('t002', 'delivered'));
    expect((await run()).out).toContain(`left ${BRANCH}-t001: it holds work in progress`);
  });
  test('takes no branch for delivered that somebody has made and nobody has worked on', async () => {
    await gitIn(remote, 'branch', `${BRANCH}-t001`, BRANCH);
    const { out } = await run();
    expect(out).toContain('nothing was delivered yet');
    expect(out).not.toContain(`${BRANCH}-t001`);
  });
  test('takes the commit that a run delivered, and not what others put on top of it', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    const theirs = await commitTo(remote, `${BRANCH}-t001`, { 'theirs.txt': 'theirs\n' }, 'not by a run');
    const { out, code } = await run();
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`left ${theirs} on ${BRANCH}-t001 \\(.*: not by a run\\): no run made it; to merge it, give --trust`),
    );
    const names = await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`);
    expect([names.includes('one.txt'), names.includes('theirs.txt')]).toEqual([true, false]);
  });
  test('takes such a commit with --trust, and then what is on top of it only with --trust again', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    const theirs = await commitTo(remote, `${BRANCH}-t001`, { 'theirs.txt': 'theirs\n' }, 'reviewed');
    const more = await commitTo(remote, `${BRANCH}-t001`, { 'more.txt': 'more\n' }, 'not reviewed');
    const { out } = await run('--trust', theirs.slice(0, 12));
    expect(out).toContain(`left ${more} on`);
    const names = await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`);
    expect([names.includes('theirs.txt'), names.includes('more.txt')]).toEqual([true, false]);
  });
  test.each(['main', BRANCH])('takes what was delivered where somebody has merged %s into its branch', async (name) => {
    await work('t001', { 'one.txt': 'one\n' });
    const delivered = await head(`${BRANCH}-t001`);
    const moved = await commitTo(remote, name, { 'moved.txt': 'moved\n' }, 'moves on', { from: BRANCH });
    await gitIn(checkout, 'fetch', '--quiet', 'origin');
    await gitIn(checkout, 'branch', '--force', 'looked-at', moved);
    const tree = await gitIn(remote, 'merge-tree', '--write-tree', delivered, moved);
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    const update = ['commit-tree', tree, '-p', delivered, '-p', moved, '-m', 'update'];
    await gitIn(remote, 'update-ref', `refs/heads/${BRANCH}-t001`, await gitIn(remote, ...who, ...update));
    const { code, out } = await run();
    expect([code, out]).toEqual([0, expect.stringContaining(`merged ${BRANCH}-t001`)]);
    expect(await show(`${BRANCH}-agents:one.txt`)).toBe('one');
  });
  test('takes such a commit where a branch of the user’s has it', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await commitTo(remote, `${BRANCH}-t001`, { 'mine.txt': 'mine\n' }, 'mine');
    await gitIn(checkout, 'fetch', '--quiet', 'origin');
    expect((await run()).out).toContain('no run made it');
    await gitIn(checkout, 'branch', 'reviewed', `origin/${BRANCH}-t001`);
    expect((await run()).out).not.toContain('no run made it');
    expect(await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`)).toContain('mine.txt');
  });
  test('takes the branch in the place of the task’s, where a run delivered to that', async () => {
    await commitTo(remote, `${BRANCH}-t001`, { 'theirs.txt': 'theirs\n' }, 'not by a run', { from: BRANCH });
    await commitTo(remote, `${BRANCH}-t001-r2`, { 'one.txt': 'one\n' }, told('t001', 'delivered'), { from: BRANCH });
    expect((await run()).out).toContain(`merged ${BRANCH}-t001-r2\n`);
    const names = await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`);
    expect([names.includes('one.txt'), names.includes('theirs.txt')]).toEqual([true, false]);
  });
  test.each([
    ['a commit on top', async () => commitTo(remote, `${BRANCH}-agents`, { 'evil.txt': 'evil\n' }, 'put there')],
    [
      'a merge with more in it than what was merged',
      async () => {
        const target = `${BRANCH}-agents`;
        const other = await commitTo(remote, 'elsewhere', { 'evil.txt': 'evil\n' }, 'evil', { from: target });
        const tree = await gitIn(remote, 'rev-parse', `${other}^{tree}`);
        const as = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.com'];
        const made = await gitIn(
          remote,
          ...as,
          'commit-tree',
          tree,
          '-p',
          target,
          '-p',
          `${BRANCH}-t001`,
          '-m',
          'put there',
        );
        await gitIn(remote, 'update-ref', `refs/heads/${target}`, made);
        return made;
      },
    ],
  ])('stops at what is on the branch of the agents and was not delivered: %s', async (_, put) => {
    await work('t001', { 'one.txt': 'one\n' });
    await run();
    await work('t002', { 'two.txt': 'two\n' });
    const put1 = await put();
    const before = await head(`${BRANCH}-agents`);
    const { code, err } = await run();
    expect([code, await head(`${BRANCH}-agents`)]).toEqual([2, before]);
    expect(err).toContain(`${BRANCH}-agents has ${put1}`);
    expect(err).toContain(`--trust ${put1}`);
    expect((await run('--trust', put1)).code).toBe(0);
  });
  test('refuses to trust what is no commit', async () => {
    const { code, err } = await run('--trust', 'main');
    expect([code, err]).toEqual([2, expect.stringContaining('--trust "main" is not a commit')]);
  });
  test('takes up again what came later, of tasks and of the feature', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await run();
    await commitTo(remote, BRANCH, { 'mine.txt': 'mine\n' }, 'by hand');
    await work('t002', { 'two.txt': 'two\n' });
    expect((await run()).code).toBe(0);
    const names = (await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`)).split('\n');
    expect(names).toEqual(expect.arrayContaining(['one.txt', 'two.txt', 'mine.txt']));
  });
  test('does nothing when there is nothing new', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await run();
    const before = await head(`${BRANCH}-agents`);
    await run();
    expect(await head(`${BRANCH}-agents`)).toBe(before);
  });
  test('looks again where somebody has put the same together meanwhile', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    const other = join(folder, 'hook');
    // Makes the branch while the first push is under way, and never again.
    const free = 'unset GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES';
    const make = `git -C ${remote} branch ${BRANCH}-agents ${BRANCH}`;
    hook(join(remote, 'hooks'), 'pre-receive', `[ -e ${other} ] && exit\n: > ${other}\n${free}\n${make}`);
    const { code, err } = await run();
    expect(existsSync(other)).toBe(true);
    expect([code, err]).toEqual([0, '']);
    expect(await show(`${BRANCH}-agents:one.txt`)).toBe('one');
  });
  test('resolves no conflict: it names both branches and the files, and has pushed what fits', async () => {
    await work('t001', { 'shared.txt': 'one\n' });
    await work('t002', { 'shared.txt': 'two\n' });
    const { err, code } = await run();
    expect(code).toBe(1);
    expect(err).toContain(`${BRANCH}-t002 conflicts with ${BRANCH}-agents: both changed shared.txt`);
    expect(await show(`${BRANCH}-agents:shared.txt`)).toBe('one');
  });
  test('brings the result into the feature branch when it is told to', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    const { out } = await run('--into-branch');
    expect(out).toContain(`${BRANCH} is ${await head(`${BRANCH}-agents`)}`);
    expect(await head(BRANCH)).toBe(await head(`${BRANCH}-agents`));
  });
  test('runs the user’s own hooks for the feature branch alone', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    hook(join(checkout, '.git/hooks'), 'pre-push', 'echo "not on my watch" >&2; exit 1');
    expect(await run()).toMatchObject({ code: 0, err: '' });
    expect(await show(`${BRANCH}-agents:one.txt`)).toBe('one');
    const before = await head(BRANCH);
    expect(await run('--into-branch')).toMatchObject({ code: 2, err: expect.stringContaining('not on my watch') });
    expect(await head(BRANCH)).toBe(before);
  });
  test('says so when nothing was delivered', async () => {
    expect((await run()).out).toContain('nothing was delivered yet for specs/001-login/tasks.md');
  });
});

describe('agent-runner merge --into-branch --tick', () => {
  const LIST = 'specs/001-login/tasks.md';
  const listOf = (branch: string) => git(remote, ['cat-file', 'blob', `${branch}:${LIST}`]);
  const tickIt = () => run('--into-branch', '--tick');
  const push = (text: string) => commitTo(remote, BRANCH, { [LIST]: text }, 'edit the list');

  test('ticks what was delivered in the commit that brings it in, and no other byte', async () => {
    const list =
      '\uFEFF# Tasks\r\n\r\n* [ ]  **T001** [ASYNC] One\n- [ ] - [ ] T002 [ASYNC] Two\r\n- [ ] T003 [ASYNC] Three';
    await push(list);
    await work('t001', { 'one.txt': 'one\n' });
    await work('t002', { 'two.txt': 'two\n' });
    const { code, out } = await tickIt();
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `merged ${BRANCH}-t001`,
      `merged ${BRANCH}-t002`,
      `${BRANCH}-agents is ${await head(`${BRANCH}-agents`)}`,
      'ticked T001',
      'ticked T002',
      `${BRANCH} is ${await head(BRANCH)}`,
    ]);
    expect(listOf(BRANCH)).toBe(list.replace('* [ ]', '* [X]').replace('- [ ] - [ ]', '- [X] - [X]'));
    expect(await show(`${BRANCH}:one.txt`)).toBe('one');
    expect(await gitIn(remote, 'log', '-1', '--format=%an: %B', BRANCH)).toBe(
      `Ada: Merge ${BRANCH}-agents into ${BRANCH}\n\nDelivered and ticked: T001, T002`,
    );
  });
  test('changes nothing the second time', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await tickIt();
    const before = [await head(BRANCH), listOf(BRANCH)];
    expect((await tickIt()).out).not.toContain('ticked');
    await tickIt();
    expect(listOf(BRANCH)).toBe(before[1]);
    expect(await gitIn(remote, 'diff', '--stat', before[0] ?? '', BRANCH)).toBe('');
  });
  test('ticks what was brought in without it before', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await run('--into-branch');
    expect((await tickIt()).out).toContain('ticked T001');
    expect(listOf(BRANCH)).toContain('- [X] T001');
    expect(await gitIn(remote, 'log', '-1', '--format=%s', BRANCH)).toBe(`Tick what ${BRANCH}-agents has delivered`);
  });
  test('keeps edits that were made meanwhile, and ticks no task whose line is another one now', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await work('t002', { 'two.txt': 'two\n' });
    await push(`# New title\n\n${TASKS.replace('Two', 'Two and a half')}- [ ] T004 [SYNC] Four\n`);
    const { out } = await tickIt();
    expect(out).toContain('not ticked T002: its line has changed since its run');
    expect(listOf(BRANCH)).toBe(
      `# New title\n\n${TASKS.replace('[ ] T001', '[X] T001').replace('Two', 'Two and a half')}- [ ] T004 [SYNC] Four\n`,
    );
  });
  test('ticks no task that stands there twice, none that was ticked, and none that is in progress', async () => {
    for (const task of ['t001', 't002']) await work(task, { [`${task}.txt`]: 'x\n' });
    await work('t003', { 'three.txt': '3\n' }, told('t003', 'timed-out'));
    const list = `${TASKS.replace('[ ] T002', '[x] T002')}- [ ] T001 [ASYNC] One\n`;
    await push(list);
    expect((await tickIt()).out).toContain('not ticked T001');
    expect(listOf(BRANCH)).toBe(list);
  });
  test('begins again when somebody pushes to the branch meanwhile', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    // Once, right before the push of the feature's branch: the user's own hook runs for no other one.
    const theirs = await commitTo(remote, 'theirs', { 'theirs.txt': 'theirs\n' }, 'meanwhile', { from: BRANCH });
    const once = join(folder, 'once');
    const move = `git --git-dir=${remote} update-ref refs/heads/${BRANCH} ${theirs}`;
    hook(join(checkout, '.git/hooks'), 'pre-push', `[ -e ${once} ] || { touch ${once}; ${move}; }`);
    expect(await tickIt()).toMatchObject({ code: 0, err: '', out: expect.stringContaining('ticked T001') });
    expect(await show(`${BRANCH}:theirs.txt`)).toBe('theirs');
    expect(listOf(BRANCH)).toContain('- [X] T001');
  });
  test('leaves the checkout alone, so that a pull brings the ticks', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await tickIt();
    expect(await gitIn(checkout, 'status', '--porcelain')).toBe('');
    await gitIn(checkout, 'pull', '--quiet', '--ff-only');
    expect(readFileSync(join(checkout, LIST), 'utf8')).toContain('- [X] T001');
  });
  test('brings in what the user has looked at, and nothing that came since', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await run();
    const seen = await head(`${BRANCH}-agents`);
    await work('t002', { 'two.txt': 'two\n' });
    const before = await head(BRANCH);
    const { code, err } = await run('--into-branch', '--tick', '--expect', seen);
    expect([code, await head(BRANCH)]).toEqual([2, before]);
    const now = await head(`${BRANCH}-agents`);
    expect(err).toContain(`${BRANCH}-agents is ${now} now, and not ${seen}: more came since you looked`);
    expect((await run('--into-branch', '--tick', '--expect', now.slice(0, 12))).code).toBe(0);
    expect(listOf(BRANCH)).toContain('- [X] T002');
  });
  test.each([
    [['--expect', 'abcdef0'], 'give both'],
    [['--into-branch', '--expect', 'HEAD'], '--expect "HEAD" is not a commit'],
  ])('refuses %j', async (args, words) => {
    expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
  test('ticks no task whose work somebody has reverted', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await run('--into-branch');
    await gitIn(checkout, 'pull', '--quiet');
    await gitIn(checkout, 'revert', '--no-edit', '-m1', 'HEAD');
    await gitIn(checkout, 'push', '--quiet');
    expect((await tickIt()).out).toContain('not ticked T001: it was opened again, or its work reverted, after it was');
    expect(listOf(BRANCH)).toContain('- [ ] T001');
  });
  test('ticks no task that its author has opened again', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    await tickIt();
    await push(TASKS);
    expect((await tickIt()).out).toContain('not ticked T001: it was opened again');
    expect(listOf(BRANCH)).toBe(TASKS);
  });
  test('ticks no list that is a link', async () => {
    await work('t001', { 'one.txt': 'one\n' });
    writeFileSync(join(checkout, 'real.md'), TASKS);
    rmSync(join(checkout, LIST));
    symlinkSync('../../real.md', join(checkout, LIST));
    await gitIn(checkout, 'add', '--all');
    await gitIn(checkout, 'commit', '--quiet', '-m', 'link');
    await gitIn(checkout, 'push', '--quiet');
    expect(await tickIt()).toMatchObject({ code: 2, err: expect.stringContaining(`${LIST} is a link`) });
  });
  test('says what is wrong: without --into-branch, or a list that is not UTF-8', async () => {
    expect(await run('--tick')).toMatchObject({ code: 2, err: expect.stringContaining('give both') });
    await work('t001', { 'one.txt': 'one\n' });
    const blob = execFileSync('git', ['-C', remote, 'hash-object', '-w', '--stdin'], {
      input: Buffer.concat([Buffer.from(TASKS), Buffer.from([0xe9, 0x0a])]),
      encoding: 'utf8',
    }).trim();
    const index = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') };
    const inRemote = (...args: string[]) =>
      execFileSync('git', ['-C', remote, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        env: index,
        encoding: 'utf8',
      }).trim();
    inRemote('read-tree', BRANCH);
    inRemote('update-index', '--cacheinfo', `100644,${blob},${LIST}`);
    inRemote(
      'update-ref',
      `refs/heads/${BRANCH}`,
      inRemote('commit-tree', inRemote('write-tree'), '-p', BRANCH, '-m', 'latin'),
    );
    expect(await tickIt()).toMatchObject({ code: 2, err: expect.stringContaining(`${LIST} is not UTF-8`) });
  });
});

describe('what is wrong is said', () => {
  test('about a branch that was not pushed', async () => {
    const { err, code } = await run('--branch', 'nowhere');
    expect([code, err]).toEqual([2, expect.stringContaining(`branch nowhere is not at ${remote}: push it first`)]);
  });
  test('about a user in whose name git cannot merge', async () => {
    await gitIn(checkout, 'config', '--unset', 'user.email');
    const restore = useGitConfig('');
    const { err, code } = await run();
    restore();
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('git has no name or email for its merge commits: git config'),
    ]);
  });
  test('about a checkout without upstream', async () => {
    const other = join(folder, 'other');
    mkdirSync(join(other, 'specs/001-login'), { recursive: true });
    writeFileSync(join(other, 'specs/001-login/tasks.md'), TASKS);
    await gitIn(other, 'init', '--quiet');
    const { err, code } = await runIn(merge, ['specs/001-login'], { cwd: other });
    expect(code).toBe(2);
    expect(err).toContain('no branch: give --branch');
    expect(err).toContain('no repository: give --repo');
  });
});
