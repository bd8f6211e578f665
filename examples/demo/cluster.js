// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { RunnerChart } from '../../lib/charts/runner-chart.js';
import { defineEnvironment } from '../../lib/environments/environment.js';
import { apply, buildImage, kubectl, secrets, startOutside } from '../../test/support/cluster.js';
import { filesBelow } from '../../test/support/files.js';
import { createRepository, gitIn } from '../../test/support/git-server.js';
import { demoEnvironment } from './environment.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const spawnTask = fileURLToPath(new URL('../../bin/spawn-task.cjs', import.meta.url));
const NAMESPACE = 'agent-runner-demo';

/**
 * The demo in a real pod, on the cluster of the user's kubeconfig. Makes a namespace of its own and deletes it.
 * @param {(text: string) => void} say
 */
export async function demoOnCluster(say) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-demo-'));
  const values = { password: 'demo-git-password', key: 'demo-model-key' };
  say("Building the agent's image and handing it to the cluster");
  const [image = ''] = buildImage().split(':');

  say('Starting a Git server with a password and a scripted model where pods can reach them');
  const { rules } = JSON.parse(readFileSync(join(here, 'model.json'), 'utf8'));
  const outside = await startOutside(folder, { ...values, rules });
  try {
    const files = filesBelow(join(here, 'repository'));
    const repository = await createRepository(join(folder, 'git'), 'demo/greeter', files, { branch: '001-greeting' });
    console.log(`${outside.git}/demo/greeter, model ${outside.model}`);

    say(`Installing the runner in namespace ${NAMESPACE}`);
    const environment = demoEnvironment({ git: outside.git, model: outside.model, namespace: NAMESPACE, image });
    const chart = new RunnerChart(new App(), defineEnvironment(environment));
    console.log(apply([...chart.toJson(), ...secrets(NAMESPACE, values)]).trim());

    say('spawn-task T002 --follow');
    const { status } = spawnSync(
      process.execPath,
      [
        spawnTask,
        'T002',
        '001-greeting',
        `${outside.git}/demo/greeter`,
        'specs/001-greeting',
        '-n',
        NAMESPACE,
        '--follow',
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], cwd: folder },
    );
    if (status !== 0) return status ?? 1;

    say('What the pod and the remote have now');
    const message = '{.items[0].status.containerStatuses[0].state.terminated.message}';
    console.log(kubectl(['-n', NAMESPACE, 'get', 'pods', '-o', `jsonpath=${message}`]));
    const result = JSON.parse(kubectl(['-n', NAMESPACE, 'get', 'pods', '-o', `jsonpath=${message}`]));
    console.log(await gitIn(repository.dir, 'show', '--stat', result.branch));
    console.log(`\n${result.outcome} ${result.commit}`);
    return 0;
  } finally {
    await outside.close();
    kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
    rmSync(folder, { recursive: true, force: true });
  }
}
