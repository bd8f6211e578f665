import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/pod.js';
import { runState } from '../../src/cluster/run-state.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';

const pod = (status: Pod['status'], metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n', ...metadata },
  ...(status && { status }),
});
const container = (state: object) => [{ name: 'runner', state }];
const terminated = (exitCode: number, reason = 'Error') => container({ terminated: { exitCode, reason } });

describe('where a run stands', () => {
  test.each([
    ['has just been created', pod(undefined), { phase: 'waiting', reason: 'Pending' }],
    [
      'waits for its image',
      pod({
        phase: 'Pending',
        containerStatuses: container({ waiting: { reason: 'ErrImagePull', message: 'no such image' } }),
      }),
      { phase: 'waiting', reason: 'ErrImagePull: no such image' },
    ],
    [
      'waits for the image of its agent',
      pod({
        phase: 'Pending',
        containerStatuses: container({ waiting: { reason: 'PodInitializing' } }),
        initContainerStatuses: [
          { name: 'agent', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
        ],
      }),
      { phase: 'waiting', reason: 'ImagePullBackOff: no such image' },
    ],
    [
      'finds no node',
      pod({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
      }),
      { phase: 'waiting', reason: 'Unschedulable: 0/1 nodes' },
    ],
    ['runs', pod({ phase: 'Running', containerStatuses: container({ running: {} }) }), { phase: 'running' }],
    ['is just ending', pod({ phase: 'Running', containerStatuses: terminated(0) }), { phase: 'running' }],
  ])('when its pod %s', (_, given, expected) => expect(runState(given)).toEqual(expected));
});

describe('a pod that left no result', () => {
  test.each([
    ['passed its deadline', pod({ phase: 'Failed', reason: 'DeadlineExceeded' }), 'timed-out'],
    ['was evicted', pod({ phase: 'Failed', reason: 'Evicted', message: 'low on disk' }), 'interrupted'],
    ['used too much memory', pod({ phase: 'Failed', containerStatuses: terminated(137, 'OOMKilled') }), 'interrupted'],
    ['was killed', pod({ phase: 'Failed', containerStatuses: terminated(137) }), 'interrupted'],
    [
      'was deleted',
      pod({ phase: 'Failed', containerStatuses: terminated(1) }, { deletionTimestamp: 'now' }),
      'interrupted',
    ],
    ['ended by itself', pod({ phase: 'Failed', containerStatuses: terminated(1) }), 'agent-failed'],
    ['ended well by itself', pod({ phase: 'Succeeded', containerStatuses: terminated(0) }), 'agent-failed'],
  ])('%s: the outcome says so', (_, given, outcome) => {
    const state = runState(given);
    expect(state).toMatchObject({ phase: 'ended', outcome, message: expect.stringContaining('left no result') });
    expect(state).not.toHaveProperty('result');
  });
});

describe('a pod whose result is not its own', () => {
  const own = { [ANNOTATIONS.task]: 'T001', [ANNOTATIONS.branch]: 'x-t001' };
  const told = { outcome: 'delivered', task: 'T001', branch: 'x-t001', commit: 'a'.repeat(40), message: 'done' };
  const numbers = { filesChanged: 0, durationSeconds: 1, tokens: 0, cost: 0 };
  const reporting = (exitCode: number, changes: object, annotations = own): Pod => {
    const message = JSON.stringify({ ...told, ...numbers, ...changes });
    return pod(
      { phase: 'Failed', containerStatuses: container({ terminated: { exitCode, message } }) },
      { annotations },
    );
  };

  test('is believed with the exit code of its outcome', () => {
    expect(runState(reporting(0, {}))).toMatchObject({ outcome: 'delivered' });
  });
  test.each([
    ['with another exit code', reporting(1, {})],
    ['for another task', reporting(0, { task: 'T002' })],
    ['for another branch', reporting(0, { branch: 'y' })],
    ['without a commit', reporting(0, { commit: undefined })],
    ['with a commit that is none', reporting(0, { commit: 'HEAD' })],
  ])('is not believed %s', (_, given) => {
    const state = runState(given);
    expect(state).not.toHaveProperty('result');
    expect(state).toMatchObject({ outcome: 'agent-failed' });
  });
});

describe('a pod that somebody cancelled', () => {
  const annotations = {
    [ANNOTATIONS.cancelledBy]: 'jane',
    [ANNOTATIONS.task]: 'T001',
    [ANNOTATIONS.branch]: 'x-t001',
  };
  const reporting = (outcome: OutcomeName): Pod => {
    const numbers = { filesChanged: 0, durationSeconds: 1, tokens: 0, cost: 0 };
    const result = { outcome, task: 'T001', branch: 'x-t001', commit: 'a'.repeat(40), ...numbers, message: 'it ended' };
    const { exitCode } = OUTCOMES[outcome];
    const containerStatuses = container({ terminated: { exitCode, message: JSON.stringify(result) } });
    return pod({ phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses }, { annotations });
  };

  test.each(['interrupted', 'timed-out'] as const)('is cancelled where the program says %s', (outcome) => {
    expect(runState(reporting(outcome))).toMatchObject({
      phase: 'ended',
      outcome: 'cancelled',
      message: 'cancelled by jane: it ended',
      result: { outcome },
    });
  });
  test.each(['delivered', 'cancelled', 'agent-failed', 'push-rejected', 'no-changes'] as const)(
    'is %s where the program says that, which it did before it was stopped',
    (outcome) => {
      expect(runState(reporting(outcome))).toMatchObject({ outcome, message: 'it ended' });
    },
  );
  test.each([
    ['was killed', pod({ phase: 'Failed', containerStatuses: terminated(137) }, { annotations })],
    ['passed its deadline', pod({ phase: 'Failed', reason: 'DeadlineExceeded' }, { annotations })],
  ])('is cancelled where it %s without a word', (_, given) => {
    const state = runState(given);
    expect(state).toMatchObject({
      outcome: 'cancelled',
      message: expect.stringContaining('cancelled by jane: the program left'),
    });
    expect(state).not.toHaveProperty('result');
  });
  test('has not ended before it has', () => {
    const running = pod({ phase: 'Running', containerStatuses: container({ running: {} }) }, { annotations });
    expect(runState(running)).toEqual({ phase: 'running' });
  });
});

test('a run whose agent was out of memory is told as such, by the kubelet’s word', () => {
  const numbers = { filesChanged: 0, durationSeconds: 1, tokens: 0, cost: 0 };
  const result = { outcome: 'agent-failed', task: 'T001', branch: 'x-t001', ...numbers, message: 'it was killed' };
  const state = { terminated: { exitCode: 11, message: JSON.stringify(result) } };
  const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  const annotations = { [ANNOTATIONS.task]: 'T001', [ANNOTATIONS.branch]: 'x-t001' };
  const statuses = { containerStatuses: container(state), initContainerStatuses: [{ name: 'agent', lastState }] };
  expect(runState(pod({ phase: 'Failed', ...statuses }, { annotations }))).toMatchObject({
    outcome: 'agent-failed',
    message: 'it was killed; the kubelet says that the agent was out of memory (OOMKilled)',
  });
});
