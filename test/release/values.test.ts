import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { releaseName } from '../../src/charts/runner-chart.js';
import { CHART_NAME } from '../../src/helm/name.js';
import { chartFiles } from '../../src/release/chart.js';
import { chartReadme } from '../../src/release/readme.js';
import { releaseFiles } from '../../src/release/release.js';
import { chartSchema, defaultValues, NOT_IN_THE_CHART, valuesSchema, valuesYaml } from '../../src/release/values.js';
import { defineEnvironment, type Environment } from '../../src/schema/environment.js';
import type { JsonSchema } from '../../src/schema/json-schema.js';
import { environments } from '../fixtures/environments.js';
import { changed } from '../schema/changed.js';
import { VERSION } from '../support/chart.js';

type Strict = JsonSchema & { readonly additionalProperties?: unknown; readonly $schema?: string };
const schema = JSON.parse(valuesSchema()) as Strict;

interface Field {
  readonly path: string;
  readonly field: Strict;
  /** Whether it stands inside of a list or of an option, where Helm fills in no default. */
  readonly inside: boolean;
}

/** Every field below, with its path; `[]` stands for the items of a list. */
function fieldsBelow(field: JsonSchema, path = '', inside = false): Field[] {
  const children = Object.entries(field.properties ?? {});
  return [
    { path, field, inside },
    ...children.flatMap(([name, child]) => fieldsBelow(child, path ? `${path}.${name}` : name, inside)),
    ...(field.oneOf ?? []).flatMap((one) => fieldsBelow(one, path, true)),
    ...(field.items ? fieldsBelow(field.items, `${path}[]`, true) : []),
  ];
}
/** Maps that an environment may leave out, and with them all that is in them. */
const MAY_LACK = ['limit', 'prices', 'headers', 'options'];
const fields = fieldsBelow(chartSchema);
const described = fields.filter(({ path, field }) => field.description && !field.properties && !path.endsWith('[]'));
/** What stands in values.yaml by itself. */
const values = described.filter(({ inside }) => !inside);
const names = (all: readonly Field[]) => all.map(({ path }) => path);

test('the fields are walked to their ends', () => {
  const ends = ['nameOverride', 'pod.resources.limits.ephemeral-storage', 'git.credentials[].privateKey.key'];
  expect(names(described)).toEqual(expect.arrayContaining(ends));
});

describe('values.yaml', () => {
  test('holds the defaults', () => {
    expect(parse(valuesYaml(), { version: '1.1' })).toEqual(defaultValues());
  });

  test('holds what an environment has where nothing is given', () => {
    const { namespace, gitops, ...rest } = defineEnvironment({ name: 'custom', namespace: { name: 'space' } });
    expect(defaultValues()).toEqual({ nameOverride: '', fullnameOverride: '', ...rest });
  });

  test.each(names(values))('says what %s is for', (path) => {
    const { field } = values.find((one) => one.path === path) as Field;
    const keys = path.split('.');
    const indent = '  '.repeat(keys.length - 1);
    const hidden = field.default === undefined ? '# ' : '';
    expect(valuesYaml()).toContain(`\n${indent}# -- ${field.description}\n${indent}${hidden}${keys.at(-1)}:`.slice(1));
  });
});

describe('values.schema.json', () => {
  test('is of the draft that Helm reads', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  });

  const maps = fieldsBelow(schema).filter(({ field }) => field.properties);

  test('is closed at every map with fields', () => {
    const open = maps.filter(({ field }) => field.additionalProperties !== false);
    expect(names(open)).toEqual([]);
    expect(maps.length).toBeGreaterThan(20);
  });

  test('but takes what a parent chart hands to every chart', () => {
    expect(schema.properties?.global).toEqual({ type: 'object' });
  });

  test.each(NOT_IN_THE_CHART)('has no %s, which is no value of the chart', (name) => {
    expect(schema.properties).not.toHaveProperty(name);
    expect(defaultValues()).not.toHaveProperty(name);
  });

  test('requires inside of lists and options what is not empty by default, but for maps that may be left out', () => {
    const wrong = maps.filter(({ field, inside }) => {
      const needed = Object.entries(field.properties ?? {}).filter(
        ([name, child]) => child.default !== '' && !MAY_LACK.includes(name),
      );
      return inside && String(field.required) !== String(needed.map(([name]) => name));
    });
    expect(names(wrong)).toEqual([]);
    const model = schema.properties?.model?.properties?.models?.items;
    expect(model?.required).toEqual(['name']);
    expect(model?.properties?.prices?.required).toEqual(['input', 'output', 'cacheRead', 'cacheWrite']);
    const credential = schema.properties?.git?.properties?.credentials?.items?.oneOf?.[0];
    expect(credential?.required).toEqual(['source', 'name', 'type']);
  });
});

test.each(names(described))("the chart's README has the value %s", (path) => {
  expect(chartReadme()).toContain(`| \`${path}\` | `);
});

describe('the values of a release', () => {
  const chart = chartFiles(VERSION);
  const ownOf = (environment: Environment) =>
    parse(releaseFiles(environment, chart, VERSION).get('values.yaml') ?? '', { version: '1.1' })[CHART_NAME];

  test('are what differs from the defaults, and nothing else', () => {
    const environment = defineEnvironment(
      changed({ 'pod.resources.limits.cpu': '3', 'quota.pods': 20, 'git.defaultBranch': 'develop' }),
    );
    const own = ownOf(environment);
    expect(own.git.defaultBranch).toBe('develop');
    expect(own.pod.resources.limits.cpu).toBe('3');
    expect(own).not.toHaveProperty('quota');
  });

  test.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s repeat no default',
    (_, environment) => {
      const repeated = (own: unknown, known: unknown): boolean => {
        if (JSON.stringify(own) === JSON.stringify(known)) return true;
        if (typeof own !== 'object' || own === null || Array.isArray(own) || typeof known !== 'object') return false;
        return Object.entries(own).some(([key, one]) => repeated(one, (known as Record<string, unknown>)?.[key]));
      };
      expect(repeated(ownOf(environment), defaultValues())).toBe(false);
    },
  );

  test.each(environments.map((environment) => [environment.name, environment] as const))(
    'of %s over the defaults are the environment',
    (_, environment) => {
      const merged = (known: unknown, own: unknown): unknown => {
        const isMap = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one);
        if (!isMap(known) || !isMap(own)) return own === undefined ? known : own;
        const keys = [...new Set([...Object.keys(known as object), ...Object.keys(own as object)])];
        const at = (one: unknown, key: string) => (one as Record<string, unknown>)[key];
        return Object.fromEntries(keys.map((key) => [key, merged(at(known, key), at(own, key))]));
      };
      const { namespace, gitops, ...rest } = environment;
      expect(merged(defaultValues(), ownOf(environment))).toMatchObject(rest);
    },
  );

  test('name neither namespace nor Argo CD, which are not of the chart', () => {
    for (const environment of environments) {
      for (const name of NOT_IN_THE_CHART) expect(ownOf(environment)).not.toHaveProperty(name);
    }
  });
});

describe('the name of a release', () => {
  const named = (length: number) => defineEnvironment({ name: 'a'.repeat(length), namespace: { name: 'space' } });

  test('is that of the environment behind that of the chart', () => {
    expect(releaseName(named(3))).toBe(`${CHART_NAME}-aaa`);
  });

  // Helm takes 53 characters, a label 63.
  test('is one that Helm takes, for every environment', () => {
    expect(() => named(28)).toThrow(/name/);
  });
});
