import { describe, expect, test } from '@jest/globals';
import { App, Testing } from 'cdk8s';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { defineEnvironment } from '../../src/environments/environment.js';
import { environments } from '../../src/environments/index.js';
import { amountOf } from '../../src/run/quantity.js';
import { environmentInput } from '../run/fixtures.js';

describe('the environments', () => {
  test('are dev, stg and prod, each in a namespace of its own', () => {
    expect(environments.map(({ name, namespace }) => [name, namespace.name])).toEqual([
      ['dev', 'agent-runner-dev'],
      ['stg', 'agent-runner-stg'],
      ['prod', 'agent-runner-prod'],
    ]);
  });

  test('share neither secret store nor entry', () => {
    expect(new Set(environments.map(({ externalSecret }) => externalSecret.secretStore.name)).size).toBe(3);
    expect(new Set(environments.map(({ externalSecret }) => externalSecret.remoteRef.key)).size).toBe(3);
  });

  test('allow the open egress in dev alone', () => {
    expect(environments.map(({ egress }) => egress.profiles)).toEqual([['github', 'open'], ['github'], ['github']]);
  });

  test.each(['cpu', 'memory', 'ephemeral-storage'] as const)('give more %s from dev over stg to prod', (resource) => {
    const [dev, stg, prod] = environments.map(({ pod }) => amountOf(pod.resources.limits[resource]));
    expect(stg).toBeGreaterThan(dev ?? Number.NaN);
    expect(prod).toBeGreaterThan(stg ?? Number.NaN);
  });

  test('have stg and prod look first whether the sandbox is closed', () => {
    expect(environments.map(({ task }) => task.sandboxTest)).toEqual([false, true, true]);
  });

  test('admit in prod no image without its digest', () => {
    expect(environments.map(({ pod }) => pod.image.requireDigest)).toEqual([false, false, true]);
  });

  test('allow in prod no whole host', () => {
    const prod = environments.find(({ name }) => name === 'prod');
    expect(prod?.git.repositories.length).toBeGreaterThan(0);
    for (const prefix of prod?.git.repositories ?? []) expect(new URL(prefix).pathname).toMatch(/^\/[^/]+/);
  });
});

test('a fourth environment is one more definition, and renders into its own namespace beside the others', () => {
  const app = new App();
  const fourth = defineEnvironment({ ...environmentInput, name: 'qa', namespace: { name: 'agent-runner-qa' } });
  const charts = [...environments, fourth].map((environment) => new RunnerChart(app, environment));
  const objects = Testing.synth(charts[3] as RunnerChart);
  const namespaces = objects
    .filter(({ kind }) => !kind.startsWith('ValidatingAdmissionPolicy'))
    .map(({ kind, metadata }) => [kind, metadata.namespace]);
  expect(namespaces.shift()).toEqual(['Namespace', undefined]);
  expect(objects[0].metadata.name).toBe('agent-runner-qa');
  for (const kind of ['ServiceAccount', 'Role', 'ResourceQuota', 'ConfigMap']) {
    expect(namespaces.map(([one]) => one)).toContain(kind);
  }
  for (const [, namespace] of namespaces) expect(namespace).toBe('agent-runner-qa');
});
