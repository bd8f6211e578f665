import { z } from 'zod';
import { type Environment, environmentSchema } from '../environments/environment.js';

/** The parts of a JSON schema that values are made from. */
export interface Schema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

/** One value changed. `set` is what a template asks to tell it from the base. */
export interface Variant {
  /** Path of the value; `[]` stands for an element of a list. */
  readonly path: string;
  /** The option, for an enum; otherwise the value is empty, false or absent. */
  readonly option?: string;
  /** For an enum: the option of the base. */
  readonly baseOption?: string;
  /** For a boolean that may be absent. */
  readonly absent?: boolean;
  readonly environment: Environment;
  /** The variant that this one changes further; the base otherwise. */
  readonly parent?: Variant;
}

/** An environment in which every value can be told from every other, and what else each value may be. */
export interface Sentinels {
  readonly base: Environment;
  readonly variants: readonly Variant[];
  /** Path of each sentinel. */
  readonly leaves: ReadonlyMap<string, string>;
  /** Every path of the values: leaves, lists and maps. */
  readonly paths: readonly string[];
}

/** A sentinel inside of a text. */
export const SENTINEL = /zz\d{4}zz|77\d{4}/g;
/** The key of a sentinel map. */
export const SENTINEL_KEY = /^zz\d{4}zz-key$/;

export const schema = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }) as Schema;

type Change = (environment: Environment) => void;
interface Pending extends Omit<Variant, 'environment' | 'parent'> {
  readonly change: Change;
  readonly children: Pending[];
}

/** Gives every leaf of the schema a value of its own, and lists what else each may be. */
export function makeSentinels(): Sentinels {
  const leaves = new Map<string, string>();
  const paths: string[] = [];
  const unique = (path: string): number => {
    leaves.set(`zz${String(leaves.size + 1000)}zz`, path);
    return leaves.size + 999;
  };

  function sample(node: Schema, path: string, pending: Pending[]): unknown {
    if (path !== '') paths.push(path);
    const vary = (value: unknown, more: Partial<Pending> = {}, children: Pending[] = []) =>
      pending.push({ path, change: (environment) => setAt(environment, path, value), children, ...more });
    if (node.oneOf) {
      const [first, ...others] = node.oneOf;
      const type = (option: Schema | undefined) => option?.properties?.type?.const ?? '';
      const baseOption = type(first);
      for (const option of others) {
        const children: Pending[] = [];
        const value = sample({ properties: option.properties ?? {} }, path, children);
        vary(value, { path: `${path}.type`, option: type(option), baseOption }, children);
      }
      paths.push(`${path}.type`);
      return sample({ properties: first?.properties ?? {} }, path, pending);
    }
    if (node.const !== undefined) return node.const;
    if (node.properties) {
      const children = Object.entries(node.properties).filter(([name]) => path !== '' || name !== 'namespace');
      return Object.fromEntries(
        children.map(([name, child]) => [name, sample(child, path === '' ? name : `${path}.${name}`, pending)]),
      );
    }
    if (node.enum) {
      const base = String(node.default ?? node.enum[0]);
      for (const option of node.enum) if (option !== base) vary(option, { option, baseOption: base });
      return base;
    }
    switch (node.type) {
      case 'boolean':
        vary(false);
        if (node.default === undefined) vary(undefined, { absent: true });
        return true;
      case 'integer':
        return Number(`77${unique(path)}`);
      case 'object':
        vary({});
        return { [`zz${unique(path)}zz-key`]: 'value' };
      case 'array': {
        const { items = {} } = node;
        if (!node.minItems) vary([]);
        if (items.enum) {
          vary(items.enum.slice(0, 1));
          return [...items.enum];
        }
        return [sample(items, `${path}[]`, pending)];
      }
      default:
        if (mayBeEmpty(node)) vary('');
        return `zz${unique(path)}zz`;
    }
  }

  const pending: Pending[] = [];
  const base = { ...(sample(schema, '', pending) as object), namespace: { name: NAMESPACE } } as unknown as Environment;
  const variants: Variant[] = [];
  const addVariants = (list: readonly Pending[], from: Environment, parent?: Variant) => {
    for (const { change, children, ...rest } of list) {
      const environment = structuredClone(from);
      change(environment);
      const variant: Variant = { ...rest, environment, ...(parent && { parent }) };
      variants.push(variant);
      addVariants(children, environment, variant);
    }
  };
  addVariants(pending, base);
  leaves.set(NAMESPACE, '@namespace');
  leaves.set(FULLNAME, '@fullname');
  return { base, variants, leaves, paths: [...new Set(paths)] };
}

/** What the chart takes from the release instead of the values. */
export const NAMESPACE = 'zz0001zz';
export const FULLNAME = 'zz0002zz';
export const LABELS = { 'zz0003zz-labels': 'all' };

const mayBeEmpty = ({ minLength, pattern }: Schema): boolean =>
  !minLength && (!pattern || new RegExp(pattern).test(''));

/** The value at a path; `[]` is the only element of a list of the base. */
export function valueAt(environment: Environment, path: string): unknown {
  if (path === '@namespace') return NAMESPACE;
  if (path === '@fullname') return FULLNAME;
  let value: unknown = environment;
  for (const key of keysOf(path)) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

function setAt(environment: Environment, path: string, value: unknown): void {
  const keys = keysOf(path);
  const last = keys.pop() ?? '';
  let parent = environment as unknown as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

const keysOf = (path: string): string[] => path.replaceAll('[]', '.0').split('.');
