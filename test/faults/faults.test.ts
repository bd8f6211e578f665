import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { missingForRuns } from '../support/pod-on-this-machine.js';
import { casesFor } from './cases.js';
import { describe as described, isGood, runCases, skippedIn } from './run-cases.js';

const missing = missingForRuns();
if (missing) throw new Error(missing);

type Verdict = Awaited<ReturnType<typeof runCases>>[number];

/** Longest time for one case, in milliseconds: under load OpenCode alone takes half a minute to start. */
const CASE = 180_000;

const cases = casesFor();
const skipped = skippedIn(cases);
if (skipped.length > 0) console.warn(skipped.join('\n'));
const possible = cases.filter(({ fault }) => !fault.skipped?.());

/** By the case's number: they run two at a time, and each test waits for its own. */
const verdicts = new Map<number, { verdict: Promise<Verdict>; settle: (verdict: Verdict) => void }>();
for (const { number } of possible) {
  let settle: (verdict: Verdict) => void = () => {};
  const verdict = new Promise<Verdict>((resolve) => {
    settle = resolve;
  });
  verdicts.set(number, { verdict, settle });
}

let running: Promise<Verdict[]>;
beforeAll(() => {
  running = runCases(possible, (verdict) => verdicts.get(verdict.one.number)?.settle(verdict));
});
afterAll(() => running, CASE);

describe('when something fails, no work is lost, nothing false is said, and the outcome is the right one:', () => {
  test.each(possible.map((one) => [`${one.number}. ${one.fault.name}, ${one.moment}`, one] as const))(
    '%s',
    async (_, one) => {
      const verdict = await Promise.race([verdicts.get(one.number)?.verdict, running.then(() => undefined)]);
      if (!verdict) throw new Error('the case did not run');
      expect(isGood(verdict) ? '' : described(verdict)).toBe('');
    },
    CASE * 2,
  );
});

test(
  'without a fault every task is delivered',
  async () => {
    const free = (await running).filter(({ one }) => one.fault.name === 'nothing fails');
    expect(free.length).toBeGreaterThan(2);
    expect(free.map(({ given }) => given)).toEqual(free.map(() => 'delivered'));
  },
  CASE,
);
