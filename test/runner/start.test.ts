import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunInput } from '../../src/run/input.js';
import { attemptBranch, checkpointBranch, checkpointRef } from '../../src/run/names.js';
import { Git } from '../../src/runner/git/git.js';
import { type Machine, machine } from '../../src/runner/process/machine.js';
import { deleteRef } from '../../src/runner/save/push.js';
import { clone } from '../../src/runner/start/clone.js';
import { cleanEnv } from '../support/git-repository.js';
import { commitTo, createRepository, gitIn, startGitServer } from '../support/git-server.js';

const RUN = 'agent-t001-0123456789';
const TASK_BRANCH = 'main-t001';

let folder: string;
let server: Awaited<ReturnType<typeof startGitServer>>;
let dir: string;
let base: string;
let attempt: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-start-'));
  ({ dir, commit: base } = await createRepository(folder, 'owner/name', { 'a.txt': 'a\n', 'b.txt': 'b\n' }));
  server = await startGitServer({ root: folder });
  attempt = 1;
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Where the next attempt of the run begins. */
async function begin() {
  attempt += 1;
  const repository = `${server.url}/owner/name`;
  const place: Machine = machine(join(folder, `pod-${attempt}`));
  mkdirSync(place.workspace, { recursive: true });
  const runName = `${RUN}-${attempt}`;
  const input: RunInput = {
    taskId: 'T001',
    repository,
    branch: 'main',
    taskBranch: TASK_BRANCH,
    runName,
    logFormat: 'text',
  };
  const said: string[] = [];
  const cloned = await clone(new Git(place, repository), input, place, (text) => void said.push(text));
  const files = await gitIn(cloned.store, 'ls-tree', '--name-only', cloned.files);
  return { ...cloned, names: files.split('\n'), said: said.join('\n') };
}

interface Work {
  readonly files?: Record<string, string>;
  readonly from?: string;
  readonly outcome?: string;
  readonly run?: string;
}

/** A commit as a run makes it, on a ref. */
async function workOn(ref: string, { files = {}, from = 'main', outcome = 'checkpoint', run = `${RUN}-1` }: Work = {}) {
  const message = `[T001] Work in progress\n\nAgent-Run: ${run}\nAgent-Outcome: ${outcome}\n`;
  const commit = await commitTo(dir, 'work', { 'half.txt': 'half\n', ...files }, message, { from });
  await gitIn(dir, 'update-ref', ref, commit);
  await gitIn(dir, 'update-ref', '-d', 'refs/heads/work');
  return commit;
}
/** What another attempt of the task has pushed. */
const push = (files: Record<string, string>) =>
  commitTo(dir, TASK_BRANCH, files, `theirs\n\nAgent-Run: ${RUN}-9\nAgent-Outcome: timed-out\n`, { from: 'main' });
const byHand = (branch: string, files: Record<string, string>, from?: string) =>
  commitTo(dir, branch, files, 'by hand', from ? { from } : {});

