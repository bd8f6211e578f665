import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { recover } from '../../src/cli/commands/recover.js';
import { checkpointBranch, checkpointRef } from '../../src/run/names.js';
import { answer } from '../cluster-client/api-server.js';
import { commitTo, createRepository, gitIn } from '../support/git-repository.js';
import { runAgainst } from './against-server.js';
import { ADA, useGitConfig } from './git-config.js';
import { ENDED, logWithBundle, POD, podOf, TASK_BRANCH } from './recoverable.js';

let folder: string;
let remote: string;
let checkout: string;
let start: string;
let giveBack: () => void;
/** The repository as a pod knows it; the user's git finds it on this machine. */
const URL = 'https://git.example/owner/name';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-recover-'));
  giveBack = useGitConfig(`${ADA}\n[url "${folder}/"]\ninsteadOf = https://git.example/`);
  ({ dir: remote, commit: start } = await createRepository(folder, 'owner/name', { 'a.txt': 'a\n' }));
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', remote, checkout);
});
afterEach(() => {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
});

/** Work of a run, on a ref of the remote that is moved to where it belongs. */
async function workOn(ref: string): Promise<string> {
  const commit = await commitTo(remote, 'work', { 'half.txt': 'half\n' }, 'work', { from: 'main' });
  await gitIn(remote, 'update-ref', ref, commit);
  await gitIn(remote, 'update-ref', '-d', 'refs/heads/work');
  return commit;
}

interface Given {
  readonly pod?: ReturnType<typeof podOf> | [];
  readonly log?: string;
  /** Why the log cannot be read. */
  readonly noLog?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
}

function run({ pod = podOf(URL, ENDED.lost), log = '', noLog, args = [POD], cwd = checkout }: Given) {
  return runAgainst(
    recover,
    args,
    (request, response) =>
      request.url?.includes('/log?')
        ? noLog
          ? answer(response, { kind: 'Status', message: noLog }, 500)
          : void response.end(log)
        : answer(response, { items: [pod].flat() }),
    { cwd },
  );
}

const BRANCH = `recovered/${TASK_BRANCH}-2`;
const head = (branch: string) => gitIn(checkout, 'rev-parse', '--verify', `refs/heads/${branch}`);

describe('what the agent had put elsewhere becomes branches of the user’s as well', () => {
  const others = [
    { what: 'a stash', branch: `${TASK_BRANCH}-2-stash-1` },
    { what: 'branch try', branch: `${TASK_BRANCH}-2-try`, inLog: true as const },
    { what: 'branch lost' },
  ];
  const ofOthers = (branch: string) => `recovered/${branch}`;

  test('from the branch where it was saved, and from the log, in which the work itself is as well', async () => {
    const stash = await workOn(`refs/heads/${others[0]?.branch}`);
    const main = await logWithBundle(join(folder, 'one'), remote, start, 'text');
    const other = await logWithBundle(join(folder, 'other'), remote, start, 'text', others[1]?.branch);
    const { code, out } = await run({ pod: podOf(URL, ENDED.elsewhere(others)), log: main.log + other.log });
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `branch ${ofOthers(`${TASK_BRANCH}-2-stash-1`)} has a stash of the agent's, which it saved on branch ${TASK_BRANCH}-2-stash-1`,
      `branch ${ofOthers(`${TASK_BRANCH}-2-try`)} has branch try of the agent's, from its log`,
      `branch ${BRANCH} has the work of ${POD}, from its log (commit ${main.commit.slice(0, 12)})`,
    ]);
    expect(await Promise.all([head(ofOthers(`${TASK_BRANCH}-2-stash-1`)), head(BRANCH)])).toEqual([stash, main.commit]);
    expect(await head(ofOthers(`${TASK_BRANCH}-2-try`))).toBe(other.commit);
  });
  test('also where there is nothing else', async () => {
    await workOn(`refs/heads/${others[0]?.branch}`);
    const { code, out } = await run({ pod: podOf(URL, ENDED.elsewhere(others.slice(0, 1))) });
    expect(code).toBe(0);
    expect(out).toContain(`${POD} (agent-failed) left no work`);
  });
  test('but not over a branch that is there', async () => {
    await workOn(`refs/heads/${others[0]?.branch}`);
    const mine = ofOthers(`${TASK_BRANCH}-2-stash-1`);
    await gitIn(checkout, 'branch', mine, 'main');
    const { out } = await run({ pod: podOf(URL, ENDED.elsewhere(others.slice(0, 1))) });
    expect(out).toContain(`branch ${mine} already exists`);
    expect(await head(mine)).toBe(start);
  });
  test('from the checkpoints of a pod that is gone', async () => {
    const trailers = `\n\nAgent-Run: ${POD}\nAgent-Outcome: checkpoint`;
    const refs = [checkpointRef(TASK_BRANCH), checkpointRef(`${TASK_BRANCH}-2-stash-1`)];
    const commits = [];
    for (const [index, ref] of refs.entries()) {
      const commit = await commitTo(remote, 'work', { 'half.txt': `${index}\n` }, `work${trailers}`, { from: 'main' });
      await gitIn(remote, 'update-ref', ref, commit);
      await gitIn(remote, 'update-ref', '-d', 'refs/heads/work');
      commits.push(commit);
    }
    const { code, out } = await run({ pod: [] });
    expect(code).toBe(0);
    expect(out).toContain(`has work that the agent had put elsewhere (${refs[1]})`);
    expect(await Promise.all([head(BRANCH), head(ofOthers(`${TASK_BRANCH}-2-stash-1`))])).toEqual(commits);
  });
});

