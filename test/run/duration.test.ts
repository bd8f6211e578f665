import { expect, test } from '@jest/globals';
import { CANONICAL_DURATION } from '../../src/run/duration.js';

test.each(['0s', '9s', '45s', '1m0s', '30m0s', '59m59s', '1h0m0s', '15s', '15m15s', '1h15m15s', '10h5m5s', '100h0m0s'])(
  '%s is as Go writes it',
  (duration) => {
    expect(duration).toMatch(CANONICAL_DURATION);
  },
);

test.each([
  ...[
    '',
    '30m',
    '1h',
    '1h0s',
    '5h30m',
    '60s',
    '90s',
    '60m0s',
    '1m60s',
    '90m0s',
    '1h60m0s',
    '1h0m60s',
    '3600s',
    '24h60m0s',
  ],
  ...['0m5s', '0h30m0s', '0h0m0s', '01s', '030m0s', '1m00s', '01h0m0s', '-5s', '+5s', '1.5s', '1d', ' 30m0s', '30m0s '],
  ...['1H0M0S', '30m0sx', 'soon'],
])('%j is not', (text) => {
  expect(text).not.toMatch(CANONICAL_DURATION);
});
