import { discriminatorOf, type JsonSchema } from '../schema/json-schema.js';

/** The values that a chart is rendered from. */
export type Values = Record<string, unknown>;

/** The values with one of them changed: to another option, or to empty, false or absent. */
export interface Variant {
  /** Path of the value; `[]` stands for an element of a list. */
  readonly path: string;
  readonly option?: string;
  /** The option of the base. */
  readonly baseOption?: string;
  /** Whether the value is absent. */
  readonly absent?: boolean;
  readonly values: Values;
  /** The variant that this one is a change of. Undefined: the base. */
  readonly parent?: Variant;
}

/** Values of which each is unique, so that it is found again in the objects, and their variants. */
export interface Sentinels {
  readonly base: Values;
  readonly variants: readonly Variant[];
  /** Path of each sentinel, by the sentinel. */
  readonly leaves: ReadonlyMap<string, string>;
  /** Every path: leaves, lists and maps. */
  readonly paths: readonly string[];
}

/** Sentinels for what the chart takes from the release and not from its values. */
export const RELEASE = { namespace: 'zz0001zz', fullname: 'zz0002zz', labels: { 'zz0003zz-labels': 'all' } };

/** A sentinel inside of a text. */
export const SENTINEL = /zz\d{4}zz|7[79]\d{4}/g;
/** The key of a sentinel map. */
export const SENTINEL_KEY = /^(zz\d{4}zz)-key$/;

/** Another value at a path, and the changes that are possible within that value. */
interface Change extends Omit<Variant, 'values' | 'parent'> {
  readonly value: unknown;
  /** Path of the field that tells the options apart, if they are maps. */
  readonly by?: string;
  readonly further: readonly Change[];
}

/** Gives every leaf of the schema a unique value, and lists its variants. */
export function makeSentinels(schema: JsonSchema): Sentinels {
  const leaves = new Map([
    [RELEASE.namespace, '@namespace'],
    [RELEASE.fullname, '@fullname'],
  ]);
  const paths: string[] = [];
  const token = (path: string, spell: (number: number) => string): string => {
    // A field that several options share has one sentinel.
    const made = [...leaves].find(([, one]) => one === path)?.[0] ?? spell(1000 + leaves.size);
    leaves.set(made, path);
    return made;
  };
  const text = (number: number) => `zz${number}zz`;

  function fields({ properties = {}, required }: JsonSchema, path: string, changes: Change[]): Values {
    const own: Change[] = [];
    const pathOf = (name: string) => (path ? `${path}.${name}` : name);
    const all = Object.entries(properties);
    const mayLack = (name: string, { type, default: other }: JsonSchema) =>
      type === 'object' && other === undefined && required?.includes(name) === false;
    const value = Object.fromEntries(
      all.map(([name, one]) => {
        // An absent value also looks like a false or empty one, so its variant comes first.
        if (mayLack(name, one)) own.push({ path: pathOf(name), value: undefined, absent: true, further: [] });
        return [name, sample(one, pathOf(name), own)];
      }),
    );
    const isField = (change: Change) => all.some(([name]) => change.path === pathOf(name));
    changes.push(...own.map((change) => (isField(change) ? withBeside(change, own) : change)));
    return value;
  }

  /** The first option. Each other one is a change. */
  function optionOf([first = {}, ...others]: readonly JsonSchema[], path: string, changes: Change[]): Values {
    const name = discriminatorOf(first);
    const chosen = (option: JsonSchema) => option.properties?.[name]?.const ?? '';
    for (const one of others) {
      const further: Change[] = [];
      const value = fields(one, path, further);
      changes.push({ path, by: `${path}.${name}`, value, option: chosen(one), baseOption: chosen(first), further });
    }
    return fields(first, path, changes);
  }

  type Vary = (value: unknown, more?: Partial<Change>) => void;

  /** The default of some words. Each other one is a change. */
  function wordOf(words: readonly string[], normal: unknown, vary: Vary): string {
    const base = String(normal ?? words[0]);
    for (const option of words) if (option !== base) vary(option, { option, baseOption: base });
    return base;
  }

  function sample(node: JsonSchema, path: string, changes: Change[]): unknown {
    if (path) paths.push(path);
    const vary = (value: unknown, more: Partial<Change> = {}) => changes.push({ path, value, further: [], ...more });
    if (node.oneOf) return optionOf(node.oneOf, path, changes);
    if (node.const !== undefined) return node.const;
    if (node.properties) return fields(node, path, changes);
    if (node.enum) return wordOf(node.enum, node.default, vary);
    switch (node.type) {
      case 'boolean':
        if (node.default === undefined) vary(undefined, { absent: true });
        vary(false);
        return true;
      case 'integer':
        return Number(token(path, (number) => `77${number}`));
      case 'number':
        return Number(token(path, (number) => `79${number}`));
      case 'object':
        vary({});
        return { [`${token(path, text)}-key`]: 'value' };
      case 'array':
        vary([]);
        if (!node.items?.enum) return [sample(node.items ?? {}, `${path}[]`, changes)];
        vary(node.items.enum.slice(0, 1));
        return [...node.items.enum];
      default:
        if (mayBeEmpty(node)) vary('');
        return token(path, text);
    }
  }

  const changes: Change[] = [];
  const base = {
    ...(sample(schema, '', changes) as Values),
    '@namespace': RELEASE.namespace,
    '@fullname': RELEASE.fullname,
  };
  return { base, variants: variantsOf(changes, base), leaves, paths: [...new Set(paths)] };
}

/** The objects of an option may depend on the fields next to it, so their changes are also tried with the option. */
function withBeside(change: Change, beside: readonly Change[]): Change {
  if (change.option === undefined || change.by) return change;
  return { ...change, further: beside.filter(({ path }) => path !== change.path) };
}

function variantsOf(changes: readonly Change[], from: Values, parent?: Variant): Variant[] {
  return changes.flatMap(({ value, further, by, ...rest }) => {
    const values = changed(from, rest.path, value);
    const variant = { ...rest, path: by ?? rest.path, values, ...(parent && { parent }) };
    return [variant, ...variantsOf(further, values, variant)];
  });
}

const mayBeEmpty = ({ minLength, pattern = '' }: JsonSchema): boolean => !minLength && new RegExp(pattern).test('');

/** The value at a path. `[]` stands for the first element: lists of the base have only one. */
export function valueAt(values: Values, path: string): unknown {
  let value: unknown = values;
  for (const key of keysOf(path)) value = (value as Values | undefined)?.[key];
  return value;
}

function changed(values: Values, path: string, value: unknown): Values {
  const copy = structuredClone(values);
  const keys = keysOf(path);
  const last = keys.pop() ?? '';
  const parent = keys.reduce((one, key) => one[key] as Values, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const keysOf = (path: string): string[] => path.replaceAll('[]', '.0').split('.');
