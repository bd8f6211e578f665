import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listIfAllowed } from '../../src/cluster/access.js';
import { Api } from '../../src/cluster/api.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { apply, kubectl } from '../support/cluster.js';
import { BRANCH } from '../support/world.js';
import { command, MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

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

describe('spawn-task creates nothing and says why', () => {
  afterAll(() => expect(namespace.get('pods').items).toEqual([]));

  test('when the kubeconfig is missing', async () => {
    const { code, stderr } = await namespace.spawn('T002', '--kubeconfig', join(folder, 'missing'));
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain(`--kubeconfig is ${join(folder, 'missing')}, which does not exist`);
  });
  test('when the context is unknown', async () => {
    const { code, stderr } = await namespace.spawn('T002', '--context', 'nowhere');
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain('nowhere');
  });
  test('when nothing answers at the cluster’s address', async () => {
    const file = kubeconfig('dead', (config) => {
      config.clusters[0] = { ...config.clusters[0], cluster: { server: 'https://127.0.0.1:1' } };
    });
    const { code, stderr } = await namespace.spawn('T002', '--kubeconfig', file);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toMatch(/the API server https:\/\/127\.0\.0\.1:1 does not answer: the connection was refused/);
  });
  test('when the user may only look, naming the namespace and the role to ask for', async () => {
    const { code, stderr } = await namespace.spawn('T002', '--kubeconfig', asMemberOf('demo-viewers'));
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain(`you may not create pods in namespace ${namespace.name}`);
    expect(stderr).toContain("ask for the maintainer's role");
  });
  test('when the user may not even read the settings', async () => {
    const file = kubeconfig('nobody', (config) => {
      config.users[0] = { ...config.users[0], user: { ...config.users[0]?.user, as: 'nobody' } };
    });
    const { code, stderr } = await namespace.spawn('T002', '--kubeconfig', file);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain('you may not read configmap agent-runner-settings');
  });
  test('when the namespace does not exist', async () => {
    const { code, stderr } = await command('spawn-task', ['T002', BRANCH, namespace.url, '-n', 'agent-runner-nowhere']);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain('namespace agent-runner-nowhere does not exist');
  });
  test('when the runner is not installed in the namespace', async () => {
    const { code, stderr } = await command('spawn-task', ['T002', BRANCH, namespace.url, '-n', 'default']);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain('namespace default has no configmap agent-runner-settings');
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
    const { code, stderr } = await namespace.spawn('T002');
    kubectl(['-n', namespace.name, 'delete', 'resourcequota', 'none']);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain('exceeded quota');
  });
  test('when a pod that is no run has the name', async () => {
    const manifest = JSON.parse((await namespace.spawn('T002', '--dry-run=server', '-o', 'json')).stdout);
    // Names and labels have the beginning of the id alone.
    const id = manifest.metadata.annotations['agentic-sdlc.io/run-id'];
    manifest.metadata.annotations['agentic-sdlc.io/run-id'] = `${id.slice(0, 10)}${'f'.repeat(54)}`;
    kubectl(['create', '-f', '-'], JSON.stringify(manifest));
    const { code, stderr } = await namespace.spawn('T002');
    kubectl(['-n', namespace.name, 'delete', 'pod', manifest.metadata.name, '--grace-period=0', '--force']);
    expect(code).toBe(CLUSTER_ERROR);
    expect(stderr).toContain(
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
