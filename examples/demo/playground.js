// @ts-check
// A namespace with the runner in it, a Git server and a scripted model that its pods reach, and a checkout of the demo's
// feature: what a developer has in front of them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { RunnerChart } from '../../lib/charts/runner-chart.js';
import { defineEnvironment } from '../../lib/environments/environment.js';
import { apply, buildImage, deletePolicies, kubectl, secrets, startOutside } from '../../test/support/cluster.js';
import { filesBelow } from '../../test/support/files.js';
import { createRepository, gitIn } from '../../test/support/git-server.js';
import { demoEnvironment } from './environment.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const NAMESPACE = 'agent-runner-demo';
export const BRANCH = '001-greeting';

/** What a shell needs to have the command of this folder. */
export const RUNNER = `agent-runner() { node '${fileURLToPath(new URL('../../bin/agent-runner.cjs', import.meta.url))}' "$@"; }`;

/**
 * @param {(text: string) => void} say
 * @param {string} [namespace]
 */
export async function startPlayground(say, namespace = NAMESPACE) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-demo-'));
  const values = { password: 'demo-git-password', key: 'demo-model-key' };
  say("Building the agent's image and handing it to the cluster");
  const [image = ''] = buildImage().split(':');

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
    const environment = demoEnvironment({ ...outside, namespace, image });
    const chart = new RunnerChart(new App(), defineEnvironment(environment));
    apply([...chart.toJson(), ...secrets(namespace, values)]);
    return { folder, repository, url, checkout, namespace, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A checkout as a developer has it, with the credential of the Git server.
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
    // Not a helper: the commands start no program that a checkout's configuration names.
    ['http.extraHeader', `Authorization: Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`],
    // Names of the cluster's network are not known here.
    ...(address && hostname !== address ? [['http.curloptResolve', `${hostname}:${port || 80}:${address}`]] : []),
  ];
  for (const [key = '', value = ''] of config) await gitIn(checkout, 'config', key, value);
}
