import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkpointRef } from '../../../src/run/names.js';
import { freshRepository } from '../../../src/runner/commit/fresh-repository.js';
import type { Work } from '../../../src/runner/commit/message.js';
import { Checkpoints } from '../../../src/runner/save/checkpoints.js';
import { commitTo, gitIn } from '../../support/git-server.js';
import { type AgentRun, startRemote, TASK_BRANCH } from './world.js';

let remote: Awaited<ReturnType<typeof startRemote>>;
beforeAll(async () => {
  remote = await startRemote();
});
afterAll(() => remote.close());

const AGENT = ['-c', 'user.name=agent', '-c', 'user.email=agent@example.com'];
const work: Work = {
  outcome: 'checkpoint',
  title: 'a task',
  summary: '',
  redact: (text: string) => text,
  author: { name: 'agent', email: 'agent@example.com' },
  secrets: () => [],
  allowance: { paths: [], byTask: false, named: [], forbidden: [] },
};

const refs = async () =>
  (await gitIn(remote.dir, 'for-each-ref', '--format=%(refname)', 'refs/agent-runner')).split('\n').filter(Boolean);
const show = (ref: string, path: string) => gitIn(remote.dir, 'cat-file', 'blob', `${ref}:${path}`);

/** Checkpoints of a run, until each of these refs is there. */
async function until(run: AgentRun, wanted: readonly string[]): Promise<Checkpoints> {
  const said: string[] = [];
  const checkpoints = new Checkpoints({ ...run.job, say: (_, text) => said.push(text) }, 0.01, work);
  checkpoints.start();
  for (let tries = 0; tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const there = await refs();
    if (wanted.every((ref) => there.some((one) => one.startsWith(ref)))) break;
  }
  await checkpoints.end();
  return checkpoints;
}

async function inConflict(): Promise<AgentRun> {
  const run = await (await remote.run()).settle();
  writeFileSync(join(run.worktree, 'kept.txt'), 'stashed\n');
  await run.git(...AGENT, 'stash', '--quiet', '--include-untracked');
  writeFileSync(join(run.worktree, 'b.txt'), 'b of the agent\n');
  await run.git(...AGENT, 'commit', '--quiet', '--all', '-m', 'b');
  await run.git('fetch', '--quiet', 'origin');
  await run.git(...AGENT, 'merge', 'origin/main').catch(() => {});
  return run;
}

const OWN = checkpointRef(TASK_BRANCH);
const ASIDE = checkpointRef(`${TASK_BRANCH}-1`);
const STASH = checkpointRef(`${TASK_BRANCH}-1-stash-1`);

describe('a checkpoint of an agent that is in the middle of a merge and has a stash', () => {
  test('is not what the next run starts from, and has all of it; the end of the run takes it away', async () => {
    const run = await inConflict();
    const checkpoints = await until(run, [ASIDE, STASH]);
    expect(await refs()).toEqual([ASIDE, STASH]);
    expect(await show(ASIDE, 'b.txt')).toContain('b of the agent');
    expect(await show(STASH, 'kept.txt')).toBe('stashed');
    expect(checkpoints.told()).toContain(STASH);
    await checkpoints.remove(run.job.git, await freshRepository(run.job));
    expect(await refs()).toEqual([]);
  });
  test('gets a name of its own where another run of the same number has left one', async () => {
    const left = await commitTo(remote.dir, 'left', { 'left.txt': 'left\n' }, 'left', { from: remote.start });
    await gitIn(remote.dir, 'update-ref', ASIDE, left);
    const run = await inConflict();
    const checkpoints = await until(run, [`${ASIDE}-`, STASH]);
    const there = await refs();
    expect(there.filter((ref) => new RegExp(`^${ASIDE}-[0-9a-f]{10}$`).test(ref))).toHaveLength(1);
    expect(await gitIn(remote.dir, 'rev-parse', ASIDE)).toBe(left);
    await checkpoints.remove(run.job.git, await freshRepository(run.job));
    expect(await refs()).toEqual([ASIDE]);
    await gitIn(remote.dir, 'update-ref', '-d', ASIDE);
  });
  test('is on the ref of the task, once the merge is over', async () => {
    const run = await inConflict();
    await run.git('merge', '--abort');
    const checkpoints = await until(run, [OWN]);
    expect(await show(OWN, 'b.txt')).toBe('b of the agent');
    await checkpoints.remove(run.job.git, await freshRepository(run.job));
  });
});
