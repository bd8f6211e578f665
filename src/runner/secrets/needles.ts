/** The shortest text that is searched for, in characters. */
export const SHORTEST = 4;

/**
 * The size of the table of beginnings, and the shift per character. After four shifts, a character has left the hash.
 */
const SLOTS = 1 << 18;
const SHIFT = 5;

/** The position of a text in another one. */
export interface Place {
  readonly from: number;
  /** Position of the last character. */
  readonly to: number;
}

/**
 * Searches for many texts at once. It reads the searched text only once: an SSH key has thousands of forms, and a run
 * may change 100 MB of files.
 */
export class Needles {
  /** Length of the longest text, in characters. 0 if there is none. */
  readonly longest: number;
  private readonly slots = new Uint8Array(SLOTS);
  /** The texts by their first characters. */
  private readonly starts = new Map<string, string[]>();

  /** @param texts those with fewer than {@link SHORTEST} characters are ignored */
  constructor(texts: Iterable<string>) {
    const long = [...new Set(texts)].filter(({ length }) => length >= SHORTEST);
    for (const text of long) {
      this.slots[slotOf(text, 0)] = 1;
      const start = text.slice(0, SHORTEST);
      this.starts.set(start, [...(this.starts.get(start) ?? []), text]);
    }
    this.longest = Math.max(0, ...long.map(({ length }) => length));
  }

  isIn(text: string): boolean {
    return this.from(text, 0) !== undefined;
  }

  /** All positions in order, each with the longest text that begins there. */
  placesIn(text: string): Place[] {
    const places: Place[] = [];
    for (let place = this.from(text, 0); place; place = this.from(text, place.from + 1)) places.push(place);
    return places;
  }

  private from(text: string, first: number): Place | undefined {
    const { slots } = this;
    let slot = slotOf(text, first);
    for (let at = first; at + SHORTEST <= text.length; at++) {
      if (at > first) slot = next(slot, text.charCodeAt(at + SHORTEST - 1));
      if (slots[slot] === 0) continue;
      const found = this.starts.get(text.slice(at, at + SHORTEST))?.filter((one) => text.startsWith(one, at)) ?? [];
      if (found.length > 0) return { from: at, to: at + Math.max(...found.map(({ length }) => length)) - 1 };
    }
    return undefined;
  }
}

/** The hash of the last four characters, after one more character. */
const next = (slot: number, character: number): number => ((slot << SHIFT) ^ character) & (SLOTS - 1);

/** The hash of the four characters at a position. */
const slotOf = (text: string, at: number): number =>
  text
    .slice(at, at + SHORTEST)
    .split('')
    .reduce((slot, character) => next(slot, character.charCodeAt(0)), 0);
