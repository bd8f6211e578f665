import { expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { allCases, PAIRS, reducedCases } from './cases.js';
import { FAULTS } from './faults.js';
import { MOMENTS } from './moments.js';
import { rowStart } from './table.js';

test('all cases are at least 200, with every fault at every moment of it; the same seed makes the same', () => {
  const cases = allCases();
  expect(cases.length).toBeGreaterThanOrEqual(200);
  const rows = new Set(cases.map(rowStart));
  expect(PAIRS.map(rowStart).filter((start) => !rows.has(start))).toEqual([]);
  expect(allCases()).toEqual(cases);
});

test('the reduced set is at least 60 cases, with every fault and every moment', () => {
  const cases = reducedCases();
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(FAULTS.filter((fault) => !cases.some((one) => one.fault === fault))).toEqual([]);
  expect(MOMENTS.filter((moment) => !cases.some((one) => one.moment === moment))).toEqual([]);
});

test('every outcome that one machine can make is right for some fault', () => {
  const right = new Set(FAULTS.flatMap(({ endings }) => Object.values(endings).flat()));
  const elsewhere = ['cancelled', 'sandbox-open', 'over-budget'];
  expect(
    Object.keys(OUTCOMES).filter((outcome) => !right.has(outcome as never) && !elsewhere.includes(outcome)),
  ).toEqual([]);
});
