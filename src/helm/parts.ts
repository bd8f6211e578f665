import type { Part } from './node.js';
import { SENTINEL, type Values, valueAt } from './sentinels.js';

export type Parts = readonly Part[];

/** A text, taken apart into what is its own and the values that stand in it. */
export function partsOf(text: string, leaves: ReadonlyMap<string, string>): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: token, index } of text.matchAll(SENTINEL)) {
    const path = leaves.get(token);
    if (path === undefined) continue;
    if (index > end) parts.push(text.slice(end, index));
    parts.push({ path, number: token.startsWith('77') });
    end = index + token.length;
  }
  return end < text.length || parts.length === 0 ? [...parts, text.slice(end)] : parts;
}

/** The text that parts give for values. */
export const filledIn = (parts: Parts, values: Values): string =>
  parts.map((part) => (typeof part === 'string' ? part : String(valueAt(values, part.path)))).join('');

/** The list that the first element of one belongs to, but for the list that the parts stand below. */
export function listIn(parts: Parts, scope: string | undefined): string | undefined {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const inner = scope !== undefined && part.path.startsWith(`${scope}[]`) ? scope.length + 2 : 0;
    const end = part.path.indexOf('[]', inner);
    if (end >= 0) return part.path.slice(0, end);
  }
  return undefined;
}
