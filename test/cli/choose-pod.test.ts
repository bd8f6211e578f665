import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { choosePod } from '../../src/cli/runs/choose-pod.js';
import { chooseRuns } from '../../src/cli/runs/choose-runs.js';
import type { Pod } from '../../src/cluster/pod.js';
import type { Runs } from '../../src/cluster/runs.js';
import { LABELS } from '../../src/run/metadata.js';
import { gitIn } from '../support/git-server.js';
import { type Given, RUNNING, runPod } from './run-pods.js';

// spec-kit numbers the tasks of every feature from T001.

const SHOP = 'https://github.com/my-org/shop';
const OTHER = 'git@github.com:my-org/other.git';

/** The pod of a run of its own: each has another hex. */
function pod(feature: string, more: Given & { readonly hex: string }): Pod {
  const made = runPod({ task: 'T001', feature, status: RUNNING, ...more });
  const labels = { ...made.metadata.labels, [LABELS.run]: more.hex };
  return { ...made, metadata: { ...made.metadata, labels, name: `agent-t001-${more.hex}-${more.attempt ?? 1}` } };
}
const login = pod('001-login', { hex: '1111111111' });
const loginAgain = pod('001-login', { hex: '1111111111', attempt: 2 });
const search = pod('002-search', { hex: '2222222222' });
const otherLogin = pod('001-login', { hex: '3333333333', repository: OTHER });
const runs = { namespace: 'n' } as Runs;

let folder: string;
let nowhere: string;
let checkout: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-choose-'));
  nowhere = join(folder, 'nowhere');
  checkout = join(folder, 'checkout');
  mkdirSync(nowhere);
  for (const feature of ['001-login', '002-search']) {
    mkdirSync(join(checkout, 'specs', feature), { recursive: true });
    writeFileSync(join(checkout, 'specs', feature, 'tasks.md'), '- [ ] T001 [ASYNC] One\n');
  }
  await gitIn(checkout, 'init', '--quiet', '--initial-branch=002-search');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const choose = async (wanted: string, pods: readonly Pod[], cwd = nowhere, env = {}) =>
  (await choosePod(wanted, pods, runs, { cwd, env })).metadata.name;
const all = [login, loginAgain, search, otherLogin];

describe('a run is chosen', () => {
  test.each([
    ['002-search/T001', all, search],
    ['specs/002-search/T001', all, search],
    ['002-search/t001', all, search],
    ['T001', [login, loginAgain], loginAgain],
    ['001-login/T001', [login, loginAgain, search], loginAgain],
    ['agent-t001-1111111111-1', all, login],
  ])('by %s', async (wanted, pods, expected) => {
    expect(await choose(wanted, pods)).toBe(expected.metadata.name);
  });
  test('of the feature of the checkout that the user stands in', async () => {
    expect(await choose('T001', all, checkout)).toBe(search.metadata.name);
    expect(await choose('T001', [login, search], checkout, { SPECIFY_FEATURE: '001-login' })).toBe(login.metadata.name);
  });
  test('of its repository, if a feature of another one has the same name', async () => {
    await gitIn(checkout, 'remote', 'add', 'origin', OTHER);
    const there = await choose('T001', all, checkout, { SPECIFY_FEATURE: '001-login' });
    await gitIn(checkout, 'remote', 'set-url', 'origin', 'git@github.com:my-org/shop');
    const here = await choose('T001', all, checkout, { SPECIFY_FEATURE: '001-login' });
    await gitIn(checkout, 'remote', 'remove', 'origin');
    expect([there, here]).toEqual([otherLogin.metadata.name, loginAgain.metadata.name]);
  });
  test.each(['002-search', 'specs/002-search/'])('of the feature that --feature %s names', async (feature) => {
    const { metadata } = await choosePod('T001', all, runs, { cwd: checkout, env: {}, feature });
    expect(metadata.name).toBe(search.metadata.name);
  });
  test('of the repository of the checkout, if the named feature is in several', async () => {
    await gitIn(checkout, 'remote', 'add', 'origin', OTHER);
    const { metadata } = await choosePod('001-login/T001', all, runs, { cwd: checkout, env: {} });
    await gitIn(checkout, 'remote', 'remove', 'origin');
    expect(metadata.name).toBe(otherLogin.metadata.name);
  });
  test('not by two features that differ', async () => {
    const place = { cwd: checkout, env: {}, feature: '002-search' };
    await expect(choosePod('001-login/T001', all, runs, place)).rejects.toThrow(
      'the feature is given twice: 002-search and 001-login/T001',
    );
    await expect(choosePod('T009', all, runs, place)).rejects.toThrow('no run "T009" of feature 002-search');
  });
  test('in the same way for a log, where a feature alone means all its runs', async () => {
    const names = async (...words: string[]) =>
      (await chooseRuns(words, all, runs, { cwd: checkout, env: {} })).map(({ metadata }) => metadata.name);
    expect(await names('T001')).toEqual([search.metadata.name]);
    expect(await names('001-login')).toEqual([loginAgain.metadata.name, otherLogin.metadata.name]);
  });
  test('without a word, all runs of the feature that --feature names', async () => {
    const chosen = (feature: string) => chooseRuns([], all, runs, { cwd: nowhere, env: {}, feature });
    expect((await chosen('002-search')).map(({ metadata }) => metadata.name)).toEqual([search.metadata.name]);
    await expect(chosen('003-pay')).rejects.toThrow('no run of feature 003-pay in namespace n');
  });
});

test('a task of several runs is refused with a table of them', async () => {
  const { message } = await choose('T001', all).then(
    () => new Error('chosen'),
    (error: Error) => error,
  );
  const [first, head, ...rows] = message.split('\n');
  expect(first).toBe('"T001" is the task of several runs; give FEATURE/T001, or the pod:');
  expect(head).toMatch(/^TASK +FEATURE +REPOSITORY +AGE +CREATED BY +STATE +POD$/);
  expect(rows).toHaveLength(3);
  expect(rows[1]).toMatch(new RegExp(`^T001 +002-search +${SHOP} +\\d+d +jane +running +agent-t001-2222222222-1$`));
});
test.each(['003-cart/T001', 'T009', '/T001/'])(
  'no run "%s" is refused, with the names that there are',
  async (wanted) => {
    await expect(choose(wanted, [login, search])).rejects.toThrow(
      `no run "${wanted}" in namespace n; there are: agent-t001-1111111111-1, agent-t001-2222222222-1`,
    );
  },
);
