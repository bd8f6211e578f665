/** Shorter ones may be words of a file that has nothing to do with them, in characters. */
const SHORTEST = 8;

/** Whether a secret is long enough to be looked for. */
export const isLong = ({ length }: string): boolean => length >= SHORTEST;

/** What may stand between two parts of a secret: white space, also as JSON writes it. */
const BREAKS = /\s+|\\[nr]/g;

/**
 * Looks for secrets in the output of `git cat-file --batch`, also where they begin in one line and end in another, as long
 * base64 does. It holds no more of a file than a secret is long.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class SecretSearch {
  /** Objects that hold a secret. */
  readonly found = new Set<string>();
  /** How many objects it has been given. */
  objects = 0;
  private readonly whole: Needles;
  private readonly joined: Needles;
  private header = '';
  private object = '';
  /** Bytes of the object that are to come, with the line break after it. */
  private left = 0;
  /** The first half of a `\n`, whose second one may come in the next chunk. */
  private backslash = '';

  constructor(secrets: readonly string[]) {
    const bytes = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
    this.whole = new Needles(bytes);
    this.joined = new Needles(bytes.map((text) => text.replace(BREAKS, '')));
  }

  /** Takes the output as it comes. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const end = this.left > 0 ? at + this.left : chunk.indexOf('\n', at) + 1;
      const to = end > 0 ? Math.min(end, chunk.length) : chunk.length;
      const text = chunk.toString('latin1', at, to);
      if (this.left > 0) this.search(text);
      else this.begin(text);
      at = to;
    }
  }

  private begin(text: string): void {
    this.header += text;
    if (!text.endsWith('\n')) return;
    const [, object = '', size] = /^(\w+) blob (\d+)\n$/.exec(this.header) ?? [];
    this.header = '';
    if (size === undefined) return;
    this.object = object;
    this.left = Number(size) + 1;
    this.objects++;
    this.backslash = '';
    for (const needles of [this.whole, this.joined]) needles.forget();
  }

  private search(text: string): void {
    this.left -= text.length;
    const all = this.backslash + text;
    this.backslash = all.endsWith('\\') ? '\\' : '';
    const joined = all.slice(0, all.length - this.backslash.length).replace(BREAKS, '');
    const seen = [this.whole.isIn(text), this.joined.isIn(joined)];
    if (seen.includes(true)) this.found.add(this.object);
  }
}

/** Texts that are looked for in one that comes in parts. */
class Needles {
  private readonly texts: readonly string[];
  private readonly kept: number;
  private end = '';

  constructor(texts: readonly string[]) {
    this.texts = texts.filter(isLong);
    this.kept = Math.max(1, ...this.texts.map(({ length }) => length - 1));
  }

  isIn(part: string): boolean {
    const text = this.end + part;
    this.end = text.slice(-this.kept);
    return this.texts.some((one) => text.includes(one));
  }

  forget(): void {
    this.end = '';
  }
}