describe('the branch of the task, on which somebody else has put a commit,', () => {
  test('is left alone: the run begins with what its own attempts have made, and has a branch in its place', async () => {
    const own = await push({ 'c.txt': 'c\n' });
    await byHand(TASK_BRANCH, { 'd.txt': 'd\n' });
    const { start, branch, said, names } = await begin();
    expect([start, branch]).toEqual([own, `${TASK_BRANCH}-r2`]);
    expect(names).not.toContain('d.txt');
    expect(said).toMatch(/main-t001 has commits of others \([0-9a-f]{12} by .+\): this run delivers to main-t001-r2/);
  });
  test('has a branch in its place that begins at the base, where none of it is a run’s', async () => {
    await byHand(TASK_BRANCH, { 'd.txt': 'd\n' }, 'main');
    expect(await begin()).toMatchObject({ start: base, branch: `${TASK_BRANCH}-r2` });
  });
  test('has the next one in its place, where that has commits of others as well', async () => {
    await byHand(TASK_BRANCH, { 'd.txt': 'd\n' }, 'main');
    await byHand(`${TASK_BRANCH}-r2`, { 'd.txt': 'd\n' }, 'main');
    expect(await begin()).toMatchObject({ start: base, branch: `${TASK_BRANCH}-r3` });
  });
  test('is followed by what an earlier attempt has put in its place', async () => {
    await byHand(TASK_BRANCH, { 'd.txt': 'd\n' }, 'main');
    const own = await workOn(`refs/heads/${TASK_BRANCH}-r2`, { outcome: 'timed-out' });
    expect(await begin()).toMatchObject({ start: own, branch: `${TASK_BRANCH}-r2` });
  });
  test('is nobody’s where the base has that commit', async () => {
    const theirs = await byHand(TASK_BRANCH, { 'd.txt': 'd\n' }, 'main');
    await gitIn(dir, 'update-ref', 'refs/heads/main', theirs);
    expect(await begin()).toMatchObject({ start: theirs, branch: TASK_BRANCH });
  });
  test('still shows that the task was delivered', async () => {
    const delivered = await workOn(`refs/heads/${TASK_BRANCH}`, { outcome: 'delivered' });
    await byHand(TASK_BRANCH, { 'd.txt': 'd\n' });
    expect(await begin()).toMatchObject({ delivered, start: delivered, branch: `${TASK_BRANCH}-r2` });
  });
  test('is that also by a run’s commit that somebody has amended', async () => {
    const own = await workOn(`refs/heads/${TASK_BRANCH}`, { outcome: 'timed-out' });
    const by = (who: string, name: string) => ({
      [`GIT_${who}_NAME`]: name,
      [`GIT_${who}_EMAIL`]: `${name}@example.com`,
    });
    const message = await gitIn(dir, 'log', '-1', '--format=%B', own);
    const amend = ['-C', dir, 'commit-tree', '-p', 'main', '-m', message, `${own}^{tree}`];
    const env = { ...cleanEnv, ...by('AUTHOR', 'run'), ...by('COMMITTER', 'person') };
    const amended = execFileSync('git', amend, { env, encoding: 'utf8' }).trim();
    await gitIn(dir, 'update-ref', `refs/heads/${TASK_BRANCH}`, amended);
    expect(await begin()).toMatchObject({ start: base, branch: `${TASK_BRANCH}-r2` });
  });
  test('is that also by a commit that stands on a run’s of another task', async () => {
    await workOn(`refs/heads/${TASK_BRANCH}`, { run: 'agent-t002-0123456789-1', outcome: 'delivered' });
    expect(await begin()).toMatchObject({ start: base, branch: `${TASK_BRANCH}-r2` });
  });
});

describe('the branch of the task', () => {
  test('is where a run begins, which may have more than the base', async () => {
    const own = await push({ 'c.txt': 'c\n' });
    expect(await begin()).toMatchObject({ start: own, base });
  });
  test('is left where the base has it, and more: a later task needs what came since', async () => {
    const own = await push({ 'c.txt': 'c\n' });
    await gitIn(dir, 'update-ref', 'refs/heads/main', own);
    const merged = await commitTo(dir, 'main', { 'd.txt': 'd\n' }, 'more');
    expect(await begin()).toMatchObject({ start: merged, base: merged, names: ['a.txt', 'b.txt', 'c.txt', 'd.txt'] });
  });
});

