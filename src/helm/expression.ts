import { CHART_NAME } from './name.js';
import type { Condition, Part } from './tree.js';

/** The list whose element `.` is, if any. */
export type Scope = string | undefined;

/** A value as templates name it. */
export function reference(path: string, scope: Scope): string {
  const root = scope === undefined ? '' : '$';
  if (path === '@namespace') return `${root}.Release.Namespace`;
  if (path === '@fullname') return `(include "${CHART_NAME}.fullname" ${root || '.'})`;
  const item = scope !== undefined && path.startsWith(`${scope}[]`);
  const keys = (item ? path.slice(scope.length + 2).replace(/^\./, '') : path).split('.').filter((key) => key !== '');
  const start = item ? '' : `${root}.Values`;
  if (keys.length === 0) return start || '.';
  if (keys.every((key) => /^\w+$/.test(key))) return `${start}.${keys.join('.')}`;
  const names = keys.map((key) => JSON.stringify(key)).join(' ');
  return `(index ${start || '.'} ${names})`;
}

/** Several parts, or one, as one expression of the type that `filter` makes of it. */
export function joined(parts: readonly Part[], type: string, filter: 'quote' | 'toJson', scope: Scope): string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') {
    const value = reference(only.path, scope);
    if (type === 'number') return `{{ ${value} | int64 }}`;
    return type === 'boolean' ? `{{ ${value} }}` : `{{ ${value}${number(only.path)} | ${filter} }}`;
  }
  if (parts.every((part) => typeof part === 'string')) return `{{ ${JSON.stringify(parts.join(''))} | ${filter} }}`;
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
  const values = parts.flatMap((part) => (typeof part === 'string' ? [] : [argument(part.path, scope)]));
  return `{{ printf ${JSON.stringify(format)} ${values.join(' ')} | ${filter} }}`;
}

/** A condition after `if`. */
export function test(condition: Condition, scope: Scope): string {
  if ('all' in condition) return several('and', condition.all, scope);
  if ('any' in condition) return several('or', condition.any, scope);
  const value = reference(condition.path, scope);
  switch (condition.is) {
    case 'set':
      return value;
    case 'unset':
      return `not ${value}`;
    case 'given':
      return `not (kindIs "invalid" ${value})`;
    case 'option':
      return `eq ${value} ${condition.options.map((option) => JSON.stringify(option)).join(' ')}`;
  }
}

function several(word: 'and' | 'or', conditions: readonly Condition[], scope: Scope): string {
  const [first, ...rest] = conditions;
  if (first && rest.length === 0) return test(first, scope);
  return `${word} ${conditions.map((one) => bracketed(test(one, scope))).join(' ')}`;
}

const bracketed = (text: string): string => (/^[.$][\w.]*$/.test(text) ? text : `(${text})`);

/** Helm reads every number as a float, which prints as 2e+06. */
const NUMBERS = /(^|\.)(pods|value|deadlineSeconds|terminationGracePeriodSeconds)$/;
const number = (path: string): string => (NUMBERS.test(path) ? ' | int64' : '');
const argument = (path: string, scope: Scope): string =>
  number(path) ? `(int64 ${reference(path, scope)})` : reference(path, scope);
