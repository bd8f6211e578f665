import { CHART_NAME } from './name.js';
import type { Condition, Part } from './node.js';

/** The list whose element `.` is, if any. */
export type Scope = string | undefined;

/** The chart's own values and functions, from wherever a template stands. */
export const root = (scope: Scope): string => (scope === undefined ? '.' : '$');

/** A value as templates name it. */
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
  if (keys.every((key) => /^\w+$/.test(key))) return `${owner}.${keys.join('.')}`;
  return `(index ${owner || '.'} ${keys.map((key) => JSON.stringify(key)).join(' ')})`;
}

/** Text and values one after the other, as an expression of a text. */
export function textOf(parts: readonly Part[], scope: Scope): string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') {
    return `${reference(only.path, scope)}${only.number ? ' | int64' : ''}`;
  }
  if (parts.every((part) => typeof part === 'string')) return JSON.stringify(parts.join(''));
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
  // Helm reads every number as a float, which prints as 2e+06.
  const value = (part: Part) =>
    typeof part === 'string'
      ? []
      : [part.number ? `(int64 ${reference(part.path, scope)})` : reference(part.path, scope)];
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