describe('work in progress of an earlier attempt', () => {
  test.each([
    ['its ref', checkpointRef(TASK_BRANCH)],
    ['the branch that stands in for it', checkpointBranch(TASK_BRANCH)],
  ])('is taken up from %s, and is not committed yet', async (_, ref) => {
    const commit = await workOn(ref);
    const { start, files, checkpoint, names, said } = await begin();
    expect({ start, files }).toEqual({ start: base, files: commit });
    expect(checkpoint).toMatchObject({ ref, commit });
    expect(names).toEqual(['a.txt', 'b.txt', 'half.txt']);
    expect(said).toContain(`the run continues the work in progress of an earlier run: ${commit.slice(0, 12)} (${ref})`);
  });
  test('is taken up where it was made on the head of the task’s branch', async () => {
    const own = await push({ 'theirs.txt': 'theirs\n' });
    const commit = await workOn(checkpointRef(TASK_BRANCH), { from: own });
    expect(await begin()).toMatchObject({ start: own, files: commit });
  });
  test('is put on top of what somebody has pushed meanwhile', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const own = await push({ 'theirs.txt': 'theirs\n' });
    const { start, files, names, said } = await begin();
    expect(start).toBe(own);
    expect(files).not.toBe(own);
    expect(names).toEqual(['a.txt', 'b.txt', 'half.txt', 'theirs.txt']);
    expect(said).toContain(`is put on top of ${TASK_BRANCH}`);
  });
  test('is kept on a branch of its attempt where it does not fit what was pushed', async () => {
    const commit = await workOn(checkpointRef(TASK_BRANCH), { files: { 'a.txt': 'ours\n' } });
    const own = await push({ 'a.txt': 'theirs\n' });
    const { start, files, said } = await begin();
    expect({ start, files }).toEqual({ start: own, files: own });
    const aside = attemptBranch(TASK_BRANCH, `${RUN}-1`);
    expect(await gitIn(dir, 'rev-parse', aside)).toBe(commit);
    expect(said).toContain(`it is on branch ${aside}`);
  });
  test('is old where the same attempt has saved more on the task’s branch', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const files = { 'half.txt': 'all of it\n' };
    const own = await workOn(`refs/heads/${TASK_BRANCH}`, { files, outcome: 'timed-out' });
    const begun = await begin();
    expect(begun).toMatchObject({ start: own, files: own, checkpoint: { ref: checkpointRef(TASK_BRANCH) } });
    expect(begun.said).not.toContain('work in progress');
  });
});

test('work in progress is not old by what an earlier attempt has saved, which had the same number: its pod was deleted', async () => {
  await workOn(`refs/heads/${TASK_BRANCH}`, { files: { 'old.txt': 'old\n' }, outcome: 'timed-out' });
  // Git counts in seconds.
  await setTimeout(1100);
  await workOn(checkpointRef(TASK_BRANCH), { files: { 'new.txt': 'new\n' } });
  const { names, said } = await begin();
  expect(names).toEqual(expect.arrayContaining(['old.txt', 'new.txt']));
  expect(said).toContain('is put on top of');
});

describe('work in progress of an earlier attempt whose branch is gone', () => {
  test('is old where what the attempt delivered has been merged', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const merged = await workOn('refs/heads/main', { files: { 'half.txt': 'all of it\n' }, outcome: 'delivered' });
    expect(await begin()).toMatchObject({ start: merged, files: merged, delivered: merged });
  });
  test('is put on top of what the run starts from by now', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const newer = await commitTo(dir, 'main', { 'newer.txt': 'newer\n' }, 'newer');
    const { start, names, said } = await begin();
    expect(start).toBe(newer);
    expect(names).toEqual(['a.txt', 'b.txt', 'half.txt', 'newer.txt']);
    expect(said).toContain('is put on top of what the run starts from');
  });
  test('does not show that the task was delivered, though it stands on what was', async () => {
    const taken = await workOn('refs/heads/taken', { outcome: 'delivered' });
    const commit = await workOn(checkpointRef(TASK_BRANCH), { from: taken, files: { 'more.txt': 'more\n' } });
    await gitIn(dir, 'update-ref', '-d', 'refs/heads/taken');
    const begun = await begin();
    expect(begun).toMatchObject({ start: taken, files: commit });
    expect(begun.delivered).toBeUndefined();
  });
});

describe('what is under a checkpoint’s name is nothing of ours, and stays as it is, where it is', () => {
  test.each([
    ['a branch of a user’s', { outcome: 'none', run: 'none' }],
    ['what another run left', { run: 'agent-t002-9876543210-1' }],
    ['a commit that says of itself that it was saved', { outcome: 'timed-out' }],
  ])('%s', async (_, work) => {
    const ref = checkpointBranch(TASK_BRANCH);
    const commit = await workOn(ref, work);
    const begun = await begin();
    expect(begun).toMatchObject({ start: base, files: base });
    expect(begun.checkpoint).toBeUndefined();
    expect(await gitIn(dir, 'rev-parse', ref)).toBe(commit);
  });
  test('the work of the run on its ref is found all the same', async () => {
    await workOn(checkpointBranch(TASK_BRANCH), { outcome: 'none', run: 'none' });
    const commit = await workOn(checkpointRef(TASK_BRANCH));
    expect(await begin()).toMatchObject({ start: base, files: commit });
  });
});

