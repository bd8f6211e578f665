import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import { renderSettings } from '../fixtures/rendered.js';
import { createRepository, gitIn } from '../support/git-repository.js';
import { runAgainst } from './against-server.js';
import { type ClusterState, FakeCluster, REPOSITORY } from './implement/fake-cluster.js';
import { spawnTaskIn } from './terminal.js';

const BRANCH = '001-login';
const PROMPT = ['--prompt', 'Do it.'];

jest.setTimeout(60_000);

let folder: string;
let remote: string;
let checkout: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-many-'));
  remote = (await createRepository(join(folder, 'git'), 'o/n', { 'a.txt': 'a' }, { branch: BRANCH })).dir;
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', '--branch', BRANCH, remote, checkout);
  renderSettings(checkout);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clusterWith = (state: ClusterState = {}) => new FakeCluster(remote, state);
const spawn = (cluster: FakeCluster, tasks: string, ...args: string[]) =>
  runAgainst(spawnTask, [tasks, BRANCH, REPOSITORY, ...PROMPT, ...args], cluster.handler, { cwd: checkout });
const tasksOf = (cluster: FakeCluster) => cluster.created.map((name) => name.split('-')[1]).sort();

describe('spawn-task with several tasks', () => {
  test('creates a pod for each, and says so for each', async () => {
    const cluster = clusterWith();
    const { code, out } = await spawn(cluster, 'T001,T002, T003', '--json');
    expect(tasksOf(cluster)).toEqual(['t001', 't002', 't003']);
    const lines = out.split('\n').map((line) => JSON.parse(line));
    expect(lines.map(({ task, branch, created }) => [task, branch, created]).sort()).toEqual([
      ['T001', '001-login-t001', true],
      ['T002', '001-login-t002', true],
      ['T003', '001-login-t003', true],
    ]);
    expect(code).toBe(0);
  });
  test('again creates only what is missing', async () => {
    const cluster = clusterWith();
    await spawn(cluster, 'T001,T003');
    const { out } = await spawn(cluster, 'T001,T002,T003');
    expect(tasksOf(cluster)).toEqual(['t001', 't002', 't003']);
    expect(out).toMatch(/agent-t001-\w+-1 is already running in n/);
    expect(out).toMatch(/agent-t002-\w+-1 created in n/);
  });
  test('creates the same for the repository and the branch of the checkout', async () => {
    const given = clusterWith();
    await spawn(given, 'T001,T002');
    await gitIn(checkout, 'remote', 'set-url', 'origin', REPOSITORY);
    const taken = clusterWith();
    const { err } = await runAgainst(spawnTask, ['T001,T002', ...PROMPT], taken.handler, { cwd: checkout });
    expect(err).toContain(`from your checkout: repository ${REPOSITORY}, branch ${BRANCH}`);
    expect(taken.created.sort()).toEqual(given.created.sort());
  });
  test('creates a hundred in one call', async () => {
    const cluster = clusterWith();
    const all = Array.from({ length: 100 }, (_, index) => `T${String(index + 1).padStart(3, '0')}`);
    const { code } = await spawn(cluster, all.join(','));
    expect(tasksOf(cluster)).toEqual(all.map((task) => task.toLowerCase()));
    expect(code).toBe(0);
  });
  test('says which were not created when the quota has no more room, and takes them up when it has', async () => {
    const cluster = clusterWith({ room: 20 });
    const all = Array.from({ length: 30 }, (_, index) => `T${String(index + 1).padStart(3, '0')}`);
    const first = await spawn(cluster, all.join(','));
    expect(first.code).toBe(3);
    expect(cluster.created).toHaveLength(20);
    expect(first.err).toMatch(/exceeded quota.*; not created: T0\d\d.*; to create them, run the same command again/);
    const missing = /not created: ([^;]+)/.exec(first.err)?.[1]?.split(', ') ?? [];
    expect([...tasksOf(cluster), ...missing.map((task) => task.toLowerCase())].sort()).toEqual(
      all.map((task) => task.toLowerCase()),
    );
    cluster.state.room = 30;
    expect((await spawn(cluster, all.join(','))).code).toBe(0);
    expect(tasksOf(cluster)).toEqual(all.map((task) => task.toLowerCase()));
  });
  test('with --json prints nothing but objects on standard output, also of what it follows', async () => {
    const { code, out } = await spawn(clusterWith(), 'T001,T002', '--follow', '--json', '--base', BRANCH);
    const lines = out.split('\n').map((line) => JSON.parse(line));
    const ofFirst = lines.filter(({ task }) => task === 'T001');
    expect(ofFirst).toEqual([
      expect.objectContaining({ branch: '001-login-t001', created: true }),
      expect.objectContaining({ line: 'opencode | working on T001' }),
      expect.objectContaining({ outcome: 'delivered' }),
      expect.objectContaining({ note: expect.stringMatching(/confirmed/) }),
    ]);
    expect([lines.length, code]).toEqual([8, 0]);
  });
  test('follows all of them, each line led by its task, and ends with the outcome of the first that failed', async () => {
    const cluster = clusterWith({ behaviours: { T002: { outcome: 'stalled' } } });
    const { code, out } = await spawn(cluster, 'T001,T002', '--follow', '--base', BRANCH);
    expect(out).toContain('T001 | opencode | working on T001');
    expect(out).toContain('T001 | delivered: ');
    expect(out).toContain('T002 | stalled: ');
    expect(code).toBe(12);
  });
});

describe('of several tasks one that is wrong has none of them spawned', () => {
  test.each([
    ['that is given twice', 'T001,T002,T001', 'task T001 is given twice'],
    ['that is empty', 'T001,,T002', 'task must not be empty'],
    ['that is too long', `T001,${'x'.repeat(1001)}`, 'is 1001 characters long'],
  ])('%s', async (_, tasks, message) => {
    const cluster = clusterWith();
    const { code, err } = await spawn(cluster, tasks);
    expect(err).toContain(message);
    expect([code, cluster.created]).toEqual([2, []]);
  });
});

describe('spawn-task --dry-run with several tasks', () => {
  const dryRun = (...args: string[]) =>
    spawnTaskIn(checkout, ['T001,T002', BRANCH, 'https://github.com/o/n', '--dry-run', ...args]);

  test('prints a stream of documents', async () => {
    const { out } = await dryRun();
    const pods = parseAllDocuments(out).map((document) => document.toJS());
    expect(pods.map(({ kind, metadata }) => [kind, metadata.annotations['agentic-sdlc.io/task-id']])).toEqual([
      ['Pod', 'T001'],
      ['Pod', 'T002'],
    ]);
  });
  test('prints one List as JSON', async () => {
    const { out } = await dryRun('-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ kind: 'Pod' }, { kind: 'Pod' }],
    });
  });
});
