/** Shorter values are not searched for in reverse, since they may be ordinary words backwards. In characters. */
const SHORTEST_REVERSED = 8;
/** Shorter values are not searched for in other cases, since they may be ordinary words. In characters. */
const SHORTEST_IN_CASES = 16;
/** Shorter pieces of base64 are not searched for, since they may occur by chance. In characters. */
const SHORTEST_BASE64 = 8;

const SIGNS = /[^A-Za-z0-9]/gu;
const EVERYTHING = /[\s\S]/gu;

/** The forms in which programs write a value. */
export function formsOf(value: string): string[] {
  const lines = value.split('\n').filter((line) => line.length >= 16);
  const json = JSON.stringify(value).slice(1, -1);
  const inBase64 = base64Of(value);
  return [
    value,
    ...lines,
    json,
    ...urlsOf(value),
    ...htmlOf(value),
    ...hexOf(value),
    ...inBase64,
    ...inBase64.flatMap(base64Of),
    ...reversed(value),
    ...inOtherCases(value),
  ];
}

/**
 * Percent-encoded forms: of the characters that a URL requires, of everything but letters and digits, or of every byte.
 */
function urlsOf(value: string): string[] {
  const inForm = new URLSearchParams([['', value]]).toString().slice(1);
  return [encodeURIComponent(value), inForm, value.replace(SIGNS, percent), percent(value)].flatMap((text) => [
    text.replace(/%\w\w/g, (byte) => byte.toUpperCase()),
    text.replace(/%\w\w/g, (byte) => byte.toLowerCase()),
  ]);
}

const percent = (text: string): string => hex(text).replace(/../g, '%$&');

const NAMES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/**
 * The characters with a named HTML entity: without the apostrophe, with it as in HTML 5, or none if all are numeric.
 */
const NAMED: readonly Readonly<Record<string, string>>[] = [NAMES, { ...NAMES, "'": '&apos;' }, {}];
const NUMBERS: readonly ((point: number) => string)[] = [
  (point) => `&#${point};`,
  (point) => `&#x${point.toString(16)};`,
  (point) => `&#x${point.toString(16).toUpperCase()};`,
];

/**
 * Forms with HTML entities: for the characters that a text requires, those that an attribute requires, all but letters
 * and digits, or everything.
 */
function htmlOf(value: string): string[] {
  return [/[&<>]/g, /[&<>"]/g, /[&<>"']/g, SIGNS, EVERYTHING].flatMap((escaped) =>
    NUMBERS.flatMap((number) =>
      NAMED.map((names) => value.replace(escaped, (sign) => names[sign] ?? number(sign.codePointAt(0) ?? 0))),
    ),
  );
}

const hex = (text: string): string => Buffer.from(text).toString('hex');
const hexOf = (value: string): string[] => [hex(value), hex(value).toUpperCase()];

const reversed = (value: string): string[] =>
  value.length >= SHORTEST_REVERSED ? [[...value].reverse().join('')] : [];

const inOtherCases = (value: string): string[] =>
  value.length >= SHORTEST_IN_CASES ? [value.toUpperCase(), value.toLowerCase()] : [];

/**
 * The part of a value's base64 that does not depend on the neighbouring bytes, for each of the three possible offsets.
 */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const start = before === 0 ? 0 : before + 1;
    const whole = encoded.slice(start, Math.floor(((before + bytes.length) * 8) / 6));
    return whole.length >= SHORTEST_BASE64 ? [whole, whole.replaceAll('+', '-').replaceAll('/', '_')] : [];
  });
}
