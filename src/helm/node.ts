import { same } from './family.js';

/** The part of a template that writes one value of the synthesized object. */
export type Node =
  | { readonly kind: 'absent' }
  /** A scalar: text and values one after the other. */
  | { readonly kind: 'text'; readonly parts: readonly Part[]; readonly type: string }
  /** A list or map that is written as the values have it. */
  | { readonly kind: 'value'; readonly path: string }
  /** `optional`: without entries, the map itself is left out. `sure`: at least one entry is always there. */
  | { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly optional?: boolean; readonly sure?: boolean }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly when: Condition; readonly yes: Node; readonly no: Node }
  /** Once for each element of a list among the values. */
  | { readonly kind: 'range'; readonly list: string; readonly node: Node }
  /** A text with a line for each element of a list among the values. */
  | { readonly kind: 'lines'; readonly list: string; readonly parts: readonly Part[] }
  /** A text that holds a JSON document. */
  | { readonly kind: 'json'; readonly node: Node };

/** Literal text, or the value at a path. */
export type Part = string | { readonly path: string; readonly as: PartType };
export type PartType = 'text' | 'integer' | 'number';

/** One entry of a map; with `each`, one per element of a list of the values; `spread`: all entries of such a map. */
export type Entry =
  | { readonly key: readonly Part[]; readonly node: Node; readonly when?: Condition; readonly each?: string }
  | { readonly spread: string };

/** Only `path`: the value is neither empty nor false. `options`: it is one of these. `given`: it is not null. */
export type Condition =
  | { readonly path: string; readonly options?: readonly string[]; readonly given?: boolean }
  | { readonly not: Condition }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] };

export const ABSENT: Node = { kind: 'absent' };

/** A choice between two nodes, in its simplest form. */
export function choose(when: Condition, yes: Node, no: Node): Node {
  if (same(yes, no)) return yes;
  if (yes.kind === 'absent') return choose('not' in when ? when.not : { not: when }, no, yes);
  if (no.kind === 'choice' && same(no.yes, yes)) return choose(anyOf([when, no.when]), yes, no.no);
  return { kind: 'choice', when, yes, no };
}

/** Splits a node into the condition under which it is there, and the node in that case. */
export function presence(node: Node): { node: Node; when?: Condition } {
  if (node.kind === 'map' && node.optional) {
    return { node, when: anyOf(node.entries.map(conditionOf).filter((when) => when !== undefined)) };
  }
  if (node.kind !== 'choice') return { node };
  const [yes, no] = [presence(node.yes), presence(node.no)];
  if (no.node.kind === 'absent') return { node: yes.node, when: allOf(node.when, yes.when) };
  if (!yes.when && !no.when) return { node };
  const first = allOf(node.when, yes.when);
  const second = yes.when ? allOf({ not: node.when }, no.when) : no.when;
  return { node: choose(node.when, yes.node, no.node), when: anyOf(second ? [first, second] : [first]) };
}

/** The condition under which an entry is there, if it is not always. With `each`: that the list is not empty. */
export function conditionOf(entry: Entry): Condition | undefined {
  if ('key' in entry) return entry.each === undefined ? entry.when : { path: entry.each };
  return entry.spread === '@labels' ? undefined : { path: entry.spread };
}

const allOf = (one: Condition, other: Condition | undefined): Condition => (other ? { all: [one, other] } : one);

/** One of the conditions holds. Conditions on the options of one value become one condition. */
export function anyOf(conditions: readonly Condition[]): Condition {
  const merged = new Map<string, Condition>();
  for (const condition of conditions) {
    const options = 'options' in condition ? condition.options : undefined;
    const key = options && 'path' in condition ? condition.path : JSON.stringify(condition);
    const known = merged.get(key);
    const before = known && 'options' in known ? (known.options ?? []) : [];
    merged.set(key, options ? { ...condition, options: [...new Set([...before, ...options])] } : condition);
  }
  const [only, ...more] = merged.values();
  return only && more.length === 0 ? only : { any: [...merged.values()] };
}
