import { expect, test } from '@jest/globals';
import { amountOf, QUANTITY } from '../../src/run/quantity.js';

test.each([
  ['2', 2],
  ['0.25', 0.25],
  ['500m', 0.5],
  ['1k', 1000],
  ['1M', 1e6],
  ['1.5G', 1.5e9],
  ['1T', 1e12],
  ['1Ki', 1024],
  ['768Mi', 768 * 1024 ** 2],
  ['2Gi', 2 * 1024 ** 3],
  ['1Ti', 1024 ** 4],
])('%s is %d', (quantity, amount) => {
  expect(quantity).toMatch(QUANTITY);
  expect(amountOf(quantity)).toBe(amount);
});

test.each(['', 'Gi', '2 Gi', '2GB', '2gi', '1K', '-1', '+1', '1e3', '.5', '1.', '1,5', '1Gi '])(
  '%j is none',
  (text) => {
    expect(text).not.toMatch(QUANTITY);
    expect(amountOf(text)).toBeNaN();
  },
);
