import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/agent/git.js';
import { machine } from '../../src/agent/machine.js';
import { push } from '../../src/agent/push.js';
import { commitTo, createRepository, gitIn, startGitServer } from '../support/git-server.js';

let folder: string;
let server: Awaited<ReturnType<typeof startGitServer>>;
let remote: string;
let work: string;
let commit: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-pushed-'));
  ({ dir: remote } = await createRepository(folder, 'owner/name', { 'a.txt': 'a\n' }));
  server = await startGitServer({ root: folder });
  work = join(folder, 'work');
  await gitIn(folder, 'clone', '--quiet', '--bare', remote, work);
  commit = await commitTo(work, 'ours', { 'a.txt': 'ours\n' }, 'ours', { from: 'main' });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const pushed = () => {
  const git = new Git(machine(join(folder, 'pod'), 'none'), `${server.url}/owner/name`);
  return push(git, work, 'task', { commit, again: async () => commit }, () => {});
};
const branches = (dir: string) =>
  gitIn(dir, 'for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads/task');

describe('a push', () => {
  test('is believed when the remote shows its commit', async () => {
    expect(await pushed()).toBe(commit);
    expect(await branches(remote)).toBe(`task ${commit}`);
  });
  test('is not believed when the remote took it and does not show it', async () => {
    const hook = join(remote, 'hooks/post-receive');
    writeFileSync(hook, '#!/bin/sh\ngit update-ref -d refs/heads/task\n');
    chmodSync(hook, 0o755);
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: 'the push ended well, but the remote shows no such branch',
    });
  });
  test('is not believed when the remote has another branch whose name ends in the same, which git then takes', async () => {
    await gitIn(remote, 'update-ref', 'refs/heads/refs/heads/task', 'main');
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: 'the push ended well, but the remote shows no such branch',
    });
  });
  test('goes to the run’s repository, whatever the remote of the repository at hand is', async () => {
    const { dir: other } = await createRepository(folder, 'owner/other', {});
    await gitIn(work, 'config', 'remote.origin.url', `${server.url}/owner/other`);
    expect(await pushed()).toBe(commit);
    expect(await branches(other)).toBe('');
  });
  test('is never forced', async () => {
    const theirs = await commitTo(remote, 'task', { 'a.txt': 'theirs\n' }, 'theirs', { from: 'main' });
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: expect.stringContaining('do not fit'),
    });
    expect(await branches(remote)).toBe(`task ${theirs}`);
  });
});
