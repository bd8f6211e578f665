import { expect, test } from '@jest/globals';
import { hasControls, quoted } from '../../src/run/controls.js';

test.each([
  ['\0', '"a\\u0000b"'],
  ['\n', '"a\\nb"'],
  ['\x1f', '"a\\u001fb"'],
  ['\x7f', '"a\\u007fb"'],
  ['\x9b', '"a\\u009bb"'],
  ['\u061c', '"a\\u061cb"'],
  ['\u200e', '"a\\u200eb"'],
  ['\u2028', '"a\\u2028b"'],
  ['\u202e', '"a\\u202eb"'],
  ['\u2069', '"a\\u2069b"'],
])('%j is one that a terminal obeys, and a message has its escape', (one, expected) => {
  expect(hasControls(`a${one}b`)).toBe(true);
  expect(quoted(`a${one}b`)).toBe(expected);
});

test.each(['', ' ', '~', '\u00a0', 'é', '日本', '\u200b', '\u{1f600}', 'a"b\\c'])(
  '%j is none, and stays as it is',
  (text) => {
    expect(hasControls(text)).toBe(false);
    expect(quoted(text)).toBe(`"${text}"`);
  },
);
