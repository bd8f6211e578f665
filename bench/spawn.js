// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helm } from '../tools/helm.js';
import { onePodChart } from './dry-run.js';
import { measure, run } from './measure.js';
import { bareClient, inNamespace, NAMESPACE, REPOSITORY } from './namespace.js';

export const spawnTask = fileURLToPath(new URL('../bin/spawn-task.cjs', import.meta.url));

/**
 * What users of the original project would run: `helm template` of a chart with one pod, and `kubectl apply`.
 * @param {string} folder
 */
export function pipeline(folder) {
  const task = ['T001', '001-login', 'https://github.com/o/n', '-n', NAMESPACE];
  const chart = onePodChart(join(folder, 'pipeline'), task);
  return (/** @type {string} */ name) => {
    const rendered = run(helm(), chart).replace(/name: agent-t001-\w+-1/, `name: ${name}`);
    run('kubectl', ['apply', '-f', '-'], { input: rendered });
  };
}

/** @param {number} round */
const task = (round) => [`T${1000 + round}`, 'bench', REPOSITORY, '-n', NAMESPACE];

/**
 * One pod to the API server.
 * @param {string} folder
 */
export function spawnOne(folder) {
  return inNamespace(async () => {
    const manifest = JSON.parse(run(spawnTask, [...task(-2), '--dry-run=server', '-o', 'json']));
    const named = (/** @type {string} */ name) => ({ ...manifest, metadata: { ...manifest.metadata, name } });
    const bare = bareClient(folder);
    const file = join(folder, 'pod.json');
    const helmed = pipeline(folder);
    return await measure(
      [
        { name: 'helm template … | kubectl apply -f -', run: (round) => helmed(`helm-${round + 1}`) },
        {
          name: 'kubectl create -f of the same pod',
          run: (round) => {
            writeFileSync(file, JSON.stringify(named(`create-${round + 1}`)));
            run('kubectl', ['create', '-f', file]);
          },
        },
        {
          name: 'a bare client of the same pod',
          run: (round) => bare([named(`bare-${round + 1}`)]),
        },
        { name: 'spawn-task', run: (round) => run(spawnTask, task(round)) },
      ],
      21,
    );
  });
}
