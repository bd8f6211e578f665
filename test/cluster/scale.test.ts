import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../../src/cluster/api.js';
import { watchPods } from '../../src/cluster/watch.js';
import { ANNOTATIONS, CONTAINER, LABELS, MANAGED_BY } from '../../src/run/metadata.js';
import { kubectl } from '../support/cluster.js';
import { PATIENCE } from './at-work.js';
import { command, MINUTES } from './namespace.js';

const NAMESPACE = 'agent-runner-test-scale';
/** SCALE_RUNS=10000 is the whole of it. */
const RUNS = Number(process.env.SCALE_RUNS ?? 1500);
const AT_ONCE = 50;

const name = (index: number) => `agent-s${index}-${String(index).padStart(10, '0')}-1`;

/** A run's pod that no scheduler takes: the API server has it, and no node. */
const podOf = (index: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: name(index),
    namespace: NAMESPACE,
    labels: {
      [LABELS.managedBy]: MANAGED_BY,
      [LABELS.task]: `s${index}`,
      [LABELS.run]: String(index).padStart(10, '0'),
      [LABELS.feature]: 'scale',
    },
    annotations: { [ANNOTATIONS.task]: `S${index}`, [ANNOTATIONS.attempt]: '1' },
  },
  spec: { schedulerName: 'nobody', containers: [{ name: CONTAINER, image: 'none' }] },
});

let api: Api;
beforeAll(async () => {
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  kubectl(['create', 'namespace', NAMESPACE]);
  api = await Api.connect({});
  const left = Array.from({ length: RUNS }, (_, index) => index);
  const worker = async () => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) {
      await api.json('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, podOf(index));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 5 * MINUTES);
afterAll(() => {
  api?.close();
  kubectl(['delete', 'pods', '--all', '-n', NAMESPACE, '--force', '--grace-period=0', '--wait=false']);
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
}, 5 * MINUTES);

test(
  `ps lists ${RUNS} runs, each once`,
  async () => {
    const { stdout, code } = await command('agent-runner', ['ps', '-n', NAMESPACE, '-o', 'name']);
    expect(code).toBe(0);
    const all = Array.from({ length: RUNS }, (_, index) => `pod/${name(index)}`);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(all.sort());
  },
  PATIENCE,
);

test(
  `a watch begins with ${RUNS} runs, and sees one come and go`,
  async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    for await (const change of watchPods(api, { namespace: NAMESPACE, signal: stop.signal })) {
      if (change.type === 'listed') {
        expect(change.pods).toHaveLength(RUNS);
        await api.json('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, podOf(RUNS));
        await api.json('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/${name(RUNS)}`, { gracePeriodSeconds: 0 });
        continue;
      }
      if (change.pod.metadata.name === name(RUNS)) seen.push(change.type);
      if (change.type === 'deleted') stop.abort();
    }
    expect([seen[0], seen.at(-1)]).toEqual(['changed', 'deleted']);
  },
  PATIENCE,
);
