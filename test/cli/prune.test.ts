import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { prune } from '../../src/cli/commands/prune.js';
import type { Pod } from '../../src/cluster/pod.js';
import { formatBundle } from '../../src/run/bundle.js';
import { answer, type Handler } from '../cluster-client/api-server.js';
import { runAgainst } from './against-server.js';
import { COMMIT, endedAs, KILLED, RUNNING, runPod } from './run-pods.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-prune-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const ended = (task: string, outcome: Parameters<typeof endedAs>[0], hours: number, more = {}) =>
  runPod({ task, status: endedAs(outcome, { task, finishedAt: ago(hours), ...more }) });
const IN_LOG = { salvage: { pushed: false, branch: 'x', commit: COMMIT, reason: 'refused' } } as const;
const BUNDLE = formatBundle({ branch: 'x', commit: COMMIT, start: COMMIT, bytes: Buffer.from('work') })
  .map((line) => `bundle   | ${line}\n`)
  .join('');

async function pruned(
  pods: readonly Pod[],
  args: readonly string[] = [],
  { cleanup = 'on-success', log = 'the log\n', other = (() => {}) as Handler } = {},
) {
  const deleted: (string | undefined)[] = [];
  const result = await runAgainst(
    prune,
    args,
    (request, response, count) => {
      other(request, response, count);
      if (response.writableEnded) return;
      const { method, url = '' } = request;
      if (method === 'DELETE') {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          deleted.push(JSON.parse(body).preconditions.uid);
          answer(response, {});
        });
        return;
      }
      if (url.includes('/configmaps/')) {
        return answer(response, { data: { 'settings.json': JSON.stringify({ version: 2, cleanup }) } });
      }
      if (url.includes('/log?')) return void response.end(log);
      if (url.includes('/events?')) return answer(response, { items: [{ reason: 'Started' }] });
      answer(response, { items: pods });
    },
    { cwd: folder },
  );
  return { ...result, deleted };
}

describe('prune deletes', () => {
  test('what was delivered a day ago and what failed a week ago, this very pod alone', async () => {
    const pods = [
      ended('T001', 'delivered', 25),
      ended('T002', 'delivered', 23),
      ended('T003', 'no-changes', 25),
      ended('T004', 'stalled', 167),
      ended('T005', 'stalled', 169),
      runPod({ task: 'T006', status: RUNNING }),
      runPod({ task: 'T007' }),
    ];
    const { code, out, deleted } = await pruned(pods);
    expect(code).toBe(0);
    expect(deleted.sort()).toEqual(['uid-t001-1', 'uid-t003-1', 'uid-t005-1']);
    expect(out.split('\n')[0]).toBe('agent-t005-0000000005-1 (stalled 7d1h ago) deleted');
  });
  test('not the newest attempt of a run while an older one stays, which would stand for the run then', async () => {
    const failed = runPod({ task: 'T001', status: endedAs('agent-failed', { task: 'T001', finishedAt: ago(30) }) });
    const delivered = (hours: number) =>
      runPod({ task: 'T001', attempt: 2, status: endedAs('delivered', { task: 'T001', finishedAt: ago(hours) }) });
    expect((await pruned([failed, delivered(29)])).deleted).toEqual([]);
    expect((await pruned([failed, delivered(29)], ['--failed-older-than', '1h'])).deleted).toHaveLength(2);
  });
  test('by other ages', async () => {
    const pods = [ended('T001', 'delivered', 2), ended('T002', 'stalled', 2)];
    expect((await pruned(pods, ['--older-than', '1h'])).deleted).toEqual(['uid-t001-1']);
    expect((await pruned(pods, ['--failed-older-than', '1h30m'])).deleted).toEqual(['uid-t002-1']);
  });
  test('nothing with --dry-run', async () => {
    const { out, deleted } = await pruned([ended('T001', 'delivered', 25)], ['--dry-run']);
    expect([out, deleted]).toEqual(['agent-t001-0000000001-1 (delivered 25h ago) would be deleted', []]);
  });
  test('nothing where the environment says never, but what a flag gives an age for', async () => {
    const pods = [ended('T001', 'delivered', 999), ended('T002', 'stalled', 999)];
    const { err, deleted } = await pruned(pods, [], { cleanup: 'never' });
    expect([err, deleted]).toEqual([expect.stringContaining('has "cleanup: never"'), []]);
    expect((await pruned(pods, ['--older-than', '1h'], { cleanup: 'never' })).deleted).toEqual(['uid-t001-1']);
  });
});

