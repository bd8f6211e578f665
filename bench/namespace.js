// @ts-check
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { RunnerChart } from '../lib/charts/runner-chart.js';
import { defineEnvironment } from '../lib/schema/environment.js';
import { apply, kubectl } from '../test/support/cluster.js';
import { benchEnvironment } from './environment.js';
import { run } from './measure.js';

export const NAMESPACE = 'agent-runner-bench';
export const REPOSITORY = 'https://github.com/owner/name';

const keepAlive = fileURLToPath(new URL('keep-alive.js', import.meta.url));

/**
 * A namespace with the runner, which exists as long as the work takes. No node takes the pods, so that no kubelet disturbs.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function inNamespace(work) {
  const input = benchEnvironment(NAMESPACE);
  const pod = { ...input.pod, nodeSelector: { 'agent-runner-bench': 'no-node' } };
  // Room for every round.
  const room = { cpu: '50000', memory: '50000Gi', 'ephemeral-storage': '500000Gi' };
  const quota = { pods: 50_000, requests: room, limits: room };
  // The policy would refuse pods that spawn-task did not make, and all clients are to pay the same price.
  const spawnPolicy = { enabled: false };
  const environment = defineEnvironment({ ...input, pod, quota, spawnPolicy });
  apply(new RunnerChart(new App(), environment.name, { environment }).toJson());
  try {
    return await work();
  } finally {
    kubectl(['delete', 'namespace', NAMESPACE]);
  }
}

/**
 * Creates pods as fast as a Node client can, with the access of the kubeconfig.
 * @param {string} folder
 */
export function bareClient(folder) {
  const { clusters, users } = JSON.parse(kubectl(['config', 'view', '--raw', '--flatten', '--minify', '-o', 'json']));
  const access = { server: clusters[0].cluster, user: users[0].user, namespace: NAMESPACE };
  const file = join(folder, 'pods.json');
  return (/** @type {object[]} */ pods) => {
    writeFileSync(file, JSON.stringify({ ...access, pods }), { mode: 0o600 });
    run('node', [keepAlive, file]);
  };
}

/** @returns {boolean} whether a cluster answers */
export const hasCluster = () =>
  Boolean(process.env.KUBECONFIG) && spawnSync('kubectl', ['get', '--raw', '/readyz']).status === 0;
