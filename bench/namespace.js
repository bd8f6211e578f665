// @ts-check
import { spawnSync } from 'node:child_process';
import { App } from 'cdk8s';
import { demoEnvironment } from '../examples/demo/environment.js';
import { RunnerChart } from '../lib/charts/runner-chart.js';
import { defineEnvironment } from '../lib/environments/environment.js';
import { environments } from '../lib/environments/index.js';
import { apply, kubectl } from '../test/support/cluster.js';

export const NAMESPACE = 'agent-runner-bench';
export const REPOSITORY = 'https://github.com/owner/name';

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

/** @returns {boolean} whether a cluster answers */
export const hasCluster = () =>
  Boolean(process.env.KUBECONFIG) && spawnSync('kubectl', ['get', '--raw', '/readyz']).status === 0;