describe('the work of a run becomes a branch of the user’s', () => {
  test('from the checkpoint of a killed run whose agent was in the middle of a merge', async () => {
    const commit = await workOn(checkpointRef(`${TASK_BRANCH}-2`));
    const { out } = await run({ pod: podOf(URL, ENDED.killed) });
    expect(await head(BRANCH)).toBe(commit);
    expect(out).toContain(`from its last checkpoint (${checkpointRef(`${TASK_BRANCH}-2`)})`);
  });
  test('from the branch where it was saved', async () => {
    const commit = await workOn(`refs/heads/${TASK_BRANCH}-2`);
    const { code, out } = await run({ pod: podOf(URL, ENDED.saved(commit)) });
    expect([code, await head(BRANCH)]).toEqual([0, commit]);
    expect(out).toBe(`branch ${BRANCH} has the work of ${POD}, which it saved on branch ${TASK_BRANCH}-2`);
  });
  test('from the task’s branch, where it was delivered', async () => {
    const commit = await workOn(`refs/heads/${TASK_BRANCH}`);
    const { out } = await run({ pod: podOf(URL, ENDED.delivered(commit)) });
    expect(await head(BRANCH)).toBe(commit);
    expect(out).toContain('which was delivered');
  });
  test.each(['text', 'json'] as const)('from its log in %s', async (format) => {
    const { commit, log } = await logWithBundle(folder, remote, start, format);
    const { out } = await run({ log });
    expect(await head(BRANCH)).toBe(commit);
    expect(await gitIn(checkout, 'show', `${BRANCH}:half.txt`)).toBe('half');
    expect(out).toContain(`from its log (commit ${commit.slice(0, 12)})`);
  });
  test('from its log, into a checkout that has to fetch what the work is made on', async () => {
    const newer = await commitTo(remote, 'feature', { 'b.txt': 'b\n' }, 'newer', { from: 'main' });
    const { commit, log } = await logWithBundle(folder, remote, newer, 'text');
    await run({ log });
    expect(await head(BRANCH)).toBe(commit);
  });
  test.each([
    ['ref', checkpointRef(TASK_BRANCH)],
    ['branch', checkpointBranch(TASK_BRANCH)],
  ])('from the %s of its last checkpoint, when it could not say anything', async (_, ref) => {
    const commit = await workOn(ref);
    const { out } = await run({ pod: podOf(URL, ENDED.killed) });
    expect(await head(BRANCH)).toBe(commit);
    expect(out).toContain(`from its last checkpoint (${ref})`);
  });
  test('of a name that is given, in a checkout that is given, by the task alone', async () => {
    const commit = await workOn(checkpointRef(TASK_BRANCH));
    const { code } = await run({ args: ['T001', '--branch', 'mine', '--checkout', checkout], cwd: tmpdir() });
    expect([code, await head('mine')]).toEqual([0, commit]);
  });
  test('and the branch that is checked out stays as it is', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    await run({});
    expect(await head('main')).toBe(start);
    expect(await gitIn(checkout, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(await gitIn(checkout, 'status', '--porcelain')).toBe('');
  });
});

describe('the checkpoint of a run', () => {
  test('is found though its node took the log with it', async () => {
    const commit = await workOn(checkpointRef(TASK_BRANCH));
    const { code, out } = await run({ pod: podOf(URL, ENDED.killed), noLog: 'no route to host' });
    expect([code, await head(BRANCH)]).toEqual([0, commit]);
    expect(out).toContain('from its last checkpoint');
  });
  test('and the log are both named where neither can be had', async () => {
    const { code, err } = await run({ pod: podOf(URL, ENDED.killed), noLog: 'no route to host' });
    expect(err).toMatch(/left no branch and no checkpoint, and its log cannot be read: .*no route to host/);
    expect(code).toBe(3);
  });
  test('is not said to be missing where the remote cannot be reached', async () => {
    const { code, err } = await run({ pod: podOf('https://git.example/nowhere/name', ENDED.killed) });
    expect(err).toContain(`asking https://git.example/nowhere/name for a checkpoint of ${POD} failed: git ls-remote: `);
    expect(code).toBe(2);
  });
  test('is fetched by the checkout’s own way to the repository', async () => {
    const commit = await workOn(checkpointRef(TASK_BRANCH));
    await gitIn(checkout, 'remote', 'add', 'work', 'git@git.example:elsewhere/name.git');
    await gitIn(checkout, 'config', `url.${remote}.insteadOf`, 'git@git.example:elsewhere/name.git');
    const { code } = await run({ pod: podOf('https://git.example/elsewhere/name', ENDED.killed) });
    expect([code, await head(BRANCH)]).toEqual([0, commit]);
  });
});

describe('the work of a run whose pod is gone', () => {
  const checkpointOf = async (pod: string, ref: string) => {
    const message = `Work in progress\n\nAgent-Run: ${pod}\nAgent-Outcome: checkpoint`;
    const commit = await commitTo(remote, 'work', { 'half.txt': `${pod}\n` }, message, { from: 'main' });
    await gitIn(remote, 'update-ref', ref, commit);
    await gitIn(remote, 'update-ref', '-d', 'refs/heads/work');
    return commit;
  };
  const gone = (...args: string[]) => run({ pod: [], args });

  test.each([
    ['ref', 'pod', checkpointRef(TASK_BRANCH), POD],
    ['branch', 'task', checkpointBranch(TASK_BRANCH), 'T001'],
  ])('is found on the %s of its checkpoint, by its %s', async (_, __, ref, wanted) => {
    await checkpointOf('agent-t002-0123456789-1', checkpointRef('001-login-t002'));
    const commit = await checkpointOf(POD, ref);
    const { code, out } = await gone(wanted);
    expect([code, await head(BRANCH)]).toEqual([0, commit]);
    expect(out).toBe(`branch ${BRANCH} has the work of ${POD}, from its last checkpoint (${ref}); its pod is gone`);
  });
  test('is not taken while another attempt of the run is there', async () => {
    await checkpointOf(POD, checkpointRef(TASK_BRANCH));
    const { code, err } = await run({ pod: podOf(URL, ENDED.not), args: ['agent-t001-0123456789-1'] });
    expect(code).toBe(2);
    expect(err).toContain(`agent-t001-0123456789-1 is gone, but its run has another attempt: recover ${POD}`);
  });
  test('is found also where the branch does not tell of the task', async () => {
    const commit = await checkpointOf(POD, checkpointRef('some-branch'));
    expect((await gone('T001')).code).toBe(0);
    expect(await head('recovered/some-branch-2')).toBe(commit);
  });
  test('is not said to be missing where the remote cannot be reached', async () => {
    await gitIn(checkout, 'remote', 'set-url', 'origin', join(folder, 'nowhere'));
    const { code, err } = await gone('T001');
    expect(code).toBe(2);
    expect(err).toMatch(
      /no run "T001" in namespace n.*Asking .*nowhere for a checkpoint of it failed: git ls-remote: /,
    );
  });
  test('is not chosen among that of several features', async () => {
    await checkpointOf(POD, checkpointRef(TASK_BRANCH));
    await checkpointOf('agent-t001-9876543210-1', checkpointRef('002-logout-t001'));
    const { code, err } = await gone('T001');
    expect(code).toBe(2);
    expect(err).toContain('"T001" is the task of several runs with a checkpoint: ');
    expect(err).toContain(`agent-t001-9876543210-1 (${checkpointRef('002-logout-t001')})`);
  });
  test('is not taken from what somebody else has put there', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const { code, err } = await gone('T001');
    expect(code).toBe(2);
    expect(err).toContain(
      `no run "T001" in namespace n; there are: none. There is no checkpoint of it at ${remote} either: check its`,
    );
  });
});

