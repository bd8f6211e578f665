import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/runner/git/git.js';
import { machine } from '../../src/runner/process/machine.js';
import { push, pushAside } from '../../src/runner/save/push.js';
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

const job = () => {
  const git = new Git(machine(join(folder, 'pod')), `${server.url}/owner/name`);
  const input = { taskBranch: 'task', runName: 'agent-task-0123456789-1' };
  return { git, input, clone: { start: `${commit}~1`, branch: 'task' }, say: () => {} };
};
const pushed = () => push(job(), work, 'task', { commit, again: async () => commit });
const aside = () => pushAside(job(), work, 'task', { commit, again: async () => commit });
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
  const afterwards = (script: string) => {
    const hook = join(remote, 'hooks/post-receive');
    writeFileSync(
      hook,
      `#!/bin/sh\nexport GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b\n${script}\n`,
    );
    chmodSync(hook, 0o755);
  };
  test('is believed when somebody has put a commit on top of its own at once', async () => {
    afterwards('git update-ref refs/heads/task $(git commit-tree -p refs/heads/task -m top refs/heads/task^{tree})');
    expect(await pushed()).toBe(commit);
    expect(await gitIn(remote, 'rev-parse', 'task^')).toBe(commit);
  });
  test('is not believed when the same files are in a commit beside its own', async () => {
    afterwards('git update-ref refs/heads/task $(git commit-tree -p refs/heads/main -m other refs/heads/task^{tree})');
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: expect.stringMatching(/^the push ended well, but the remote shows [0-9a-f]{40}$/),
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
  test('of what is put aside moves no branch that is somebody else’s, also where that has nothing of its own', async () => {
    await gitIn(remote, 'branch', 'task', 'main');
    const main = await gitIn(remote, 'rev-parse', 'main');
    const branch = `task-${commit.slice(0, 10)}`;
    expect(await aside()).toEqual({ branch, commit });
    expect(await branches(remote)).toBe(`task ${main}`);
    expect(await gitIn(remote, 'rev-parse', branch)).toBe(commit);
  });
  test('is never forced', async () => {
    const theirs = await commitTo(remote, 'task', { 'a.txt': 'theirs\n' }, 'theirs', { from: 'main' });
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: expect.stringMatching(/^task has commits of others \([0-9a-f]{12} by .*\)$/),
    });
    expect(await branches(remote)).toBe(`task ${theirs}`);
  });
  test('is never forced over what another run of the task has made', async () => {
    const message = 'theirs\n\nAgent-Run: agent-task-0123456789-2\nAgent-Outcome: delivered';
    const theirs = await commitTo(remote, 'task', { 'a.txt': 'theirs\n' }, message, { from: 'main' });
    await expect(pushed()).rejects.toMatchObject({
      outcome: 'push-rejected',
      message: expect.stringContaining('do not fit'),
    });
    expect(await branches(remote)).toBe(`task ${theirs}`);
  });
});
