import { expect, describe as group, test } from '@jest/globals';
import { describe } from '../../src/cli/commands/describe.js';
import type { Pod } from '../../src/cluster/pod.js';
import { answer, type Handler } from '../cluster-client/api-server.js';
import { queryOf, runAgainst } from './against-server.js';
import { COMMIT, endedAs, KILLED, RUNNING, runPod, WAITING } from './run-pods.js';

const LOG = [
  '2026-01-01T00:00:05Z clone    | shop',
  '2026-01-01T00:10:05Z opencode | it \u001b[2Jworks',
  '2026-01-01T00:59:58Z push     | pushed',
].join('\n');
const EVENT = {
  type: 'Warning',
  reason: 'BackOff',
  message: 'no image',
  count: 3,
  lastTimestamp: '2026-01-01T00:00:01Z',
};

const about = (pod: Pod, other: Handler = () => {}, args = ['T001']) =>
  runAgainst(describe, args, (request, response, count) => {
    other(request, response, count);
    if (response.writableEnded) return;
    if (request.url?.includes('/log?')) return void response.end(LOG);
    if (request.url?.includes('/events?')) return answer(response, { items: [EVENT] });
    answer(response, { items: [pod] });
  });
const field = (out: string, name: string) => new RegExp(`^${name}: +(.*)$`, 'm').exec(out)?.[1];

const none = { failed: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cost: 0 };
const models = [
  { ...none, model: 'large', requests: 4, failed: 1, input: 900, output: 334, cost: 0.5 },
  { ...none, model: 'small', requests: 1 },
];

group('describe shows', () => {
  test('what the pod says about its run and its result', async () => {
    const { code, out } = await about(runPod({ status: endedAs('delivered', { session: 'ses_1', models }) }));
    expect(code).toBe(0);
    const expected = {
      Pod: 'agent-t001-0000000001-1',
      Task: 'T001',
      Feature: '001-login',
      Repository: 'https://github.com/my-org/shop',
      Branch: '001-login-t001',
      Attempt: '1',
      'Created by': 'jane',
      State: 'delivered',
      Message: 'it ended',
      Commit: COMMIT,
      Duration: '60s',
      Tokens: '1234',
      Cost: '$0.5000',
      'Model large': '4 requests, 1 of them without an answer; 900 tokens read; 334 tokens written; $0.5000',
      'Model small': '1 request',
      Session: 'ses_1',
      Next: 'review the branch and merge it',
    };
    for (const [name, value] of Object.entries(expected)) expect([name, field(out, name)]).toEqual([name, value]);
    expect(out).not.toContain('recover');
  });
  test('how long each step took, the end of the log without what a terminal obeys, and the events', async () => {
    const { out } = await about(runPod({ status: endedAs('delivered') }));
    expect(out).toMatch(/Steps:\n {2}clone +10m\n {2}opencode +49m\n {2}push +2s\n/);
    expect(out).toContain('  opencode | it [2Jworks\n');
    expect(out).toMatch(/Events:\n +TYPE +REASON +AGE +MESSAGE\n +Warning +BackOff +\w+ \(x3\) +no image$/);
  });
  test('where work is that was not delivered, and the command that gets it', async () => {
    const salvage = { pushed: false, branch: 'x', commit: COMMIT, reason: 'refused' } as const;
    const { out } = await about(runPod({ status: endedAs('push-rejected', { salvage }) }));
    expect(field(out, 'Saved work')).toBe(`commit ${COMMIT.slice(0, 12)} only in the log: refused`);
    expect(field(out, 'Recover')).toMatch(/^agent-runner recover agent-t001-0000000001-1 -n n --kubeconfig=\S+$/);
  });
  test('the same command for a run that was killed', async () => {
    expect(field((await about(runPod({ status: KILLED }))).out, 'Recover')).toContain('agent-runner recover');
  });
  test('no log of a run that waits, which has none', async () => {
    const { out } = await about(runPod({ status: WAITING }), ({ url }) => expect(url).not.toContain('/log'));
    expect(field(out, 'State')).toBe('waiting');
    expect(field(out, 'Log')).toBe('<none>');
  });
  test('the rest when the log or the events cannot be had', async () => {
    const { code, out } = await about(runPod({ status: RUNNING }), ({ url }, response) => {
      if (/log|events/.test(url ?? '')) answer(response, { reason: 'Forbidden', message: 'no' }, 403);
    });
    expect(code).toBe(0);
    expect(field(out, 'State')).toBe('running');
    expect(out).toContain('(you may not read the log of pod agent-t001-0000000001-1 in namespace n: no');
    expect(out).toContain('(you may not read the events of pod');
  });
});

test('describe asks for the events of this very pod', async () => {
  const selectors: (string | null)[] = [];
  await about(runPod({ status: RUNNING }), ({ url }) => {
    if (url?.includes('/events?')) selectors.push(queryOf(url).get('fieldSelector'));
  });
  expect(selectors).toEqual(['involvedObject.name=agent-t001-0000000001-1,involvedObject.uid=uid-t001-1']);
});

test.each([
  [[], 'give one pod or task'],
  [['T001', 'T002'], 'give one pod or task'],
  [['T404'], 'no run "T404" in namespace n; there are: agent-t001-0000000001-1'],
])('describe refuses %j', async (args, message) => {
  const { code, err } = await about(runPod(), undefined, args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
