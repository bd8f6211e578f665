import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listIfAllowed } from '../../src/cluster/access.js';
import { Api } from '../../src/cluster/api.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { apply, kubectl } from '../support/cluster.js';
import { BRANCH } from '../support/world.js';
import { command, type Ended, MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

const CLUSTER_ERROR = 3;

let folder: string;
let namespace: RunnerNamespace;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-refusals-'));
  namespace = await startNamespace('agent-runner-test-refusals', []);
}, MINUTES);
afterAll(async () => {
  await namespace?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The user's kubeconfig with one thing changed. */
function kubeconfig(
  name: string,
  change: (config: { users: { user: object }[]; clusters: { cluster: object }[] }) => void,
) {
  const config = JSON.parse(kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']));
  change(config);
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** The kubeconfig of somebody who has no right but those of a group. */
function asMemberOf(group: string) {
  return kubeconfig(group, (config) => {
    config.users[0] = { ...config.users[0], user: { ...config.users[0]?.user, as: 'somebody', 'as-groups': [group] } };
  });
}

/** The whole end is compared, so that a failed test shows all that the command said. */
function expectRefusal(ended: Ended, why: string) {
  expect(ended).toEqual({ code: CLUSTER_ERROR, stdout: '', stderr: expect.stringContaining(why) });
}

describe('spawn-task creates nothing and says why', () => {
  afterAll(() => expect(namespace.get('pods').items).toEqual([]));

  test('when the kubeconfig is missing', async () => {
    const ended = await namespace.spawn('T002', '--kubeconfig', join(folder, 'missing'));
    expectRefusal(ended, `--kubeconfig is ${join(folder, 'missing')}, which does not exist`);
  });
  test('when the context is unknown', async () => {
    const ended = await namespace.spawn('T002', '--context', 'nowhere');
    expectRefusal(ended, 'nowhere');
  });
  test('when nothing answers at the cluster’s address', async () => {
    const file = kubeconfig('dead', (config) => {
      config.clusters[0] = { ...config.clusters[0], cluster: { server: 'https://127.0.0.1:1' } };
    });
    const ended = await namespace.spawn('T002', '--kubeconfig', file);
    expectRefusal(ended, 'the API server https://127.0.0.1:1 does not answer: the connection was refused');
  });
  test('when the user may only look, naming the namespace and the role to ask for', async () => {
    const ended = await namespace.spawn('T002', '--kubeconfig', asMemberOf('demo-viewers'));
    expectRefusal(ended, `you may not create pods in namespace ${namespace.name}`);
    expectRefusal(ended, "ask for the maintainer's role");
  });
  test('when the user may not even read the settings', async () => {
    const file = kubeconfig('nobody', (config) => {
      config.users[0] = { ...config.users[0], user: { ...config.users[0]?.user, as: 'nobody' } };
    });
    const ended = await namespace.spawn('T002', '--kubeconfig', file);
    expectRefusal(ended, 'you may not read configmap agent-runner-settings');
  });
  test('when the namespace does not exist', async () => {
    const ended = await command('spawn-task', ['T002', BRANCH, namespace.url, '-n', 'agent-runner-nowhere']);
    expectRefusal(ended, 'namespace agent-runner-nowhere does not exist');
  });
  test('when the runner is not installed in the namespace', async () => {
    const ended = await command('spawn-task', ['T002', BRANCH, namespace.url, '-n', 'default']);
    expectRefusal(ended, 'namespace default has no configmap agent-runner-settings');
  });
  test('when the namespace’s quota is used up', async () => {
    apply([
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: namespace.name },
        spec: { hard: { pods: '0' } },
      },
    ]);
    // Until its status says so, it does not count.
    kubectl([
      ...['-n', namespace.name, 'wait', 'resourcequota/none'],
      '--for=jsonpath={.status.hard.pods}=0',
      '--timeout=60s',
    ]);
    const ended = await namespace.spawn('T002');
    kubectl(['-n', namespace.name, 'delete', 'resourcequota', 'none']);
    expectRefusal(ended, 'exceeded quota');
  });
  test('when a pod that is no run has the name', async () => {
    const manifest = JSON.parse((await namespace.spawn('T002', '--dry-run=server', '-o', 'json')).stdout);
    // Names and labels have the beginning of the id alone.
    const id = manifest.metadata.annotations['agentic-sdlc.io/run-id'];
    manifest.metadata.annotations['agentic-sdlc.io/run-id'] = `${id.slice(0, 10)}${'f'.repeat(54)}`;
    kubectl(['create', '-f', '-'], JSON.stringify(manifest));
    const ended = await namespace.spawn('T002');
    kubectl(['-n', namespace.name, 'delete', 'pod', manifest.metadata.name, '--grace-period=0', '--force']);
    expectRefusal(
      ended,
      'its run id is not that of its repository, branch and task; delete it, or choose another branch',
    );
  });
});

test(
  'a maintainer may spawn a run and follow it, with the rights of the Role alone',
  async () => {
    const flags = ['--prompt', 'Nothing to do.', '--follow', '--kubeconfig', asMemberOf('demo-maintainers')];
    const { code, stdout, stderr } = await namespace.spawn('T002', ...flags);
    expect(stderr).not.toContain('you may not');
    expect(stdout).toContain('no-changes');
    expect(code).toBe(OUTCOMES['no-changes'].exitCode);
  },
  MINUTES,
);

test('a kind that the cluster does not have is none, and not a cluster that does not answer', async () => {
  const api = await Api.connect({}, console.error);
  try {
    expect(await listIfAllowed(api, '/apis/nobody.example/v1/namespaces/default/things')).toBeUndefined();
    expect(await listIfAllowed(api, '/apis/apps/v1/namespaces/default/things')).toBeUndefined();
  } finally {
    api.close();
  }
});