describe('nothing is made, and the message says why', () => {
  test('when the name is taken', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const { code, err } = await run({ args: [POD, '--branch', 'main'] });
    expect([code, await head('main')]).toEqual([2, start]);
    expect(err).toContain('branch main already exists; give another name with --branch');
  });
  test('when the name is no branch’s', async () => {
    await workOn(checkpointRef(TASK_BRANCH));
    const { code } = await run({ args: [POD, '--branch', 'x:refs/heads/main'] });
    expect([code, await head('main')]).toEqual([2, start]);
  });
  test('outside of a repository', async () => {
    const { code, err } = await run({ cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain('is not in a Git repository; give a checkout of the run');
  });
  test('while the run lives', async () => {
    const { code, err } = await run({ pod: podOf(URL, ENDED.not) });
    expect(code).toBe(2);
    expect(err).toContain('has not ended');
  });
  test('when nothing is left', async () => {
    const { code, err } = await run({});
    expect(code).toBe(2);
    expect(err).toContain('left no work: no branch, nothing in its log, no checkpoint: nobody was there');
  });
  test('when the log holds a part of the work alone', async () => {
    const { log } = await logWithBundle(folder, remote, start, 'text');
    const { code, err } = await run({ log: log.replace(/^bundle +\| 1 .*\n/m, '') });
    expect(code).toBe(2);
    expect(err).toContain(`the work in the log of ${POD} cannot be read`);
  });
});
