import { CONTROL_CLASS } from './controls.js';

/** Colours and styles, by either introducer: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (SGR). */
const COLORS = '(?:\\u001b\\[|\\u009b)[\\d;:]*m';

/** Everything else that a terminal obeys, or by which a text looks different from what it is. A text has tabs and lines. */
const CONTROLS = `(?![\\t\\n])${CONTROL_CLASS}`;

const ANY = new RegExp(`${COLORS}|${CONTROLS}`, 'gu');
const RESET = '\u001b[0m';

/**
 * Text from outside without anything that a terminal obeys. Lines and tabs stay. Every text of an agent, a repository, a
 * host or a cluster goes through here before a person reads it.
 */
export const plain = (text: string): string => text.replace(ANY, '');

/** Whether a text is already as {@link plain} leaves it. */
export const isPlain = (text: string): boolean => plain(text) === text;

/** The same on one line, for a cell of a table. */
export const plainLine = (text: string): string => plain(text.replace(/\s+/g, ' '));

/** The same, but colours stay. A line that leaves one on is reset at its end. */
export function withColors(text: string): string {
  if (isPlain(text)) return text;
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

const IN_JSON = new RegExp(CONTROLS, 'gu');

/** A value as JSON, in which the characters that {@link plain} takes out are escaped. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(IN_JSON, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
