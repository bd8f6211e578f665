import { aligned, type Family, isJson, isPlain, MISSING, mapped, same, without } from './family.js';
import { ABSENT, anyOf, type Condition, choose, conditionOf, type Entry, type Node, presence } from './node.js';
import { filledIn, listIn, type Parts, partsOf, typeOf } from './parts.js';
import { RELEASE, SENTINEL_KEY, type Sentinels, type Variant, valueAt } from './sentinels.js';

/** Where a value stands: the variant whose variants it is compared with, the list that it is below, and its name. */
interface Place {
  readonly base: Variant | undefined;
  /** Other options of the value that `base` is an option of. They count as variants of `base`. */
  readonly siblings?: readonly Variant[];
  readonly scope: string | undefined;
  readonly name: string;
}

/**
 * Derives the template of an object: compares the object of the base values with the objects of all variants.
 * @throws Error with the name of the place, if something changes in a way that no template can express
 */
export class Derivation {
  /** Paths of the values that have reached an object. Everything below a path in `whole` has reached it, too. */
  readonly seen = new Set<string>();
  readonly whole = new Set<string>();
  private readonly written = new Map<Variant | undefined, Map<string, string | undefined>>();

  constructor(private readonly sentinels: Sentinels) {}

  /** The template of the objects at one place in the construct tree. */
  document(name: string, objects: ReadonlyMap<Variant | undefined, ReadonlyMap<string, unknown>>): Node {
    const family = new Map([...objects].map(([variant, all]) => [variant, all.has(name) ? all.get(name) : MISSING]));
    return this.each(family, { base: undefined, scope: undefined, name }, name);
  }

  /** A node, or a `range` if the text is from an element of a list and disappears together with the list. */
  private each(family: Family, place: Place, text: string): Node {
    const list = listIn(this.partsOf(text), place.scope);
    const empty = [...family.keys()].filter((variant) => variant?.path === list);
    if (!list || empty.some((variant) => family.get(variant) !== MISSING)) return this.node(family, place);
    return { kind: 'range', list: this.use(list), node: this.node(without(family, empty), { ...place, scope: list }) };
  }

  private node(family: Family, place: Place): Node {
    if (family.get(place.base) === MISSING) return this.elsewhere(family, place);
    const lacking = this.variantsOf(family, place).filter((variant) => family.get(variant) === MISSING);
    const inner = lacking.find(({ path }) => path.includes('[]') && !path.startsWith(`${place.scope}[]`));
    if (inner)
      throw new Error(`cannot express ${place.name}: it is there only for some elements, depending on ${inner.path}`);
    const there = without(family, lacking);
    const all = this.within(there, place).map((variant) => there.get(variant));
    const path = this.follows(there, place);
    if (path !== undefined && lacking.length === 0) return this.valueOf(path, family.get(place.base));
    if (path === undefined && all.every(isPlain)) {
      const entries = this.entries(there, place);
      const conditional = entries.length > 0 && entries.every(conditionOf);
      // If all entries of a map have conditions, these also say when the map is there.
      if (lacking.length > 0 && conditional) return { kind: 'map', entries, optional: true };
      if (lacking.length === 0)
        return { kind: 'map', entries, sure: !conditional || this.covers(family, place, entries) };
    }
    if (lacking.length === 0 && all.every(isJson)) {
      const read = mapped(family, (json) => JSON.parse(String(json)));
      return { kind: 'json', node: this.node(read, place) };
    }
    const variants = this.variantsOf(family, place);
    const first = lacking[0] ?? variants.find((variant) => !same(family.get(variant), family.get(place.base)));
    // A field that only some options have may be read only where one of them is chosen.
    const foreign = first && variants.find((one) => one.option && valueAt(one.values, first.path) === undefined);
    if (foreign) return this.split(family, place, foreign, true);
    if (first && lacking.length > 0) {
      const gone = lacking.filter((variant) => variant.path === first.path && variant.absent === first.absent);
      return choose(this.isNone(family, place, first, gone), this.node(without(family, gone), place), ABSENT);
    }
    if (all.every(Array.isArray)) return { kind: 'list', items: this.items(family, place) };
    const text = this.text(family, place);
    if (text) return text;
    if (!first) throw new Error(`cannot express ${place.name}: ${JSON.stringify(family.get(place.base))}`);
    return this.split(family, place, first);
  }

