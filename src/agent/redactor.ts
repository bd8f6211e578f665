import { formsOf } from './forms.js';
import { BETWEEN_PARTS, type Gaps, gaps } from './gaps.js';
import { Needles, SHORTEST } from './needles.js';

/**
 * Shapes of tokens whose makers gave them one, so that also those are found that nobody told us.
 * @see https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
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
/** A web token. Takes each run of its letters once, whether it is one or not: else many beginnings take quadratic time. */
const WEB_TOKENS = /\beyJ[\w-]*(\.eyJ[\w-]{10,}\.[\w-]{10,})?/g;
const TOKENS = new RegExp(SHAPES.map(({ source }) => source).join('|'), 'g');

/** Shorter ones are found over the end of a line by chance. */
const SHORTEST_OVER_LINES = 8;

/** Where a text goes on in a new line, also as JSON writes it. */
const BREAKS = gaps(/(?:(?:\r?\n|\\n|\\r)[ \t]*)+/g, SHORTEST_OVER_LINES);

/** Takes secrets out of texts: known values in each form in which they may be written, and what has the shape of a token. */
export class Redactor {
  private readonly values = new Set<string>();
  private forms: readonly string[] = [];
  private whole = new Needles([]);
  private broken: readonly (readonly [gaps: Gaps, needles: Needles])[] = [];

  /** From now on these values are replaced, too. Those with fewer than four characters are words, and stay. */
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

/** The text without what is found in it; over all gaps, if there may be some within. */
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

/** Tells where a letter of the text without gaps is in the whole one; asked from its beginning to its end. */
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
