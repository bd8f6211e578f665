import { describe, expect, jest, test } from '@jest/globals';
import { tailLogs } from '../../src/cli/commands/tail-logs.js';
import { formatCursor, type LogPlace } from '../../src/cli/logs/log-cursor.js';
import type { Pod } from '../../src/cluster/pod.js';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';
import { formatResult } from '../../src/run/result.js';
import { answer } from '../cluster-client/api-server.js';
import { runAgainst } from './against-server.js';

// Each starts a server and the command.
jest.setTimeout(30_000);

/** A run's pod that has ended. */
function podOf(task: string, attempt: number, outcome: OutcomeName): Pod {
  const numbers = { filesChanged: 1, durationSeconds: 1, tokens: 1, cost: 0 };
  const branch = `login-${task.toLowerCase()}`;
  const commit = outcome === 'delivered' ? { commit: 'a'.repeat(40) } : {};
  const message = formatResult({ outcome, task, branch, ...numbers, ...commit, message: `ended as ${outcome}` });
  const { exitCode } = OUTCOMES[outcome];
  return {
    metadata: {
      name: `agent-${task.toLowerCase()}-0123456789-${attempt}`,
      namespace: 'n',
      labels: {
        [LABELS.task]: task.toLowerCase(),
        [LABELS.run]: `01234567${task.slice(-2)}`,
        [LABELS.feature]: '001-login',
      },
      annotations: {
        [ANNOTATIONS.task]: task,
        [ANNOTATIONS.branch]: branch,
        [ANNOTATIONS.attempt]: String(attempt),
      },
    },
    status: {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [{ name: 'runner', state: { terminated: { exitCode, message } } }],
    },
  };
}

const pods = [
  podOf('T001', 1, 'timed-out'),
  podOf('T001', 2, 'delivered'),
  podOf('T002', 1, 'stalled'),
  podOf('T003', 1, 'delivered'),
];
/** One that is deleted after it was listed. */
const gone: Pod = {
  metadata: {
    ...podOf('T005', 1, 'delivered').metadata,
    labels: { [LABELS.task]: 't005', [LABELS.run]: '0123456705' },
  },
};
/** One that has begun and says nothing. */
const silent: Pod = {
  metadata: {
    ...podOf('T004', 1, 'delivered').metadata,
    labels: { [LABELS.task]: 't004', [LABELS.run]: '0123456704' },
  },
  status: { phase: 'Running', containerStatuses: [{ name: 'runner', state: { running: {} } }] },
};

/** A run of another feature's task with the same id, which has ended. */
const failed = podOf('T004', 1, 'agent-failed');
const twin: Pod = {
  ...failed,
  metadata: {
    ...failed.metadata,
    name: 'agent-t004-9876543210-1',
    labels: { [LABELS.task]: 't004', [LABELS.run]: '9876543210' },
  },
};
/** One that this user may list, but not get. */
const hidden: Pod = {
  metadata: {
    ...podOf('T006', 1, 'delivered').metadata,
    labels: { [LABELS.task]: 't006', [LABELS.run]: '0123456706' },
  },
};
const all = [...pods, silent, twin];

/** Called when a log is asked for. */
let whenRead = () => {};

/** Runs the command against an API server with these pods, each with a log of two lines. */
async function tail(...args: string[]) {
  const queries: string[] = [];
  const ended = await runAgainst(tailLogs, args, (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://server');
    const [, name, log] = /\/pods\/([^/]+)(\/log)?$/.exec(pathname) ?? [];
    if (!name) return answer(response, { items: [...all, gone, hidden] });
    if (name === gone.metadata.name || name.startsWith('agent-t009-'))
      return answer(response, { kind: 'Status', message: 'not found' }, 404);
    if (name === hidden.metadata.name) return answer(response, { kind: 'Status', message: 'not for you' }, 403);
    if (!log) return answer(response, all.find(({ metadata }) => metadata.name === name) ?? {});
    if (name === silent.metadata.name) return response.flushHeaders();
    whenRead();
    queries.push(search);
    const seconds = ['01', '02'].map((second) => `2026-01-01T12:00:${second}.1Z ${name} says ${second}`);
    response.end(`${seconds.join('\n')}\n2026-01-01T12:00:03.1Z bundle   | 1 QUJD\n`);
  });
  return { ...ended, queries };
}

