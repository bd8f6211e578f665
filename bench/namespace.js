// @ts-check
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { demoEnvironment } from '../examples/demo/environment.js';
import { RunnerChart } from '../lib/charts/runner-chart.js';
import { defineEnvironment } from '../lib/environments/environment.js';
import { environments } from '../lib/environments/index.js';
import { apply, kubectl } from '../test/support/cluster.js';
import { run } from './measure.js';

export const NAMESPACE = 'agent-runner-bench';
export const REPOSITORY = 'https://github.com/owner/name';

const keepAlive = fileURLToPath(new URL('keep-alive.js', import.meta.url));

/**
 * A namespace with the runner in it, as long as the work takes. No node takes the pods, so that the kubelet does not disturb.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function inNamespace(work) {
  const input = demoEnvironment({ git: 'https://github.com', model: 'http://127.0.0.1:1/v1', namespace: NAMESPACE });
  // The sizes of dev, which the chart's pod has, and room for every round.
  const resources = environments.find(({ name }) => name === 'dev')?.pod.resources ?? {};
  const pod = { ...input.pod, resources, nodeSelector: { 'agent-runner-bench': 'no-node' } };
  const room = { cpu: '50000', memory: '50000Gi', 'ephemeral-storage': '500000Gi' };
  const quota = { pods: 50_000, requests: room, limits: room };
  // The policy would refuse what others than spawn-task make, and all are to pay the same price.
  const spawnPolicy = { enabled: false };
  apply(new RunnerChart(new App(), defineEnvironment({ ...input, pod, quota, spawnPolicy })).toJson());
  try {
    return await work();
  } finally {
    kubectl(['delete', 'namespace', NAMESPACE]);
  }
}

/**
 * What creates pods as fast as a client of Node can: directly with what the kubeconfig says, or through `kubectl proxy`.
 * @param {string} folder
 */
export function bareClient(folder) {
  const { clusters, users } = JSON.parse(kubectl(['config', 'view', '--raw', '--flatten', '--minify', '-o', 'json']));
  const access = { server: clusters[0].cluster, user: users[0].user, namespace: NAMESPACE };
  const file = join(folder, 'pods.json');
  return (/** @type {object[]} */ pods, /** @type {('kubectl')[]} */ ...through) => {
    writeFileSync(file, JSON.stringify({ ...access, pods }), { mode: 0o600 });
    run('node', [keepAlive, file, ...through]);
  };
}

/** @returns {boolean} whether a cluster answers */
export const hasCluster = () =>
  Boolean(process.env.KUBECONFIG) && spawnSync('kubectl', ['get', '--raw', '/readyz']).status === 0;
