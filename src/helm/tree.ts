/** What stands in a template where the synthesized object has a value. */
export type Node =
  /** A scalar: text and values joined. */
  | {
      readonly kind: 'scalar';
      readonly parts: readonly Part[];
      readonly type: 'string' | 'number' | 'boolean' | 'null';
    }
  /** A list or map that is a value as it is. */
  | { readonly kind: 'container'; readonly path: string }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  /** The one or the other. */
  | { readonly kind: 'choice'; readonly when: Condition; readonly yes: Node; readonly no: Node }
  /** A text that holds a JSON document. */
  | { readonly kind: 'json'; readonly node: Node };

/** Text as it is, or the value at a path. */
export type Part = string | { readonly path: string };

export interface Entry {
  readonly key: readonly Part[];
  readonly node: Node;
  readonly when?: Condition;
  /** The entries of a map among the values, in place of one entry. */
  readonly spread?: string;
}

export interface Item {
  readonly node: Node;
  readonly when?: Condition;
  /** One item for each element of this list among the values. */
  readonly range?: string;
}

/** Whether two pieces of data are the same, in the order in which both were made. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Neighbours that are there under the same condition; a spread map says by itself when it is. */
export function grouped(entries: readonly Entry[]): { when: Condition | undefined; entries: Entry[] }[] {
  const groups: { when: Condition | undefined; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const when = entry.spread ? undefined : entry.when;
    const last = groups.at(-1);
    if (last && same(last.when, when)) last.entries.push(entry);
    else groups.push({ when, entries: [entry] });
  }
  return groups;
}

/** When something is there. */
export type Condition =
  | { readonly path: string; readonly is: 'set' | 'unset' | 'given' }
  | { readonly path: string; readonly is: 'option'; readonly options: readonly string[] }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] };