  /** For a place that a variant has, but not the base: the first option with it becomes the base of the others. */
  private elsewhere(family: Family, place: Place): Node {
    const variants = this.variantsOf(family, place);
    const first = variants.find((variant) => family.get(variant) !== MISSING);
    if (!first) return ABSENT;
    const { path, option } = first;
    const options = variants.filter((variant) => variant.path === path);
    const rest = this.node(without(family, options), place);
    const [base, ...siblings] = options.filter((variant) => family.get(variant) !== MISSING);
    const node = this.node(family, { ...place, base, siblings });
    if (option === undefined) return choose({ path: this.use(path) }, rest, node);
    const having = [first, ...siblings].map((variant) => variant.option ?? '');
    return choose({ path: this.use(path), options: having }, node, rest);
  }

  /** Splits by a value: a node for the base, and one for each option that differs from it, or for every option. */
  private split(family: Family, place: Place, first: Variant, every = false): Node {
    const { path, absent, option } = first;
    const others = this.variantsOf(family, place).filter((one) => one.path === path && one.absent === absent);
    const own = this.node(without(family, others), place);
    const arms = others
      .filter((variant) => every || !same(family.get(variant), family.get(place.base)))
      .map((base) => ({ option: base.option ?? '', node: this.node(family, { ...place, base, siblings: [] }) }))
      .filter(({ node }) => !same(node, own));
    if (option === undefined && arms.length > 1)
      throw new Error(`cannot express ${place.name}: ${path} has too many forms`);
    if (option === undefined) return choose(this.isNone(family, place, first, []), own, arms[0]?.node ?? own);
    return arms.reduceRight((no, arm) => choose({ path: this.use(path), options: [arm.option] }, arm.node, no), own);
  }

  /** The condition that a value is none of the given variants: it lists all its other options. */
  private isNone(family: Family, place: Place, first: Variant, gone: readonly Variant[]): Condition {
    const { path, absent, option } = first;
    if (option === undefined) return { path: this.use(path), ...(absent && { given: true }) };
    const all = this.variantsOf(family, place).filter((one) => one.path === path);
    const base = (place.base?.path === path ? place.base.option : first.baseOption) ?? '';
    const others = all.filter((one) => !gone.includes(one)).map((one) => one.option ?? '');
    return { path: this.use(path), options: [base, ...others] };
  }

  private entries(family: Family, place: Place): Entry[] {
    const all = this.within(family, place).map((variant) => family.get(variant) as object);
    const keys = [...new Set(all.flatMap((one) => Object.keys(one)))];
    return keys.map((key): Entry => {
      if (key in RELEASE.labels) return { spread: '@labels' };
      const path = this.sentinels.leaves.get(SENTINEL_KEY.exec(key)?.[1] ?? '');
      if (path !== undefined) return { spread: this.use(path) };
      const inner = mapped(family, (value) => (isPlain(value) && key in value ? value[key] : MISSING));
      const node = this.each(inner, { ...place, name: `${place.name}/${key}` }, key);
      const name = this.noted(this.partsOf(key));
      return node.kind === 'range'
        ? { key: name, each: node.list, ...presence(node.node) }
        : { key: name, ...presence(node) };
    });
  }

  /** Whether for each option of a value, at least one of the entries is there. */
  private covers(family: Family, place: Place, entries: readonly Entry[]): boolean {
    const when = anyOf(entries.map(conditionOf).filter((condition) => condition !== undefined));
    const first = 'options' in when && this.variantsOf(family, place).find((variant) => variant.path === when.path);
    const all = first && this.isNone(family, place, first, []);
    return Boolean(all && 'options' in all && all.options?.every((one) => when.options?.includes(one)));
  }

