import { keyPieces } from './model-key.js';
import { KeyMask } from './model-masked.js';
import type { Pieces } from './model-pieces.js';

/** Pieces of the key with at least this many characters are removed from a model's answer. */
const PIECE = 16;

/** Keeps a key out of answers. */
export interface KeyGuard {
  /** For a model's text. */
  readonly pieces: Pieces;
  /** For errors and headers. */
  readonly mask: KeyMask;
}

/** Makes guards and caches the last one: a key has thousands of pieces, and is renewed once a day at most. */
export function keyGuards(): (key: string) => KeyGuard {
  let last: { readonly key: string; readonly guard: KeyGuard } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, guard: { pieces: keyPieces(key, PIECE), mask: new KeyMask(key) } };
    return last.guard;
  };
}
