import fc, { type Arbitrary } from 'fast-check';
import { valuesSchema } from '../../src/release/values.js';
import { sumOf } from '../../src/run/quantity.js';
import type { Environment } from '../../src/schema/environment.js';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import { CIDR } from '../../src/schema/network.js';
import { holds, type Rule } from '../../src/schema/rule.js';
import { RULES } from '../../src/schema/rules.js';

/** Texts that YAML, JSON, Go templates or shells may take for something else. */
const NASTY = [
  'true',
  'null',
  'y',
  '1e3',
  '0755',
  '2e+06',
  '1_000',
  '~',
  '"quoted"',
  "it's",
  'colon: x',
  '# hash',
  ' leading',
  'trailing ',
  '- dash',
  '*star',
  '&anchor',
  '!tag',
  '%d %s %',
  '{{ .x }}',
  '}}{{',
  'back\\slash',
  'line\nbreak',
  'tab\there',
  '<html>&amp;',
  'שלום',
  '日本語 😀',
  '\u2028',
  'x'.repeat(200),
  '[a, b]',
  '{a: b}',
  '@at',
  '`tick`',
];

const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme' }), fc.string());

/** As labels, annotations and fields of the API are called, and some that YAML reads in its own way. */
const key = fc.oneof(fc.constantFrom('on', 'no', 'true', '1e3', '0x1F'), fc.stringMatching(/^[A-Za-z][\w./-]{0,40}$/));

/** What may be left out is left out at times: inside of lists and options, where nothing fills it in. */
function record(properties: Readonly<Record<string, JsonSchema>>, required?: readonly string[]): Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, anyOf(child)]));
  return required ? fc.record(fields, { requiredKeys: [...required] }) : fc.record(fields);
}

function dictionary({ propertyNames, additionalProperties }: JsonSchema): Arbitrary<unknown> {
  const names = propertyNames?.pattern ? new RegExp(propertyNames.pattern) : /^/;
  const values =
    typeof additionalProperties === 'object' && additionalProperties.pattern ? anyOf(additionalProperties) : text;
  return fc.dictionary(
    key.filter((one) => names.test(one)),
    values,
    { maxKeys: 3 },
  );
}

/** Any value that the schema allows. */
function anyOf(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(anyOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return schema.properties ? record(schema.properties, schema.required) : dictionary(schema);
    case 'array':
      return fc.array(anyOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'boolean':
      return schema.default === undefined ? fc.option(fc.boolean(), { nil: undefined }) : fc.boolean();
    case 'number':
      // Without a negative zero, which JSON does not have.
      return fc
        .double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1e9, noNaN: true })
        .map((number) => number + 0);
    case 'integer':
      return fc.integer({
        min: schema.exclusiveMinimum === undefined ? Math.max(schema.minimum ?? 0, -1_000_000) : 1,
        max: Math.min(schema.maximum ?? Number.POSITIVE_INFINITY, 100_000_000),
      });
    default:
      // What a pattern cannot say, the API server does: that the address has no bits beyond its prefix.
      if (schema.pattern === CIDR.source)
        return fc.constantFrom('203.0.113.7/32', '10.1.0.0/16', '2001:db8::7/128', 'fd00:1::/64');
      if (schema.pattern)
        return fc
          .stringMatching(new RegExp(schema.pattern))
          .filter((one) => one.length <= (schema.maxLength ?? 250) && one.length >= (schema.minLength ?? 0));
      return schema.minLength ? text.filter((one) => one.length > 0) : text;
  }
}

const schema = JSON.parse(valuesSchema());
const { global: _, nameOverride: __, fullnameOverride: ___, ...fields } = schema.properties;

/** Values of the chart as its schema and the rules between values allow them. */
export const allowedValues = anyOf({ type: 'object', properties: fields })
  .map((value) => keepingRules(JSON.parse(JSON.stringify(value)) as Environment))
  .filter((value) => RULES.every((rule) => holds(rule, value)));

/** The same values, changed where they break a rule that a change can mend. */
function keepingRules(values: Environment): Environment {
  const mendable = RULES.filter((rule) => rule.kind !== 'distinct' && rule.kind !== 'apart' && !ofTwo(rule));
  while (!mendable.every((rule) => holds(rule, values))) for (const rule of mendable) mend(values, rule);
  return values;
}

/** Whether a rule forbids an element for what another field says. */
const ofTwo = (rule: Rule): boolean =>
  rule.kind === 'matches-none' && rule.when !== undefined && !rule.when.path.includes('[]');

