/**
 * Characters that no name may contain, as ranges of code points: control characters (C0, DEL, C1), line and paragraph
 * separators, and marks that change the direction of text. A terminal would act on them, and a person would read a
 * different name.
 * @see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
export const CONTROL_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x206f],
];

const point = (code: number): string => `\\u{${code.toString(16)}}`;
/** A pattern that matches one of these characters, for a regular expression with the flag `u`. */
export const CONTROL_CLASS = `[${CONTROL_RANGES.map(([first, last]) => `${point(first)}-${point(last)}`).join('')}]`;
const CONTROL = new RegExp(CONTROL_CLASS, 'u');
const CONTROLS = new RegExp(CONTROL, 'gu');

export const hasControls = (text: string): boolean => CONTROL.test(text);

/** A text in quotation marks, for a message. Control characters are escaped. */
export const quoted = (text: string): string =>
  `"${text.replace(CONTROLS, (one) =>
    one < ' ' ? JSON.stringify(one).slice(1, -1) : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}"`;
