import type { Variant } from './sentinels.js';

/** Stands for a place that an object does not have. */
export const MISSING = Symbol('missing');

/** The value at one place: in the object of the base (key undefined), and in the object of each variant. */
export type Family = ReadonlyMap<Variant | undefined, unknown>;

type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two pieces of data are the same, with their keys in the same order. */
export const same = (one: unknown, other: unknown): boolean =>
  one === other || (!(isScalar(one) && isScalar(other)) && JSON.stringify(one) === JSON.stringify(other));

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** Whether a value is a text with a JSON object. */
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

/** Changes every value. A missing one stays missing. */
export const mapped = (family: Family, change: (value: unknown) => unknown): Family =>
  new Map([...family].map(([variant, value]) => [variant, value === MISSING ? MISSING : change(value)]));

/** If a list only lacks some items of another: the list with a gap for each of these. Any other list is unchanged. */
export function aligned(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  let next = 0;
  const gaps = other.map((item) => (next < list.length && same(list[next], item) ? list[next++] : MISSING));
  return next === list.length && list.length < other.length ? gaps : [...list];
}
