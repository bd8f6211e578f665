// @ts-check
// Runs the cases and writes docs/reference/faults.md. FAULT_RUNS says how many (default: all), FAULT_ONLY which, as a pattern; then
// nothing is written. FAULT_STATE names a file that keeps what came of each case: a run that was ended goes on from there.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { casesFor } from './cases.js';
import { describe, isGood, runCases, skippedIn } from './run-cases.js';
import { table } from './table.js';

const { FAULT_RUNS = 'all', FAULT_ONLY, FAULT_STATE } = process.env;
const only = new RegExp(FAULT_ONLY ?? '');
const cases = casesFor(FAULT_RUNS).filter(({ fault, moment }) => only.test(`${fault.name}, ${moment}`));
for (const line of skippedIn(cases)) console.log(line);
/** @type {import('./verdict.js').Verdict[]} */
const known = (FAULT_STATE && existsSync(FAULT_STATE) ? readFileSync(FAULT_STATE, 'utf8') : '')
  .split('\n')
  .flatMap((line) => {
    const one = line && cases.find(({ number }) => number === JSON.parse(line).number);
    return one ? [{ ...JSON.parse(line), one }] : [];
  });
const left = cases.filter((one) => !known.some((verdict) => verdict.one === one));
console.log(`${cases.length} cases, ${left.length} of them to be run`);
const made = await runCases(left, (verdict) => {
  console.log(describe(verdict));
  const { one, ...rest } = verdict;
  if (FAULT_STATE) appendFileSync(FAULT_STATE, `${JSON.stringify({ ...rest, number: one.number })}\n`);
});
const verdicts = [...known, ...made].sort((first, second) => first.one.number - second.one.number);
const bad = verdicts.filter((verdict) => !isGood(verdict));
console.log(`${verdicts.length} cases, ${bad.length} of them not as expected`);
if (FAULT_RUNS === 'all' && FAULT_ONLY === undefined) {
  writeFileSync(fileURLToPath(new URL('../../docs/reference/faults.md', import.meta.url)), table(verdicts));
}
process.exitCode = bad.length > 0 ? 1 : 0;
