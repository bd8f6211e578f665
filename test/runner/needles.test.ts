import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Needles } from '../../src/runner/secrets/needles.js';

/** The places of each text, by asking for one after the other. */
const oneByOne = (texts: readonly string[], text: string) =>
  text.split('').flatMap((_, from) => {
    const lengths = texts.filter((one) => text.startsWith(one, from)).map(({ length }) => length);
    return lengths.length > 0 ? [{ from, to: from + Math.max(...lengths) - 1 }] : [];
  });

describe('many texts are found at once', () => {
  test('where each of them is found', () => {
    const unit = fc.constantFrom('a', 'b', 'é', '\u{1f600}');
    const texts = fc.array(fc.string({ unit, minLength: 4, maxLength: 7 }));
    const searched = fc.string({ unit, maxLength: 40 });
    fc.assert(
      fc.property(texts, searched, (given, text) => {
        const needles = new Needles(given);
        expect(needles.placesIn(text)).toEqual(oneByOne(given, text));
        expect(needles.isIn(text)).toBe(given.some((one) => text.includes(one)));
      }),
    );
  });
  test('with the longest of those that begin at a place, and also within one another', () => {
    expect(new Needles(['abcd', 'abcdef', 'cdef', 'none']).placesIn('-abcdef')).toEqual([
      { from: 1, to: 6 },
      { from: 3, to: 6 },
    ]);
  });
  test('but none with fewer than four characters', () => {
    expect(new Needles(['abc']).isIn('abc')).toBe(false);
  });
});
