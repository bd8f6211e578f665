import stringWidth from 'string-width';

// How many columns a text takes on a terminal: an emoji or a Chinese character takes two, a combining one none.

/** Nearly every text is plain ASCII, and as wide as it is long. */
const PLAIN = /^[\u0020-\u007e]*$/;

export const widthOf = (text: string): number => (PLAIN.test(text) ? text.length : stringWidth(text));

/** Pads a text with blanks at its end, up to so many columns. */
export const padded = (text: string, columns: number): string =>
  `${text}${' '.repeat(Math.max(0, columns - widthOf(text)))}`;

/** Made on its first use, which takes several milliseconds. */
let characters: Intl.Segmenter | undefined;

/** How many letters may be one character on the screen, as in a family of emoji. Longer ones are not measured. */
const LONGEST = 16;

/** Cuts a text to at most so many columns. An ellipsis marks the cut. */
export function cutTo(text: string, columns: number): string {
  if (PLAIN.test(text)) return text.length <= columns ? text : `${text.slice(0, Math.max(1, columns - 1))}…`;
  // Text that cannot fit is not measured: a line of a repository may have any length.
  const start = text.slice(0, LONGEST * (columns + 1));
  if (start.length === text.length && widthOf(text) <= columns) return text;
  characters ??= new Intl.Segmenter();
  let kept = '';
  let width = 0;
  for (const { segment } of characters.segment(start)) {
    width += widthOf(segment);
    if (width > Math.max(1, columns - 1)) break;
    kept += segment;
  }
  return `${kept}…`;
}
