// @ts-check
import { runCase } from './run-case.js';

/** Runs cases two at a time. The fault-free ones come first: they tell how fast the machine is. */
const AT_A_TIME = 2;
/** Taken for the first runs, in seconds. */
const UNKNOWN = 20;

/**
 * @param {readonly import('./cases.js').Case[]} cases
 * @param {(verdict: import('./verdict.js').Verdict) => void} [onVerdict]
 */
export async function runCases(cases, onVerdict = () => {}) {
  const pace = { start: UNKNOWN };
  /** @type {import('./verdict.js').Verdict[]} */
  const verdicts = [];
  const waiting = cases.filter(({ fault }) => !fault.skipped?.());
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const run = () => runCase(one, pace).catch((error) => failed(one, error));
      let verdict = await run();
      if (one.fault.waits && !verdict.happened) {
        // The machine is slower by now than the deadline of this case allows for.
        pace.start *= 2;
        verdict = await run();
      }
      // What other programs do on the machine changes the pace.
      if (verdict.start) pace.start = pace.start * 0.5 + verdict.start * 0.5;
      verdicts.push(verdict);
      onVerdict(verdict);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return verdicts.sort((one, other) => one.one.number - other.one.number);
}

/**
 * A case that the suite itself could not run.
 * @param {import('./cases.js').Case} one @param {unknown} error
 * @returns {import('./verdict.js').Verdict}
 */
const failed = (one, error) => ({
  one,
  given: 'none',
  where: 'unknown',
  lost: [],
  claims: [],
  problems: [`the case could not be run: ${error instanceof Error ? error.stack : error}`],
  says: '',
  runs: 0,
  delivered: 0,
  seconds: 0,
  log: [],
  happened: false,
  start: undefined,
});

/** @param {import('./verdict.js').Verdict} verdict */
export const isGood = ({ lost, claims, problems }) => [...lost, ...claims, ...problems].length === 0;

/** @param {import('./verdict.js').Verdict} verdict */
export function describe({ one, given, where, lost, claims, problems, says, seconds, log }) {
  const { number, fault, moment, delay } = one;
  const head = `${number}. ${fault.name}, ${moment}${delay ? ` + ${delay} ms` : ''}: ${given}; work: ${where} (${seconds} s)${says && given !== 'delivered' ? `\n   ${says}` : ''}`;
  const bad = [...lost.map((what) => `lost: ${what}`), ...claims.map((what) => `false: ${what}`), ...problems];
  if (bad.length === 0) return head;
  const expected = `expected: ${fault.endings[moment]?.join(' or ')}`;
  return [
    head,
    ...bad.map((what) => `   ${what}`),
    `   ${expected}`,
    ...log.slice(-25).map((line) => `      ${line.slice(0, 300)}`),
  ].join('\n');
}

/** What is not possible here, and why. @param {readonly import('./cases.js').Case[]} cases */
export const skippedIn = (cases) => [
  ...new Set(
    cases.flatMap(({ fault }) => {
      const why = fault.skipped?.();
      return why ? [`"${fault.name}" is skipped: ${why}`] : [];
    }),
  ),
];
