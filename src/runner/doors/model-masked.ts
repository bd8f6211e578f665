import { plain } from '../../run/printable.js';
import { covered, keyPieces } from './model-key.js';
import type { Pieces } from './model-pieces.js';

/** The shortest piece of the key that is masked outside of a model's text, in characters. */
const PIECE = 6;
/** Marks with which providers hide the middle of a key, or announce its end. */
const MASKS = new RegExp(
  [
    String.raw`(?:\*{2,}|\.{2,}|[…•·●█]|x{3,}|X{3,}|#{2,})+ ?`,
    String.raw`\b(?:end(?:s|ing)? (?:in|with)|last (?:4|four)(?: \w+)?:?)[ "'\x60(]+`,
  ].join('|'),
  'g',
);
/**
 * The fewest and most characters of the key next to a mask. At least three at the beginning, since two may be the end
 * of a word.
 */
const SHOWN = { first: 3, last: 2, most: PIECE - 1 };

/** Removes a key from short error texts, in which providers show parts of it. */
export class KeyMask {
  private readonly pieces: Pieces;

  constructor(private readonly key: string) {
    this.pieces = keyPieces(key, PIECE);
  }

  isIn(text: string): boolean {
    return this.pieces.in(Buffer.from(text)).length > 0;
  }

  /** The text without the key, and without control characters. */
  without(text: string): string {
    const data = Buffer.from(plain(text));
    return this.withoutEnds(covered(data, this.pieces.in(data)).toString());
  }

  private withoutEnds(text: string): string {
    let result = '';
    let done = 0;
    for (const { 0: mask, index } of text.matchAll(MASKS)) {
      const behind = index + mask.length;
      const before = text.slice(done, Math.max(done, index));
      result += before.slice(0, before.length - this.firstOf(before));
      const last = this.lastOf(text.slice(behind));
      result += last > 0 ? `${mask}***` : mask;
      done = behind + last;
    }
    return result + text.slice(done);
  }

  /** The number of characters of the key's beginning at the end of the text. */
  private firstOf(text: string): number {
    return this.shown(SHOWN.first, (count) => text.endsWith(this.key.slice(0, count)));
  }

  /** The number of characters of the key's end at the beginning of the text. */
  private lastOf(text: string): number {
    return this.shown(SHOWN.last, (count) => text.startsWith(this.key.slice(-count)));
  }

  private shown(least: number, is: (count: number) => boolean): number {
    if (this.key.length <= PIECE) return 0;
    for (let count = SHOWN.most; count >= least; count--) if (is(count)) return count;
    return 0;
  }
}