function mend(values: Environment, rule: Rule): void {
  if (holds(rule, values)) return;
  // One is lowered to its limit; for several, their limit is raised.
  if (rule.kind === 'at-most') {
    const [first = ''] = rule.quantities;
    if (rule.quantities.length === 1) set(values, first, get(values, rule.limit));
    else
      set(
        values,
        rule.limit,
        String(BigInt(Math.ceil(2 * sumOf(rule.quantities.map((one) => String(get(values, one))))))),
      );
  }
  if (rule.kind === 'more-than') {
    // The other one may be at the end of its range.
    const number = Math.max(2, Number(get(values, rule.number)));
    set(values, rule.number, number);
    set(values, rule.other, number - 1);
  }
  if (rule.kind === 'empty-for') set(values, rule.list, []);
  if (rule.kind === 'below') set(values, rule.path, '');
  if (rule.kind === 'among' && rule.when) set(values, rule.when.path, emptied(get(values, rule.when.path)));
  else if (rule.kind === 'among') {
    const [list = '', item = ''] = rule.path.split('[].');
    const [known = '', name = ''] = rule.of.split('[].');
    const [first] = get(values, known) as object[];
    for (const one of get(values, list) as object[]) set(one as Environment, item, get(first ?? {}, name));
  }
  if (rule.kind === 'matches-none') {
    const [list = '', item = ''] = rule.path.split('[].');
    for (const one of get(values, list) as object[]) if (item in one) set(one as Environment, item, '');
  }
  if (rule.kind !== 'needs') return;
  const { path, is } = rule.must;
  if (path.includes('[]')) set(values, rule.when.path, emptied(get(values, rule.when.path)));
  else if (rule.when.isNoneOf) set(values, path, 'https://given.example/v1');
  else if (rule.when.is) set(values, rule.when.path.replace(/\.type$/, ''), { type: 'existing' });
  else set(values, path, is ?? 'given');
}

/** What no rule asks anything of. */
const emptied = (value: unknown): unknown => (typeof value === 'number' ? 0 : '');

const get = (values: object, path: string): unknown =>
  (path === '' ? [] : path.split('.')).reduce<unknown>((one, name) => (one as Record<string, unknown>)[name], values);

function set(values: object, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  (get(values, names.join('.')) as Record<string, unknown>)[last] = value;
}

/** A value somewhere that its schema does not allow. */
interface Breaking {
  readonly path: readonly string[];
  readonly wrong: unknown;
  /** What the message names: the field, or the list or the union that it is in. */
  readonly name: string;
}

/** Allowed values but for one, with the name of that one. */
export const brokenValues = fc.tuple(allowedValues, fc.nat()).map(([values, number]) => {
  const all = breakings({ type: 'object', properties: fields, required: [] }, values, [], '');
  const { path, wrong, name } = all[number % all.length] as Breaking;
  const broken = structuredClone(values);
  set(broken, path.join('.'), wrong);
  return { values: broken, name };
});

function breakings(schema: JsonSchema, value: unknown, path: readonly string[], name: string): Breaking[] {
  const wrong = (one: unknown): Breaking => ({ path, wrong: one, name });
  if (schema.oneOf) return [wrong({ type: 'nonsense' }), wrong('nonsense')];
  if (schema.enum) return [wrong('nonsense'), wrong(7)];
  switch (schema.type) {
    case 'object': {
      const unknown = { path: [...path, 'unknownKey'], wrong: 1, name: schema.properties ? 'unknownKey' : name };
      const inner = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
        breakings(child, (value as Record<string, unknown>)[key], [...path, key], key),
      );
      return [unknown, ...(name ? [wrong('text'), wrong([])] : []), ...inner];
    }
    case 'array':
      return [wrong('text'), wrong({}), wrong([7]), ...(schema.minItems ? [wrong([])] : [])];
    case 'boolean':
      return [wrong('true'), wrong(1)];
    case 'number':
      return [wrong('1'), wrong(true), wrong(-1)];
    case 'integer':
      return [
        wrong('1'),
        wrong(1.5),
        wrong(true),
        ...(schema.exclusiveMinimum === undefined ? [] : [wrong(0), wrong(-1)]),
      ];
    default: {
      const against = schema.pattern ? NASTY.filter((one) => !new RegExp(schema.pattern ?? '').test(one)) : [];
      return [wrong(7), wrong(true), wrong({}), ...(schema.minLength ? [wrong('')] : []), ...against.map(wrong)];
    }
  }
}