describe('tail-logs', () => {
  test('of one run shows its lines as they are, without what nobody reads, and ends as the run did', async () => {
    const { out, code } = await tail('T002');
    expect(out.split('\n').slice(0, 3)).toEqual([
      'agent-t002-0123456789-1 says 01',
      'agent-t002-0123456789-1 says 02',
      'stalled: ended as stalled',
    ]);
    expect(code).toBe(OUTCOMES.stalled.exitCode);
  });
  test('of several runs leads each line by its task', async () => {
    const { out, code } = await tail('T001', 'T003');
    expect(out).toContain('T001 | agent-t001-0123456789-2 says 01');
    expect(out).toContain('T003 | agent-t003-0123456789-1 says 02');
    expect(code).toBe(0);
  });
  test('of a feature takes the newest attempt of each of its runs, and fails as the first that did', async () => {
    const { out, code } = await tail('001-login');
    expect(out).not.toContain('agent-t001-0123456789-1 says');
    for (const task of ['T001', 'T002', 'T003']) expect(out).toContain(`${task} | agent-`);
    expect(code).toBe(OUTCOMES.stalled.exitCode);
  });
  test('of several runs goes on with the others when a pod is gone', async () => {
    const { out, err, code } = await tail('T001', 'T005');
    expect(err).toContain('T005 | pod agent-t005-0123456789-1 was deleted while it was followed');
    expect(out).toContain('T001 | delivered: ended as delivered');
    expect(code).toBe(3);
  });
  test('of several runs goes on with the others when one may not be read', async () => {
    const { out, err, code } = await tail('T001', 'T006');
    expect(err).toMatch(/^T006 \| .*not for you/m);
    expect(out).toContain('T001 | delivered: ended as delivered');
    expect(code).toBe(3);
  });
  test('shows the lines that are asked for, and always how a run ended', async () => {
    const { out } = await tail('T002', '--grep', 'says 02');
    expect(out).not.toContain('says 01');
    expect(out).toContain('says 02');
    expect(out).toContain('stalled: ended as stalled');
  });
  test('says, when it is left, how to come back to what it shows', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    whenRead = () => void process.emit('SIGINT');
    const { err } = await tail('T002', '--grep', 'says 0[12]', '--tail', '5');
    whenRead = () => {};
    expect(err).toMatch(/again: tail-logs T002 --tail 5 --grep 'says 0\[12\]' -n n --kubeconfig=\S+$/m);
    expect(exit).toHaveBeenCalledWith(130);
    exit.mockRestore();
  });
  test('begins where it is told to', async () => {
    expect((await tail('T002', '--tail', '5')).queries[0]).toContain('&tailLines=5');
    expect((await tail('T002', '--since', '2h')).queries[0]).toContain('&sinceSeconds=7200');
  });
  test('says which runs there are when a word fits none', async () => {
    const { err } = await tail('T009');
    expect(err).toContain('no run "T009" in namespace n; there are: agent-t001-0123456789-1');
  });
});

describe('tail-logs --json', () => {
  test('prints an object for each line and each end, with the run that it is of', async () => {
    const { out, code } = await tail('T002', '--json');
    const pod = 'agent-t002-0123456789-1';
    expect(out.split('\n').map((line) => JSON.parse(line))).toEqual([
      { task: 'T002', pod, time: '2026-01-01T12:00:01.1Z', line: `${pod} says 01` },
      { task: 'T002', pod, time: '2026-01-01T12:00:02.1Z', line: `${pod} says 02` },
      {
        task: 'T002',
        pod,
        outcome: 'stalled',
        message: 'ended as stalled',
        result: expect.objectContaining({ task: 'T002' }),
      },
    ]);
    expect(code).toBe(OUTCOMES.stalled.exitCode);
  });
});

