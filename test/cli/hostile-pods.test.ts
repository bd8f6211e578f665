import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { renderRun } from '../../src/charts/run-chart.js';
import { cancel } from '../../src/cli/commands/cancel.js';
import { describe as describeCommand } from '../../src/cli/commands/describe.js';
import { prune } from '../../src/cli/commands/prune.js';
import { ps } from '../../src/cli/commands/ps.js';
import { recover } from '../../src/cli/commands/recover.js';
import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import { tailLogs } from '../../src/cli/commands/tail-logs.js';
import { wait } from '../../src/cli/commands/wait.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import type { Pod } from '../../src/cluster/pod.js';
import { checkPod } from '../../src/cluster/pod-check.js';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { podName, runId, shortRunId } from '../../src/run/names.js';
import { attemptName, planRun } from '../../src/run/request.js';
import type { RunSettings } from '../../src/run/settings.js';
import { answer } from '../cluster-client/api-server.js';
import { openSettings } from '../fixtures/environments.js';
import { createRepository, gitIn } from '../support/git-repository.js';
import { runAgainst } from './against-server.js';
import { ADA, useGitConfig } from './git-config.js';
import { Canary } from './hostile-tree.js';
import { endedAs, RUNNING, runPod } from './run-pods.js';

// Each starts a server and the command.
jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-pods-'));
const checkout = join(folder, 'checkout');
const canary = new Canary(join(folder, 'canary'));
let giveBack: () => void;
let commit: string;
beforeAll(async () => {
  giveBack = useGitConfig(`${ADA}\n[url "${folder}/git/"]\ninsteadOf = https://github.com/`);
  const { dir } = await createRepository(join(folder, 'git'), 'my-org/shop', { 'a.txt': 'a\n' });
  commit = await gitIn(dir, 'rev-parse', 'main');
  for (const branch of ['001-login-t001', '001-login-t001-1']) await gitIn(dir, 'branch', branch, 'main');
  await gitIn(dir, 'update-ref', 'refs/agent-runner/wip/001-login-t777', 'main');
  await gitIn(folder, 'clone', '--quiet', dir, checkout);
});
afterAll(() => {
  giveBack();
  rmSync(folder, { recursive: true, force: true });
});

const LONG = 'x'.repeat(200_000);
type Changes = { readonly [key in keyof typeof ANNOTATIONS]?: string };

/** A pod with the name of an honest run, that says something else of it. */
const saying = (task: string, changes: Changes, more: Partial<Pod['metadata']> = {}): Pod => {
  const pod = runPod({
    task,
    status: endedAs('timed-out', { task, salvage: { pushed: true, branch: '001-login-t001-1', commit } }),
  });
  const annotations = Object.fromEntries(
    Object.entries(changes).map(([key, value]) => [ANNOTATIONS[key as 'task'], value]),
  );
  return {
    ...pod,
    metadata: { ...pod.metadata, ...more, annotations: { ...pod.metadata.annotations, ...annotations } },
  };
};
const inVariable = (name: string, value: string): Pod => runPod({ task: 'T600', env: { [name]: value } });

/** A pod whose name and run id are those of a run in another repository. */
function inThePlaceOf(task: string, identity: string, repository: string): Pod {
  const id = runId(identity, `001-login-${task.toLowerCase()}`, task);
  const pod = runPod({ task, repository, annotations: { [ANNOTATIONS.runId]: id } });
  const labels = { ...pod.metadata.labels, [LABELS.run]: shortRunId(id) };
  return { ...pod, metadata: { ...pod.metadata, name: podName(task, id, 1), labels } };
}

/** A pod that does not say all that its run id is made of, so that nobody can tell whether it lies. */
function withoutAnnotations(task: string, ...left: string[]): Pod {
  const pod = inThePlaceOf(task, 'github.com/my-org/shop', 'https://github.com/my-org/shop');
  const annotations = Object.entries(pod.metadata.annotations ?? {}).filter(([key]) => !left.includes(key));
  return { ...pod, metadata: { ...pod.metadata, name: 'anything-1', annotations: Object.fromEntries(annotations) } };
}

