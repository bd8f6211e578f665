import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { templates } from '../../src/helm/templates.js';
import { writeFiles } from '../../src/render.js';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import { helm, missingHelm } from '../../tools/helm.js';
import { CHART, rendered, VERSION } from '../support/chart.js';

// Derives templates from small functions, and compares what helm makes of them with what the functions give.

const MINUTES = 600_000;
const META = `apiVersion: v2\nname: ${CHART}\nversion: ${VERSION}\n`;
const HELPERS = readFileSync(new URL('../../src/release/templates/_helpers.tpl', import.meta.url), 'utf8');

const missing = missingHelm(3);
if (missing) console.warn(`What helm renders is not compared: ${missing}`);

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-derived-'));
let program = '';
let charts = 0;
beforeAll(() => {
  if (!missing) program = helm(3);
}, MINUTES);
afterAll(() => rmSync(folder, { recursive: true }));

/** An object of the API, of whatever kind. */
export interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}
export const thing = (fields: object, name = 'a'): Thing => ({ kind: 'Thing', metadata: { name }, ...fields });
export const configMap = (data: Thing['data'] = {}, name = 'a'): Thing => ({
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
export const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

// Kinds of values.
type Properties = Readonly<Record<string, JsonSchema>>;
export const GIVEN: JsonSchema = { type: 'string', minLength: 1 };
export const TEXT: JsonSchema = { type: 'string' };
export const NUMBER: JsonSchema = { type: 'integer' };
export const FRACTION: JsonSchema = { type: 'number' };
export const FLAG: JsonSchema = { type: 'boolean', default: false };
export const MAYBE: JsonSchema = { type: 'boolean' };
export const MAP: JsonSchema = { type: 'object' };
export const choiceOf = (...options: string[]): JsonSchema => ({ enum: options, default: options[0] });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
/** @param required without it, which of them may be left out is not said */
export const group = (properties: Properties, required?: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  ...(required && { required }),
});
export const option = (type: string, properties: Properties = {}): JsonSchema =>
  group({ type: { type: 'string', const: type }, ...properties });

/** Texts that YAML, JSON or Go templates may take for something else. */
export const ODD = ['', 'true', '1e3', '0755', '%d %s', '{{ .Values.a }}', '"quoted" \\', 'line\nbreak\n', ' # x '];

export const BOTH: readonly boolean[] = [true, false];

/** Every combination of the values of some fields. */
export const each = <V extends object>(fields: { readonly [K in keyof V]: readonly V[K][] }): V[] =>
  Object.entries<readonly unknown[]>(fields).reduce<object[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  ) as V[];

/** The templates for objects that depend on values, and a comparison of what helm makes of them with the objects. */
export function derive<V extends object>(
  properties: Properties,
  objects: (values: V) => readonly Thing[],
  elsewhere?: readonly string[],
) {
  const byName = (values: unknown) =>
    new Map(objects(values as V).map((one) => [`${one.kind}/${one.metadata.name}`, one]));
  const files = templates(group(properties), byName, elsewhere);
  return {
    files,
    text: [...files.values()].join(''),
    holdsFor(all: readonly V[]): void {
      if (missing) return;
      charts += 1;
      const chart = join(folder, `chart-${charts}`);
      const written = [...files].map(([name, text]): [string, string] => [`templates/${name}`, text]);
      writeFiles(chart, new Map([['Chart.yaml', META], ['templates/_helpers.tpl', HELPERS], ...written]));
      for (const values of all) {
        const ours = new Map([...byName(values)].map(([name, object]) => [name, jsonRead(object)]));
        // The values are compared, too, so that a failure shows them.
        const helms = { values, objects: rendered(program, chart, 'release', 'space', values) };
        expect(helms).toEqual({ values, objects: ours });
      }
    },
  };
}

/** As `rendered` reads ConfigMaps: the spelling of JSON is Helm's own. */
function jsonRead({ data, ...object }: Thing): object {
  if (object.kind !== 'ConfigMap') return { ...object, ...(data && { data }) };
  const entries = Object.entries(data ?? {}).map(([key, text]) => [key, JSON.parse(text)]);
  return { ...object, data: Object.fromEntries(entries) };
}

/**
 * A promise that is not kept today: what is derived gives for all values what the function gives, or is refused by a
 * message that names the place. It fails as soon as the promise is kept, so that the mark is taken away then.
 */
export function notYet<V extends object>(
  name: string,
  properties: Properties,
  objects: (values: V) => readonly Thing[],
  all: readonly V[],
): void {
  const mark = missing ? test.skip : test.failing;
  mark(name, () => {
    let derived: ReturnType<typeof derive<V>>;
    try {
      derived = derive(properties, objects);
    } catch (error) {
      expect(String(error)).toMatch(/(Thing|ConfigMap)\/a/);
      return;
    }
    derived.holdsFor(all);
  });
}
