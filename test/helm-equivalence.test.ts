import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiObject, App } from 'cdk8s';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { RunnerChart } from '../src/charts/runner-chart.js';
import type { Environment } from '../src/environments/environment.js';
import { environments } from '../src/environments/index.js';
import { chartFiles, releaseFiles } from '../src/helm/chart.js';
import { defaultValues, valuesSchema } from '../src/helm/values.js';
import { helm, missingHelm } from '../tools/helm.js';
import { anyOf } from './support/values.js';

const NAME = 'agentic-sdlc-agent-runner';
const VERSION = '1.2.3';
const RUNS = Number(process.env.EQUIVALENCE_RUNS ?? 100);
const MINUTES = 600_000;
/** A helm that was not built by its own makefile takes Kubernetes to be very old. */
const KUBERNETES = ['--kube-version', '1.34.0'];

type Plain = Record<string, unknown> & { kind: string; metadata: { name: string } };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-helm-'));
  const chart = chartFiles(VERSION);
  write(join(folder, 'chart'), chart);
  for (const environment of environments)
    write(join(folder, environment.name), releaseFiles(environment, chart, VERSION));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(directory: string, files: ReadonlyMap<string, string>) {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** What helm renders, with JSON documents read: their spelling is Helm's own. */
function rendered(
  program: string,
  release: string,
  namespace: string,
  chart: string,
  values?: object,
): Map<string, Plain> {
  const args = ['template', release, join(folder, chart), '--namespace', namespace, ...KUBERNETES];
  if (values) {
    // YAML takes some characters for line breaks that JSON does not.
    const escaped = (one: string) => `\\U${(one.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
    const yaml = JSON.stringify(values).replace(/[\u{7f}-\u{10ffff}]/gu, escaped);
    writeFileSync(join(folder, 'values.yaml'), yaml);
    args.push('--values', join(folder, 'values.yaml'));
  }
  const output = execFileSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const documents = parseAllDocuments(output, { version: '1.1' }).map(
    (one) => one.toJS({ maxAliasCount: 0 }) as Plain | null,
  );
  return byName(documents.filter((one) => one !== null));
}

/** What the constructs give for the same values. */
function direct(environment: Environment, release: string, fullname = release, chartName = NAME): Map<string, Plain> {
  const chart = new RunnerChart(new App(), environment, {
    name: fullname,
    withNamespace: false,
    labels: {
      'app.kubernetes.io/instance': release,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/name': chartName,
      'app.kubernetes.io/part-of': NAME,
      'helm.sh/chart': `${NAME}-${VERSION}`,
    },
  });
  // Not chart.toJson(), which would validate: the values need not keep the rules between fields.
  return byName(chart.node.findAll().flatMap((node) => (ApiObject.isApiObject(node) ? [node.toJson() as Plain] : [])));
}

function byName(objects: readonly Plain[]): Map<string, Plain> {
  const read = (object: Plain): Plain => {
    if (object.kind !== 'ConfigMap') return object;
    const data = Object.entries(object.data as Record<string, string>).map(([key, json]) => [key, JSON.parse(json)]);
    return { ...object, data: Object.fromEntries(data) };
  };
  const entries = objects.map((object) => [`${object.kind}/${object.metadata.name}`, read(object)] as const);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const schema = JSON.parse(valuesSchema());
const { global: _, nameOverride: __, fullnameOverride: ___, ...fields } = schema.properties;
const values = anyOf({ type: 'object', properties: fields })
  .map((value) => JSON.parse(JSON.stringify(value)) as Omit<Environment, 'namespace'>)
  // Two objects of one name are refused by rules between fields.
  .filter(({ git, model, serviceAccount }) => {
    const names = [...git.credentials.map(({ name }) => name), model.credential.name];
    return new Set(names).size === names.length && serviceAccount.name !== serviceAccount.secretsName;
  });

const majors = ([3, 4] as const).filter((major) => {
  const missing = missingHelm(major);
  if (missing) console.warn(`The comparison with helm ${major} is skipped: ${missing}`);
  return !missing;
});

describe.each(majors)('helm %i renders what the constructs give', (major) => {
  let program: string;
  beforeAll(() => {
    program = helm(major);
  }, MINUTES);

  test('for the default values', () => {
    const environment = { ...defaultValues(), namespace: { name: 'space' } } as unknown as Environment;
    expect(rendered(program, 'release', 'space', 'chart')).toEqual(direct(environment, 'release', `release-${NAME}`));
  });
  test.each(environments.map((environment) => [environment.name, environment] as const))(
    'for the release of %s, from its folder alone',
    (name, environment) => {
      const release = `${NAME}-${name}`;
      expect(rendered(program, release, environment.namespace.name, name)).toEqual(direct(environment, release));
    },
  );
  test(
    'for any values',
    () => {
      fc.assert(
        fc.property(values, (value) => {
          const environment = { ...value, namespace: { name: 'space' } } as unknown as Environment;
          expect(rendered(program, NAME, 'space', 'chart', value)).toEqual(direct(environment, NAME));
        }),
        { numRuns: RUNS, seed: Number(process.env.EQUIVALENCE_SEED ?? 20261121) },
      );
    },
    MINUTES,
  );
  test('under names of the user’s own', () => {
    const own = { nameOverride: 'mine', fullnameOverride: 'our-runner' };
    const environment = { ...defaultValues(), namespace: { name: 'space' } } as unknown as Environment;
    expect(rendered(program, 'release', 'space', 'chart', own)).toEqual(
      direct(environment, 'release', 'our-runner', 'mine'),
    );
  });
  test('and lints without a warning', () => {
    const output = execFileSync(program, ['lint', '--strict', join(folder, 'chart'), ...KUBERNETES], {
      encoding: 'utf8',
    });
    expect(output).toContain('1 chart(s) linted, 0 chart(s) failed');
  });
  test.each([
    ['an unknown value', { pod: { imag: {} } }, 'imag'],
    ['a wrong quantity', { pod: { workspaceSize: '8 gigs' } }, 'workspaceSize'],
    ['a negative deadline', { task: { deadlineSeconds: -1 } }, 'deadlineSeconds'],
    ['a text for a number', { quota: { pods: 'many' } }, 'pods'],
    ['an option that there is not', { task: { cleanup: 'always' } }, 'cleanup'],
    ['an empty list of credentials', { git: { credentials: [] } }, 'credentials'],
  ])('but refuses %s and names it', (_, wrong, field) => {
    expect(() => rendered(program, 'release', 'space', 'chart', wrong)).toThrow(field);
  });
});

test('every template reads as if it were written by hand: no line is longer than 260 characters', () => {
  for (const [path, content] of chartFiles(VERSION)) {
    if (path.startsWith('templates/')) {
      for (const line of content.split('\n')) expect(line.length).toBeLessThanOrEqual(260);
    }
  }
  expect(readFileSync(join(folder, 'chart/templates/configmap.yaml'), 'utf8')).not.toMatch(/zz\d{4}zz|77\d{4}/);
});
