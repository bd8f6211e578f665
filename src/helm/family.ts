import type { Variant } from './sentinels.js';

/** What is not there at all. */
export const MISSING = Symbol('missing');

/** The same place in the object of the base and in those of all variants. */
export type Family = ReadonlyMap<Variant | undefined, unknown>;

type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two pieces of data are the same, in the order in which both were made. */
export const same = (one: unknown, other: unknown): boolean =>
  one === other || (!(isScalar(one) && isScalar(other)) && JSON.stringify(one) === JSON.stringify(other));

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** Whether a value is a text that holds a JSON document. */
export function isJson(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('{')) return false;
  try {
    return isPlain(JSON.parse(value));
  } catch {
    return false;
  }
}

export const without = (family: Family, variants: readonly (Variant | undefined)[]): Family =>
  new Map([...family].filter(([variant]) => !variants.includes(variant)));

/** What is missing stays so. */
export const mapped = (family: Family, change: (value: unknown) => unknown): Family =>
  new Map([...family].map(([variant, value]) => [variant, value === MISSING ? MISSING : change(value)]));

/** A list that lacks some items of another, with a gap for each of these; any other list as it is. */
export function aligned(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  let next = 0;
  const gaps = other.map((item) => (next < list.length && same(list[next], item) ? list[next++] : MISSING));
  return next === list.length && list.length < other.length ? gaps : [...list];
}
