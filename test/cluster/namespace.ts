import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'cdk8s';
import { demoEnvironment } from '../../examples/demo/environment.js';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { defineEnvironment, type EnvironmentInput } from '../../src/schema/environment.js';
import { apply, buildImage, deletePolicies, fakeStore, kubectl, secrets, startOutside } from '../support/cluster.js';
import { filesBelow } from '../support/files.js';
import { createRepository } from '../support/git-server.js';
import { WITHOUT_KUBECTL } from '../support/without-kubectl.js';
import { BRANCH, FEATURE } from '../support/world.js';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** For what waits for pods. */
export const MINUTES = 180_000;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the commands as a user would, from an empty folder. */
export function command(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const file = join(project, 'bin', `${name}.cjs`);
    const options = {
      cwd: tmpdir(),
      env: { ...process.env, ...WITHOUT_KUBECTL, NAMESPACE: '', ENVIRONMENT: '', ...env },
      maxBuffer: 1 << 26,
    };
    const child = execFile(process.execPath, [file, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/**
 * A namespace with the runner in it, a repository and a scripted model outside of the cluster. Its Secrets exist, or come
 * from a secret store.
 * @param fields what differs from the demo's environment
 */
export async function startNamespace(
  name: string,
  rules: readonly object[],
  secretsFrom: 'existing' | 'store' = 'existing',
  fields: Pick<EnvironmentInput, 'pod' | 'task' | 'egress'> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-cluster-'));
  const values = { password: 'cluster-git-password', key: 'cluster-model-key' };
  const [image = ''] = buildImage('demo').split(':');
  const [runnerImage = ''] = buildImage('runner').split(':');
  const outside = await startOutside(folder, { ...values, rules: [...rules] });
  const install = async () => {
    const files = filesBelow(join(project, 'examples/demo/repository'));
    const repository = await createRepository(join(folder, 'git'), 'demo/greeter', files, { branch: BRANCH });
    const servers = { ...outside, namespace: name, image, runnerImage };
    const demo = demoEnvironment(servers);
    const stored = {
      externalSecret: { secretStore: { name } },
      git: { repositories: demo.git.repositories },
      model: { ...demo.model, credential: {} },
    };
    const pod = { ...demo.pod, ...fields.pod };
    const task = { ...demo.task, ...fields.task };
    const egress = { ...demo.egress, ...fields.egress };
    const environment = defineEnvironment({ ...demo, pod, task, egress, ...(secretsFrom === 'store' && stored) });
    kubectl(['delete', 'namespace', name, '--ignore-not-found']);
    const store = fakeStore(name, { 'git-token': values.password, 'model-key': values.key });
    const made = secretsFrom === 'store' ? [store] : secrets(name, values);
    apply([...new RunnerChart(new App(), environment.name, { environment }).toJson(), ...made]);
    return { environment, repository };
  };
  const { environment, repository } = await install().catch(async (error) => {
    // A server that is left would keep the tests from ending, and the next ones from starting theirs.
    await outside.close();
    throw error;
  });
  const url = `${outside.git}/demo/greeter`;
  return {
    name,
    environment,
    repository,
    url,
    values,
    /** `spawn-task` for this namespace's repository. */
    spawn: (task: string, ...flags: string[]) =>
      command('spawn-task', [task, BRANCH, url, FEATURE, '-n', name, ...flags]),
    get: (...args: string[]) => JSON.parse(kubectl(['-n', name, 'get', ...args, '-o', 'json'])),
    close: async () => {
      await outside.close();
      kubectl(['delete', 'namespace', name, '--wait=false']);
      deletePolicies(name);
      if (secretsFrom === 'store') kubectl(['delete', 'clustersecretstore', name]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type RunnerNamespace = Awaited<ReturnType<typeof startNamespace>>;
