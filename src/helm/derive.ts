import { LABELS, SENTINEL, SENTINEL_KEY, type Sentinels, type Variant, valueAt } from './sentinels.js';
import { type Condition, type Entry, type Item, type Node, type Part, same } from './tree.js';

/** What is not there at all. */
const MISSING = Symbol('missing');

/** The same place in the object of the base and in those of all variants. */
type Family = ReadonlyMap<Variant | undefined, unknown>;

type Plain = Readonly<Record<string, unknown>>;

/**
 * Derives the template of an object from how it differs between the base and the variants.
 * @throws Error naming the place, when something changes in a way that no template can express
 */
export class Derivation {
  /** The values that have reached an object. */
  readonly seen = new Set<string>();

  /** The list whose elements have an object each, while one of these is derived. */
  private scope: string | undefined;

  constructor(private readonly sentinels: Sentinels) {}

  /** Objects by kind and name, as entries: with the condition under which each is there. */
  documents(families: ReadonlyMap<string, Family>): Item[] {
    return [...families].map(([place, family]) => {
      const range = this.itemList(place);
      this.scope = range;
      const { node, when } = this.present(family, undefined, place, range);
      return { node, ...(when && { when }), ...(range && { range }) };
    });
  }

  private derive(family: Family, base: Variant | undefined, place: string): Node {
    const value = family.get(base);
    const variants = this.variantsOf(family, base).filter((variant) => family.get(variant) !== MISSING);
    const path = this.follows(family, base, variants);
    if (path !== undefined) {
      this.seen.add(path);
      return typeof value === 'object' ? { kind: 'container', path } : scalar([{ path }], typeOf(value));
    }
    const differing = variants.filter((variant) => !same(family.get(variant), value));
    const all = [base, ...variants].map((variant) => family.get(variant));
    if (all.every((one) => isJson(one))) {
      return {
        kind: 'json',
        node: this.derive(
          mapped(family, (text) => JSON.parse(String(text))),
          base,
          place,
        ),
      };
    }
    if (all.every(isPlain)) return { kind: 'map', entries: this.entries(family, base, place) };
    if (all.every(Array.isArray)) return { kind: 'list', items: this.items(family, base, place) };
    if (typeof value === 'string') {
      const parts = this.partsOf(value);
      const fits = (variant: Variant) => this.filledIn(parts, variant) === family.get(variant);
      if (differing.every(fits) && this.filledIn(parts, base) === value) return this.text(parts, 'string');
    }
    const [first] = differing;
    if (!first) return this.text([String(value)], typeOf(value));
    return this.choice(family, base, first, place);
  }

  /** Splits by the first value that makes a difference: the base's way, and each other one. */
  private choice(family: Family, base: Variant | undefined, first: Variant, place: string): Node {
    const others = this.variantsOf(family, base).filter(
      ({ path, absent }) => path === first.path && absent === first.absent,
    );
    const rest = new Map([...family].filter(([variant]) => !(variant && others.includes(variant))));
    const alike = others.filter((variant) => same(family.get(variant), family.get(base)));
    let node = this.derive(rest, base, place);
    for (const variant of others.filter((one) => !alike.includes(one))) {
      const other = this.derive(family, variant, place);
      const when = conditionOf(variant, false);
      node =
        'is' in when && when.is === 'unset'
          ? { kind: 'choice', when: { ...when, is: 'set' }, yes: node, no: other }
          : { kind: 'choice', when, yes: other, no: node };
    }
    this.seen.add(first.path);
    return node;
  }

  private entries(family: Family, base: Variant | undefined, place: string): Entry[] {
    const keys = new Set(
      [...this.within(family, base)].flatMap((variant) => Object.keys((family.get(variant) as Plain) ?? {})),
    );
    return [...keys].map((key) => {
      if (key in LABELS) return { key: [key], node: scalar(['']), spread: '@labels' };
      const inner = mapped(family, (value) => (isPlain(value) && key in value ? value[key] : MISSING));
      if (SENTINEL_KEY.test(key)) {
        const path = this.sentinels.leaves.get(key.replace('-key', '')) ?? '';
        this.seen.add(path);
        return { key: [key], node: scalar(['']), spread: path, when: { path, is: 'set' } };
      }
      const parts = this.partsOf(key);
      this.note(parts);
      return { key: parts, ...this.present(inner, base, `${place}/${key}`) };
    });
  }

  private items(family: Family, base: Variant | undefined, place: string): Item[] {
    const length = Math.max(
      ...this.within(family, base).map((variant) => (family.get(variant) as unknown[] | undefined)?.length ?? 0),
    );
    return Array.from({ length }, (_, index) => {
      const inner = mapped(family, (value) => (Array.isArray(value) && index < value.length ? value[index] : MISSING));
      const range = this.itemList(JSON.stringify(inner.get(base)));
      const { node, when } = this.present(inner, base, `${place}/${index}`, range);
      if (range) this.seen.add(range);
      return { node, ...(when && { when }), ...(range && { range }) };
    });
  }

