import type { Part, PartType } from './node.js';
import { SENTINEL, type Values, valueAt } from './sentinels.js';

export type Parts = readonly Part[];

/** Splits a text into its literal parts and the values in it. */
export function partsOf(text: string, leaves: ReadonlyMap<string, string>): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: token, index } of text.matchAll(SENTINEL)) {
    const path = leaves.get(token);
    if (path === undefined) continue;
    if (index > end) parts.push(text.slice(end, index));
    parts.push({ path, as: typeOf(token) });
    end = index + token.length;
  }
  return end < text.length || parts.length === 0 ? [...parts, text.slice(end)] : parts;
}

/** The type of the value that a sentinel stands for. */
export const typeOf = (token: string): PartType =>
  token.startsWith('77') ? 'integer' : token.startsWith('79') ? 'number' : 'text';

/** The text of the parts, with their values filled in. */
export const filledIn = (parts: Parts, values: Values): string =>
  parts.map((part) => (typeof part === 'string' ? part : String(valueAt(values, part.path)))).join('');

/** The list of the first part that is from an element of a list. The list in `scope` does not count. */
export function listIn(parts: Parts, scope: string | undefined): string | undefined {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const inner = scope !== undefined && part.path.startsWith(`${scope}[]`) ? scope.length + 2 : 0;
    const end = part.path.indexOf('[]', inner);
    if (end >= 0) return part.path.slice(0, end);
  }
  return undefined;
}