const HOSTILE: readonly [what: string, make: () => Pod][] = [
  ['a repository that is an option', () => saying('T100', { repository: `--upload-pack=${canary.command}; false` })],
  ['a repository that names a program', () => saying('T101', { repository: `ext::${canary.command}` })],
  ['a repository on this machine', () => saying('T102', { repository: join(folder, 'git/my-org/shop.git') })],
  ['a file URL', () => saying('T103', { repository: `file://${join(folder, 'git/my-org/shop.git')}` })],
  ['a host that is an option', () => saying('T104', { repository: `ssh://-oProxyCommand=${canary.command}/x` })],
  ['a branch that is a pattern', () => saying('T105', { branch: '*' })],
  ['a branch that is a ref', () => saying('T106', { branch: 'refs/heads/main' })],
  ['a branch that is forced', () => saying('T107', { branch: '+main:main' })],
  ['a branch that is an option', () => saying('T108', { branch: `--upload-pack=${canary.command}` })],
  ['a branch over lines', () => saying('T109', { branch: 'x\ny' })],
  ['a branch without end', () => saying('T110', { branch: LONG })],
  ['a task that steers the terminal', () => saying('T111', { task: 'T1\u001b]0;owned\u0007\u001b[2J' })],
  ['a task without end', () => saying('T112', { task: LONG })],
  ['a task over lines', () => saying('T113', { task: 'T1\ndelivered' })],
  ...['x', '-1', '0', '01', '1e3', '0x10', '1.5', '', ' 1', '99999999999999999999', 'NaN'].map(
    (attempt, index): [string, () => Pod] => [`attempt "${attempt}"`, () => saying(`T2${index + 10}`, { attempt })],
  ),
  ['a run id that is none', () => saying('T300', { runId: '0123456789' })],
  ['a feature that is no label', () => saying('T301', {}, { labels: { [LABELS.feature]: `../../${LONG}` } })],
  ['a name that is a path', () => saying('T302', {}, { name: '../../../tmp/x-1' })],
  ['a namespace that is an option', () => saying('T303', {}, { namespace: '--all' })],
  ['a name of another attempt', () => saying('T304', { attempt: '999999' })],
  ['an attempt that its name has too', () => saying('T306', { attempt: '01' }, { name: 'agent-t306-0000000306-01' })],
  ['a repository without end', () => saying('T305', { repository: `https://github.com/${LONG}` })],
  ['a base that is an option', () => inVariable('GIT_BASE', '--exec=x')],
  ['a feature branch that is an option', () => inVariable('GIT_BRANCH', '--exec=x')],
  ['a run id of another run', () => inThePlaceOf('T310', 'github.com/my-org/shop', 'https://github.com/my-org/other')],
  ['a run id and nothing else of that run', () => withoutAnnotations('T317', ANNOTATIONS.task, ANNOTATIONS.branch)],
  [
    'a label of another task',
    () => saying('T311', {}, { labels: { [LABELS.task]: 't001', [LABELS.run]: '0000000311' } }),
  ],
  [
    'a label of another feature',
    () => saying('T312', {}, { labels: { [LABELS.feature]: '999-payments', [LABELS.run]: '0000000312' } }),
  ],
  ['a variable of another task', () => runPod({ task: 'T313', env: { TASK_ID: 'T001' } })],
  [
    'a variable of another repository',
    () => runPod({ task: 'T314', env: { GIT_REPO: 'https://github.com/my-org/other' } }),
  ],
  ['a variable of another branch', () => runPod({ task: 'T315', env: { TASK_BRANCH: '001-login-t001' } })],
  ['a variable of another run', () => runPod({ task: 'T316', env: { RUN_NAME: 'agent-t001-0000000001-1' } })],
];

/** What all commands are for: it is there beside the hostile ones. */
const honest = () => runPod({ task: 'T001', status: endedAs('delivered', { task: 'T001', commit }) });
const settings = {
  ...openSettings,
  repositories: ['https://github.com/'],
};

