import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { Api } from '../../src/cluster/api.js';
import { watchPods } from '../../src/cluster/watch.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { apply, deletePolicies, kubectl } from '../support/cluster.js';
import { PATIENCE } from './at-work.js';
import { command, MINUTES } from './namespace.js';

const NAMESPACE = 'agent-runner-test-scale';
/** SCALE_RUNS=10000 is the whole of it. */
const RUNS = Number(process.env.SCALE_RUNS ?? 1500);
/** How many tasks one call spawns. */
const IN_A_CALL = 1000;
const REPO = 'https://github.com/my-org/shop';

const size = { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' };
const enough = { cpu: '1k', memory: '1Ti', 'ephemeral-storage': '1Ti' };
const environment = defineEnvironment({
  name: 'scale',
  namespace: { name: NAMESPACE },
  git: { repositories: ['https://github.com/'], credentials: [{ source: 'existing', type: 'token', name: 'git' }] },
  model: { credential: { source: 'existing', name: 'model' } },
  // No node has it: the API server has the pods, and no kubelet.
  runner: { resources: { requests: size, limits: size } },
  pod: { nodeSelector: { 'agent-runner-test/scale': 'none' }, resources: { requests: size, limits: size } },
  quota: { pods: RUNS + 1, requests: enough, limits: enough },
});

const ids = Array.from({ length: RUNS + 1 }, (_, index) => `S${index}`);
const spawn = async (tasks: readonly string[]): Promise<string[]> => {
  const args = [tasks.join(','), 'scale', REPO, '-n', NAMESPACE, '--prompt', 'Nothing.', '--json'];
  const { code, stdout, stderr } = await command('spawn-task', args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { pod: string }).pod);
};

const spawned: string[] = [];
let api: Api;
beforeAll(async () => {
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  apply(new RunnerChart(new App(), environment.name, { environment }).toJson());
  api = await Api.connect({}, console.error);
  for (let from = 0; from < RUNS; from += IN_A_CALL) {
    spawned.push(...(await spawn(ids.slice(from, Math.min(from + IN_A_CALL, RUNS)))));
  }
}, 5 * MINUTES);
afterAll(() => {
  api?.close();
  kubectl(['delete', 'pods', '--all', '-n', NAMESPACE, '--force', '--grace-period=0', '--wait=false']);
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  deletePolicies(NAMESPACE);
}, 5 * MINUTES);

test(
  `${RUNS} runs are spawned, and ps lists each once`,
  async () => {
    const { stdout, code } = await command('agent-runner', ['ps', '-n', NAMESPACE, '-o', 'name']);
    expect(code).toBe(0);
    expect(new Set(spawned).size).toBe(RUNS);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(spawned.map((pod) => `pod/${pod}`).sort());
  },
  PATIENCE,
);

test(
  `a watch begins with ${RUNS} runs, and sees one come and go`,
  async () => {
    const seen: string[] = [];
    let last: string | undefined;
    const stop = new AbortController();
    for await (const change of watchPods(api, { namespace: NAMESPACE, signal: stop.signal })) {
      if (change.type === 'listed') {
        expect(change.pods).toHaveLength(RUNS);
        [last] = await spawn(ids.slice(RUNS));
        await api.json('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/${last}`, { gracePeriodSeconds: 0 });
        continue;
      }
      if (change.pod.metadata.name === last) seen.push(change.type);
      if (change.type === 'deleted' && change.pod.metadata.name === last) stop.abort();
    }
    expect([seen[0], seen.at(-1)]).toEqual(['changed', 'deleted']);
  },
  PATIENCE,
);
