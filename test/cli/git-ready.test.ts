import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkGit, gitFindings } from '../../src/cli/git/git-ready.js';
import { UserGit } from '../../src/cli/git/user-git.js';
import { ADA, useGitConfig } from './git-config.js';

let folder: string;
let restore = () => {};
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-git-'));
  configure(ADA);
});
afterEach(() => {
  process.env.PATH = PATH;
  restore();
  rmSync(folder, { recursive: true, force: true });
});

function configure(user: string): void {
  restore();
  restore = useGitConfig(user);
}

/** A git that says it is of this version. */
function say(version: string): void {
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\n[ "$1" = --version ] && echo "${version}" && exit\necho 'Ada <a@b> 1 +0000'\n`,
  );
  chmodSync(join(folder, 'git'), 0o755);
  process.env.PATH = `${folder}${delimiter}${PATH}`;
}

const found = () => gitFindings(new UserGit(folder));
const identity = async () => (await found()).find(({ check }) => check === 'git identity');

test('a git that can merge, in a name that it knows, is well', async () => {
  expect(await found()).toEqual([
    { check: 'git', state: 'ok', message: expect.stringMatching(/^\d+\.\d+/) },
    { check: 'git identity', state: 'ok', message: 'Ada <ada@example.com>' },
  ]);
  await checkGit(new UserGit(folder));
});

test.each([
  ['git version 2.38.0', 'ok'],
  ['git version 2.39.2 (Apple Git-143)', 'ok'],
  ['git version 2.47.0.windows.1', 'ok'],
  ['git version 3.0.0', 'ok'],
  ['git version 2.37.9', 'wrong'],
  ['git version 1.99.0', 'wrong'],
  ['who knows', 'wrong'],
])('of a git that says "%s" it is %s that it can merge', async (version, state) => {
  say(version);
  expect((await found())[0]?.state).toBe(state);
});

test('what is lacking is told with the command that gives it', async () => {
  configure('email = ada@example.com');
  expect((await identity())?.fix).toBe("git config --global user.name 'YOUR NAME'");
  configure('name = Ada');
  expect((await identity())?.fix).toBe("git config --global user.email 'YOU@EXAMPLE.COM'");
  configure('');
  expect((await identity())?.fix).toBe(
    "git config --global user.name 'YOUR NAME' && git config --global user.email 'YOU@EXAMPLE.COM'",
  );
  say('git version 2.34.1');
  await expect(checkGit(new UserGit(folder))).rejects.toThrow(
    'git 2.34.1 is older than 2.38 and cannot merge branches: install Git 2.38 or later',
  );
});

test('without git it is said where to get it', async () => {
  process.env.PATH = folder;
  expect(await found()).toEqual([expect.objectContaining({ check: 'git', state: 'missing' })]);
});