  private items(family: Family, place: Place): Node[] {
    const base = family.get(place.base) as unknown[];
    const lists = mapped(family, (value) => (Array.isArray(value) ? aligned(value, base) : []));
    const all = this.within(family, place).map((variant) => (lists.get(variant) as unknown[]).length);
    return Array.from({ length: Math.max(...all) }, (_, index) => {
      const inner = mapped(lists, (list) => (index in (list as object) ? (list as unknown[])[index] : MISSING));
      return this.each(
        inner,
        { ...place, name: `${place.name}/${index}` },
        JSON.stringify(inner.get(place.base)) ?? '',
      );
    });
  }

  /** A scalar with values in it, or undefined if a variant has a scalar of another form. */
  private text(family: Family, place: Place): Node | undefined {
    const value = family.get(place.base);
    const parts = this.partsOf(String(value));
    const list = listIn(parts, place.scope);
    const empty = [...family].filter(([variant]) => variant?.path === list);
    const rest = list
      ? without(
          family,
          empty.map(([variant]) => variant),
        )
      : family;
    const fits = (variant: Variant | undefined) =>
      filledIn(parts, variant?.values ?? this.sentinels.base) === String(family.get(variant));
    if (!this.within(rest, place).every(fits) || (list && empty.some(([, joined]) => joined !== ''))) return undefined;
    this.noted(parts);
    return list
      ? { kind: 'lines', list: this.use(list), parts }
      : { kind: 'text', parts, type: value === null ? 'null' : typeof value };
  }

  private valueOf(path: string, value: unknown): Node {
    this.seen.add(path);
    if (typeof value === 'object') {
      this.whole.add(path);
      return { kind: 'value', path };
    }
    return { kind: 'text', parts: [{ path, as: typeOf(String(value)) }], type: typeof value };
  }

  /** The path whose value this is, in the base and in every variant. */
  private follows(family: Family, place: Place): string | undefined {
    const value = family.get(place.base);
    if (value === null) return undefined;
    const variants = this.variantsOf(family, place).filter((variant) => family.get(variant) !== MISSING);
    const is = (variant: Variant | undefined, path: string) =>
      same(valueAt(variant?.values ?? this.sentinels.base, path), family.get(variant));
    // Options and flags are not unique like sentinels: whether this is one shows only in a variant that changes it.
    const written = JSON.stringify(value);
    const own = this.partsOf(written).some((part) => typeof part !== 'string');
    const shows = (path: string) => own || variants.some((variant) => variant.path === path);
    const candidates = this.sentinels.paths.filter((path) => this.writtenAt(place.base, path) === written);
    return candidates.find((path) => shows(path) && variants.every((one) => is(one, path)));
  }

  /** The value at a path, as text. It is kept, since to look it up for each comparison takes most of a derivation. */
  private writtenAt(variant: Variant | undefined, path: string): string | undefined {
    const known = this.written.get(variant) ?? new Map<string, string | undefined>();
    this.written.set(variant, known);
    if (!known.has(path)) known.set(path, JSON.stringify(valueAt(variant?.values ?? this.sentinels.base, path)));
    return known.get(path);
  }

  private partsOf(text: string): Parts {
    return partsOf(text, this.sentinels.leaves);
  }

  /** Notes that a value has reached an object. */
  private use(path: string): string {
    this.seen.add(path);
    return path;
  }

  private noted(parts: Parts): Parts {
    for (const part of parts) if (typeof part !== 'string') this.seen.add(part.path);
    return parts;
  }

  private variantsOf(family: Family, { base, siblings = [] }: Place): Variant[] {
    const all = this.sentinels.variants.filter((variant) => variant.parent === base || siblings.includes(variant));
    return all.filter((variant) => family.has(variant));
  }

  private within(family: Family, place: Place): (Variant | undefined)[] {
    return [place.base, ...this.variantsOf(family, place)];
  }
}
