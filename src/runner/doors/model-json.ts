const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const SPACES = new Set(Buffer.from(' \t\r\n'));
/** Characters of numbers, true, false and null. */
const LITERALS = new Set(Buffer.from('0123456789+-.eEtrufalsn'));

const LONGEST_NAME = 200;

/** A field of the outermost object. The value is undefined if it is too long or not JSON. */
export type Field = readonly [name: string, value: unknown];

/**
 * Finds fields of the outermost object in JSON that arrives in pieces, and keeps nothing else. JSON.parse could turn 32
 * MB of brackets into more objects than the runner has memory for. If the JSON is an array, this finds the fields of
 * its objects.
 */
export class JsonFields {
  /** In the order of the text. A name may occur twice. */
  readonly fields: Field[] = [];
  /** Whether a character is not allowed in its place. */
  broken = false;
  private started = false;
  private depth = 0;
  /** Depth inside of an outermost object: 1, or 2 in an array. */
  private inside = 1;
  private inString = false;
  private escaped = false;
  private place: 'name' | 'value' | 'none' = 'none';
  private name = '';
  private kept: number[] | undefined;
  private most = 0;

  /** @param longest the longest value, in bytes */
  constructor(
    private readonly isWanted: (name: string) => boolean,
    private readonly longest: number,
  ) {}

  /** Whether the text was one complete object. */
  get isObject(): boolean {
    return this.started && this.depth === 0 && this.inside === 1 && !this.broken;
  }

  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.broken; at++) {
      if (this.inString && !this.escaped && !this.kept) at = endOfText(chunk, at);
      const byte = chunk[at];
      if (byte === undefined) return;
      if (this.inString) this.string(byte);
      else this.outside(byte);
    }
  }

  private string(byte: number): void {
    this.keep(byte);
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.inString = false;
      if (this.place === 'name' && this.depth === this.inside) this.name = String(this.taken() ?? '');
    }
  }

  private outside(byte: number): void {
    const opens = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    const here = this.started && this.depth === this.inside;
    if (SPACES.has(byte)) this.keep(byte);
    else if (this.depth === 0 && (this.started || !opens)) this.broken = true;
    else if (opens) this.open(byte);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.close(byte, here);
    else if (byte === QUOTE) {
      this.inString = true;
      if (here && this.place === 'name') this.keepUpTo(LONGEST_NAME);
      this.keep(byte);
    } else if (here && byte === COMMA) this.endOfValue();
    else if (here && byte === COLON && this.place === 'name') this.endOfName();
    else {
      this.broken = byte !== COMMA && byte !== COLON && !LITERALS.has(byte);
      this.keep(byte);
    }
  }

  private open(byte: number): void {
    if (!this.started) this.inside = byte === OPEN_ARRAY ? 2 : 1;
    this.started = true;
    this.keep(byte);
    this.depth++;
    if (this.depth === this.inside) this.place = byte === OPEN_OBJECT ? 'name' : 'none';
  }

  private close(byte: number, here: boolean): void {
    if (here) this.endOfValue();
    this.keep(byte);
    this.depth--;
  }

  private endOfName(): void {
    this.place = 'value';
    if (this.isWanted(this.name)) this.keepUpTo(this.longest);
  }

  private endOfValue(): void {
    if (this.kept) this.fields.push([this.name, this.taken()]);
    if (this.place === 'value') this.place = 'name';
  }

  private keepUpTo(most: number): void {
    this.kept = [];
    this.most = most;
  }

  private keep(byte: number): void {
    if (this.kept && this.kept.length <= this.most) this.kept.push(byte);
  }

  private taken(): unknown {
    const { kept = [], most } = this;
    this.kept = undefined;
    try {
      return kept.length > most ? undefined : JSON.parse(Buffer.from(kept).toString());
    } catch {
      return undefined;
    }
  }
}

/**
 * The position of the next quote or backslash in a string. Skipping is fast, and most of the input is text in strings.
 */
function endOfText(chunk: Uint8Array, from: number): number {
  let at = from;
  while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
  return at;
}
