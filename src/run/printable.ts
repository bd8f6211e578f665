import { CONTROL_CLASS } from './controls.js';

/** Colours and styles, with either introducer: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (SGR). */
const COLORS = '(?:\\u001b\\[|\\u009b)[\\d;:]*m';

/**
 * Every other character that a terminal acts on, or that makes a text look different from what it is. Tabs and line
 * breaks are allowed.
 */
const CONTROLS = `(?![\\t\\n])${CONTROL_CLASS}`;

const ANY = new RegExp(`${COLORS}|${CONTROLS}`, 'gu');
const RESET = '\u001b[0m';
/** A foreground colour, which code 39 resets. */
const FOREGROUND = /^(3[0-7]|9[0-7])$/;

/**
 * Removes everything that a terminal acts on from a text. Line breaks and tabs stay. Every text of an agent, a
 * repository, a host or a cluster passes through here before a person reads it.
 */
export const plain = (text: string): string => text.replace(ANY, '');

/** Whether {@link plain} would leave a text unchanged. */
export const isPlain = (text: string): boolean => plain(text) === text;

/** Like {@link plain}, but on one line, for a cell of a table. */
export const plainLine = (text: string): string => plain(text.replace(/\s+/g, ' '));

/** Like {@link plain}, but colours stay. A line that ends with an open style gets a reset. */
export function withColors(text: string): string {
  if (isPlain(text)) return text;
  return text.split('\n').map(coloredLine).join('\n');
}

function coloredLine(line: string): string {
  /** The active styles. */
  let open: string[] = [];
  const clean = line.replace(ANY, (found) => {
    if (found.length === 1) return '';
    const style = found.replace(/^(?:\u001b\[|\u009b)/, '').slice(0, -1);
    if (/^0*$/.test(style)) open = [];
    else if (style === '39') open = open.filter((one) => !FOREGROUND.test(one));
    else open.push(style);
    return `\u001b[${style}m`;
  });
  return open.length === 0 ? clean : `${clean}${RESET}`;
}

const IN_JSON = new RegExp(CONTROLS, 'gu');

/** A value as JSON. The characters that {@link plain} removes are escaped. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(IN_JSON, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
