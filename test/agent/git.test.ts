import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/agent/git.js';
import { machine } from '../../src/agent/machine.js';
import { gitIn } from '../support/git-repository.js';

let folder: string;
let directory: string;
let git: Git;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-git-'));
  directory = join(folder, 'repository');
  const place = machine(folder, 'none');
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
  writeFileSync(join(folder, 'home/agent/.gitconfig'), '[user]\n\tname = evil\n');
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
  const place = machine(folder, 'none');
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
