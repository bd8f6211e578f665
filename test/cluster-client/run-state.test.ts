import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/pod.js';
import { runState } from '../../src/cluster/run-state.js';

const pod = (status: Pod['status'], metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n', ...metadata },
  ...(status && { status }),
});
const container = (state: object) => [{ name: 'agent', state }];
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
