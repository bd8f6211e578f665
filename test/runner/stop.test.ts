import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Stop } from '../../src/runner/process/stop.js';

const TIMES = { deadlineSeconds: 600, reserveSeconds: 60, terminationGracePeriodSeconds: 30 };
const ago = (seconds: number) => Date.now() - seconds * 1000;

describe('the deadline', () => {
  test('counts from when the pod began, however long the image took', async () => {
    const stop = new Stop(ago(541));
    stop.beforeDeadline(TIMES);
    await sleep(10);
    expect(stop.signal.reason).toMatchObject({ outcome: 'timed-out' });
    expect(stop.timeLeft()).toBeLessThan(60_000);
  });
  test('is not there before its reserve', async () => {
    const stop = new Stop(ago(300));
    stop.beforeDeadline(TIMES);
    await sleep(10);
    expect(stop.signal.aborted).toBe(false);
  });
  test('is why Kubernetes asks after it, and nothing else is', () => {
    const reasonOf = (seconds: number) => {
      const stop = new Stop(ago(seconds));
      stop.beforeDeadline(TIMES);
      stop.asked();
      return stop.signal.reason;
    };
    expect(reasonOf(590)).toMatchObject({ outcome: 'timed-out' });
    expect(reasonOf(100)).toMatchObject({ outcome: 'interrupted' });
  });
});
