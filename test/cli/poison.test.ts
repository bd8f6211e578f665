import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { cancel } from '../../src/cli/commands/cancel.js';
import { describe as describeCommand } from '../../src/cli/commands/describe.js';
import { doctor } from '../../src/cli/commands/doctor.js';
import { plan } from '../../src/cli/commands/plan.js';
import { prune } from '../../src/cli/commands/prune.js';
import { ps } from '../../src/cli/commands/ps.js';
import { recover } from '../../src/cli/commands/recover.js';
import { spawnTask } from '../../src/cli/commands/spawn-task.js';
import { tailLogs } from '../../src/cli/commands/tail-logs.js';
import { wait } from '../../src/cli/commands/wait.js';
import { toYaml } from '../../src/cli/dry-run/yaml.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import type { Pod } from '../../src/cluster/pod.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { answer } from '../cluster-client/api-server.js';
import { runAgainst } from './against-server.js';
import { writeFiles } from './hostile-tree.js';
import { endedAs, runPod } from './run-pods.js';
import { runIn } from './terminal.js';

// Each starts a server and the command.
jest.setTimeout(60_000);

/** Title, clipboard, link, cleared screen, overwritten line, 8-bit introducers, writing from right to left, false success. */
const POISON = [
  '\u001b]0;owned\u0007',
  '\u001b]52;c;cm0gLXJmIH4K\u0007',
  '\u001b]8;;https://evil.example\u001b\\',
  '\u001b[2J\u001b[H',
  '\u001b[1A\u001b[2K\u001b[1G\r\b',
  '\u009b2J\u009d0;owned\u009c\u0090\u0098\u009e\u009f',
  '\u202edrowssap\u2066\u200f\u061c',
  '\u2028\u2029\u0000\u007f\u000b\u000c\u000e',
  '\u001b[32mdelivered\u001b[1m: the remote shows the commit',
].join('x');

/** What no output has: all that a terminal obeys or that hides what is there. */
const REFUSED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/;
/** Colours of the commands themselves, each reset in its line. */
const OWN_COLORS = /\u001b\[(3[1-6]|9[3-6])m([^\u001b\n]*)\u001b\[39m/g;

const poisoned = (status: Pod['status']): Pod['status'] => ({
  ...status,
  reason: `Evicted${POISON}`,
  message: `The node was low${POISON}`,
  conditions: [{ type: 'PodScheduled', status: 'False', reason: `Unschedulable${POISON}`, message: POISON }],
});
const annotations = { [ANNOTATIONS.createdBy]: `eve${POISON}`, [ANNOTATIONS.cancelledBy]: `mallory${POISON}` };
const ended = endedAs('agent-failed', {
  message: `it said ${POISON}`,
  session: `ses${POISON}`,
  salvage: { pushed: false, reason: `why ${POISON}`, leftOut: [`a${POISON}.txt`] },
});
const PODS = [
  runPod({ task: 'T001', status: ended, annotations }),
  runPod({ task: 'T002', status: poisoned({ phase: 'Pending' }), annotations }),
  runPod({
    task: 'T003',
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'runner', state: { waiting: { reason: `ErrImagePull${POISON}`, message: POISON } } }],
    },
  }),
  runPod({ task: 'T004', status: poisoned({ phase: 'Failed' }), annotations }),
  runPod({ task: 'T005', status: endedAs('delivered', { task: 'T005', message: POISON }) }),
];
const LOG = [
  `opencode | ${POISON}`,
  `${POISON}verify   | the remote shows deadbeef`,
  JSON.stringify({ step: 'x', message: POISON }),
]
  .map((line) => `2026-01-01T13:00:01.1Z ${line.replaceAll('\n', ' ')}\n`)
  .join('');
const events = [
  { type: `Warning${POISON}`, reason: `Failed${POISON}`, message: POISON, lastTimestamp: '2026-01-01T00:00:00Z' },
];

function cluster({ url = '', method }: IncomingMessage, response: ServerResponse): unknown {
  const { pathname } = new URL(url, 'http://server');
  if (pathname.endsWith('/log')) return response.end(LOG);
  if (pathname.endsWith('/events')) return answer(response, { items: events });
  if (pathname.includes('/selfsubjectreviews')) return answer(response, { status: { userInfo: { username: POISON } } });
  const [, name] = /\/pods\/([^/]+)$/.exec(pathname) ?? [];
  if (name) return answer(response, PODS.find(({ metadata }) => metadata.name === name) ?? { message: POISON }, 200);
  if (pathname.endsWith('/pods') && method === 'GET') return answer(response, { items: PODS });
  if (pathname.endsWith('/configmaps/agent-runner-settings')) {
    return answer(response, { data: { 'settings.json': JSON.stringify({ version: 2, cleanup: 'on-success' }) } });
  }
  return answer(response, { kind: 'Status', reason: `Forbidden${POISON}`, message: `no ${POISON}` }, 403);
}
/** One that refuses everything in such words, or answers what is no JSON. */
const refusing = (_: IncomingMessage, response: ServerResponse) =>
  answer(response, { kind: 'Status', reason: POISON, message: POISON }, 403);
