import { expect, test } from '@jest/globals';
import { hasControls, quoted } from '../../src/run/controls.js';

test.each([
  ['\\u0000', '\0'],
  ['\\n', '\n'],
  ['\\u001f', '\x1f'],
  ['\\u007f', '\x7f'],
  ['\\u009b', '\x9b'],
  ['\\u061c', '\u061c'],
  ['\\u200e', '\u200e'],
  ['\\u2028', '\u2028'],
  ['\\u202e', '\u202e'],
  ['\\u2069', '\u2069'],
])('a message has %s for a character that a terminal obeys', (escaped, one) => {
  expect(hasControls(`a${one}b`)).toBe(true);
  expect(quoted(`a${one}b`)).toBe(`"a${escaped}b"`);
});

test.each(['', ' ', '~', '\u00a0', 'é', '日本', '\u200b', '\u{1f600}', 'a"b\\c'])(
  '%j is none, and stays as it is',
  (text) => {
    expect(hasControls(text)).toBe(false);
    expect(quoted(text)).toBe(`"${text}"`);
  },
);
