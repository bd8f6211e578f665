import { type CommandSpec, optionsOf, programOf } from './command.js';
import type { OptionSpec } from './options.js';

/** Columns of a help text. */
const WIDTH = 118;
/** Columns to the left of an option's description. */
const INDENT = 24;

/** The help of a command. */
export function helpOf(spec: Omit<CommandSpec, 'run'>): string {
  const { about, args, examples, notes = [], exits } = spec;
  const usage = [programOf(spec), args, '[options]'].filter((word) => word !== '').join(' ');
  return [
    wrapped(about),
    `Usage:\n  ${usage}`,
    ...(examples.length > 0 ? [`Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`] : []),
    ...groupsOf(spec).map(([heading, options]) => `${heading}:\n${options.map(optionLines).join('\n')}`),
    ...notes.map((note) => wrapped(note)),
    wrapped(`Exit codes: ${exits.join('; ')}.`),
  ].join('\n\n');
}

type Named = readonly [name: string, option: OptionSpec];

/**
 * The options by heading, in the order of declaration. `Options` comes first if the command itself has options there.
 * It comes last if it holds only the common ones.
 */
function groupsOf(spec: Pick<CommandSpec, 'options'>): [heading: string, options: Named[]][] {
  const groups = new Map<string, Named[]>();
  for (const [name, option] of Object.entries(optionsOf(spec))) {
    const heading = option.group ?? 'Options';
    groups.set(heading, [...(groups.get(heading) ?? []), [name, option]]);
  }
  const own = [...groups].filter(([heading]) => heading !== 'Options');
  const rest = groups.get('Options') ?? [];
  const hasOwn = rest.some(([name]) => name in spec.options);
  return hasOwn ? [['Options', rest], ...own] : [...own, ['Options', rest]];
}

function optionLines([name, option]: Named): string {
  const { short, aliases = [], env = [], attached, type, values } = option;
  const value = option.placeholder ?? values?.join('|') ?? 'TEXT';
  const behind = attached ? `[=${value}]` : ` ${value}`;
  const left = `${short ? `-${short}, ` : ''}--${name}${type === 'boolean' ? '' : behind}`;
  const also = [
    ...(option.placeholder && values ? [values.join(', ')] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...env.map((variable) => `env ${variable}`),
    ...aliases.map((alias) => `also --${alias}`),
  ];
  const text = `${option.description}${also.length > 0 ? ` (${also.join('; ')})` : ''}`;
  const [first = '', ...more] = lines(text, WIDTH - INDENT);
  const fits = left.length < INDENT - 3;
  return [
    fits ? `  ${left.padEnd(INDENT - 2)}${first}` : `  ${left}`,
    ...(fits ? more : [first, ...more]).map((line) => `${' '.repeat(INDENT)}${line}`),
  ].join('\n');
}

const wrapped = (text: string): string => lines(text, WIDTH).join('\n');

/** Wraps a text at a width in columns. */
function lines(text: string, width: number): string[] {
  const all: string[] = [''];
  for (const word of text.split(' ')) {
    const last = all.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) all.push(word);
    else all[all.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return all;
}
