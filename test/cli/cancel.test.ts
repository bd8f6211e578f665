import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { cancel } from '../../src/cli/commands/cancel.js';
import type { Pod } from '../../src/cluster/pod.js';
import { answer } from '../cluster-client/api-server.js';
import { runAgainst } from './against-server.js';
import { ENDED, POD, podOf } from './recoverable.js';

/** Runs the command against an API server with one pod, which answers changes as it is told. */
async function cancelled(
  args: readonly string[],
  status: Pod['status'],
  refuse?: { status: number; message: string },
  spec: Pod['spec'] = { nodeName: 'node', activeDeadlineSeconds: 3600 },
) {
  const changes: { method: string; type: string | undefined; body: unknown }[] = [];
  const ended = await runAgainst(cancel, args, async (request, response) => {
    const { method = '', url = '', headers } = request;
    if (url.includes('selfsubjectreviews')) return answer(response, { status: { userInfo: { username: 'ada' } } });
    if (method === 'GET') {
      const pod = podOf('https://git.example/o/r', status);
      return answer(response, { items: [{ ...pod, spec: { ...pod.spec, ...spec } }] });
    }
    const body = await text(request);
    changes.push({ method, type: headers['content-type'], body: body ? JSON.parse(body) : undefined });
    if (refuse)
      return answer(response, { kind: 'Status', reason: 'Forbidden', message: refuse.message }, refuse.status);
    answer(response, {});
  });
  return { ...ended, changes };
}

const type = 'application/merge-patch+json';
const annotated = {
  method: 'PATCH',
  type,
  body: { metadata: { annotations: { 'agentic-sdlc.io/cancelled-by': 'ada' } } },
};

describe('agent-runner cancel', () => {
  test('says who and ends the time in one request, so that neither is ever there alone', async () => {
    const startTime = new Date(Date.now() - 60_000).toISOString();
    const { changes, out, code } = await cancelled(['T001'], { ...ENDED.not, startTime });
    expect(changes).toEqual([
      { ...annotated, body: { ...annotated.body, spec: { activeDeadlineSeconds: expect.any(Number) } } },
    ]);
    const { activeDeadlineSeconds } = (changes[0]?.body as Pod | undefined)?.spec ?? {};
    // A kubelet syncs a pod at least once a minute.
    expect(activeDeadlineSeconds).toBeGreaterThan(60 + 60);
    expect(activeDeadlineSeconds).toBeLessThan(60 + 200);
    expect(out).toContain(`${POD} is cancelled; it saves its work and ends: tail-logs ${POD} -n n --kubeconfig=`);
    expect(code).toBe(0);
  });
  test('leaves a run that has not been started no time', async () => {
    const { changes } = await cancelled(['T001'], { phase: 'Pending' });
    expect(changes).toMatchObject([{ body: { spec: { activeDeadlineSeconds: 1 } } }]);
  });
  test('never asks for a deadline later than the one that is set, which the API server would refuse', async () => {
    const startTime = new Date(Date.now() - 60_000).toISOString();
    const { changes } = await cancelled(['T001'], { ...ENDED.not, startTime }, undefined, {
      nodeName: 'node',
      activeDeadlineSeconds: 62,
    });
    expect(changes).toMatchObject([{ body: { spec: { activeDeadlineSeconds: 62 } } }]);
  });
  test('deletes the pod where it must be gone now', async () => {
    const { changes } = await cancelled([POD, '--now'], ENDED.not);
    expect(changes).toEqual([annotated, { method: 'DELETE', type: undefined, body: undefined }]);
  });
  test('deletes a pod that has no node, which nothing would ever end', async () => {
    const { changes, out } = await cancelled(['T001'], { phase: 'Pending' }, undefined, {});
    expect(changes).toEqual([annotated, { method: 'DELETE', type: undefined, body: undefined }]);
    expect(out).toBe(`${POD} is deleted; it had not started`);
  });
  test('leaves a run alone that has ended', async () => {
    const { changes, out, code } = await cancelled(['T001'], ENDED.lost);
    expect(changes).toEqual([]);
    expect([out, code]).toEqual([`${POD} has ended already: push-rejected`, 0]);
  });
  test('says what the user may not do', async () => {
    const { err, code } = await cancelled(['T001'], ENDED.not, { status: 403, message: 'pods is forbidden' });
    expect(err).toContain(`you may not cancel pod ${POD} in namespace n: pods is forbidden`);
    expect(code).toBe(3);
  });
  test('says what to give when nothing is given', async () => {
    const { err, code } = await cancelled([], ENDED.not);
    expect(err).toContain('give one pod or task: agent-runner cancel <pod|task>');
    expect(code).toBe(2);
  });
});
