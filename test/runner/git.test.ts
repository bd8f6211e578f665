import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/runner/git/git.js';
import { machine } from '../../src/runner/process/machine.js';
import { gitIn } from '../support/git-repository.js';
import { createRepository, startGitServer } from '../support/git-server.js';

let folder: string;
let directory: string;
let git: Git;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-git-'));
  directory = join(folder, 'repository');
  const place = machine(folder);
  git = new Git(place, 'https://git.example/owner/name');
  for (const path of [directory, place.home]) mkdirSync(path, { recursive: true });
  await gitIn(directory, 'init', '--quiet');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the program’s own git does not heed what a repository says', () => {
  test.each([
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.excludesFile', '/dev/null'],
    ['core.attributesFile', '/dev/null'],
    ['protocol.allow', 'never'],
  ])('as its %s', async (key, value) => {
    await gitIn(directory, 'config', key, '/evil');
    expect(await git.run(directory, ['config', '--get', key])).toBe(value);
    await gitIn(directory, 'config', '--unset', key);
  });
  test('as its credential helpers: those before ours are dropped', async () => {
    await gitIn(directory, 'config', 'credential.helper', '!evil');
    const [evil, none, own, ...others] = (await git.run(directory, ['config', '--get-all', 'credential.helper'])).split(
      '\n',
    );
    expect([evil, none, others]).toEqual(['!evil', '', []]);
    expect(own).toContain("'credential' 'https://git.example/owner/name'");
  });
});

test('it has nobody’s home and configuration, asks nobody, and gets nothing of our own environment', async () => {
  process.env.OF_OURS = 'x';
  mkdirSync(join(folder, 'home/runner'), { recursive: true });
  writeFileSync(join(folder, 'home/runner/.gitconfig'), '[user]\n\tname = evil\n');
  const lines = await git.run(directory, ['-c', 'alias.env=!env', 'env']);
  const env = Object.fromEntries(lines.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/.*?=/, '')]));
  expect(env).toMatchObject({
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  });
  expect(env).not.toHaveProperty('OF_OURS');
  expect((await git.try(directory, ['config', '--get', 'user.name'])).stdout).toBe('');
});

test('a wait for a remote that does not answer is cut short where the time has become shorter meanwhile', async () => {
  const place = machine(folder);
  let end = Date.now() + 600_000;
  const hurried = new Git(place, 'https://127.0.0.1:1/owner/name', { patience: () => end - Date.now() });
  const waits: string[] = [];
  const refused = hurried.remote(directory, ['ls-remote', hurried.repository], 'push-rejected', (text) => {
    waits.push(text);
    // The third wait is one of more than ten seconds.
    if (waits.length === 3) end = Date.now() + 8000;
  });
  await expect(refused).rejects.toMatchObject({ outcome: 'push-rejected', cause: 'network' });
  expect(waits.length).toBeGreaterThan(3);
}, 60_000);

test('a command that never ends has so many milliseconds', async () => {
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const { code } = await new Git(machine(folder), 'https://git.example/owner/name')
    .within(1500)
    .try(directory, ['hash-object', '--no-filters', 'pipe']);
  expect(code).toBeNull();
}, 60_000);

test('a repository that was renamed is told by its new URL, which asks for a credential', async () => {
  const root = join(folder, 'served');
  await createRepository(root, 'demo/greeter', { 'a.txt': 'a\n' });
  const server = await startGitServer({ root, users: { somebody: 'secret' } });
  const front = createServer(({ url = '' }, response) => {
    response.writeHead(301, { Location: `${server.url}${url.replace('/demo/old', '/demo/greeter')}` }).end();
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const old = `http://127.0.0.1:${(front.address() as AddressInfo).port}/demo/old`;
  try {
    const asked = new Git(machine(folder), old).remote(directory, ['ls-remote', old], 'clone-failed', () => {});
    await expect(asked).rejects.toMatchObject({
      outcome: 'clone-failed',
      message: `the remote redirects to ${server.url}/demo/greeter: give that URL as the repository`,
    });
  } finally {
    front.close();
    await server.close();
  }
});

test('a server that thinks for minutes is waited for, if it says a byte now and then', async () => {
  const value = (key: string) => git.run(directory, ['config', '--get', key]);
  expect([await value('http.lowSpeedLimit'), await value('http.lowSpeedTime')]).toEqual(['1', '900']);
});
