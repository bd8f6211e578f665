import { amountOf, sumOf } from '../run/quantity.js';
import { isAllowed, parseRepository } from '../run/repository.js';
import type { Environment } from './environment.js';
import { isValid } from './fields.js';

export { SUFFIXES } from '../run/quantity.js';

/** A condition on one field: that it is given, or that it has (or does not have) certain values. */
export interface Question {
  /** If the path goes through a list, each element must meet the condition. */
  readonly path: string;
  readonly is?: string;
  readonly isNot?: string;
  readonly isNoneOf?: readonly string[];
}

/** A rule between fields, which the type of no field can state. `[]` in a path stands for every element of a list. */
export type Rule = {
  /** What must hold. It names the fields. */
  readonly text: string;
} & (
  | {
      readonly kind: 'at-most';
      /** Their sum must be at most `limit`. */
      readonly quantities: readonly string[];
      readonly limit: string;
    }
  | { readonly kind: 'more-than'; readonly number: string; readonly other: string }
  | { readonly kind: 'distinct'; readonly paths: readonly string[] }
  | { readonly kind: 'apart'; readonly path: string; readonly from: readonly string[] }
  | { readonly kind: 'below'; readonly path: string; readonly of: string }
  | {
      readonly kind: 'among';
      /** An empty value is allowed. */
      readonly path: string;
      readonly of: string;
      /** The rule applies only if this holds. */
      readonly when?: Question;
    }
  | {
      readonly kind: 'matches-none';
      readonly path: string;
      readonly patterns: readonly string[];
      /** The rule applies only if this field matches: one of the same element, or one outside of the list. */
      readonly when?: { readonly path: string; readonly pattern: string };
    }
  | { readonly kind: 'needs'; readonly when: Question; readonly must: Question }
  | { readonly kind: 'empty-for'; readonly list: string; readonly path: string; readonly options: readonly string[] }
);

/** The fields that a rule reads. */
export function fieldsOf({ text: _, kind: __, ...asked }: Rule): string[] {
  const texts = (value: unknown): string[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [String(value)];
  return texts(asked).map((field) => field.replaceAll('[]', ''));
}

/** Whether an environment satisfies a rule. */
export function holds(rule: Rule, environment: Environment): boolean {
  const all = (path: string) => valuesAt(environment, path);
  const one = (path: string) => all(path)[0];
  const answer = ({ path, is, isNot, isNoneOf }: Question) =>
    all(path).every((value) => {
      if (is !== undefined) return value === is;
      if (isNot !== undefined) return value !== isNot;
      return isNoneOf ? !isNoneOf.includes(String(value)) : Boolean(value);
    });
  switch (rule.kind) {
    case 'at-most':
      return sumOf(rule.quantities.map((path) => String(one(path)))) <= amountOf(String(one(rule.limit)));
    case 'more-than':
      return Number(one(rule.number)) > Number(one(rule.other));
    case 'distinct': {
      const values = rule.paths.flatMap(all);
      return new Set(values).size === values.length;
    }
    case 'apart': {
      const others = rule.from.flatMap(all);
      return !all(rule.path).some((value) => value !== undefined && others.includes(value));
    }
    case 'below': {
      const url = String(one(rule.path));
      const prefixes = all(`${rule.of}[]`).map(String);
      return url === '' || (isValid(() => parseRepository(url)) && isAllowed(parseRepository(url), prefixes));
    }
    case 'among': {
      const known = all(rule.of);
      return (
        (rule.when && !answer(rule.when)) || all(rule.path).every((value) => value === '' || known.includes(value))
      );
    }
    case 'matches-none': {
      const matches = (value: unknown, pattern: string) => new RegExp(pattern).test(String(value));
      const asked = ({ path, pattern }: NonNullable<typeof rule.when>, index: number) =>
        matches(all(path)[path.includes('[]') ? index : 0], pattern);
      return !all(rule.path).some(
        (value, index) =>
          (!rule.when || asked(rule.when, index)) && rule.patterns.some((pattern) => matches(value, pattern)),
      );
    }
    case 'empty-for':
      return !rule.options.includes(String(one(rule.path))) || all(`${rule.list}[]`).length === 0;
    case 'needs':
      return !answer(rule.when) || answer(rule.must);
  }
}

/** The values at a path: one, or several if the path goes through a list. */
function valuesAt(value: unknown, path: string): unknown[] {
  const [key = '', ...rest] = path.split('.');
  const next = (value as Readonly<Record<string, unknown>> | undefined)?.[key.replace('[]', '')];
  const found = key.endsWith('[]') ? (next as unknown[]) : [next];
  return rest.length === 0 ? found : found.flatMap((one) => valuesAt(one, rest.join('.')));
}
