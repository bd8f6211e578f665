import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { implement } from '../../../src/cli/commands/implement.js';
import { environments, openSettings } from '../../fixtures/environments.js';
import { renderSettings } from '../../fixtures/rendered.js';
import { commitTo, createRepository, gitIn } from '../../support/git-repository.js';
import { runAgainst } from '../against-server.js';
import { useGitConfig } from '../git-config.js';
import { runIn } from '../terminal.js';
import { type ClusterState, FakeCluster, REPOSITORY, RUNNING } from './fake-cluster.js';

const BRANCH = '001-login';
const PATH = 'specs/001-login/tasks.md';
const TASKS = `## Phase 1: A
- [ ] T001 [ASYNC] Write a
## Phase 2: B
- [ ] T002 [P] [ASYNC] Write b
- [ ] T003 [P] [ASYNC] Write c
`;

// Each run follows several pods and merges with git.
jest.setTimeout(60_000);

let folder: string;
let remote: string;
let checkout: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-implement-'));
  remote = (await createRepository(join(folder, 'git'), 'o/n', { [PATH]: TASKS }, { branch: BRANCH })).dir;
  checkout = join(folder, 'checkout');
  await gitIn(folder, 'clone', '--quiet', '--branch', BRANCH, remote, checkout);
  for (const [key, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.com'],
    [`url.${remote}.insteadOf`, REPOSITORY],
  ] as const)
    await gitIn(checkout, 'config', key, value);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (cluster: FakeCluster, ...args: string[]) =>
  runAgainst(implement, ['--repo', REPOSITORY, ...args], cluster.handler, { cwd: checkout });
const clusterWith = (state: ClusterState = {}) => new FakeCluster(remote, state);
const tasks = (cluster: FakeCluster) => cluster.created.map((name) => name.split('-')[1]);
/** Another task list, on the remote and in the checkout. */
async function plan(text: string): Promise<void> {
  await commitTo(remote, BRANCH, { [PATH]: text }, 'plan');
  await gitIn(checkout, 'pull', '--quiet');
}

