// @ts-check
// Makes what a developer works with: a namespace with the runner, a Git server and a scripted model that its pods can reach, and a
// checkout of the demo's feature.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { RunnerChart } from '../../lib/charts/runner-chart.js';
import { defineEnvironment } from '../../lib/schema/environment.js';
import { apply, buildImage, deletePolicies, kubectl, secrets, startOutside } from '../../test/support/cluster.js';
import { filesBelow } from '../../test/support/files.js';
import { createRepository, gitIn } from '../../test/support/git-server.js';
import { demoEnvironment } from './environment.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const NAMESPACE = 'agent-runner-demo';
export const BRANCH = '001-greeting';

/** Shell function for the `agent-runner` of this checkout. */
export const RUNNER = `agent-runner() { node '${fileURLToPath(new URL('../../bin/agent-runner.cjs', import.meta.url))}' "$@"; }`;

/**
 * @param {(text: string) => void} say
 * @param {string} [namespace]
 */
export async function startPlayground(say, namespace = NAMESPACE) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-demo-'));
  const values = { password: 'demo-git-password', key: 'demo-model-key' };
  say("Building the runner's and the agent's image and handing them to the cluster");
  const [image = ''] = buildImage('demo').split(':');
  const [runnerImage = ''] = buildImage('runner').split(':');

  say('Starting a Git server with a password and a scripted model where pods can reach them');
  const { rules } = JSON.parse(readFileSync(join(here, 'model.json'), 'utf8'));
  const outside = await startOutside(folder, { ...values, rules });
  const close = async () => {
    await outside.close();
    kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
    deletePolicies(namespace);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const files = filesBelow(join(here, 'repository'));
    const repository = await createRepository(join(folder, 'git'), 'demo/greeter', files, { branch: BRANCH });
    const url = `${outside.git}/demo/greeter`;
    const checkout = join(folder, 'greeter');
    await makeCheckout(checkout, repository.dir, url, values.password);

    say(`Installing the runner in namespace ${namespace}, for ${url} and the model at ${outside.model}`);
    const servers = { ...outside, namespace, image, runnerImage };
    const environment = defineEnvironment(demoEnvironment(servers));
    const chart = new RunnerChart(new App(), environment.name, { environment });
    apply([...chart.toJson(), ...secrets(namespace, values)]);
    return { folder, repository, url, checkout, namespace, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Makes a checkout like a developer's, with the credential of the Git server.
 * @param {string} checkout
 * @param {string} directory of the repository
 * @param {string} url
 * @param {string} password
 */
async function makeCheckout(checkout, directory, url, password) {
  await gitIn(directory, 'clone', '--quiet', '--branch', BRANCH, directory, checkout);
  const { hostname, port } = new URL(url);
  const [, address] = process.env.TEST_OUTSIDE_GIT?.split(/[=,]/) ?? [];
  const config = [
    ['remote.origin.url', url],
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.com'],
    // No credential helper: the commands never start a program from the configuration of a checkout.
    ['http.extraHeader', `Authorization: Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`],
    // This machine does not know names of the cluster's network.
    ...(address && hostname !== address ? [['http.curloptResolve', `${hostname}:${port || 80}:${address}`]] : []),
  ];
  for (const [key = '', value = ''] of config) await gitIn(checkout, 'config', key, value);
}
