// @ts-check
import { random } from '../support/random.js';
import { FAULTS } from './faults.js';
import { MOMENTS } from './moments.js';
import { NOTHING } from './plain.js';

/**
 * One run of the suite.
 * @typedef {{ number: number, fault: import('./fault.js').Fault, moment: import('./moments.js').Moment, delay: number }} Case
 *   delay: milliseconds between the moment and the fault
 */

export const SEED = 20_251;
/** What all cases are at least. */
const ALL = 210;
/** What the reduced set is at least. */
const REDUCED = 60;
/** Runs without a fault, in the reduced set and in each further round. */
const FAULT_FREE = 4;
/** Longest delay, in milliseconds. */
const LONGEST = 400;

/** Each fault at each of its moments, in the table's order. */
export const PAIRS = FAULTS.flatMap((fault) =>
  MOMENTS.filter((moment) => fault.endings[moment]).map((moment) => ({ fault, moment })),
);

/** @param {typeof PAIRS} pairs @param {() => number} delay @returns {Case[]} */
const numbered = (pairs, delay) => pairs.map((pair, index) => ({ ...pair, number: index + 1, delay: delay() }));

const faultFree = (/** @type {number} */ count) =>
  Array.from({ length: count }, () => PAIRS.filter(({ fault }) => fault.name === NOTHING)).flat();

/** Every pair, and again at other delays until there are enough. */
export function allCases(seed = SEED) {
  const next = random(seed);
  const more = PAIRS.filter(({ moment }) => moment !== 'at the start');
  const rest = Math.max(0, ALL - PAIRS.length - FAULT_FREE);
  const again = Array.from({ length: rest }, () => more[Math.floor(next() * more.length)]).filter(
    (pair) => pair !== undefined,
  );
  let count = 0;
  // The first time a fault comes at the moment itself.
  const delay = () => (count++ < PAIRS.length + FAULT_FREE ? 0 : Math.floor(next() * LONGEST));
  return numbered([...faultFree(FAULT_FREE), ...PAIRS, ...again], delay);
}

/** Few cases that have every fault and every moment in them. */
export function reducedCases(seed = SEED) {
  const next = random(seed);
  const pairs = shuffled(PAIRS, next);
  const faults = new Set();
  const moments = new Set();
  const first = pairs.filter(({ fault, moment }) => {
    const isNew = !faults.has(fault) || !moments.has(moment) || fault.core?.includes(moment);
    faults.add(fault);
    moments.add(moment);
    return isNew;
  });
  // What waits for a deadline takes as long as several others.
  const more = pairs.filter((pair) => !first.includes(pair) && !pair.fault.waits && !pair.fault.next);
  const chosen = [...first, ...more.slice(0, Math.max(0, REDUCED - first.length - FAULT_FREE))];
  return numbered([...faultFree(FAULT_FREE), ...chosen], () => 0);
}

/** @template T @param {readonly T[]} list @param {() => number} next */
const shuffled = (list, next) =>
  list
    .map((value) => ({ value, at: next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value);

/** The cases that an environment variable asks for: `all`, a number of them, or the reduced set. @param {string} [wanted] */
export function casesFor(wanted = process.env.FAULT_RUNS) {
  if (wanted === 'all') return allCases();
  return wanted ? allCases().slice(0, Number(wanted)) : reducedCases();
}
