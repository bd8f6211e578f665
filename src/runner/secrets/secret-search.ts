import { BETWEEN_PARTS, type Gaps, gaps, UNFINISHED } from './gaps.js';
import { Needles } from './needles.js';

/** Shorter secrets are not searched for in files, since they may be ordinary words. In characters. */
const SHORTEST = 8;

/** Whether a secret is long enough to search for. */
export const isLong = ({ length }: string): boolean => length >= SHORTEST;

/** White space between two parts of a secret, also as JSON writes it. */
const BREAKS = gaps(/\s+|\\[nr]/g, SHORTEST);

/**
 * Searches the output of `git cat-file --batch` for secrets, also in UTF-16 and split over lines or literals. It keeps
 * no more of a file in memory than the length of a secret.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class SecretSearch {
  /** Objects that contain a secret. */
  readonly found = new Set<string>();
  /** The number of objects read so far. */
  objects = 0;
  private readonly whole: Reader;
  private readonly broken: readonly (readonly [gaps: Gaps, reader: Reader])[];
  private header = '';
  private object = '';
  /** The remaining bytes of the object, with the line break after it. */
  private left = 0;
  /** The beginning of an escape like `\n`, whose rest may be in the next chunk. */
  private unfinished = '';

  constructor(secrets: readonly string[]) {
    const long = secrets.filter(isLong);
    const bytes = long.map((secret) => Buffer.from(secret).toString('latin1'));
    this.whole = new Reader([...bytes, ...long.flatMap(inUtf16)]);
    this.broken = [BREAKS, ...BETWEEN_PARTS].map((gaps) => [gaps, new Reader(gaps.without(bytes))]);
  }

  /** Reads the output as it arrives. */
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

  /** Whether a name contains a secret. */
  isNamed(name: string): boolean {
    this.forget();
    return this.isIn(`${Buffer.from(name).toString('latin1')}\n`);
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
    this.forget();
  }

  private search(text: string): void {
    this.left -= text.length;
    if (this.isIn(text)) this.found.add(this.object);
  }

  private isIn(text: string): boolean {
    const all = this.unfinished + text;
    this.unfinished = UNFINISHED.exec(all)?.[0] ?? '';
    const finished = all.slice(0, all.length - this.unfinished.length);
    const seen = this.broken.map(([{ pattern }, reader]) => reader.isIn(finished.replace(pattern, '')));
    return [this.whole.isIn(text), ...seen].includes(true);
  }

  private forget(): void {
    this.unfinished = '';
    for (const reader of [this.whole, ...this.broken.map(([, reader]) => reader)]) reader.forget();
  }
}

/** Searches for texts in a text that arrives in parts. */
class Reader {
  private readonly needles: Needles;
  private end = '';

  constructor(texts: readonly string[]) {
    this.needles = new Needles(texts);
  }

  isIn(part: string): boolean {
    const most = Math.max(1, this.needles.longest - 1);
    const seam = this.end + part.slice(0, most);
    this.end = (this.end + part.slice(-most)).slice(-most);
    return this.needles.isIn(seam) || this.needles.isIn(part);
  }

  forget(): void {
    this.end = '';
  }
}

/** The bytes of a text in UTF-16, in both byte orders. */
function inUtf16(text: string): string[] {
  const bytes = Buffer.from(text, 'utf16le');
  return [bytes.toString('latin1'), Buffer.from(bytes).swap16().toString('latin1')];
}
