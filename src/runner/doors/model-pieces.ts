/** A text that must not pass, and the length in bytes from which a piece of it counts. */
export interface Hidden {
  readonly text: Buffer;
  readonly least: number;
}

/** The range from the first byte to the one after the last. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/** The length of the compared byte groups. Shorter pieces are not searched for. */
const GRAM = 4;
const SLOT_BITS = 18;

/**
 * Finds pieces of hidden texts. A piece of n bytes contains a group of four bytes at one of any n - 3 consecutive
 * positions. So only every (n - 3)th position is checked: about a tenth of the data.
 */
export class Pieces {
  private readonly stride: number;
  private readonly slots = new Uint8Array(1 << SLOT_BITS);
  private readonly places = new Map<number, { readonly hidden: Hidden; readonly at: number }[]>();

  constructor(all: readonly Hidden[]) {
    const known = all.filter(({ text, least }) => Math.min(least, text.length) >= GRAM);
    this.stride = Math.min(...known.map(({ least }) => least)) - GRAM + 1;
    for (const hidden of known) {
      for (let at = 0; at + GRAM <= hidden.text.length; at++) this.learn(hidden, at);
    }
  }

  private learn(hidden: Hidden, at: number): void {
    const gram = hidden.text.readInt32LE(at);
    const places = this.places.get(gram);
    if (places) places.push({ hidden, at });
    else this.places.set(gram, [{ hidden, at }]);
    this.slots[slotOf(gram)] = 1;
  }

  /** All pieces that are long enough, in the order of their beginnings. They may overlap. */
  in(data: Buffer): Piece[] {
    const { slots, stride } = this;
    const found: Piece[] = [];
    const last = data.length - GRAM;
    for (let at = 0; at <= last; ) {
      const gram = data.readInt32LE(at);
      const piece = slots[slotOf(gram)] === 1 ? this.longestAt(data, at, gram) : undefined;
      if (piece) found.push(piece);
      at = piece ? Math.max(piece.to, at + 1) : at + stride;
    }
    return found.sort((one, other) => one.from - other.from);
  }

  /** The position from which the end of the data may continue as a piece. The data's length if it cannot. */
  openEnd(data: Buffer): number {
    const at = data.length - GRAM;
    if (at < 0) return data.length;
    const begins = (this.places.get(data.readInt32LE(at)) ?? [])
      .filter(({ hidden, at: place }) => place + GRAM < hidden.text.length)
      .map((place) => at - common(data, at, place));
    return Math.min(data.length, ...begins);
  }

  private longestAt(data: Buffer, at: number, gram: number): Piece | undefined {
    let longest: Piece | undefined;
    for (const place of this.places.get(gram) ?? []) {
      const from = at - common(data, at, place);
      const { text, least } = place.hidden;
      let to = at + GRAM;
      for (let next = place.at + GRAM; next < text.length && to < data.length && data[to] === text[next]; next++) to++;
      if (to - from >= least && (!longest || to - from > longest.to - longest.from)) longest = { from, to };
    }
    return longest;
  }
}

/** The number of equal bytes before a position. */
function common(data: Buffer, at: number, { hidden, at: place }: { hidden: Hidden; at: number }): number {
  let count = 0;
  while (count < at && count < place && data[at - count - 1] === hidden.text[place - count - 1]) count++;
  return count;
}

const slotOf = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - SLOT_BITS);