describe('agent-runner implement --events', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/reference/events.md', import.meta.url)), 'utf8');
  const described = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  /** The events of a command, each checked for its time and for being described. */
  async function events(cluster: FakeCluster, ...args: string[]): Promise<Record<string, unknown>[]> {
    const { out } = await start(cluster, '--events', ...args);
    return out.split('\n').map((line) => {
      const { time, ...event } = JSON.parse(line);
      expect(new Date(time).toISOString()).toBe(time);
      expect(described).toContain(event.event);
      return event;
    });
  }
  const names = (all: readonly Record<string, unknown>[]) => all.map(({ event }) => event);

  test('tells everything in its order, and the last line is what --json prints', async () => {
    const all = await events(clusterWith(), '--parallel', '1');
    expect(all[0]).toEqual({
      event: 'began',
      ...{ feature: BRANCH, branch: BRANCH, namespace: 'n' },
      tasks: ['T001', 'T002', 'T003'].map((task) => ({ task, branch: `${BRANCH}-${task.toLowerCase()}` })),
    });
    const few = all.filter(({ event }) => event !== 'step' && event !== 'note');
    expect(names(few)).toEqual([
      ...['began', 'wave', 'started', 'ended', 'merged'],
      ...['wave', 'started', 'ended', 'started', 'ended', 'merged', 'over'],
    ]);
    expect(few[1]).toEqual({ event: 'wave', tasks: ['T001'], base: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(few[3]).toMatchObject({
      task: 'T001',
      outcome: 'delivered',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(few[4]).toEqual({
      event: 'merged',
      branch: `${BRANCH}-agents`,
      commit: (few[5] as { base: string }).base,
      tasks: ['T001'],
    });
    expect(few.at(-1)).toMatchObject({ exitCode: 0, summary: { asked: 3, delivered: 3 } });
    expect(all.filter(({ event }) => event === 'step').length).toBeGreaterThan(0);
  });
  test('tells at which task of a human’s it stops', async () => {
    await plan(TASKS.replace('## Phase 2', '- [ ] T0011 [SYNC] Decide\n## Phase 2'));
    const all = await events(clusterWith());
    expect(all.slice(-2)).toEqual([
      { event: 'stopped', by: 'humans', tasks: ['T0011'] },
      expect.objectContaining({ event: 'over', exitCode: 4 }),
    ]);
  });
  test('begins before the cluster is asked, and has nothing to do', async () => {
    await plan(TASKS.replaceAll('[ ]', '[x]'));
    expect(names(await events(clusterWith()))).toEqual(['began', 'over']);
  });
  test.each(['--json', '--dry-run'])('excludes %s', async (flag) => {
    const { code, err } = await start(clusterWith(), '--events', flag);
    expect([code, err]).toEqual([2, expect.stringContaining(`--events and ${flag} exclude each other`)]);
  });
});

describe('agent-runner implement', () => {
  test('has pods do all tasks, each from what the waves before it delivered, and says what came of it', async () => {
    const cluster = clusterWith();
    const head = await gitIn(remote, 'rev-parse', BRANCH);
    const { code, out } = await start(cluster);
    expect(tasks(cluster)).toEqual(['t001', 't002', 't003']);
    expect(cluster.bases.T001).not.toBe(cluster.bases.T002);
    expect(await gitIn(remote, 'ls-tree', '--name-only', cluster.bases.T002 ?? '')).toContain('T001.txt');
    expect(out).toContain('T001 | opencode | working on T001');
    expect(out).toMatch(/^T002 {3}delivered {3}1234 {5}\$0\.5000 {3}001-login-t002$/m);
    expect(out).toContain('delivered 3 of 3 (100 %), 3702 tokens, $1.5000');
    expect(out).toContain(
      `Delivered work is on 001-login-agents. To bring it into 001-login: agent-runner merge ${PATH} --into-branch --tick --repo ${REPOSITORY}`,
    );
    expect(code).toBe(0);
    const files = await gitIn(remote, 'ls-tree', '--name-only', `${BRANCH}-agents`);
    expect(files.split('\n')).toEqual(['T001.txt', 'T002.txt', 'T003.txt', 'specs']);
    expect(await gitIn(remote, 'rev-parse', BRANCH)).toBe(head);
  });
  test('does the same with a task list at the top of the repository', async () => {
    await commitTo(remote, BRANCH, { 'tasks.md': TASKS }, 'a list at the top');
    await gitIn(checkout, 'pull', '--quiet');
    const cluster = clusterWith();
    expect((await start(cluster, 'tasks.md')).code).toBe(0);
    expect(await gitIn(remote, 'ls-tree', '--name-only', cluster.bases.T002 ?? '')).toContain('T001.txt');
    const again = clusterWith();
    expect((await start(again, 'tasks.md')).code).toBe(0);
    expect(again.created).toEqual([]);
  });
  test('tells two features of one branch apart, each of which has such a task', async () => {
    await commitTo(remote, BRANCH, { 'specs/002-logout/tasks.md': TASKS }, 'another feature');
    await gitIn(checkout, 'pull', '--quiet');
    await start(clusterWith());
    const other = clusterWith();
    const { code, out } = await start(other, 'specs/002-logout');
    expect([code, tasks(other)]).toEqual([0, ['t001', 't002', 't003']]);
    expect(out).toContain('001-login-002-logout-t001');
  });
  test('started again, spawns nothing and says that all is delivered', async () => {
    const cluster = clusterWith();
    await start(cluster);
    cluster.created.length = 0;
    const { code, out } = await start(cluster);
    expect(cluster.created).toEqual([]);
    expect(out).toContain('delivered before');
    expect(code).toBe(0);
  });
  test('knows what was delivered when its pods are gone', async () => {
    await start(clusterWith());
    const later = clusterWith();
    expect((await start(later)).code).toBe(0);
    expect(later.created).toEqual([]);
  });
  test('says which task has changed since it was delivered, and how to run it again', async () => {
    const cluster = clusterWith();
    await start(cluster);
    expect((await start(cluster)).err).not.toContain('has changed since');
    await plan(
      TASKS.replace('[ ] T002 [P] [ASYNC] Write b', '[ ] T002 [P] [US1] [ASYNC] Write d').replace(
        '[ ] T003 [P]',
        '[ ] T003',
      ),
    );
    const { err, code } = await start(cluster);
    expect(err).toMatch(
      /T002 has changed since it was delivered; to run it again: spawn-task T002 001-login \S+ specs\/001-login --again -n n /,
    );
    expect(err).not.toContain('T003 reads');
    expect(code).toBe(0);
  });
  test('takes up a run that is alive, in place of another one', async () => {
    const first = clusterWith({ behaviours: { T001: { outcome: 'stalled' } } });
    await start(first);
    const [, pod] = [...first.pods][0] ?? [];
    if (!pod) throw new Error('no pod');
    const second = clusterWith();
    second.add({ ...pod, status: { phase: 'Pending' } });
    const running = start(second);
    await new Promise((resolve) => setTimeout(resolve, 700));
    second.add({ ...pod, status: RUNNING });
    const { err, code } = await running;
    expect(err).toContain(`${pod.metadata.name} is already alive: following it`);
    expect(tasks(second)).toEqual(['t002', 't003']);
    expect(code).toBe(0);
  });
  test('tries a failed task again as the next attempt', async () => {
    const cluster = clusterWith({ behaviours: { T001: { outcome: 'stalled' } } });
    const { code, out } = await start(cluster, '--parallel', '2', '--default-mode', 'sync');
    expect(out).toContain('stopped: T001 did not deliver. Delivered work is on 001-login-agents.');
    expect(out).toContain('T002   not started');
    expect(out).toMatch(
      /To go on: agent-runner implement specs\S+ --parallel 2 --default-mode sync --repo \S+ -n n --kubeconfig=\S+$/m,
    );
    expect([code, tasks(cluster)]).toEqual([12, ['t001']]);
    const again = new FakeCluster(remote);
    for (const pod of cluster.pods.values()) again.add(pod);
    expect((await start(again)).code).toBe(0);
    expect(again.created[0]).toMatch(/-2$/);
  });
  test('stops at a human’s task, and says what is to be done', async () => {
    await plan(TASKS.replace('## Phase 2', '- [ ] T0011 [SYNC] Decide\n## Phase 2'));
    const cluster = clusterWith();
    const { code, out } = await start(cluster);
    expect(out).toContain('stopped: T0011 is yours. Delivered work is on 001-login-agents.');
    expect(out).toContain('delivered 1 of 3 (33 %)');
    expect([code, tasks(cluster)]).toEqual([4, ['t001']]);
  });
  test('stops at branches that do not fit each other, names them and the files, and spawns nothing more', async () => {
    await plan(`${TASKS}## Phase 3: C\n- [ ] T004 [ASYNC] Write d\n`);
    const files = (text: string) => ({ files: { 'same.txt': text } });
    const cluster = clusterWith({ behaviours: { T002: files('b\n'), T003: files('c\n') } });
    const { code, out } = await start(cluster);
    expect(out).toContain('stopped: 001-login-t003 conflicts with 001-login-agents: both changed same.txt');
    expect(out).toContain('Merge 001-login-t003 into 001-login-agents by hand, push that, and start again');
    expect([code, tasks(cluster)]).toEqual([1, ['t001', 't002', 't003']]);
    const again = await start(cluster);
    expect([again.code, tasks(cluster).length]).toEqual([1, 3]);
  });
  test('prints the summary for programs, and all else for people', async () => {
    const { out, err } = await start(clusterWith({ behaviours: { T003: { outcome: 'no-changes' } } }), '--json');
    expect(JSON.parse(out)).toMatchObject({
      feature: '001-login',
      integrationBranch: '001-login-agents',
      asked: 3,
      delivered: 2,
      tasks: [
        { task: 'T001', state: 'delivered', confirmed: true, result: { tokens: 1234 } },
        { task: 'T002', state: 'delivered' },
        { task: 'T003', state: 'no-changes', message: 'it ended' },
      ],
      stopped: { by: 'failure', tasks: ['T003'] },
    });
    expect(err).toContain('delivered 2 of 3 (66 %)');
  });
  test('does not take a pod’s word for what is delivered', async () => {
    const { code, out } = await start(clusterWith({ behaviours: { T001: { lies: true } } }));
    expect(out).toMatch(/^T001 {3}delivered \(reported, not confirmed\)/m);
    expect(out).toContain('T001 delivered: reported by its pod; your git does not see 001-login-t001');
    expect(out).toContain('delivered 0 of 3 (0 %)');
    expect(out).toContain('stopped: T001 did not deliver');
    expect(code).toBe(1);
  });
  test('runs a task again whose work was taken away, whatever its old pod says', async () => {
    const cluster = clusterWith();
    await start(cluster);
    for (const name of ['001-login-agents', ...[1, 2, 3].map((task) => `001-login-t00${task}`)])
      await gitIn(remote, 'branch', '-D', name);
    cluster.created.length = 0;
    const { code, err } = await start(cluster);
    expect(err).toMatch(
      /agent-t001-\S+-1 reports that it delivered, but your git does not see 001-login-t001: running it again/,
    );
    expect(cluster.created.map((name) => name.replace(/-[0-9a-f]{10}-/, '-')).sort()).toEqual([
      'agent-t001-2',
      'agent-t002-2',
      'agent-t003-2',
    ]);
    expect(code).toBe(0);
  });
  test.each([
    ['merged', async () => gitIn(remote, 'update-ref', `refs/heads/${BRANCH}`, `${BRANCH}-agents`)],
    [
      'squashed',
      async () => {
        const tree = await gitIn(remote, 'rev-parse', `${BRANCH}-agents^{tree}`);
        const message = await gitIn(remote, 'log', '--format=%B', `${BRANCH}..${BRANCH}-agents`);
        const author = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
        const commit = await gitIn(remote, ...author, 'commit-tree', tree, '-p', BRANCH, '-m', message);
        await gitIn(remote, 'update-ref', `refs/heads/${BRANCH}`, commit);
      },
    ],
  ])('does not repeat what was %s, whose branches are gone', async (_, bringIn) => {
    const cluster = clusterWith();
    await start(cluster);
    await bringIn();
    for (const name of ['001-login-agents', ...[1, 2, 3].map((task) => `001-login-t00${task}`)])
      await gitIn(remote, 'branch', '-D', name);
    cluster.created.length = 0;
    const { code, out } = await start(cluster);
    expect([code, cluster.created]).toEqual([0, []]);
    expect(out).toContain('delivered 3 of 3');
  });
  test('takes what somebody has pushed on top of a delivered commit for delivered', async () => {
    const { code, out } = await start(clusterWith({ behaviours: { T001: { toppedBy: 'a human' } } }));
    expect(out).toMatch(/^T001 {3}delivered {2}/m);
    expect(code).toBe(0);
  });
  test('says of a pod that was deleted where its work may be', async () => {
    const { code, out } = await start(clusterWith({ behaviours: { T001: { deleted: true } } }));
    expect(out).toMatch(/T001 interrupted: pod agent-t001-\S+-1 was deleted while it was followed/);
    expect(out).toMatch(/agent-runner recover agent-t001-\S+ -n n --kubeconfig=/);
    expect(code).toBe(15);
  });
  test('waits for room in the quota, and says so', async () => {
    const cluster = clusterWith({ full: 1, quota: { hard: '2', used: '1' } });
    const { code, err } = await start(cluster);
    expect(err).toContain('the quota of namespace n has room for 1 of 3 runs: the others wait');
    expect(err).toContain('T001 | waits: the API server refused to create pods in namespace n');
    expect(code).toBe(0);
  });
  test('has a task done whose branch somebody has made already', async () => {
    await gitIn(remote, 'branch', `${BRANCH}-t001`, BRANCH);
    const cluster = clusterWith();
    expect((await start(cluster)).code).toBe(0);
    expect(tasks(cluster)).toEqual(['t001', 't002', 't003']);
  });
  test('refuses a feature whose branch would be the one of a task', async () => {
    await gitIn(checkout, 'checkout', '--quiet', '-b', 'fix-T001-crash');
    await gitIn(checkout, 'push', '--quiet', '--set-upstream', 'origin', 'fix-T001-crash');
    const cluster = clusterWith();
    const { code, err } = await start(cluster, 'specs/001-login');
    expect(err).toContain("branch fix-T001-crash names T001, so its run would push to the feature's own branch");
    expect([code, cluster.created]).toEqual([2, []]);
  });
  test('says what in the list is doubtful before it runs the rest of it', async () => {
    await plan(TASKS.replace('## Phase 2', '- [ ] [ASYNC] Write it down\n## Phase 2'));
    const { code, err } = await start(clusterWith());
    expect(err).toMatch(/specs\/001-login\/tasks\.md:\d+: this has a marker and no id, so it is no task/);
    expect(code).toBe(0);
  });
  test('tries again what the cluster does not answer, and says so', async () => {
    const { code, err } = await start(clusterWith({ broken: 1 }));
    expect(err).toMatch(/T001 \| .*leader changed; trying again/);
    expect(code).toBe(0);
  });
  test('says at once what a pod is refused for, and sums up what the others did', async () => {
    await plan(TASKS.replaceAll('[ASYNC]', '[ASYNC] [P]'));
    const { code, out, err } = await start(clusterWith({ behaviours: { T002: { forbidden: true } } }));
    expect(err).toMatch(/T002 \| .*not this one/);
    expect(out).toMatch(/^T001 {3}delivered/m);
    expect(out).toContain(
      'stopped by an error. Runs that are alive go on. To follow them again: agent-runner implement',
    );
    expect(err).toMatch(/^agent-runner implement: .*not this one/m);
    expect(code).toBe(3);
  });
  test('prints an object for programs also where there is nothing to do', async () => {
    await plan(TASKS.replaceAll('[ASYNC]', '[SYNC]'));
    const { code, out } = await start(clusterWith(), '--json');
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ asked: 0, delivered: 0, tasks: [] })]);
  });
  test('has nothing to do where no task is open for pods', async () => {
    await plan(TASKS.replaceAll('[ASYNC]', '[SYNC]'));
    const { code, out } = await start(clusterWith());
    expect([code, out]).toEqual([0, `${PATH} has no open [ASYNC] task: nothing to do`]);
  });
});

