import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { renderRun } from '../../src/charts/run-chart.js';
import { runSettings } from '../../src/charts/run-settings.js';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { planRun } from '../../src/run/request.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { apply, kubectl } from '../support/cluster.js';
import { Impersonated, ROOT } from './admission/api.js';
import { until } from './at-work.js';
import { MINUTES } from './namespace.js';

// What the API server makes of a sidecar: the quota adds it, and the LimitRange holds it, as any other container.
const NAMESPACE = 'agent-runner-test-quota';
const environment = defineEnvironment({
  name: 'quota',
  namespace: { name: NAMESPACE },
  git: { repositories: ['https://github.com/'], credentials: [{ source: 'existing', name: 'git' }] },
  model: { credential: { source: 'existing' } },
  runner: { resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } } },
  pod: { resources: { requests: { cpu: '200m' }, limits: { cpu: '1' } }, nodeSelector: { node: 'nowhere' } },
  quota: { requests: { cpu: '599m' } },
});
const podOf = (task: string) =>
  renderRun({
    ...planRun(runSettings(environment), { task, branch: '001-login', repo: 'https://github.com/my-org/shop' }),
    attempt: 1,
  });

let api: Impersonated;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const create = (pod: object, query = '') => api.send(ROOT, 'POST', `${PODS}${query}`, pod);

beforeAll(async () => {
  const kinds = ['Namespace', 'ServiceAccount', 'ResourceQuota', 'LimitRange'];
  apply(
    new RunnerChart(new App(), environment.name, { environment }).toJson().filter(({ kind }) => kinds.includes(kind)),
  );
  api = await Impersonated.start();
  const hard = () => kubectl(['-n', NAMESPACE, 'get', 'resourcequota', 'agent-runs', '-o', 'jsonpath={.status.hard}']);
  await until(() => hard().includes('"requests.cpu":"599m"'));
}, MINUTES);
afterAll(() => {
  api?.close();
  kubectl(['delete', 'namespace', '--wait=false', '--ignore-not-found', NAMESPACE]);
});

test('the quota has room for a run, and counts both of its containers', async () => {
  expect(await create(podOf('T001'))).toMatchObject({ status: 201 });
  const { status } = JSON.parse(kubectl(['-n', NAMESPACE, 'get', 'resourcequota', 'agent-runs', '-o', 'json']));
  expect(status.used).toMatchObject({
    pods: '1',
    'requests.cpu': '300m',
    'limits.cpu': '1500m',
    'requests.memory': '2304Mi',
    'limits.memory': '5Gi',
    'limits.ephemeral-storage': '30Gi',
  });
});
test('it has no room for a second one that only one container of would fit', async () => {
  const { status, message } = await create(podOf('T002'));
  expect(message).toContain('exceeded quota: agent-runs, requested: requests.cpu=300m, used: requests.cpu=300m');
  expect(status).toBe(403);
});
test.each(['containers', 'initContainers'] as const)('the range of limits holds the one of the %s', async (list) => {
  const pod = structuredClone(podOf('T003')) as unknown as {
    spec: Record<typeof list, { resources: { limits: { cpu: string } } }[]>;
  };
  for (const { resources } of pod.spec[list]) resources.limits.cpu = '1001m';
  const { status, message } = await create(pod, '?dryRun=All');
  expect(message).toContain('maximum cpu usage per Container is 1, but limit is 1001m');
  expect(status).toBe(403);
});
