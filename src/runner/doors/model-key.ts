import { formsOf } from '../secrets/forms.js';
import { type Piece, Pieces } from './model-pieces.js';

/** A shorter key, in characters, may be an ordinary word, so it is not filtered. */
const SHORTEST = 4;
/** This many bytes may already have passed when they turn out to be the beginning of a piece. */
const CONTEXT = 3;
const COVER = Buffer.from('***');
const NOTHING = Buffer.alloc(0);

/**
 * Finds pieces of a key in each form in which programs write it.
 * @param least the shortest piece of the key that counts, in characters; proportionally more for a longer form
 */
export function keyPieces(key: string, least: number): Pieces {
  if (key.length < SHORTEST) return new Pieces([]);
  const forms = new Set([...formsOf(key), ...inJson(key)]);
  return new Pieces(
    [...forms].map((form) => {
      const text = Buffer.from(form);
      const share = Math.max(least, Math.ceil((least * text.length) / key.length));
      return { text, least: Math.min(text.length, share) };
    }),
  );
}

/** JSON escapes that other programs use: PHP escapes slashes, .NET escapes signs, some escape everything. */
function inJson(key: string): string[] {
  const escapes = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const escaped = [/[&<>"'+`]/g, /[^A-Za-z0-9]/g, /[\s\S]/g].flatMap((signs) => [
    key.replace(signs, escapes),
    key.replace(signs, (sign) => escapes(sign).toUpperCase().replace('U', 'u')),
  ]);
  return [key.replaceAll('/', '\\/'), ...escaped];
}

/** The data with the pieces masked. */
export function covered(data: Buffer, pieces: readonly Piece[], from = 0, to = data.length): Buffer {
  if (pieces.length === 0) return data.subarray(from, to);
  const parts: Buffer[] = [];
  let done = from;
  for (const piece of pieces) {
    if (piece.to <= done || piece.from >= to) continue;
    if (piece.from >= done || parts.length === 0) parts.push(data.subarray(done, Math.max(done, piece.from)), COVER);
    done = Math.min(to, piece.to);
  }
  return Buffer.concat([...parts, data.subarray(done, to)]);
}

/** Removes a key from a stream. It holds back the end of the data only while that may continue as the key. */
export class KeyFilter {
  /** The end of the data that was passed on or masked already. */
  private before: Buffer = NOTHING;
  private held: Buffer = NOTHING;

  constructor(private readonly pieces: Pieces) {}

  pass(chunk: Buffer): Buffer {
    return this.step(chunk, false);
  }

  end(): Buffer {
    return this.step(NOTHING, true);
  }

  private step(chunk: Buffer, atEnd: boolean): Buffer {
    const { before, held, pieces } = this;
    const data = Buffer.concat([before, held, chunk]);
    const gone = before.length;
    const found = pieces.in(data);
    const end = atEnd ? data.length : pieces.openEnd(data);
    // A complete piece is masked at once, even if another one could begin within it.
    const open = Math.max(gone, end, ...found.filter(({ from }) => from < end).map(({ to }) => to));
    const result = covered(data, found, gone, open);
    this.held = data.subarray(open);
    this.before = data.subarray(Math.max(0, open - CONTEXT), open);
    return result;
  }
}