describe('agent-runner implement refuses, before anything is spawned,', () => {
  const credential = openSettings.gitCredentials[0]?.name ?? '';
  test.each<[string, ClusterState, RegExp]>([
    ['a user who may not create pods', { refusedVerbs: ['create'] }, /you may not create pods in namespace n; ask for/],
    [
      'an ExternalSecret that is not ready',
      { externalSecrets: [{ name: credential, ready: false, message: 'could not get secret' }] },
      /ExternalSecret \S+ in namespace n is not ready: could not get secret/,
    ],
  ])('%s', async (_, state, message) => {
    const cluster = clusterWith(state);
    const { code, err } = await start(cluster);
    expect(err).toMatch(message);
    expect([code, cluster.created]).toEqual([3, []]);
  });
  test('a user in whose name git cannot merge', async () => {
    await gitIn(checkout, 'config', '--unset', 'user.email');
    const restore = useGitConfig('');
    const cluster = clusterWith();
    const { code, err } = await start(cluster);
    restore();
    expect(err).toContain('git has no name or email for its merge commits: git config --global user.email');
    expect([code, cluster.created]).toEqual([2, []]);
  });
  test('a task list that is not as the pods would see it', async () => {
    writeFileSync(join(checkout, PATH), TASKS.replace('Write b', 'Write something else'));
    const { code, err } = await start(clusterWith());
    expect(err).toContain(`T002 of ${PATH} differs from branch 001-login: commit ${PATH} and push 001-login, or pull`);
    expect(code).toBe(2);
  });
  test('a human’s task that is ticked, but not pushed', async () => {
    const list = TASKS.replace('## Phase 2', '- [ ] T0011 [SYNC] Decide\n## Phase 2');
    await plan(list);
    writeFileSync(join(checkout, PATH), list.replace('[ ] T0011', '[X] T0011'));
    const cluster = clusterWith();
    const { code, err } = await start(cluster);
    expect(err).toContain(
      `T0011 of ${PATH} is ticked, but not on branch 001-login: pods would begin without it; commit`,
    );
    expect([code, cluster.created]).toEqual([2, []]);
  });
  test('says of a pod’s task that is ticked here alone that pods do not have it', async () => {
    writeFileSync(join(checkout, PATH), TASKS.replace('[ ] T001', '[X] T001'));
    const { err } = await start(clusterWith());
    expect(err).toContain('T001 is ticked, but not on branch 001-login: pods only see what is pushed');
  });
  test('a branch that is not on the remote', async () => {
    const { code, err } = await start(clusterWith(), '--branch', 'elsewhere');
    expect(err).toContain(`branch elsewhere is not at ${REPOSITORY}: push it first (git push -u origin elsewhere)`);
    expect(code).toBe(2);
  });
  test.each([
    [['--parallel', '0'], '--parallel "0" is not a number of runs from 1 to 9999'],
    [['a', 'b'], 'give one tasks.md or feature directory'],
    [['nowhere'], '"nowhere" does not exist'],
    [['--dry-run=maybe'], '--dry-run "maybe" is unknown'],
    [['--egress', 'all'], '--egress "all" is not allowed'],
  ])('%j', async (args, message) => {
    const cluster = clusterWith();
    const { code, err } = await start(cluster, ...args);
    expect(err).toContain(message);
    expect([code, cluster.created]).toEqual([2, []]);
  });
});

