import { describe, expect, test } from '@jest/globals';
import { wait } from '../../src/cli/commands/wait.js';
import type { Pod } from '../../src/cluster/pod.js';
import { answer } from '../cluster-client/api-server.js';
import { queryOf, runAgainst } from './against-server.js';
import { endedAs, RUNNING, runPod } from './run-pods.js';

const running = (task: string) => runPod({ task, status: RUNNING });
const ended = (task: string, outcome: Parameters<typeof endedAs>[0]) =>
  runPod({ task, status: endedAs(outcome, { task }) });

/** Pods at the start, and what changes; the watch stays open. */
const waiting = (args: readonly string[], pods: readonly Pod[], changes: readonly [type: string, pod: Pod][] = []) =>
  runAgainst(wait, args, ({ url }, response) => {
    if (!queryOf(url).get('watch')) return answer(response, { metadata: { resourceVersion: '5' }, items: pods });
    response.flushHeaders();
    for (const [type, object] of changes) response.write(`${JSON.stringify({ type, object })}\n`);
  });

describe('wait ends', () => {
  test('at once with 0 when the run was delivered', async () => {
    expect(await waiting(['T001'], [ended('T001', 'delivered')])).toEqual({
      code: 0,
      out: 'agent-t001-0000000001-1 delivered: it ended',
      err: '',
    });
  });
  test('when all have ended, with the worst outcome', async () => {
    const changes = [
      ['MODIFIED', ended('T001', 'push-rejected')],
      ['MODIFIED', ended('T003', 'bad-config')],
      ['MODIFIED', ended('T002', 'delivered')],
    ] as [string, Pod][];
    const { code, out } = await waiting(['T001', 'T002'], ['T001', 'T002', 'T003'].map(running), changes);
    expect(code).toBe(21);
    expect(out.split('\n')).toHaveLength(2);
  });
  test('with --for delivered as soon as one was not', async () => {
    const changes = [['MODIFIED', ended('T001', 'stalled')]] as [string, Pod][];
    const { code } = await waiting(['T001', 'T002', '--for', 'delivered'], ['T001', 'T002'].map(running), changes);
    expect(code).toBe(12);
  });
  test.each(['0', '50ms'])('with 1 after --timeout %s, and says what goes on', async (timeout) => {
    const { code, err } = await waiting(['T001', '--timeout', timeout], [running('T001')]);
    expect(code).toBe(1);
    expect(err).toBe('agent-runner wait: timed out waiting for agent-t001-0000000001-1 (running); they go on');
  });
  test('with an error when the pod is deleted before its end', async () => {
    const { code, err } = await waiting(['T001'], [running('T001')], [['DELETED', running('T001')]]);
    expect(code).toBe(3);
    expect(err).toContain('pod agent-t001-0000000001-1 in namespace n was deleted before it had ended');
  });
  test('well where a credential runs out, and the API server refuses it once', async () => {
    let refused = 0;
    const { code, out } = await runAgainst(wait, ['T001'], ({ url }, response) => {
      if (!queryOf(url).get('watch'))
        return answer(response, { metadata: { resourceVersion: '5' }, items: [running('T001')] });
      if (refused++ === 0) return answer(response, { reason: 'Unauthorized', message: 'Unauthorized', code: 401 }, 401);
      response.write(`${JSON.stringify({ type: 'MODIFIED', object: ended('T001', 'delivered') })}\n`);
    });
    expect([code, out]).toEqual([0, 'agent-t001-0000000001-1 delivered: it ended']);
  });
  test('in time where the API server says nothing', async () => {
    const { code } = await runAgainst(wait, ['T001', '--timeout', '300ms'], ({ url }, response) => {
      if (!queryOf(url).get('watch'))
        answer(response, { metadata: { resourceVersion: '5' }, items: [running('T001')] });
    });
    expect(code).toBe(1);
  });
  test('well when the pod is deleted after its end', async () => {
    expect((await waiting(['T001'], [running('T001')], [['DELETED', ended('T001', 'delivered')]])).code).toBe(0);
  });
});

test.each([
  [[], 'give pods, tasks or features'],
  [['T404'], 'no run "T404"'],
  [['T001', '--timeout', '5'], '--timeout "5" is not a duration'],
  [['T001', '--timeout', '99d'], 'at most 24d'],
  [['T001', '--for', 'condition=Ready'], 'allowed are ended, delivered'],
])('wait refuses %j', async (args, message) => {
  const { code, err } = await waiting(args, [running('T001')]);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
