import { expect, test } from '@jest/globals';
import { age, parseDuration } from '../../src/run/age.js';

const S = 1000;
const [M, H, D] = [60 * S, 3600 * S, 86400 * S];

// What kubectl's own tests expect of HumanDuration.
test.each([
  [-5, '0s'],
  [5 * S, '5s'],
  [119 * S, '119s'],
  [2 * M, '2m'],
  [3 * M + 20 * S, '3m20s'],
  [12 * M, '12m'],
  [179 * M, '179m'],
  [3 * H, '3h'],
  [7 * H + 59 * M, '7h59m'],
  [8 * H, '8h'],
  [47 * H, '47h'],
  [2 * D, '2d'],
  [3 * D + 4 * H, '3d4h'],
  [8 * D, '8d'],
  [800 * D, '2y70d'],
  [3000 * D, '8y'],
])('%d ms ago is %s', (milliseconds, text) => expect(age(milliseconds)).toBe(text));

test.each([
  ['0', 0],
  ['90s', 90 * S],
  ['1h30m', 1.5 * H],
  ['1.5h', 1.5 * H],
  ['2d', 2 * D],
  ['10ms', 10],
])('"%s" is a duration', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

test.each(['', '5', '-5s', '5 m', 'h', '5x', '1h-2m'])('"%s" is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