describe('work whose only copy is in the log', () => {
  test.each([
    ['the result says so', ended('T001', 'push-rejected', 999, IN_LOG), 'x'],
    ['the run left no result, but its work', runPod({ status: KILLED }), BUNDLE],
    ['a part of it is there', runPod({ status: KILLED }), 'bundle   | end\n'],
  ])('is kept where %s', async (_, pod, log) => {
    const { code, err, deleted } = await pruned([pod], [], { log });
    expect([code, deleted]).toEqual([0, []]);
    expect(err).toContain('is kept: its log may have the only copy of its work');
    expect((await pruned([pod], ['--discard-unpushed'], { log })).deleted).toHaveLength(1);
    expect((await pruned([pod], ['--save', 'saved'], { log })).deleted).toHaveLength(1);
  });
  test('is not where a killed run’s log has none', async () => {
    expect((await pruned([runPod({ status: KILLED })])).deleted).toHaveLength(1);
  });
  test('may be where the log cannot be read', async () => {
    const other: Handler = ({ url }, response) => {
      if (url?.includes('/log?')) answer(response, { reason: 'InternalError', message: 'node is gone' }, 500);
    };
    expect((await pruned([runPod({ status: KILLED })], [], { other })).deleted).toEqual([]);
  });
});

const NO_LOG: Handler = (request, response) => {
  if (request.url?.includes('/log?')) answer(response, { kind: 'Status', message: 'container is waiting' }, 400);
};
test.each([[[]], [['--save', 'saved']]])('a run that never started has no log to lose: prune %j', async (args) => {
  const pod = ended('T001', 'timed-out', 200);
  const status = { ...pod.status, reason: 'DeadlineExceeded', containerStatuses: [] };
  const { deleted, code } = await pruned([{ ...pod, status }], args, { other: NO_LOG });
  expect([deleted.length, code]).toEqual([1, 0]);
});

describe('prune --save', () => {
  const POD = 'agent-t001-0000000001-1';
  const read = (file: string, name = POD) => readFileSync(join(folder, 'saved', name, file), 'utf8');

  test('keeps log, result, events and pod', async () => {
    const { out } = await pruned([ended('T001', 'delivered', 25)], ['--save', 'saved']);
    expect(out).toContain(`deleted, saved in ${join(folder, 'saved', POD)}`);
    expect(read('log')).toBe('the log\n');
    expect(JSON.parse(read('result.json'))).toMatchObject({ state: 'delivered', result: { tokens: 1234 } });
    expect(JSON.parse(read('events.json'))).toEqual([{ reason: 'Started' }]);
    expect(JSON.parse(read('pod.json'))).toMatchObject({ kind: 'Pod', metadata: { name: POD } });
    expect(readdirSync(join(folder, 'saved'))).toEqual([POD]);
  });
  test('never writes over another pod of the same name', async () => {
    const pod = ended('T001', 'delivered', 25);
    await pruned([pod], ['--save', 'saved']);
    await pruned([{ ...pod, metadata: { ...pod.metadata, uid: 'new' } }], ['--save', 'saved'], { log: 'new' });
    expect([read('log'), read('log', `${POD}-new`)]).toEqual(['the log\n', 'new']);
  });
  test.each(['/log?', '/events?'])('deletes nothing when %s cannot be read', async (part) => {
    const other: Handler = ({ url }, response) => {
      if (url?.includes(part)) answer(response, { reason: 'InternalError', message: 'node is gone' }, 500);
    };
    const { code, err, deleted } = await pruned([ended('T001', 'delivered', 25)], ['--save', 'saved'], { other });
    expect([code, deleted]).toEqual([1, []]);
    expect(err).toContain('is kept: the API server refused to read');
    expect(existsSync(join(folder, 'saved', POD))).toBe(false);
  });
  test('deletes nothing when the node says that it has no log', async () => {
    const log = 'unable to retrieve container logs for containerd://1';
    const { code, deleted } = await pruned([ended('T001', 'delivered', 25)], ['--save', 'saved'], { log });
    expect([code, deleted]).toEqual([1, []]);
  });
  test('deletes nothing when it cannot be written', async () => {
    writeFileSync(join(folder, 'saved'), '');
    const { code, deleted } = await pruned([ended('T001', 'delivered', 25)], ['--save', 'saved']);
    expect([code, deleted]).toEqual([1, []]);
  });
});

test('prune keeps a pod that is another one by now, and says so', async () => {
  const other: Handler = ({ method }, response) => {
    if (method === 'DELETE') answer(response, { reason: 'Conflict', message: 'the UID does not match' }, 409);
  };
  const { code, err } = await pruned([ended('T001', 'delivered', 25)], [], { other });
  expect([code, err]).toEqual([1, expect.stringContaining('the UID does not match')]);
});

test.each([
  [['T001'], 'prune takes no arguments'],
  [['--older-than', 'soon'], '--older-than "soon" is not a duration'],
  [['--save', ''], '--save is empty'],
])('prune refuses %j', async (args, message) => {
  const { code, err, deleted } = await pruned([ended('T001', 'delivered', 999)], args);
  expect([code, err, deleted]).toEqual([2, expect.stringContaining(message), []]);
});
