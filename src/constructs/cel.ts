import type { LABELS } from '../run/metadata.js';
import { HASHED_NAME, PLAIN_NAME, SLUG_LENGTH, SLUG_OF_ID, SPEC_KIT_ID } from '../run/names.js';

// Pieces of CEL that several rules share.

export const SPEC = 'object.spec';

/** Every clause must hold. A clause with `||` or `?` needs brackets. */
export const all = (...clauses: readonly string[]) => clauses.join(' && ');

/** One clause must hold. In CEL, as here, `&&` binds closer than `||`. */
export const any = (...clauses: readonly string[]) => clauses.join(' || ');

/** Every element of a list must be so. */
export const each = (elements: string, name: string, holds: string) => `${elements}.all(${name}, ${holds})`;

/** The clause of the first condition that holds. If none holds, the last clause. */
export const choose = (cases: readonly (readonly [when: string, holds: string])[], otherwise: string) =>
  `${cases.map(([when, holds]) => `${when} ? ${holds} : `).join('')}${otherwise}`;

export const list = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/** A list of values of the environment, by its name. */
export const allowed = (key: string) => `variables.allowed.${key}`;

/** The only value of such a list. */
export const one = (key: string) => `${allowed(key)}[0]`;

export const none = (object: string, fields: readonly string[]) =>
  fields.map((field) => `!has(${object}.${field})`).join(' && ');

/** An optional field must have the environment's value. For a field that is absent, that is ''. */
export const equals = (field: string, key: string) => `(has(${field}) ? string(${field}) : '') == ${one(key)}`;

/** An annotation, or ''. */
export const annotation = (key: string) => `variables.annotations[?'${key}'].orValue('')`;

export const label = (key: (typeof LABELS)[keyof typeof LABELS]) => `string(variables.labels[?'${key}'].orValue(''))`;

const fits = (text: string, { source }: RegExp) => `${text}.matches(r'${source}')`;

/** Whether a label is the slug of a text. CEL cannot hash: a slug with a hash is checked only by its form. */
export const isSlug = (slug: string, text: string) => {
  const short = `size(${text}) <= ${SLUG_LENGTH}`;
  const own = all(short, fits(text, PLAIN_NAME), `!${fits(text, SLUG_OF_ID)}`, `!${fits(text, HASHED_NAME)}`);
  const cases: [string, string][] = [
    // The slug of a spec-kit ID is the ID in lowercase.
    [all(short, fits(text, SPEC_KIT_ID)), `${slug} == ${text}.lowerAscii()`],
    // A plain name is its own slug.
    [own, `${slug} == ${text}`],
  ];
  return `(${choose(cases, fits(slug, HASHED_NAME))})`;
};

/** The values of a variable as the runner gets them. '' stands for one into which the kubelet would expand another. */
export const valuesOf = (variable: string) =>
  [
    `variables.env.filter(e, e.name == '${variable}')`,
    `.map(e, e.?value.orValue(''))`,
    // `$$` stands for one `$`, and `$(NAME)` for another variable's value.
    `.map(v, v.replace('$$', '').contains('$(') ? '' : v.replace('$$', '$'))`,
  ].join('');

export const withoutEnd = (text: string, end: string) =>
  `${text}.endsWith('${end}') ? ${text}.substring(0, ${text}.size() - ${end.length}) : ${text}`;

/** More than 0, which would mean no limit. */
export const upTo = (amount: string, limit: string) =>
  `quantity(${amount}).isGreaterThan(quantity('0')) && quantity(${amount}).compareTo(quantity(${limit})) <= 0`;
