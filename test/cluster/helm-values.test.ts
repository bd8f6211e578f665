import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chartFiles } from '../../src/release/chart.js';
import { writeFiles } from '../../src/render.js';
import { helm } from '../../tools/helm.js';
import { CHART, type Plain, rendered, VERSION } from '../support/chart.js';
import { kubectl } from '../support/cluster.js';
import { allowedValues } from '../support/values.js';
import { MINUTES } from './namespace.js';

const NAMESPACE = 'agent-runner-test-values';
const SEED = Number(process.env.EQUIVALENCE_SEED ?? 20261121);
const folder = mkdtempSync(join(tmpdir(), 'agent-runner-values-'));

beforeAll(() => {
  writeFiles(join(folder, 'chart'), chartFiles(VERSION));
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  kubectl(['create', 'namespace', NAMESPACE]);
}, MINUTES);
afterAll(() => {
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  rmSync(folder, { recursive: true, force: true });
});

/** Of other clusters' network plugins: their CRDs are asked by test/schemas.test.ts. */
const FOREIGN = ['CiliumNetworkPolicy', 'FQDNNetworkPolicy', 'ApplicationNetworkPolicy'];

/** A policy's values as the text that they are in the chart. */
function withTexts(object: Plain): Plain {
  if (object.kind !== 'ValidatingAdmissionPolicy') return object;
  const { variables, ...spec } = object.spec as { variables: { name: string; expression: unknown }[] };
  const written = variables.map(({ name, expression }) => ({
    name,
    expression: typeof expression === 'string' ? expression : JSON.stringify(expression),
  }));
  return { ...object, spec: { ...spec, variables: written } };
}

test(
  'the API server takes what the chart renders for any values that the chart takes',
  () => {
    const program = helm(3);
    const accepted = fc.property(allowedValues, (values) => {
      const all = [...rendered(program, join(folder, 'chart'), CHART, NAMESPACE, values).values()];
      const objects = all
        .filter(({ kind }) => !FOREIGN.includes(kind))
        .map((object) => (object.kind === 'ConfigMap' ? { ...object, data: {} } : withTexts(object)));
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      const output = kubectl(['create', '--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'], list);
      expect(output.trim().split('\n')).toHaveLength(objects.length);
    });
    fc.assert(accepted, { numRuns: 50, seed: SEED });
  },
  3 * MINUTES,
);
