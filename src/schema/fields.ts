import { z } from 'zod';
import { checkBranch } from '../run/branch.js';
import { QUANTITY } from '../run/quantity.js';

// Types that several fields of an environment share.

// Lengths are checked outside of the patterns: Helm compiles `{0,61}` to 61 copies at every start.
export const dnsLabel = z
  .string()
  .max(63, 'is not a DNS label (a-z, 0-9, -; at most 63)')
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is not a DNS label (a-z, 0-9, -; at most 63)');
export const className = z
  .string()
  .max(253, 'is longer than 253 characters')
  .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$/, 'is not a DNS name (a-z, 0-9, -, .)');
export const quantity = z.string().regex(QUANTITY, 'is not a quantity, like 500m or 2Gi');
/** The maximum is the longest delay of a timer. See https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const seconds = z
  .int('is not a whole number of seconds')
  .positive('must be more than 0 seconds')
  .max(2_147_483, 'must be at most 2147483 seconds (24 days)');
export const text = z.string();
export const given = z.string().min(1, 'must not be empty');

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const qualifiedName = z
  .string()
  .regex(
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
    'is not a name like example.com/name',
  );
export const labelValue = z
  .string()
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'is not the value of a label (letters, digits, -, _, .)',
  );
export const labels = z.record(qualifiedName, labelValue);
export const annotations = z.record(qualifiedName, z.string());

/** One part of a path, between slashes: any name except `.` and `..`. */
const NAME = String.raw`([^/.\s\\][^/\s\\]*|\.[^/.\s\\][^/\s\\]*|\.\.[^/\s\\]+)`;
/** At least one part has a letter or a digit: a bare `**` would match everything. */
export const pathGlob = z
  .string()
  .max(255, 'is longer than 255 characters')
  .regex(
    new RegExp(String.raw`^(${NAME}/)*[^/\s\\]*[A-Za-z0-9][^/\s\\]*(/${NAME})*/?$`),
    'is not a path or glob inside the repository, like .github/workflows/docs.yml or .vscode/**',
  );

export const branch = z
  .string()
  .refine((name) => isValid(() => checkBranch(name)), 'is not a name that git accepts for a branch');

export const amounts = (cpu: string, memory: string, storage: string, needs = '') =>
  z
    .strictObject({
      cpu: quantity.default(cpu).describe('CPU, in cores or millicores.'),
      memory: quantity.default(memory).describe(`Memory, in bytes.${needs}`),
      'ephemeral-storage': quantity.default(storage).describe('Disk, in bytes.'),
    })
    .prefault({});

/** Whether a value is a map: an object, but neither null nor a list. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a check passes. */
export function isValid(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
