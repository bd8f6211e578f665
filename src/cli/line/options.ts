import { parseArgs } from 'node:util';
import { InputError } from '../../run/problems.js';

/** One option of a command. The parser, the help and the completion use it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What it does, for the help. */
  readonly description: string;
  /** Its heading in the help. Default: Options. */
  readonly group?: string;
  readonly short?: string;
  /** Placeholder of its value in the help, like NAME. Default: its values, or TEXT. */
  readonly placeholder?: string;
  /** Other spellings that older scripts use. */
  readonly aliases?: readonly string[];
  /** Allowed values, in lower case. Default: any text. */
  readonly values?: readonly string[];
  /** Its value when neither the flag nor a variable is given. */
  readonly default?: string;
  /** Its value follows `=`, or is left out. */
  readonly attached?: boolean;
  /** Environment variables that replace a missing flag. The first one that is set and not empty counts. */
  readonly env?: readonly string[];
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type Text<O> = O extends { readonly values: readonly (infer V)[] } ? V : string;
type Value<O> = O extends { readonly type: 'boolean' }
  ? boolean
  : O extends { readonly default: string }
    ? Text<O>
    : Text<O> | undefined;

/** The values of options, by name. */
export type Flags<S extends OptionSpecs> = { readonly [K in keyof S]: Value<S[K]> };

/** A parsed command line. Flags come before environment variables, and those before defaults. */
export interface Given<S extends OptionSpecs> {
  readonly flags: Flags<S>;
  readonly positionals: readonly string[];
  /** The options that a flag or an environment variable has set. */
  readonly named: ReadonlySet<string>;
}

/**
 * Parses a command line. A flag comes before its environment variable. The command itself applies what comes after
 * both: the namespace's settings, and then defaults that are not fixed.
 * @throws InputError for an unknown flag, a flag without its value, or a value that is not allowed
 */
export function parseOptions<S extends OptionSpecs>(
  args: readonly string[],
  specs: S,
  env: Readonly<Record<string, string | undefined>>,
): Given<S> {
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
  const named = new Set<string>();
  const chosen = (name: string, spec: OptionSpec): string | boolean | undefined => {
    const { aliases = [], env: variables = [], values } = spec;
    const given = [name, ...aliases].map((key) => parsed.values[key]).find((value) => value !== undefined);
    const fromEnv = variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== '');
    if (given !== undefined || fromEnv !== undefined) named.add(name);
    const value = (given as string | boolean | undefined) ?? fromEnv ?? spec.default;
    if (spec.type === 'boolean') return value === true;
    return values && typeof value === 'string' ? oneOf(values, name, value) : value;
  };
  // The only cast: everywhere else, the types of values follow from the specs.
  const flags = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, chosen(name, spec)])) as Flags<S>;
  return { positionals: parsed.positionals, flags, named };
}

/** @throws InputError for any other value */
function oneOf(values: readonly string[], name: string, value: string): string {
  const known = value.toLowerCase();
  if (values.includes(known)) return known;
  throw new InputError([`--${name} "${value}" is unknown; allowed are ${values.join(', ')}`]);
}

/** Turns Node's message about a command line into one that says what to do. */
function explained(message: string): string {
  const flag = /'(?:-\w, )?(-{1,2}[^' ]+)/.exec(message)?.[1] ?? '';
  if (message.startsWith('Unknown option')) return `flag ${flag} is unknown`;
  if (message.includes('does not take')) return `${flag} takes no value`;
  return `${flag} needs a value; if it starts with a dash, write ${flag}=VALUE`;
}