const serving = (pods: readonly Pod[]) => (request: IncomingMessage, response: ServerResponse) => {
  const { pathname } = new URL(request.url ?? '', 'http://server');
  if (pathname.endsWith('/log')) return response.end('2026-01-01T12:00:01.1Z opencode | at work\n');
  if (pathname.endsWith('/events')) return answer(response, { items: [] });
  if (pathname.includes('/configmaps/'))
    return answer(response, { data: { 'settings.json': JSON.stringify(settings) } });
  if (pathname.includes('selfsubject')) return answer(response, { status: { userInfo: { username: 'ada' } } });
  const [, name] = /\/pods\/([^/]+)$/.exec(decodeURIComponent(pathname)) ?? [];
  const found = pods.find((pod) => pod?.metadata?.name === name);
  if (name) return answer(response, found ?? { reason: 'NotFound', message: 'not found' }, found ? 200 : 404);
  return answer(response, request.method === 'POST' ? {} : { items: pods });
};

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;
const run = (command: Command, args: readonly string[], pods: readonly Pod[]) =>
  runAgainst(command, args, serving(pods) as never, { cwd: checkout });

/** Every command about runs, what it is told, and what it prints of the honest one. */
const COMMANDS: readonly [name: string, command: Command, args: readonly string[], said: RegExp][] = [
  ['ps', ps, ['-o', 'wide'], /^T001 +001-login +delivered/m],
  ['ps -o json', ps, ['-o', 'json'], /"task": "T001"/],
  ['describe', describeCommand, ['T001'], /State: +delivered/],
  ['wait', wait, ['T001'], /^agent-t001-0000000001-1 delivered/m],
  ['tail-logs', tailLogs, ['T001'], /opencode \| at work/],
  ['describe --url', describeCommand, ['T001', '--url'], /tree\/001-login-t001/],
  ['cancel', cancel, ['T001'], /has ended already: delivered/],
  ['prune', prune, ['--dry-run', '--older-than', '1s'], /agent-t001-0000000001-1 .*would be deleted/],
  [
    'spawn-task',
    spawnTask,
    ['T009', '001-login', 'https://github.com/my-org/shop'],
    /^agent-t009-[0-9a-f]{10}-1 created/,
  ],
  ['recover', recover, ['T001', '--branch', 'mine'], /branch mine has the work of agent-t001/],
];

test.each(COMMANDS)('%s works beside all hostile pods, and reports each once', async (_, command, args, said) => {
  const pods = HOSTILE.map(([, make]) => make());
  const { code, out, err } = await run(command, args, [...pods, honest()]);
  expect([code, out]).toEqual([0, expect.stringMatching(said)]);
  const reports = err.split('\n').filter((line) => /is skipped, since it is no run: /.test(line));
  expect(reports).toHaveLength(HOSTILE.length);
  expect(Math.max(...`${out}\n${err}`.split('\n').map((line) => line.length))).toBeLessThan(800);
  expect(canary.sang).toBe(false);
  await gitIn(checkout, 'branch', '-D', 'mine').catch(() => {});
});

describe.each(HOSTILE)('%s', (_, make) => {
  test('is reported, named or not, and nothing comes of it', async () => {
    const pod = make();
    const before = await gitIn(checkout, 'for-each-ref');
    const { code, out, err } = await run(recover, [pod.metadata.name], [pod]);
    expect([out, code === 2 || code === 3]).toEqual(['', true]);
    expect(err).toMatch(/is skipped, since it is no run: /);
    expect(err).not.toMatch(/\n\s+at /);
    expect(canary.sang).toBe(false);
    expect(await gitIn(checkout, 'for-each-ref')).toBe(before);
  });
});

