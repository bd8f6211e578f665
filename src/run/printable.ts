/** Colours and styles, by either introducer: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (SGR). */
const COLORS = '(?:\\u001b\\[|\\u009b)[\\d;:]*m';

/**
 * Everything else that a terminal obeys, or by which a text looks different from what it is: C0 without tab and line break,
 * DEL, C1, bidirectional controls (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters) and the line and
 * paragraph separators.
 */
const CONTROLS = '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u206f]';

const ANY = new RegExp(`${COLORS}|${CONTROLS}`, 'g');
const ONE = new RegExp(CONTROLS);
const RESET = '\u001b[0m';

/** Whether a text has a character that {@link plain} takes out. */
export const hasControls = (text: string): boolean => ONE.test(text);

/**
 * Text from outside without anything that a terminal obeys. Lines and tabs stay. Every text of an agent, a repository, a
 * host or a cluster goes through here before a person reads it.
 */
export const plain = (text: string): string => text.replace(ANY, '');

/** The same on one line, for a cell of a table. */
export const plainLine = (text: string): string => plain(text.replace(/\s+/g, ' '));

/** The same, but colours stay. A line that leaves one on is reset at its end. */
export function withColors(text: string): string {
  if (!hasControls(text)) return text;
  return text.split('\n').map(coloredLine).join('\n');
}

function coloredLine(line: string): string {
  let last = RESET;
  const clean = line.replace(ANY, (found) => {
    if (found.length === 1) return '';
    last = found.startsWith('\u001b') ? found : `\u001b[${found.slice(1)}`;
    return last;
  });
  return /\[0*m$/.test(last) ? clean : `${clean}${RESET}`;
}

const IN_JSON = new RegExp(CONTROLS, 'g');

/** A value as JSON, in which the characters that {@link plain} takes out are escaped. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(IN_JSON, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
