import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { renderSettings } from '../fixtures/rendered.js';
import { createRepository, gitIn } from '../support/git-server.js';
import { spawnTaskIn } from './terminal.js';

const SHOP = 'https://github.com/my-org/shop';
const USAGE = 2;

let folder: string;
/** On branch 001-login of the shop, whose upstream has the same name. */
let checkout: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-runner-spawn-')));
  const tasks = '- [ ] T001 [ASYNC] One\n- [ ] T002 [ASYNC] Two\n';
  const files = { 'specs/001-login/tasks.md': tasks, 'specs/002-search/tasks.md': tasks };
  const { dir } = await createRepository(join(folder, 'git'), 'my-org/shop', files, { branch: '001-login' });
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', '--branch', '001-login', dir, checkout);
  await gitIn(checkout, 'remote', 'set-url', 'origin', SHOP);
  renderSettings(checkout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function spawned(cwd: string, ...args: string[]) {
  const { code, out, err } = await spawnTaskIn(cwd, [...args, '--dry-run', '-o', 'json']);
  if (code !== 0) throw new Error(err);
  const { metadata, spec } = JSON.parse(out);
  const env = new Map(spec.containers[0].env.map(({ name, value }: Record<string, string>) => [name, value]));
  return {
    err,
    repository: metadata.annotations[ANNOTATIONS.repository],
    branch: env.get('GIT_BRANCH'),
    feature: metadata.labels[LABELS.feature],
    directory: env.get('TASK_CONTEXT_PATH'),
  };
}

describe('what spawn-task is not given is that of the checkout', () => {
  const login = { repository: SHOP, branch: '001-login', feature: '001-login', directory: 'specs/001-login' };

  test('for a task alone: repository, branch and feature, and it says so', async () => {
    const { err, ...run } = await spawned(checkout, 'T001');
    expect(run).toEqual(login);
    expect(err).toBe(`spawn-task: from your checkout: repository ${SHOP}, branch 001-login, feature 001-login`);
  });
  test('for the two arguments of the original spawn-pod.sh', async () => {
    expect(await spawned(checkout, 'T001', '001-login')).toMatchObject(login);
  });
  test('from a folder inside of it', async () => {
    expect(await spawned(join(checkout, 'specs'), 'T001')).toMatchObject(login);
  });
  test.each([
    ['FEATURE/TASK', ['002-search/T001']],
    ['--feature', ['T001', '--feature', '002-search']],
    ['both', ['002-search/T001', '--feature', '002-search']],
    ['--context-dir', ['T001', '--context-dir', 'specs/002-search']],
  ])('but a feature that %s names', async (_, args) => {
    const run = await spawned(checkout, ...args);
    expect(run).toMatchObject({ ...login, feature: '002-search', directory: 'specs/002-search' });
  });
  test('but no feature for another branch', async () => {
    const run = await spawned(checkout, 'T001', 'main');
    expect(run).toMatchObject({ repository: SHOP, branch: 'main', directory: undefined });
  });
  test('but nothing for another repository', async () => {
    const run = await spawned(checkout, 'T001', '--repo', 'https://github.com/my-org/x');
    expect(run).toMatchObject({ err: '', branch: 'main', directory: undefined });
  });
  test('nothing at all where everything is given', async () => {
    const run = await spawned(checkout, 'T001', 'main', 'https://github.com/my-org/x');
    expect(run).toMatchObject({ err: '', repository: 'https://github.com/my-org/x', directory: undefined });
  });
});

describe('spawn-task refuses', () => {
  test.each([
    ['a feature that the checkout does not have', ['003-pay/T001'], '"003-pay" is not in '],
    ['two features', ['001-login/T001,002-search/T002'], 'the feature is given twice: 001-login and 002-search/T002'],
    ['a feature and a directory', ['001-login/T001', 'b', SHOP, 'specs/001-login'], 'the feature is given twice'],
    ['a task that the feature does not have', ['002-search/T009'], 'specs/002-search/tasks.md (it has T001, T002)'],
  ])('%s', async (_, args, message) => {
    const { code, err } = await spawnTaskIn(checkout, [...args, '--dry-run']);
    expect(err).toContain(message);
    expect(code).toBe(USAGE);
  });
});
