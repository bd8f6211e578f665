// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { App } from 'cdk8s';
import { RunnerChart } from '../lib/charts/runner-chart.js';
import { defineEnvironment } from '../lib/schema/environment.js';
import { apply, buildImage, kubectl, secrets } from '../test/support/cluster.js';
import { benchEnvironment } from './environment.js';
import { measure } from './measure.js';
import { spawnTask } from './spawn.js';

const NAMESPACE = 'agent-runner-bench-line';

/** A program's time to its first line of output. The program is ended then. */
async function untilFirstLine(/** @type {string} */ program, /** @type {string[]} */ args, line = /./) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  await new Promise((done, fail) => {
    child.stdout.on('data', (chunk) => {
      seen += chunk;
      if (line.test(seen)) done(undefined);
    });
    child.on('close', () => fail(new Error(`${program} ended without ${line}: ${seen}`)));
  });
  child.removeAllListeners('close');
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** @param {string} name @param {string} image @param {string[]} command */
const container = (name, image, command) => ({
  name,
  image,
  command,
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
});

/**
 * A pod that the namespace admits, with one container, or a sidecar too.
 * @param {string} name @param {string} image @param {string} [sidecar] its image
 */
const restricted = (name, image, sidecar) => ({
  ...(sidecar && {
    initContainers: [{ ...container('sidecar', sidecar, ['sleep', '60']), restartPolicy: 'Always' }],
  }),
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  // kubectl attaches a moment after the container has begun.
  containers: [container(name, image, ['node', '-e', 'setInterval(() => console.log(1), 20)'])],
});

/** From the command to the first line of the program in the pod, on a node that has the images. */
export async function firstLine() {
  const images = { runner: buildImage('runner'), agent: buildImage('opencode') };
  const input = benchEnvironment(NAMESPACE);
  const of = (/** @type {string} */ image) => {
    const at = image.lastIndexOf(':');
    return {
      repository: image.slice(0, at),
      tag: image.slice(at + 1),
      pullPolicy: /** @type {const} */ ('IfNotPresent'),
    };
  };
  const environment = defineEnvironment({
    ...input,
    runner: { ...input.runner, image: of(images.runner) },
    pod: { ...input.pod, image: of(images.agent) },
    // The policy would refuse a pod that spawn-task did not make.
    spawnPolicy: { enabled: false },
  });
  apply(new RunnerChart(new App(), environment.name, { environment }).toJson());
  apply(secrets(NAMESPACE, { password: 'x', key: 'x' }));
  try {
    const remove = () => kubectl(['-n', NAMESPACE, 'delete', 'pods', '--all', '--grace-period=0', '--force']);
    const byKubectl =
      (/** @type {string} */ prefix, /** @type {string} */ sidecar = '') =>
      async (/** @type {number} */ round) => {
        const name = `${prefix}-${round + 1}`;
        const args = ['-n', NAMESPACE, 'run', name, '--image', images.runner, '--restart=Never', '--attach', '--quiet'];
        const overrides = JSON.stringify({ apiVersion: 'v1', spec: restricted(name, images.runner, sidecar) });
        await untilFirstLine('kubectl', [...args, '--overrides', overrides]);
        remove();
      };
    return await measure(
      [
        { name: 'kubectl run of the image of the program, to its first line', run: byKubectl('line') },
        { name: 'the same with a sidecar, as a run has one', run: byKubectl('two', images.agent) },
        {
          name: 'spawn-task --follow, to the first line of the program',
          run: async (round) => {
            const task = [`T${1000 + round}`, 'bench', 'https://github.com/owner/name', '--prompt', 'Wait.'];
            await untilFirstLine(spawnTask, [...task, '-n', NAMESPACE, '--follow'], /\| /);
            remove();
          },
        },
      ],
      11,
    );
  } finally {
    kubectl(['delete', 'namespace', NAMESPACE]);
  }
}
