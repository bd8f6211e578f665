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
import { helm } from '../tools/helm.js';
import { onePodChart } from './dry-run.js';
import { measure, run } from './measure.js';

const spawnTask = fileURLToPath(new URL('../bin/spawn-task.cjs', import.meta.url));
const NAMESPACE = 'agent-runner-bench';

/**
 * One pod to the API server. No node takes the pods, so that the kubelet does not disturb.
 * @param {string} folder
 */
export function spawnOne(folder) {
  const input = demoEnvironment({ git: 'https://github.com', model: 'http://127.0.0.1:1/v1', namespace: NAMESPACE });
  // The sizes of dev, which the chart's pod has, and room for every round.
  const resources = environments.find(({ name }) => name === 'dev')?.pod.resources ?? {};
  const pod = { ...input.pod, resources, nodeSelector: { 'agent-runner-bench': 'no-node' } };
  const room = { cpu: '500', memory: '500Gi', 'ephemeral-storage': '5000Gi' };
  const quota = { pods: 500, requests: room, limits: room };
  apply(new RunnerChart(new App(), defineEnvironment({ ...input, pod, quota })).toJson());
  const task = (/** @type {number} */ round) => [
    `T${1000 + round}`,
    'bench',
    'https://github.com/owner/name',
    '-n',
    NAMESPACE,
  ];
  try {
    const manifest = JSON.parse(run(spawnTask, [...task(-2), '--dry-run=server', '-o', 'json']));
    const named = (/** @type {string} */ name) =>
      JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, name } });
    const file = join(folder, 'pod.json');
    const chart = onePodChart(join(folder, 'spawn'), [
      'T001',
      '001-login',
      'https://github.com/o/n',
      '--dry-run',
      '-n',
      NAMESPACE,
    ]);
    return measure(
      [
        {
          name: 'helm template … | kubectl apply -f -',
          run: (round) => {
            const rendered = run(helm(), chart).replace(/name: agent-t001-\w+-1/, `name: helm-${round + 1}`);
            run('kubectl', ['apply', '-f', '-'], { input: rendered });
          },
        },
        {
          name: 'kubectl create -f of the same pod',
          run: (round) => {
            writeFileSync(file, named(`create-${round + 1}`));
            run('kubectl', ['create', '-f', file]);
          },
        },
        { name: 'spawn-task', run: (round) => run(spawnTask, task(round)) },
      ],
      21,
    );
  } finally {
    kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  }
}

/** @returns {boolean} whether a cluster answers */
export const hasCluster = () =>
  Boolean(process.env.KUBECONFIG) && spawnSync('kubectl', ['get', '--raw', '/readyz']).status === 0;
