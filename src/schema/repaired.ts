import type { z } from 'zod';
import type { Environment } from './environment.js';
import { brokenRules } from './rules.js';

type Parse = (input: unknown) => z.ZodSafeParseResult<Environment>;
type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Valid values for the fields without a default. */
const STAND_IN: Readonly<Record<string, unknown>> = { name: 'environment', namespace: { name: 'namespace' } };

/** After so many tries, the invalid fields cannot be left out. */
const TRIES = 8;

/**
 * The rules that an environment breaks in addition to its invalid fields. One message lists both, so that one
 * correction is enough. Rules about an invalid field are left out.
 */
export function brokenBeside(input: unknown, found: readonly Issue[], parse: Parse): string[] {
  const rest = copied(input);
  if (!rest) return [];
  const wrong: Path[] = [];
  let issues = found;
  for (let level = 0; level < TRIES; level++) {
    for (const path of issues.flatMap((issue) => pathsOf(issue))) {
      // A missing field cannot be left out. The map that lacks it can: each further try leaves out one level more.
      const upper = path.slice(0, Math.max(1, path.length - level));
      wrong.push(upper);
      replace(rest, upper);
    }
    const parsed = parse(rest);
    if (parsed.success) {
      return brokenRules(parsed.data, (field) => !wrong.some((path) => overlap(path.join('.'), field)));
    }
    issues = parsed.error.issues;
  }
  return [];
}

/** A copy as plain data; undefined if the input is not plain data, for example a circle. */
function copied(input: unknown): Record<string, unknown> | undefined {
  try {
    const copy: unknown = JSON.parse(JSON.stringify(input));
    return typeof copy === 'object' && copy !== null ? (copy as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of an issue. For an issue inside a list, that is the list. */
function pathsOf(issue: Issue): Path[] {
  const all = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return all.map((path) => {
    const element = path.findIndex((key) => typeof key === 'number');
    return element < 0 ? path : path.slice(0, element);
  });
}

/** Replaces a field with its stand-in. A field without one has a default, so it is deleted. */
function replace(values: Record<string, unknown>, [key, ...below]: Path, known: unknown = STAND_IN): void {
  const name = String(key);
  const standIn = valueIn(known, name);
  const next = valueIn(values, name);
  if (below.length > 0 && typeof next === 'object' && next !== null) {
    replace(next as Record<string, unknown>, below, standIn);
  } else if (standIn === undefined) delete values[name];
  else values[name] = structuredClone(standIn);
}

/** An own field only: a file may name a field like something that every object inherits. */
const valueIn = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const overlap = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