describe('agent-runner implement --dry-run', () => {
  beforeEach(() => renderSettings(checkout, environments.slice(0, 1)));

  test('prints the plan as comments and each pod, and asks no cluster', async () => {
    const args = ['--dry-run', '--repo', 'https://github.com/o/n', '--branch', BRANCH];
    const { code, out } = await runIn(implement, args, { cwd: checkout });
    expect(out).toContain('# Waves, one after the other');
    const pods = parseAllDocuments(out).map((document) => document.toJSON());
    expect(pods.map(({ kind }) => kind)).toEqual(['Pod', 'Pod', 'Pod']);
    expect(code).toBe(0);
  });
  test('with --json prints the pods as a list, and the plan on standard error', async () => {
    const args = ['--dry-run', '--json', '--repo', 'https://github.com/o/n', '--branch', BRANCH];
    const { code, out, err } = await runIn(implement, args, { cwd: checkout });
    const { kind, items } = JSON.parse(out);
    expect([kind, items.map((pod: { kind: string }) => pod.kind)]).toEqual(['List', ['Pod', 'Pod', 'Pod']]);
    expect([code, err]).toEqual([0, expect.stringContaining('Waves, one after the other')]);
  });
  test('takes a path with a link in it for the one in the checkout', async () => {
    symlinkSync('checkout', join(folder, 'link'));
    const args = [join(folder, 'link', PATH), '--dry-run', '--repo', 'https://github.com/o/n', '--branch', BRANCH];
    const { code, out, err } = await runIn(implement, args, { cwd: checkout });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`# 001-login (${PATH})`);
  });
});
