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

/** Values shorter than this are no secrets, but words that would be torn out of everything. */
const SHORTEST = 4;

/** Shorter ones are found over the end of a line by chance. */
const SHORTEST_OVER_LINES = 8;

/** Where a text goes on in a new line, also as JSON writes it. */
const BREAKS = /(?:(?:\r?\n|\\n|\\r)[ \t]*)+/g;

/** Takes secrets out of texts: known values in each form in which they may be written, and what has the shape of a token. */
export class Redactor {
  private readonly values = new Set<string>();
  private forms: readonly string[] = [];

  /** From now on these values are replaced, too. */
  hide(values: readonly string[]): void {
    const unknown = values.filter((value) => !this.values.has(value));
    if (unknown.length === 0) return;
    for (const value of unknown) this.values.add(value);
    const all = [...this.values].flatMap(formsOf).filter((form) => form.length >= SHORTEST);
    // The longest first: a shorter one may be a part of it.
    this.forms = [...new Set(all)].sort((a, b) => b.length - a.length);
  }

  known(): readonly string[] {
    return this.forms;
  }

  redact(text: string): string {
    const redacted = this.forms
      .reduce((result, form) => result.replaceAll(form, '***'), text)
      .replace(TOKENS, '***')
      .replace(WEB_TOKENS, (all, rest) => (rest ? '***' : all));
    return /\n|\\n/.test(redacted) ? this.redactOverLines(redacted) : redacted;
  }

  /** What begins in one line and ends in another, as long base64 does. */
  private redactOverLines(text: string): string {
    const joined = text.replace(BREAKS, '');
    const found = this.forms
      .filter((form) => form.length >= SHORTEST_OVER_LINES)
      .flatMap((form) => placesOf(form, joined).map((from) => ({ from, to: from + form.length - 1 })))
      .sort((a, b) => a.from - b.from);
    const place = placeIn(text);
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
}

/** Tells where a letter of the text without breaks is in the whole one; asked from its beginning to its end. */
function placeIn(text: string): (index: number) => number {
  const breaks = text.matchAll(BREAKS);
  let next = breaks.next().value;
  let moved = 0;
  return (index) => {
    for (; next && next.index <= index + moved; next = breaks.next().value) moved += next[0].length;
    return index + moved;
  };
}

function placesOf(form: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push(at);
  return places;
}

/** A value as it is, line by line, in JSON, in a URL, and in base64 wherever it starts in what was encoded. */
function formsOf(value: string): string[] {
  const lines = value.split('\n').filter((line) => line.length >= 16);
  const json = JSON.stringify(value).slice(1, -1);
  return [value, ...lines, json, encodeURIComponent(value), ...inBase64(value)];
}

/** What of a value's base64 does not depend on its neighbours, at each of the three places where it may start. */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const start = before === 0 ? 0 : before + 1;
    const whole = encoded.slice(start, Math.floor(((before + bytes.length) * 8) / 6));
    return whole.length >= 8 ? [whole, whole.replaceAll('+', '-').replaceAll('/', '_')] : [];
  });
}
