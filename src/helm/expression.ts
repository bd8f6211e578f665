import { CHART_NAME } from './name.js';
import type { Condition, Part } from './node.js';

/** The list that `.` is an element of, if any. */
export type Scope = string | undefined;

/** The root of the chart's values and functions: `.`, or `$` inside of a `range`. */
export const root = (scope: Scope): string => (scope === undefined ? '.' : '$');

/** The expression that reads a value in a template. */
export function reference(path: string, scope: Scope): string {
  const start = scope === undefined ? '' : '$';
  if (path === '@namespace') return `${start}.Release.Namespace`;
  if (path === '@fullname') return `(include "${CHART_NAME}.fullname" ${root(scope)})`;
  const item = scope !== undefined && path.startsWith(`${scope}[]`);
  const own = item ? path.slice(scope.length + 2) : path;
  if (own.includes('[]')) throw new Error(`cannot express ${path} outside of its list`);
  const keys = own.split('.').filter((key) => key !== '');
  const owner = item ? '' : `${start}.Values`;
  if (keys.length === 0) return '.';
  const named = keys.findIndex((key) => !/^\w+$/.test(key));
  const dotted = (some: readonly string[]) => [owner, ...some].join('.') || '.';
  if (named < 0) return dotted(keys);
  const rest = keys.slice(named).map((key) => JSON.stringify(key));
  return `(index ${dotted(keys.slice(0, named))} ${rest.join(' ')})`;
}

/** How to print each type. Helm reads every number as a float, and would print 2000000 as 2e+06. */
const ASKED = { text: '', integer: 'int64', number: 'toJson' } as const;

/** The expression for text and values one after the other. */
export function textOf(parts: readonly Part[], scope: Scope): string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') {
    return [reference(only.path, scope), ...(ASKED[only.as] ? [ASKED[only.as]] : [])].join(' | ');
  }
  if (parts.every((part) => typeof part === 'string')) return JSON.stringify(parts.join(''));
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
  const value = (part: Part) => {
    if (typeof part === 'string') return [];
    const found = reference(part.path, scope);
    return [ASKED[part.as] ? `(${ASKED[part.as]} ${found})` : found];
  };
  return `printf ${JSON.stringify(format)} ${parts.flatMap(value).join(' ')}`;
}

/** A condition after `if`. */
export function test(condition: Condition, scope: Scope): string {
  if ('not' in condition) return `not ${bracketed(test(condition.not, scope))}`;
  if ('all' in condition) return several('and', condition.all, scope);
  if ('any' in condition) return several('or', condition.any, scope);
  const value = reference(condition.path, scope);
  if (condition.given) return `not (kindIs "invalid" ${value})`;
  return condition.options ? `eq ${value} ${condition.options.map((one) => JSON.stringify(one)).join(' ')}` : value;
}

function several(word: 'and' | 'or', conditions: readonly Condition[], scope: Scope): string {
  return `${word} ${conditions.map((one) => bracketed(test(one, scope))).join(' ')}`;
}

const bracketed = (text: string): string => (/^([.$][\w.]*|\(.*\))$/.test(text) ? text : `(${text})`);
