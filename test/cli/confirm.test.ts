import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { confirmed } from '../../src/cli/git/confirm.js';
import { UserGit } from '../../src/cli/git/user-git.js';
import { commitTo, createRepository, gitIn } from '../support/git-repository.js';
import { ADA, useGitConfig } from './git-config.js';

let folder: string;
let remote: string;
let checkout: string;
let commit: string;
let giveBack: () => void;
beforeEach(async () => {
  giveBack = useGitConfig(ADA);
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-confirm-'));
  ({ dir: remote, commit } = await createRepository(folder, 'o/n', { 'a.txt': 'a\n' }));
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', remote, checkout);
});
afterEach(() => {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
});

const asked = (branch: string, wanted = commit) => confirmed(new UserGit(checkout), remote, branch, wanted);

describe('what a pod says is confirmed', () => {
  test('by the head of the branch', async () => {
    expect(await asked('main')).toEqual({ confirmed: true, words: `sees ${commit.slice(0, 12)} on main` });
  });
  test('by a commit below the head, which somebody has pushed since', async () => {
    const head = await commitTo(remote, 'main', { 'b.txt': 'b\n' }, 'more');
    expect(await asked('main')).toEqual({ confirmed: true, words: `sees ${head.slice(0, 12)} on main` });
  });
  test('not by a branch without the commit', async () => {
    expect(await asked('main', '1'.repeat(40))).toMatchObject({ confirmed: false });
  });
  test('not by a branch that is not there', async () => {
    expect(await asked('other')).toEqual({ confirmed: false, words: 'does not see other' });
  });
  test('neither way by a remote that does not answer', async () => {
    renameSync(remote, `${remote}-away`);
    expect(await asked('main')).toEqual({
      confirmed: undefined,
      words: expect.stringMatching(/^gets no answer: fatal: .*does not appear to be a git repository/),
    });
  });
});

describe('the user’s own way to speak to a host by SSH is taken', () => {
  test.each(['core.sshCommand', 'GIT_SSH', 'GIT_SSH_COMMAND'])('from %s', async (name) => {
    const program = join(folder, 'own-ssh');
    const mark = join(folder, 'asked');
    writeFileSync(program, `#!/bin/sh\ntouch ${mark}\nexit 1\n`);
    chmodSync(program, 0o755);
    const { GIT_SSH, GIT_SSH_COMMAND } = process.env;
    try {
      delete process.env.GIT_SSH;
      delete process.env.GIT_SSH_COMMAND;
      if (name.startsWith('GIT')) process.env[name] = program;
      else await gitIn(checkout, 'config', '--file', process.env.GIT_CONFIG_GLOBAL ?? '', name, program);
      await new UserGit(checkout).try(['ls-remote'], 'ssh://git@git.example/o/n');
    } finally {
      for (const [name, value] of Object.entries({ GIT_SSH, GIT_SSH_COMMAND })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(existsSync(mark)).toBe(true);
  });
});
