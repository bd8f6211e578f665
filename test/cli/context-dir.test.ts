import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localContext } from '../../src/cli/checkout/context-dir.js';
import { createRepository, gitIn } from '../support/git-server.js';

const asked = { tasks: ['T001'], branch: 'feature', hasBase: false, hasPrompt: false };

let folder: string;
let checkout: string;
let feature: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-runner-context-')));
  const files = { 'specs/001-x/tasks.md': '- [ ] T001 [ASYNC] Do it\n', 'other/file': 'x' };
  const { dir } = await createRepository(join(folder, 'git'), 'o/n', files, { branch: 'feature' });
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', '--branch', 'feature', dir, checkout);
  feature = join(checkout, 'specs/001-x');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a context-dir on this machine', () => {
  test('becomes a path inside the repository, with the commit that is checked out', async () => {
    const head = await gitIn(checkout, 'rev-parse', 'HEAD');
    expect(await localContext(feature, folder, asked)).toEqual({ contextPath: 'specs/001-x', checkout: head });
  });
  test('may be relative to the working directory', async () => {
    expect(await localContext('001-x', join(checkout, 'specs'), asked)).toMatchObject({ contextPath: 'specs/001-x' });
  });
  test('may be the top of the repository', async () => {
    expect(await localContext(checkout, folder, asked)).not.toHaveProperty('contextPath');
  });
  test('is refused when its task list does not have the task, naming those that it has', async () => {
    const unknown = { ...asked, tasks: ['T001', 'T999', 'T998'] };
    await expect(localContext(feature, folder, unknown)).rejects.toThrow(
      /"T999" is not in .*tasks\.md \(it has T001\)/,
    );
    await expect(localContext(feature, folder, { ...unknown, hasPrompt: true })).resolves.toBeDefined();
  });
  test('is refused for an id in other letters than the list has, which would be another run', async () => {
    await expect(localContext(feature, folder, { ...asked, tasks: ['t001'] })).rejects.toThrow(
      /"t001" is T001 in .*tasks\.md: use that spelling/,
    );
  });
  test('is refused outside of a repository, and as a file', async () => {
    await expect(localContext(folder, folder, asked)).rejects.toThrow('is not in a Git repository');
    await expect(localContext(join(feature, 'tasks.md'), folder, asked)).rejects.toThrow('is a file');
  });
  test('is refused when neither its commit nor the branch was pushed, unless the base is given', async () => {
    const local = join(folder, 'local');
    mkdirSync(join(local, 'specs/001-x'), { recursive: true });
    writeFileSync(join(local, 'specs/001-x/tasks.md'), '- [ ] T001 [ASYNC] Do it\n');
    await gitIn(local, 'init', '--quiet');
    await gitIn(local, 'add', '.');
    await gitIn(local, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'local');
    const directory = join(local, 'specs/001-x');
    await expect(localContext(directory, folder, asked)).rejects.toThrow('push it');
    expect(await localContext(directory, folder, { ...asked, hasBase: true })).toEqual({ contextPath: 'specs/001-x' });
  });
});

describe('a context-dir that is not on this machine', () => {
  test('is taken to be inside the repository when it is relative', async () => {
    expect(await localContext('specs/001-x', folder, asked)).toEqual({ contextPath: 'specs/001-x' });
  });
  test('is refused when it is absolute', async () => {
    await expect(localContext('/nowhere/specs', folder, asked)).rejects.toThrow('does not exist');
  });
});
