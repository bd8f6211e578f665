import { describe, expect, test } from '@jest/globals';
import { isOutcome, OUTCOMES, type Outcome } from '../../src/run/outcomes.js';

const outcomes = Object.entries<Outcome>(OUTCOMES);

describe('the table of outcomes', () => {
  test('has the thirteen ways in which a run can end', () => {
    expect(outcomes.map(([name]) => name)).toEqual([
      ...['delivered', 'no-changes', 'agent-failed', 'stalled', 'timed-out', 'cancelled', 'interrupted'],
      ...['over-budget', 'clone-failed', 'push-rejected', 'auth-failed', 'sandbox-open', 'bad-config'],
    ]);
  });

  test('gives each an exit code of its own', () => {
    expect(new Set(outcomes.map(([, { exitCode }]) => exitCode)).size).toBe(outcomes.length);
  });

  test('keeps 0 for delivered alone', () => {
    expect(outcomes.filter(([, { exitCode }]) => exitCode === 0).map(([name]) => name)).toEqual(['delivered']);
  });

  test.each(outcomes.filter(([name]) => name !== 'delivered'))(
    'keeps %s apart from the codes of the commands (1 to 3) and of shells and signals (126 and above)',
    (_, outcome) => {
      expect(outcome.exitCode).toBeGreaterThan(3);
      expect(outcome.exitCode).toBeLessThan(126);
    },
  );

  test.each(outcomes)('says of %s what it means and what to do', (_, { meaning, action }) => {
    expect(meaning).toMatch(/^\S.{10,}[^.]$/);
    expect(action).toMatch(/^\S.{10,}[^.]$/);
  });
});

test.each([
  ['delivered', true],
  ['bad-config', true],
  ['Delivered', false],
  ['toString', false],
  ['', false],
  [undefined, false],
  [0, false],
])('%j is an outcome: %s', (name, expected) => {
  expect(isOutcome(name)).toBe(expected);
});
