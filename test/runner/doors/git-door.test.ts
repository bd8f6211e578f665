import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GitDoor } from '../../../src/runner/doors/git-door.js';
import { filesBelow } from '../../support/files.js';
import { fastImport } from '../../support/git-repository.js';
import { commitTo, createRepository, gitIn, startGitServer } from '../../support/git-server.js';
import { agentGit, BASIC, startGit, startRunner, TOKEN } from './git-door-world.js';

let runner: ReturnType<typeof startRunner>;
let server: Awaited<ReturnType<typeof startGitServer>>;
let repository: string;
let door: GitDoor;
let clone: string;

beforeAll(async () => {
  runner = startRunner();
  const root = join(runner.folder, 'git');
  ({ dir: repository } = await createRepository(root, 'demo/greeter', { 'README.md': 'one\n' }));
  await createRepository(root, 'demo/other', { 'README.md': 'other\n' });
  for (const line of ['two', 'three']) await commitTo(repository, 'main', { 'README.md': `one\n${line}\n` }, line);
  server = await startGitServer({ root, users: { 'x-access-token': TOKEN } });
  door = await runner.open(`${server.url}/demo/greeter`);
  clone = join(runner.folder, 'clone');
  expect(await agentGit(runner.folder, 'clone', '--quiet', door.url, clone)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await runner.close();
  await server.close();
});

describe('the agent’s git reads through the door', () => {
  test('a whole clone', async () => {
    expect(door.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\/greeter$/);
    expect(await gitIn(clone, 'log', '--format=%s')).toBe('three\ntwo\ninitial');
  });
  test('a new commit', async () => {
    const commit = await commitTo(repository, 'main', { new: 'x' });
    await agentGit(clone, 'fetch');
    expect(await gitIn(clone, 'rev-parse', 'origin/main')).toBe(commit);
  });
  test('a tag', async () => {
    await gitIn(repository, 'tag', 'v1', 'main');
    await agentGit(clone, 'fetch', '--tags');
    expect(await gitIn(clone, 'describe', '--tags', 'v1')).toBe('v1');
  });
  test('the address with .git behind it', async () => {
    expect(await agentGit(clone, 'ls-remote', `${door.url}.git`, 'main')).toMatchObject({ code: 0 });
  });
  test('the contents that a partial clone lacks, as log and blame ask for them', async () => {
    const partial = join(runner.folder, 'partial');
    await agentGit(runner.folder, 'clone', '--quiet', '--no-checkout', '--filter=blob:none', door.url, partial);
    expect((await agentGit(partial, 'rev-list', '--objects', '--missing=print', '--all')).stdout).toMatch(/^\?/m);
    expect((await agentGit(partial, 'log', '-p')).stdout).toContain('+three');
    expect((await agentGit(partial, 'blame', '--porcelain', 'main', '--', 'README.md')).stdout).toContain('\tthree');
  });
  test('a shallow clone, and what deepens it', async () => {
    const shallow = join(runner.folder, 'shallow');
    await agentGit(runner.folder, 'clone', '--quiet', '--depth=1', door.url, shallow);
    expect(await gitIn(shallow, 'rev-list', '--count', 'HEAD')).toBe('1');
    await agentGit(shallow, 'fetch', '--quiet', '--unshallow');
    expect(await gitIn(shallow, 'rev-list', '--count', 'HEAD')).toBe(
      await gitIn(repository, 'rev-list', '--count', 'main'),
    );
  });
  test('with each version of the protocol', async () => {
    for (const version of [0, 1, 2]) {
      const into = join(runner.folder, `version-${version}`);
      const args = ['-c', `protocol.version=${version}`, 'clone', '--quiet', door.url, into];
      expect(await agentGit(runner.folder, ...args)).toMatchObject({ code: 0 });
    }
  });
  test('two fetches at once', async () => {
    const commit = await commitTo(repository, 'main', { another: 'x' });
    const names = ['first', 'second'].map((name) => join(runner.folder, name));
    await Promise.all(names.map((into) => agentGit(runner.folder, 'clone', '--quiet', door.url, into)));
    for (const into of names) expect(await gitIn(into, 'rev-parse', 'HEAD')).toBe(commit);
  });
  test.each([
    ['compresses', '1m', /^content-encoding: gzip/im],
    ['sends in chunks', '64k', /^transfer-encoding: chunked/im],
  ])('after a negotiation so long that git %s its requests', async (_, postBuffer, header) => {
    const lone = join(runner.folder, postBuffer);
    await agentGit(runner.folder, 'clone', '--quiet', '--bare', door.url, lone);
    // Newer than all else, so that git tells of them first.
    const own = 'commit refs/heads/own\ncommitter Test <test@example.com> 4102444800 +0000\ndata 0\n';
    await fastImport(lone, `${own}from ${await gitIn(lone, 'rev-parse', 'main')}\n${own.repeat(2500)}`, 'raw');
    const commit = await commitTo(repository, 'main', { late: postBuffer });
    const args = ['-c', `http.postBuffer=${postBuffer}`, 'fetch', '--quiet', 'origin', 'main'];
    const trace = { GIT_TRACE_CURL: '1', GIT_TRACE_CURL_NO_DATA: '1' };
    const { code, stderr } = await startGit(lone, args, trace).ended;
    expect(code).toBe(0);
    expect(stderr.replace(/^.* => Send header: /gm, '')).toMatch(header);
    expect(await gitIn(lone, 'rev-parse', 'FETCH_HEAD')).toBe(commit);
  });
  test('with a credential that was renewed meanwhile', async () => {
    runner.mount({ username: 'somebody', password: 'another-token' });
    server.setPassword('x-access-token', 'none');
    server.setPassword('somebody', 'another-token');
    expect(await agentGit(clone, 'fetch')).toMatchObject({ code: 0 });
    runner.mount({ password: TOKEN });
    server.setPassword('x-access-token', TOKEN);
  });
});

test('a push is refused, and git shows the sentence', async () => {
  const { code, stderr } = await agentGit(clone, 'push', 'origin', 'HEAD:refs/heads/mine');
  expect(code).toBe(128);
  expect(stderr).toContain("remote: this run's work is pushed by the runner: commit, and leave the push to it\n");
  expect(await gitIn(repository, 'for-each-ref', 'refs/heads/mine')).toBe('');
});

test('another repository of the host is refused, though the credential opens it', async () => {
  const { code, stderr } = await agentGit(clone, 'ls-remote', door.url.replace('greeter', 'other'));
  expect(code).toBe(128);
  expect(stderr).toContain("remote: only this run's repository is served here: /demo/greeter\n");
});

test('nothing in the clone is the credential', async () => {
  for (const text of Object.values(filesBelow(clone))) {
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(BASIC);
  }
  expect(await gitIn(clone, 'config', '--list')).not.toMatch(/token|helper|authorization/i);
});
