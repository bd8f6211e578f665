import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { merge } from '../../src/cli/merge.js';
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
    expect(err).toContain(`${BRANCH}-t002 does not fit ${BRANCH}-agents: both changed shared.txt`);
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
    expect([code, err]).toEqual([2, expect.stringContaining('git does not know in whose name it merges: git config')]);
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