test.each<[string, unknown]>([
  ['nothing', null],
  ['a word', 'pod'],
  ['no metadata', {}],
  ['no name', { metadata: { namespace: 'n' } }],
  ['annotations that are null', { metadata: { ...honest().metadata, annotations: null } }],
  ['labels that are null', { metadata: { ...honest().metadata, labels: null } }],
  ['an annotation that is a number', { metadata: { ...honest().metadata, annotations: { [ANNOTATIONS.attempt]: 1 } } }],
  ['a container that is nothing', { ...honest(), spec: { containers: [null] } }],
  ['a container’s status that is nothing', { ...honest(), status: { containerStatuses: [null] } }],
  ['a condition that is nothing', { ...honest(), status: { conditions: [null] } }],
])('%s in the place of a pod is skipped', async (_, broken) => {
  const { code, out, err } = await run(ps, [], [broken as Pod, runPod({ task: 'T002', status: RUNNING ?? {} })]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^T002 +001-login +running/m)]);
  expect(err).toMatch(/^pod \S+ is skipped, since it is no run: it is not what the API server calls a pod$/);
});
test.each([
  ['main', 'T001', undefined],
  ['price-$x', '$(HOME)', undefined],
  ['$$(GIT_REPO)-ü', 'Größe 5 $', undefined],
  ['main', 'lint', 'docs/$plans/Größe'],
])('the pod of branch %s, task %s and folder %s is no hostile one', (branch, task, contextPath) => {
  const repo = 'https://github.com/my-org/shop';
  const planned = planRun(settings as RunSettings, { task, branch, repo, ...(contextPath && { contextPath }) });
  const pod = renderRun({ ...planned, attempt: 7, createdBy: 'ada' });
  expect(checkPod({ ...pod, status: {} }).metadata.name).toBe(attemptName(planned, 7));
});
test('a pod that only has the label of a run keeps nobody from spawning it', async () => {
  const asked = ['T009', '001-login', 'https://github.com/my-org/shop'];
  const { out } = await run(spawnTask, asked, []);
  const [, hex = ''] = /^agent-t009-([0-9a-f]{10})-1 created/.exec(out) ?? [];
  const pod = runPod({ task: 'T777', status: RUNNING ?? {} });
  const liar = { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [LABELS.run]: hex } } };
  const again = await run(spawnTask, asked, [liar]);
  expect([again.code, again.out]).toEqual([0, out]);
  expect(again.err).toMatch(/^pod n\/agent-t777-\S+ is skipped: it has the label of another run$/);
});
test('a result whose branch has no valid name is ignored', async () => {
  const salvage = { pushed: true, branch: `--upload-pack=${canary.command}`, commit } as const;
  const pod = runPod({ task: 'T001', status: endedAs('timed-out', { task: 'T001', salvage }) });
  const { err } = await run(recover, ['T001'], [pod]);
  expect(err).toContain('left no work');
  expect(canary.sang).toBe(false);
});
test('a pod that does not say its repository gives git nothing to fetch from', async () => {
  const pod = runPod({ task: 'T001', status: endedAs('delivered', { task: 'T001', commit }) });
  const { [ANNOTATIONS.repository]: _, ...annotations } = pod.metadata.annotations ?? {};
  const { code, err } = await run(recover, ['T001'], [{ ...pod, metadata: { ...pod.metadata, annotations } }]);
  expect([code, err]).toEqual([2, expect.stringMatching(/^agent-runner recover: repo must not be empty/)]);
});
test('a pod that comes to a watch is reported once and skipped', async () => {
  const hostile = { ...saying('T105', { attempt: 'x' }), kind: 'Pod' };
  const events = [hostile, hostile, honest()]
    .map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`)
    .join('');
  const { code, out, err } = await runAgainst(wait, ['T001'], ((request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.includes('watch=true')) return response.end(events);
    return serving([runPod({ task: 'T001', ...(RUNNING && { status: RUNNING }) })])(request, response);
  }) as never);
  expect([code, out]).toEqual([0, expect.stringMatching(/^agent-t001-0000000001-1 delivered/)]);
  expect(err.match(/agent-t105-\S+ is skipped/g)).toHaveLength(1);
});
test('a pod that becomes hostile while it is followed is not followed on', async () => {
  const pod = saying('T001', { attempt: 'x' });
  const { err, code } = await runAgainst(tailLogs, ['T001'], ((request: IncomingMessage, response: ServerResponse) =>
    serving(request.url?.includes('?') ? [honest()] : [pod])(request, response)) as never);
  expect(err).toMatch(
    /pod agent-t001-0000000001-1 in namespace n is no run: its annotation .*attempt "x" is not a number/,
  );
  expect(code).toBe(3);
});
