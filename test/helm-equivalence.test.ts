import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chartFiles } from '../src/release/chart.js';
import { releaseFiles } from '../src/release/release.js';
import { defaultValues } from '../src/release/values.js';
import { writeFiles } from '../src/render.js';
import type { Environment } from '../src/schema/environment.js';
import { helm, missingHelm } from '../tools/helm.js';
import { environments } from './fixtures/environments.js';
import { CHART, direct, KUBERNETES, rendered, template, VERSION } from './support/chart.js';
import { filesBelow } from './support/files.js';
import { allowedValues, brokenValues } from './support/values.js';

const RUNS = Number(process.env.EQUIVALENCE_RUNS ?? 100);
const SEED = Number(process.env.EQUIVALENCE_SEED ?? 20261121);
const MINUTES = 600_000;

let folder: string;
const chart = () => join(folder, 'chart');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-helm-'));
  const files = chartFiles(VERSION);
  writeFiles(chart(), files);
  for (const environment of environments)
    writeFiles(join(folder, environment.name), releaseFiles(environment, files, VERSION));
  console.log(`Random values: ${RUNS} for each helm, seed ${SEED}. EQUIVALENCE_RUNS and EQUIVALENCE_SEED change that.`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inSpace = (values: object) => ({ ...values, namespace: { name: 'space' } }) as unknown as Environment;

const versions = (['3', '4', 'oldest'] as const).filter((version) => {
  const missing = missingHelm(version);
  if (missing) console.warn(`The comparison with helm ${version} is skipped: ${missing}`);
  return !missing;
});

describe.each(versions)('helm %s renders what the constructs give', (version) => {
  let program: string;
  beforeAll(() => {
    program = helm(version);
  }, MINUTES);

  test('for the default values', () => {
    const release = direct(inSpace(defaultValues()), 'release', `release-${CHART}`);
    expect(rendered(program, chart(), 'release', 'space')).toEqual(release);
  });
  test.each(environments.map((environment) => [environment.name, environment] as const))(
    'for the release of %s, from its folder alone',
    (name, environment) => {
      const release = `${CHART}-${name}`;
      const objects = rendered(program, join(folder, name), release, environment.namespace.name);
      expect(objects).toEqual(direct(environment, release));
    },
  );
  test(
    'for any values',
    () => {
      const equal = fc.property(allowedValues, (values) => {
        expect(rendered(program, chart(), CHART, 'space', values)).toEqual(direct(inSpace(values), CHART));
      });
      fc.assert(equal, { numRuns: RUNS, seed: SEED });
    },
    MINUTES,
  );
  test('under names of the user’s own', () => {
    const own = { nameOverride: 'mine', fullnameOverride: 'our-runner' };
    const release = direct(inSpace(defaultValues()), 'release', 'our-runner', 'mine');
    expect(rendered(program, chart(), 'release', 'space', own)).toEqual(release);
  });
  test('twice in one cluster without two objects of one name', () => {
    const [one, other] = ['one', 'other'].map((space) => {
      const values = { quota: { priorityClass: { create: true } }, pod: { priorityClassName: `${space}-runs` } };
      const objects = rendered(program, chart(), space, space, values);
      return [...objects.values()].map(({ kind, metadata }) => JSON.stringify([kind, { ...metadata, labels: {} }]));
    });
    expect(one?.filter((object) => other?.includes(object))).toEqual([]);
  });
  test('after helm dependency update, which finds nothing to do and changes no file', () => {
    const release = join(folder, 'dev');
    const before = filesBelow(release);
    execFileSync(program, ['dependency', 'update', release], { stdio: 'pipe' });
    expect(filesBelow(release)).toEqual(before);
  });
  test('and lints without a warning', () => {
    const output = execFileSync(program, ['lint', '--strict', chart(), ...(version === 'oldest' ? [] : KUBERNETES)], {
      encoding: 'utf8',
    });
    expect(output).toContain('1 chart(s) linted, 0 chart(s) failed');
  });
  test(
    'but refuses any value that is not allowed, and names it',
    () => {
      const refused = fc.property(brokenValues, ({ values, name }) => {
        expect(() => template(program, chart(), 'release', 'space', values)).toThrow(name);
      });
      fc.assert(refused, { numRuns: Math.ceil(RUNS / 2), seed: SEED });
    },
    MINUTES,
  );
  test('but refuses values that do not fit together, and names every rule that they break', () => {
    const values = {
      task: { deadlineSeconds: 1 },
      pod: { resources: { requests: { memory: '5Gi' } } },
      git: { credentials: [{ source: 'existing', name: 'model', type: 'token' }] },
      quota: { priorityClass: { create: true } },
    };
    const rules = [
      'pod.resources.requests.memory must be at most pod.resources.limits.memory',
      'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds',
      'quota.priorityClass.create needs pod.priorityClassName: the name of the class',
      'git.credentials and model.credential must have different names, since each is a Secret',
    ];
    expect(() => template(program, chart(), 'release', 'space', values)).toThrow(
      `values that do not fit together:\n- ${rules.join('\n- ')}`,
    );
  });
});

test('every template reads as if it were written by hand: no line is longer than 240 characters, and no sentinel is left', () => {
  for (const [path, content] of chartFiles(VERSION)) {
    if (!path.startsWith('templates/')) continue;
    for (const line of content.split('\n')) expect(line.length).toBeLessThanOrEqual(240);
    expect(content).not.toMatch(/zz\d{4}zz|7[79]\d{4}/);
  }
});