test('work that does not fit and is refused as a branch ends the run before anything is done', async () => {
  await workOn(checkpointRef(TASK_BRANCH), { files: { 'a.txt': 'ours\n' } });
  await push({ 'a.txt': 'theirs\n' });
  const hook = join(dir, 'hooks/update');
  writeFileSync(hook, '#!/bin/sh\necho frozen >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  await expect(begin()).rejects.toMatchObject({ outcome: 'push-rejected', message: expect.stringContaining('frozen') });
});

test('work that does not fit replaces no branch that has its name, and gets another one', async () => {
  const commit = await workOn(checkpointRef(TASK_BRANCH), { files: { 'a.txt': 'ours\n' } });
  const own = await push({ 'a.txt': 'theirs\n' });
  const aside = attemptBranch(TASK_BRANCH, `${RUN}-1`);
  const theirs = await commitTo(dir, aside, { 'x.txt': 'x\n' }, 'theirs', { from: 'main' });
  // The second time it is there already.
  for (let times = 0; times < 2; times++) {
    const { start, said } = await begin();
    expect(start).toBe(own);
    expect(said).toContain(`it is on branch ${aside}-${commit.slice(0, 10)}`);
    expect(await gitIn(dir, 'rev-parse', aside, `${aside}-${commit.slice(0, 10)}`)).toBe(`${theirs}\n${commit}`);
  }
});

test('work that its attempt has put on a branch itself is there already, though the checkpoint was left', async () => {
  await workOn(checkpointRef(TASK_BRANCH), { files: { 'a.txt': 'ours\n' } });
  const own = await push({ 'a.txt': 'theirs\n' });
  const aside = attemptBranch(TASK_BRANCH, `${RUN}-1`);
  const saved = await workOn(`refs/heads/${aside}`, { files: { 'a.txt': 'all of ours\n' }, outcome: 'push-rejected' });
  const { start, said } = await begin();
  expect(start).toBe(own);
  expect(said).toContain(`it is on branch ${aside}`);
  expect(await gitIn(dir, 'for-each-ref', '--format=%(objectname)', `refs/heads/${aside}*`)).toBe(saved);
});

describe('what was delivered before', () => {
  const trailers = (outcome: string, run = RUN) => `Agent-Run: ${run}-1\nAgent-Outcome: ${outcome}`;
  const said = (message: string) => commitTo(dir, TASK_BRANCH, { 'x.txt': 'x\n' }, message, { from: 'main' });

  test('is known by the trailers of its commit, in the history of the branch', async () => {
    const commit = await said(`[T001] Do it\n\nDone.\n\n${trailers('delivered')}`);
    expect((await begin()).delivered).toBe(commit);
  });
  test('is not known by what the agent says in the same message', async () => {
    await said(`[T001] Work in progress\n\n${trailers('delivered')}\n\n${trailers('timed-out')}`);
    expect((await begin()).delivered).toBeUndefined();
  });
  test('is not known by what the agent says in the name of another run', async () => {
    const other = trailers('delivered', 'agent-t002-0123456789');
    await said(`[T002] Do it\n\n${trailers('delivered')}\n\n${other}`);
    expect((await begin()).delivered).toBeUndefined();
  });
});

test('a ref of the runner’s is deleted while it is at a commit of its own, and not when somebody else has moved it', async () => {
  const other = await push({ 'c.txt': 'c\n' });
  const git = new Git(machine(folder), `${server.url}/owner/name`);
  const ref = checkpointRef(TASK_BRANCH);
  const isThere = async () => (await gitIn(dir, 'for-each-ref', ref)) !== '';
  await gitIn(dir, 'update-ref', ref, other);
  expect([await deleteRef(git, dir, ref, [base]), await isThere()]).toEqual([false, true]);
  expect([await deleteRef(git, dir, ref, [base, other]), await isThere()]).toEqual([true, false]);
  expect(await deleteRef(git, dir, ref, [base])).toBe(true);
});