describe('tail-logs for callers with limits', () => {
  const last = (out: string) => out.split('\n').at(-1)?.replace('cursor: ', '') ?? '';
  test('comes back when all have ended, with how they stand and a cursor after which nothing is new', async () => {
    const first = await tail('001-login', '--max-seconds', '20');
    expect(first.out).toContain('T002 | agent-t002-0123456789-1 says 02');
    expect(first.out).toContain('status: T001 delivered, T002 stalled, T003 delivered\ncursor: ');
    expect(first.code).toBe(OUTCOMES.stalled.exitCode);
    const second = await tail('001-login', '--since-cursor', last(first.out));
    // How the whole of them ended is still what the caller gets.
    expect([second.out.split('\n')[0], second.code]).toEqual([
      'status: T001 delivered, T002 stalled, T003 delivered',
      OUTCOMES.stalled.exitCode,
    ]);
  });
  test('comes back with the line that makes it too many bytes, and goes on behind it', async () => {
    const first = await tail('T002', '--since-cursor', '', '--max-bytes', '10');
    expect(first.out.split('\n').slice(0, 2)).toEqual(['agent-t002-0123456789-1 says 01', 'status: T002 running']);
    expect(first.code).toBe(0);
    const second = await tail('--since-cursor', last(first.out));
    expect(second.out).not.toContain('T004');
    expect(second.out.split('\n').slice(0, 2)).toEqual([
      'agent-t002-0123456789-1 says 02',
      'stalled: ended as stalled',
    ]);
  });
  test('comes back with a cursor also where one log may not be read', async () => {
    const { out, err, code } = await tail('T002', 'T006', '--since-cursor', '', '--max-seconds', '20');
    expect(err).toMatch(/^T006 \| .*not for you/m);
    expect(out).toContain('status: T002 stalled, T006 unreadable\ncursor: ');
    expect(code).toBe(OUTCOMES.stalled.exitCode);
    const again = await tail('--since-cursor', last(out));
    expect(again.out).toContain('status: T002 stalled, T006 unreadable');
  });
  test("with words tells of the cursor's deleted pods too", async () => {
    const cursor = formatCursor(
      new Map<string, LogPlace>([['agent-t009-0123456789-1', { time: '2026-01-01T12:00:01.1Z', count: 1 }]]),
    );
    for (const words of [['T003'], ['T003', 'T009']]) {
      const { out, code } = await tail(...words, '--since-cursor', cursor, '--max-seconds', '20');
      expect([out.split('\n').at(-2), code]).toEqual(['status: agent-t009-0123456789-1 gone, T003 delivered', 3]);
    }
    expect((await tail('T010', '--since-cursor', '')).err).toContain('no run "T010"');
  });
  test.each<[string, LogPlace, string, number]>([
    ['had not ended', { time: '2026-01-01T12:00:01.1Z', count: 1 }, 'gone', 3],
    ['had ended', 'delivered', 'delivered', 0],
  ])("without words follows no other runs than the cursor's, where its pod is deleted that %s", async (_, ...rest) => {
    const [place, state, exit] = rest;
    const { out, code } = await tail('--since-cursor', formatCursor(new Map([['agent-t009-0123456789-1', place]])));
    expect(out.split('\n')[0]).toBe(`status: agent-t009-0123456789-1 ${state}`);
    expect(code).toBe(exit);
  });
  test('comes back when its time is over, though nothing was said', async () => {
    const both = [silent, twin].map(({ metadata }) => metadata.name);
    const { out, code } = await tail(...both, '--max-seconds', '1', '--json');
    const { cursor, ...rest } = JSON.parse(out.split('\n').at(-1) ?? '');
    const states = { 'agent-t004-0123456789-1': 'running', 'agent-t004-9876543210-1': 'agent-failed' };
    expect([rest, typeof cursor, code]).toEqual([{ more: true, states }, 'string', 0]);
  });
  test.each([
    [['--since-cursor', 'what'], '--since-cursor "what…" is not a cursor that this command has printed'],
    [['--max-seconds', '0'], '--max-seconds "0" is not a whole number from 1 to 86400'],
    [['--max-bytes', 'many'], '--max-bytes "many" is not a whole number'],
    [['--max-bytes', '5', '--tail', '5'], '--tail and --since cannot be combined with a cursor'],
  ])('refuses %j', async (args, message) => {
    const { err, code } = await tail('T002', ...args);
    expect([err, code]).toEqual([expect.stringContaining(message), 2]);
  });
});
