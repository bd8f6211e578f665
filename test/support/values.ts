import fc, { type Arbitrary } from 'fast-check';

/** The parts of a JSON schema that values are made from. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

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

/** Any value that the schema allows. */
export function anyOf(schema: Schema): Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(anyOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return schema.properties
        ? fc.record(Object.fromEntries(Object.entries(schema.properties).map(([key, child]) => [key, anyOf(child)])))
        : fc.dictionary(key, text, { maxKeys: 3 });
    case 'array':
      return fc.array(anyOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'boolean':
      return schema.default === undefined ? fc.option(fc.boolean(), { nil: undefined }) : fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.exclusiveMinimum === undefined ? -1_000_000 : 1, max: 100_000_000 });
    default:
      if (schema.pattern)
        return fc
          .stringMatching(new RegExp(schema.pattern))
          .filter((one) => one.length < 250 && one.length >= (schema.minLength ?? 0));
      return schema.minLength ? text.filter((one) => one.length > 0) : text;
  }
}
