import { parseArgs } from 'node:util';
import { InputError } from '../run/problems.js';

/** Everything that a command can be told, after flags and environment variables have been put in order. */
export interface Options {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** One setting of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Other spellings, as older scripts use them. */
  readonly aliases?: readonly string[];
  /** What it may be, in small letters; any text without it. */
  readonly values?: readonly string[];
  /** Its value stands behind `=`, or is left out. */
  readonly attached?: boolean;
  /** Environment variables that stand in for the flag; the first one that is set and not empty counts. */
  readonly env?: readonly string[];
}

/**
 * Reads a command line. A flag comes before its environment variable; what comes after both (the namespace's settings,
 * then defaults) is the command's.
 * @throws InputError for an unknown flag or a flag without its value
 */
export function parseOptions(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const [name, { type, short, aliases = [] }] of Object.entries(specs)) {
    options[name] = { type, ...(short && { short }) };
    for (const alias of aliases) options[alias] = { type };
  }
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new InputError([explained((error as Error).message)]);
  }
  const flags: Record<string, string | boolean | undefined> = {};
  for (const [name, { aliases = [], env: variables = [], values }] of Object.entries(specs)) {
    const given = [name, ...aliases].map((key) => parsed.values[key]).find((value) => value !== undefined);
    const fromEnv = variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== '');
    const value = (given as string | boolean | undefined) ?? fromEnv;
    flags[name] = values && typeof value === 'string' ? oneOf(values, name, value) : value;
  }
  return { positionals: parsed.positionals, flags };
}

/** @throws InputError for a value that is none of them */
function oneOf(values: readonly string[], name: string, value: string): string {
  const known = value.toLowerCase();
  if (values.includes(known)) return known;
  throw new InputError([`--${name} "${value}" is unknown; allowed are ${values.join(', ')}`]);
}

/** Node's message about a command line, as a sentence that says what to do. */
function explained(message: string): string {
  const flag = /'(?:-\w, )?(-{1,2}[^' ]+)/.exec(message)?.[1] ?? '';
  if (message.startsWith('Unknown option')) return `flag ${flag} is unknown`;
  if (message.includes('does not take')) return `${flag} takes no value`;
  return `${flag} needs a value; one that starts with a dash is given as ${flag}=VALUE`;
}
