import { discriminatorOf, type JsonSchema } from '../environments/json-schema.js';

/** What a chart is rendered from. */
export type Values = Record<string, unknown>;

/** The values with one of them changed: to another option, or to what is empty, false or absent. */
export interface Variant {
  /** Path of the value; `[]` stands for an element of a list. */
  readonly path: string;
  readonly option?: string;
  /** The option of the base. */
  readonly baseOption?: string;
  /** Whether the value is not there at all. */
  readonly absent?: boolean;
  readonly values: Values;
  /** The variant that this one changes further; the base otherwise. */
  readonly parent?: Variant;
}

/** Values in which each can be told from every other, and what else each may be. */
export interface Sentinels {
  readonly base: Values;
  readonly variants: readonly Variant[];
  /** Path of each sentinel. */
  readonly leaves: ReadonlyMap<string, string>;
  /** Every path: leaves, lists and maps. */
  readonly paths: readonly string[];
}

/** What the chart takes from the release instead of the values, and what stands for it. */
export const RELEASE = { namespace: 'zz0001zz', fullname: 'zz0002zz', labels: { 'zz0003zz-labels': 'all' } };

/** A sentinel inside of a text. */
export const SENTINEL = /zz\d{4}zz|77\d{4}/g;
/** The key of a sentinel map. */
export const SENTINEL_KEY = /^(zz\d{4}zz)-key$/;

/** Another value at a path, and how that value may change in its turn. */
interface Change extends Omit<Variant, 'values' | 'parent'> {
  readonly value: unknown;
  /** Path of what tells the options apart, where they are maps. */
  readonly by?: string;
  readonly further: readonly Change[];
}

/** Gives every leaf of the schema a value of its own, and lists what else each may be. */
export function makeSentinels(schema: JsonSchema): Sentinels {
  const leaves = new Map([
    [RELEASE.namespace, '@namespace'],
    [RELEASE.fullname, '@fullname'],
  ]);
  const paths: string[] = [];
  const token = (path: string, spell: (number: number) => string): string => {
    // What several options have in common has one sentinel.
    const made = [...leaves].find(([, one]) => one === path)?.[0] ?? spell(1000 + leaves.size);
    leaves.set(made, path);
    return made;
  };
  const text = (number: number) => `zz${number}zz`;

  function fields({ properties = {} }: JsonSchema, path: string, changes: Change[]): Values {
    const own: Change[] = [];
    const pathOf = (name: string) => (path ? `${path}.${name}` : name);
    const all = Object.entries(properties);
    const value = Object.fromEntries(all.map(([name, one]) => [name, sample(one, pathOf(name), own)]));
    const isField = (change: Change) => all.some(([name]) => change.path === pathOf(name));
    changes.push(...own.map((change) => (isField(change) ? withBeside(change, own) : change)));
    return value;
  }

  function sample(node: JsonSchema, path: string, changes: Change[]): unknown {
    if (path) paths.push(path);
    const vary = (value: unknown, more: Partial<Change> = {}) => changes.push({ path, value, further: [], ...more });
    if (node.oneOf) {
      const [first = {}, ...others] = node.oneOf;
      const name = discriminatorOf(first);
      const chosen = (option: JsonSchema) => option.properties?.[name]?.const ?? '';
      for (const one of others) {
        const further: Change[] = [];
        const value = fields(one, path, further);
        changes.push({ path, by: `${path}.${name}`, value, option: chosen(one), baseOption: chosen(first), further });
      }
      return fields(first, path, changes);
    }
    if (node.const !== undefined) return node.const;
    if (node.properties) return fields(node, path, changes);
    if (node.enum) {
      const base = String(node.default ?? node.enum[0]);
      for (const option of node.enum) if (option !== base) vary(option, { option, baseOption: base });
      return base;
    }
    switch (node.type) {
      case 'boolean':
        // What is absent is not true either, so that it is told apart first.
        if (node.default === undefined) vary(undefined, { absent: true });
        vary(false);
        return true;
      case 'integer':
        return Number(token(path, (number) => `77${number}`));
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

/** What an option of an enum makes may depend on the fields beside it: these change with it, too. */
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

/** The value at a path; `[]` is the only element of a list of the base. */
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
