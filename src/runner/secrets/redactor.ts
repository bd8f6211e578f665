import { formsOf } from './forms.js';
import { BETWEEN_PARTS, type Gaps, gaps } from './gaps.js';
import { Needles, SHORTEST } from './needles.js';

/**
 * Known shapes of tokens, so that unknown tokens are found too.
 * @see https://docs.github.com/en/authentication (GitHub's token formats)
 */
const SHAPES = [
  /\bgh[pousr]_\w[\w.-]{19,}/,
  /\bgithub_pat_\w{20,}/,
  /\bglpat-[\w-]{20,}/,
  /\bsk-[\w-]{20,}/,
  /\bxox[abprs]-[\w-]{10,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bAIza[\w-]{35}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/,
];
/**
 * A JSON Web Token. The pattern consumes each run of its characters once, even if it is no token. Otherwise many
 * beginnings would take quadratic time.
 */
const WEB_TOKENS = /\beyJ[\w-]*(\.eyJ[\w-]{10,}\.[\w-]{10,})?/g;
const TOKENS = new RegExp(SHAPES.map(({ source }) => source).join('|'), 'g');

/** Shorter secrets are not searched for across line breaks, since they may match by chance. In characters. */
const SHORTEST_OVER_LINES = 8;

/** Line breaks with their indentation, also as JSON writes them. */
const BREAKS = gaps(/(?:(?:\r?\n|\\n|\\r)[ \t]*)+/g, SHORTEST_OVER_LINES);

/**
 * Removes secrets from texts: known values in each form in which they may be written, and everything with the shape of
 * a token.
 */
export class Redactor {
  private readonly values = new Set<string>();
  private forms: readonly string[] = [];
  private whole = new Needles([]);
  private broken: readonly (readonly [gaps: Gaps, needles: Needles])[] = [];

  /** Adds values to redact. Values with fewer than four characters may be ordinary words, and stay. */
  hide(values: readonly string[]): void {
    const unknown = values.filter((value) => !this.values.has(value));
    if (unknown.length === 0) return;
    for (const value of unknown) this.values.add(value);
    const long = [...this.values].filter(({ length }) => length >= SHORTEST);
    this.forms = [...new Set(long.flatMap(formsOf))];
    this.whole = new Needles(this.forms);
    this.broken = [BREAKS, ...BETWEEN_PARTS].map((gaps) => [gaps, new Needles(gaps.without(this.forms))]);
  }

  known(): readonly string[] {
    return this.forms;
  }

  redact(text: string): string {
    const redacted = without(text, this.whole)
      .replace(TOKENS, '***')
      .replace(WEB_TOKENS, (all, rest) => (rest ? '***' : all));
    return this.broken.reduce((result, [gaps, needles]) => without(result, needles, gaps), redacted);
  }
}

/** Replaces the found texts. With `gaps`, also finds those that gaps interrupt. */
function without(text: string, needles: Needles, gaps?: Gaps): string {
  const joined = gaps ? text.replace(gaps.pattern, '') : text;
  const found = needles.placesIn(joined);
  if (found.length === 0) return text;
  const place = placeIn(text, gaps);
  let done = 0;
  let last = -1;
  let result = '';
  for (const { from, to } of found) {
    if (from > last) result += `${text.slice(done, place(from))}***`;
    if (to <= last) continue;
    done = place(to) + 1;
    last = to;
  }
  return result + text.slice(done);
}

/**
 * Maps a position in the text without gaps to one in the whole text. The positions must be asked for in ascending
 * order.
 */
function placeIn(text: string, gaps?: Gaps): (index: number) => number {
  if (!gaps) return (index) => index;
  const all = text.matchAll(gaps.pattern);
  let next = all.next().value;
  let moved = 0;
  return (index) => {
    for (; next && next.index <= index + moved; next = all.next().value) moved += next[0].length;
    return index + moved;
  };
}