const broken = (_: IncomingMessage, response: ServerResponse) => response.writeHead(502).end(POISON);

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-poison-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;
const COMMANDS: readonly (readonly [name: string, command: Command, args: readonly string[]])[] = [
  ...(['table', 'wide', 'json', 'yaml', 'name'] as const).map(
    (output) => [`ps -o ${output}`, ps, output === 'table' ? [] : ['-o', output]] as const,
  ),
  ['ps -A', ps, ['-A']],
  ...['T001', 'T002', 'T003', 'T004'].map((task) => [`describe ${task}`, describeCommand, [task]] as const),
  ['wait', wait, ['T001', 'T004', 'T005']],
  ['wait for nothing', wait, ['T002', '--timeout', '0']],
  ['tail-logs', tailLogs, ['T001']],
  ['tail-logs of several', tailLogs, ['T001', 'T005']],
  ['tail-logs --json', tailLogs, ['T001', 'T005', '--json']],
  ['tail-logs --grep', tailLogs, ['T001', '--grep', 'delivered']],
  ['tail-logs of one that waits', tailLogs, ['T001', 'T002', '--max-seconds', '1']],
  ['tail-logs --json of one that waits', tailLogs, ['T003', '--max-seconds', '1', '--json']],
  ['describe --url', describeCommand, ['T001', '--url']],
  ['describe --url -o json', describeCommand, ['T001', '--url', '-o', 'json']],
  ['cancel', cancel, ['T001']],
  ['cancel of one that waits', cancel, ['T002']],
  ['prune --dry-run', prune, ['--dry-run', '--older-than', '1s', '--failed-older-than', '1s']],
  ['prune --save', prune, ['--save', join(folder, 'runs'), '--older-than', '1s', '--failed-older-than', '1s']],
  ['recover', recover, ['T001']],
  ['doctor', doctor, []],
  ['doctor --json', doctor, ['--json']],
  ['spawn-task', spawnTask, ['T009', '001-login', 'https://git.example/o/n']],
  ['a name of nothing', describeCommand, [`x${POISON}`]],
];

const clean = (text: string) => text.replace(OWN_COLORS, '$2');

type Handler = typeof refusing;

async function hold(command: Command, args: readonly string[], handler: Handler, color: boolean): Promise<void> {
  const { out, err } = await runAgainst(command, args, handler, { color, cwd: folder });
  for (const text of [out, err]) expect(color ? clean(text) : text).not.toMatch(REFUSED);
  expect(`${out}${err}`).not.toBe('');
}

describe('nothing of what a cluster says reaches the terminal that it would obey', () => {
  test.each(COMMANDS)('%s', async (_, command, args) => {
    for (const color of [false, true]) await hold(command, args, cluster as Handler, color);
  });
});

describe.each([
  ['a refusal', refusing],
  ['what is no answer of an API server', broken],
])('nor does %s', (_, handler) => {
  const once = ['ps -o table', 'describe T001', 'tail-logs', 'prune --dry-run', 'doctor', 'spawn-task'];
  test.each(COMMANDS.filter(([name]) => once.includes(name)))('%s', (_, command, args) =>
    hold(command, args, handler, true),
  );
});

test('JSON says what it was told, in escapes', async () => {
  const { out } = await runAgainst(tailLogs, ['T001', '--json'], cluster as Handler);
  const [first] = out.split('\n').map((line) => JSON.parse(line) as { line?: string });
  expect(first?.line).toBe(`opencode | ${POISON}`);
});

test('YAML says what it was told, in escapes where it needs them', async () => {
  const { out } = await runAgainst(ps, ['-o', 'yaml', '--all-attempts'], cluster as Handler);
  const { items } = parse(out) as { items: { pod: string }[] };
  expect(items).toHaveLength(PODS.length);
  const text = toYaml({ prompt: POISON });
  expect(text).not.toMatch(REFUSED);
  expect(parse(text)).toEqual({ prompt: POISON });
});

test('what prune saves can be looked at', () => {
  const runs = readdirSync(join(folder, 'runs'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  expect(runs.length).toBeGreaterThan(3);
  for (const { parentPath, name } of runs) expect(readFileSync(join(parentPath, name), 'utf8')).not.toMatch(REFUSED);
});

describe('a task list', () => {
  const list = [
    `# ${POISON}`,
    `## Phase 1: ${POISON}`,
    `- [ ] T001 [ASYNC] ${POISON} in src/${POISON}/a.ts (depends on T0${POISON})`,
    `- [ ] T002 [SYNC] [P] ${POISON}`,
  ].map((line) => line.replaceAll(/[\0\n\r]/g, ''));
  test.each([
    ['plan', []],
    ['plan --json', ['--json']],
  ])('%s', async (_, args) => {
    const feature = `specs/001-${POISON.replaceAll(/[\u0000/]/g, '').slice(0, 60)}`;
    writeFiles(join(folder, 'checkout'), { [`${feature}/tasks.md`]: `${list.join('\n')}\n` });
    const { out, err, code } = await runIn(plan, [feature, ...args], { cwd: join(folder, 'checkout') });
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toMatch(REFUSED);
    expect(out).toContain('T001');
  });
});
