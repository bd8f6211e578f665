import type { Variant } from './sentinels.js';

/** What is not there at all. */
export const MISSING = Symbol('missing');

/** The same place in the object of the base and in those of all variants. */
export type Family = ReadonlyMap<Variant | undefined, unknown>;

type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is a text that holds a JSON document of several lines. */
export const isJson = (value: unknown): boolean => typeof value === 'string' && /^\{\n[\s\S]*\}\n$/.test(value);

export const without = (family: Family, variants: readonly (Variant | undefined)[]): Family =>
  new Map([...family].filter(([variant]) => !variants.includes(variant)));

/** What is missing stays so. */
export const mapped = (family: Family, change: (value: unknown) => unknown): Family =>
  new Map([...family].map(([variant, value]) => [variant, value === MISSING ? MISSING : change(value)]));