  /** What is there, and when. */
  private present(
    family: Family,
    base: Variant | undefined,
    place: string,
    range?: string,
  ): { node: Node; when?: Condition } {
    const variants = this.variantsOf(family, base);
    if (family.get(base) === MISSING) {
      const having = variants.filter((variant) => family.get(variant) !== MISSING);
      const inner = having.map((variant) => ({ variant, ...this.present(family, variant, place, range) }));
      const [first] = inner;
      if (!first || !inner.every(({ node }) => same(node, first.node))) throw new Error(`cannot express ${place}`);
      for (const { path } of having) this.seen.add(path);
      return {
        node: first.node,
        when: any(inner.map(({ variant, when }) => all([conditionOf(variant, false), when]))),
      };
    }
    const node = this.derive(family, base, place);
    // A list that is empty has no elements: the range says so by itself.
    const lacking = variants.filter((variant) => family.get(variant) === MISSING && variant.path !== range);
    if (lacking.length === 0) return { node };
    for (const { path } of lacking) this.seen.add(path);
    const own = node.kind === 'map' ? node.entries.map(({ when }) => when) : [];
    if (own.length > 0 && own.every((when) => when !== undefined)) return { node, when: any(own as Condition[]) };
    const byPath = [...new Set(lacking.map(({ path }) => path))].map((path) => {
      const group = variants.filter((variant) => variant.path === path);
      const there = group.filter((variant) => family.get(variant) !== MISSING);
      const [one] = group;
      if (one?.option === undefined)
        return conditionOf(lacking.find((variant) => variant.path === path) as Variant, true);
      return {
        path,
        is: 'option',
        options: [one.baseOption ?? '', ...there.map(({ option }) => option ?? '')],
      } as const;
    });
    return { node, when: all(byPath) };
  }

  /** The path whose value this is, in the base and in every variant. */
  private follows(family: Family, base: Variant | undefined, variants: readonly Variant[]): string | undefined {
    const value = family.get(base);
    if (value === null || value === undefined) return undefined;
    const at = (variant: Variant | undefined, path: string) =>
      valueAt(variant?.environment ?? this.sentinels.base, path);
    return this.sentinels.paths.find(
      (path) =>
        same(at(base, path), value) && variants.every((variant) => same(at(variant, path), family.get(variant))),
    );
  }

  private partsOf(text: string): Part[] {
    const parts: Part[] = [];
    let end = 0;
    for (const match of text.matchAll(SENTINEL)) {
      const path = this.sentinels.leaves.get(match[0].replace(/^77(\d{4})$/, 'zz$1zz'));
      if (path === undefined) continue;
      if (match.index > end) parts.push(text.slice(end, match.index));
      parts.push({ path });
      end = match.index + match[0].length;
    }
    return end < text.length || parts.length === 0 ? [...parts, text.slice(end)] : parts;
  }

  private filledIn(parts: readonly Part[], variant: Variant | undefined): string {
    const environment = variant?.environment ?? this.sentinels.base;
    return parts.map((part) => (typeof part === 'string' ? part : String(valueAt(environment, part.path)))).join('');
  }

  private text(parts: readonly Part[], type: 'string' | 'number' | 'boolean' | 'null'): Node {
    this.note(parts);
    return scalar(parts, type);
  }

  private note(parts: readonly Part[]): void {
    for (const part of parts) if (typeof part !== 'string') this.seen.add(part.path);
  }

  /** The list that the elements in a text belong to. */
  private itemList(text = ''): string | undefined {
    for (const part of this.partsOf(text)) {
      if (typeof part === 'string' || !part.path.includes('[]')) continue;
      const list = part.path.slice(0, part.path.indexOf('[]'));
      if (list !== this.scope) return list;
    }
    return undefined;
  }

  private variantsOf(family: Family, base: Variant | undefined): Variant[] {
    return this.sentinels.variants.filter((variant) => variant.parent === base && family.has(variant));
  }

  private within(family: Family, base: Variant | undefined): (Variant | undefined)[] {
    return [base, ...this.variantsOf(family, base)].filter((variant) => family.get(variant) !== MISSING);
  }
}

/** Puts together what each object is in the base and in every variant, by its place in the construct tree. */
export function familiesOf(
  objects: ReadonlyMap<Variant | undefined, ReadonlyMap<string, unknown>>,
): Map<string, Family> {
  const places = new Set([...objects.values()].flatMap((all) => [...all.keys()]));
  const at = (place: string, all: ReadonlyMap<string, unknown>) => (all.has(place) ? all.get(place) : MISSING);
  return new Map(
    [...places].map((place) => [place, new Map([...objects].map(([variant, all]) => [variant, at(place, all)]))]),
  );
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isJson = (value: unknown): boolean => typeof value === 'string' && /^\{\n[\s\S]*\}\n$/.test(value);

function mapped(family: Family, change: (value: unknown) => unknown): Family {
  // Where the whole is not there, nothing is said about its parts.
  return new Map(
    [...family].flatMap(([variant, value]) => (value === MISSING ? [] : [[variant, change(value)] as const])),
  );
}

const scalar = (parts: readonly Part[], type: 'string' | 'number' | 'boolean' | 'null' = 'string'): Node => ({
  kind: 'scalar',
  parts,
  type,
});

function typeOf(value: unknown): 'string' | 'number' | 'boolean' | 'null' {
  return value === null ? 'null' : (typeof value as 'string' | 'number' | 'boolean');
}

function all(conditions: readonly (Condition | undefined)[]): Condition {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 1 && given[0] ? given[0] : { all: given };
}

/** Options of one value are asked for together. */
function any(conditions: readonly Condition[]): Condition {
  const merged: Condition[] = [];
  for (const condition of conditions) {
    const before = merged.findIndex((one) => 'options' in one && 'options' in condition && one.path === condition.path);
    const one = merged[before];
    if (one && 'options' in one && 'options' in condition) {
      merged[before] = { ...one, options: [...new Set([...one.options, ...condition.options])] };
    } else if (!merged.some((known) => same(known, condition))) merged.push(condition);
  }
  return merged.length === 1 && merged[0] ? merged[0] : { any: merged };
}

/** That the values are not this variant's (`isBase`), or that they are. */
function conditionOf({ path, option, absent }: Variant, isBase: boolean): Condition {
  if (option !== undefined && !isBase) return { path, is: 'option', options: [option] };
  if (absent && isBase) return { path, is: 'given' };
  return { path, is: isBase ? 'set' : 'unset' };
}
