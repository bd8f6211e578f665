import { describe, expect, test } from '@jest/globals';
import { isPlain, plain, plainLine, toJson, withColors } from '../../src/run/printable.js';

const code = (from: number, to = from) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index));
/** Each character that no text of others may bring to a terminal. */
const REFUSED = [
  ...code(0x00, 0x08),
  ...code(0x0b, 0x1f),
  ...code(0x7f, 0x9f),
  ...code(0x061c),
  ...code(0x200e, 0x200f),
  ...code(0x2028, 0x202e),
  ...code(0x2066, 0x206f),
];
const all = REFUSED.join('x');

describe('text from outside', () => {
  test.each(REFUSED.map((character) => [character.charCodeAt(0).toString(16), character] as const))(
    'loses U+%s',
    (_, character) => {
      expect(plain(`a${character}b`)).toBe('ab');
      expect(plainLine(`a${character}b`)).toMatch(/^a ?b$/);
      expect(withColors(`a${character}b`)).toBe('ab');
      expect(isPlain(`a${character}b`)).toBe(false);
      expect(toJson(`a${character}b`)).toMatch(/^"a\\(u[0-9a-f]{4}|[bfr])b"$/);
    },
  );
  test('keeps its lines, tabs, and letters of every language', () => {
    const text = '\tone\ntwo é 登录 🙂 \u00a0 \u200b zero\u200dwidth';
    expect([plain(text), withColors(text)]).toEqual([text, text]);
    expect(isPlain(text)).toBe(true);
  });
  test.each([
    ['title', '\u001b]0;owned\u0007x', ']0;ownedx'],
    ['clipboard', '\u001b]52;c;cm0=\u0007x', ']52;c;cm0=x'],
    ['link', '\u001b]8;;https://evil.example\u001b\\x', ']8;;https://evil.example\\x'],
    ['screen', '\u001b[2J\u001b[Hx', '[2J[Hx'],
    ['line', 'one\u001b[1A\u001b[2K\rdelivered', 'one[1A[2Kdelivered'],
    ['8-bit introducers', '\u009b2J\u009d0;owned\u009cx', '2J0;ownedx'],
    ['colours', '\u001b[1;32mdelivered\u001b[0m \u009b31mred', 'delivered red'],
    ['colours that hide a sequence', '\u001b[\u001b[0m2J', '[2J'],
  ])('does not change the terminal: %s', (_, text, expected) => expect(plain(text)).toBe(expected));
});

describe('coloured text', () => {
  test('keeps colours that are reset', () =>
    expect(withColors('\u001b[31mred\u001b[0m text')).toBe('\u001b[31mred\u001b[0m text'));
  test('resets a colour at the end of its line', () =>
    expect(withColors('\u001b[31mred\nnext')).toBe('\u001b[31mred\u001b[0m\nnext'));
  test('knows that another colour is no reset', () =>
    expect(withColors('\u001b[0;31mred')).toBe('\u001b[0;31mred\u001b[0m'));
  test('writes the 8-bit form as the other', () =>
    expect(withColors('\u009b31mred\u009bm')).toBe('\u001b[31mred\u001b[m'));
  test('makes no sequence of what is left', () => expect(withColors('\u001b[3\u001b[0m1m')).toBe('[3\u001b[0m1m'));
});

describe('JSON', () => {
  test('says the same as before', () => expect(JSON.parse(toJson({ all }))).toEqual({ all }));
  test('is indented where that is asked for', () => expect(toJson({ a: '\u009b' }, 2)).toBe('{\n  "a": "\\u009b"\n}'));
});
