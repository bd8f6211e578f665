import { afterEach, describe, expect, test } from '@jest/globals';
import { followRun } from '../../src/cluster/follow.js';
import { Runs } from '../../src/cluster/runs.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { answer, type Handler, startApiServer } from './api-server.js';

const RESULT = {
  outcome: 'delivered',
  task: 'T001',
  branch: 'x-t001',
  commit: 'a'.repeat(40),
  filesChanged: 1,
  durationSeconds: 1,
  tokens: 1,
  cost: 0,
  message: 'done',
};
const pod = (status: object) => ({
  metadata: { name: 'p', namespace: 'n', annotations: { [ANNOTATIONS.task]: 'T001', [ANNOTATIONS.branch]: 'x-t001' } },
  status,
});
const running = pod({ phase: 'Running', containerStatuses: [{ name: 'agent', state: { running: {} } }] });
const ended = (message: object, exitCode = 0) =>
  pod({
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'agent', state: { terminated: { exitCode, message: JSON.stringify(message) } } }],
  });
const refusal = (status: number) => ({ kind: 'Status', reason: 'Broken', message: `refused ${status}`, code: status });

let server: Awaited<ReturnType<typeof startApiServer>>;
afterEach(() => server.close());

async function follow(handler: Handler) {
  server = await startApiServer(handler);
  const lines: string[] = [];
  const resumed: string[] = [];
  const state = await followRun(server.api, new Runs(server.api, 'n'), 'p', {
    line: (text) => void lines.push(text),
    waiting: () => {},
    resumed: (reason) => void resumed.push(reason),
  });
  return { state, lines, resumed };
}
const isLog = (url = '') => url.includes('/log?');

describe('following a run', () => {
  test('reads each line once when the log is cut in the middle of a second, in any time zone', async () => {
    const line = (second: string, text: string) => `2026-01-01T13:00:${second}+02:00 ${text}\n`;
    const since: (string | null)[] = [];
    let logs = 0;
    const { lines } = await follow((request, response) => {
      if (!isLog(request.url)) return answer(response, logs < 2 ? running : ended(RESULT));
      logs += 1;
      since.push(new URL(request.url ?? '', 'http://x').searchParams.get('sinceTime'));
      response.write(line('01.100000000', 'one') + line('01.200000000', 'two') + line('01.200000000', 'two again'));
      if (logs === 1) return setTimeout(() => response.destroy(), 50);
      response.end(line('01.200000000', 'three') + line('02.000000000', 'four'));
    });
    expect(lines).toEqual(['one', 'two', 'two again', 'three', 'four']);
    expect(since.slice(0, 2)).toEqual([null, '2026-01-01T11:00:01.000Z']);
  });
  test('goes on when the API server fails for a moment', async () => {
    const { state, resumed } = await follow((request, response, count) => {
      if (count <= 2) return answer(response, refusal(503), 503);
      if (isLog(request.url)) return response.end();
      answer(response, ended(RESULT));
    });
    expect(state.outcome).toBe('delivered');
    expect(resumed).toHaveLength(2);
  });
  test('ends at once when it may not look', async () => {
    await expect(follow((_, response) => answer(response, refusal(403), 403))).rejects.toThrow(
      'you may not read pod p',
    );
  });
  test('says when the pod is gone', async () => {
    await expect(follow((_, response) => answer(response, refusal(404), 404))).rejects.toThrow('pod p was deleted');
  });
  test('tells how a pod ended that never had a log', async () => {
    const { state } = await follow((request, response) => {
      if (isLog(request.url)) return answer(response, refusal(400), 400);
      answer(response, pod({ phase: 'Failed', reason: 'DeadlineExceeded' }));
    });
    expect(state.outcome).toBe('timed-out');
  });
  test.each([
    ['another exit code', ended(RESULT, 1)],
    ['another task', ended({ ...RESULT, task: 'T002' })],
    ['another branch', ended({ ...RESULT, branch: 'main' })],
    ['no commit', ended({ ...RESULT, commit: undefined })],
  ])('believes no delivered with %s', async (_, forged) => {
    const { state } = await follow((request, response) => {
      if (isLog(request.url)) return response.end();
      answer(response, forged);
    });
    expect(state.outcome).not.toBe('delivered');
  });
});

test('an answer that breaks off is an error of the cluster’s, not a crash', async () => {
  server = await startApiServer((_, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('{"half":');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(server.api.json('GET', '/api')).rejects.toMatchObject({ name: 'ClusterError' });
});
