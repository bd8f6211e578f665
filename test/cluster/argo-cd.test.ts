import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { render } from '../../src/render.js';
import { defineEnvironment, type EnvironmentInput } from '../../src/schema/environment.js';
import { hardRefresh, isSynced, patch, publish, remove, startSync, state, until } from '../support/argo-cd.js';
import { apply, deletePolicies, fakeStore, kubectl } from '../support/cluster.js';
import { command, MINUTES } from './namespace.js';

/** An environment in Git, and what Argo CD has of it. */
function installed(name: string, from: 'manifests' | 'release', changes: Partial<EnvironmentInput> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-argo-'));
  const namespace = `agent-runner-test-${name}`;
  const application = `agentic-sdlc-agent-runner-${name}`;
  const write = (more: Partial<EnvironmentInput> = {}) => {
    const repoURL = publish(folder, name);
    const environment = defineEnvironment({
      name,
      namespace: { name: namespace },
      git: { repositories: ['https://git.example/'] },
      externalSecret: { secretStore: { name: namespace } },
      pod: { priorityClassName: `${namespace}-runs` },
      quota: { priorityClass: { create: true } },
      ...changes,
      ...more,
      gitops: { targetRevision: 'main', ...changes.gitops, ...more.gitops, repoURL },
    });
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    render([environment], join(folder, 'dist'));
    publish(folder, name);
  };
  return {
    namespace,
    application,
    /** Renders with changes and pushes. */
    write,
    /** What a platform engineer does once. */
    install: () => {
      const place = from === 'release' ? `releases/${application}/argocd.yaml` : `manifests/argocd-${name}`;
      kubectl(['apply', '--validate=strict', '-f', join(folder, 'dist', place)]);
    },
    objects: (kind: string) =>
      kubectl(['-n', namespace, 'get', kind, '--ignore-not-found', '-o', 'name']).split('\n').filter(Boolean),
    clear: () => {
      remove(application);
      kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
      deletePolicies(namespace);
      kubectl(['delete', 'priorityclass', `${namespace}-runs`, '--ignore-not-found']);
      kubectl(['delete', 'clustersecretstore', namespace, '--ignore-not-found']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const withArgo = process.env.TEST_PUBLISH_GIT ? describe : describe.skip;
if (!process.env.TEST_PUBLISH_GIT) {
  console.warn('The test on Argo CD is skipped: TEST_PUBLISH_GIT names no command that publishes a folder to it');
}

withArgo.each(['manifests', 'release'] as const)('Argo CD on %s of an environment like dev', (from) => {
  const dev = installed(`argo-${from}`, from, { gitops: { automated: true } });
  let pod: string;
  beforeAll(() => {
    apply([fakeStore(dev.namespace, { 'git-token': 'a-token', 'model-key': 'a-key' })]);
    dev.write();
  });
  afterAll(() => dev.clear());

  test(
    'syncs by itself to Synced and Healthy',
    async () => {
      dev.install();
      await until(dev.application, isSynced);
      expect(dev.objects('secret').sort()).toEqual(['secret/git', 'secret/model']);
    },
    MINUTES,
  );
  test('is in sync still after a hard refresh: nothing that the API server fills in is drift', async () => {
    expect(isSynced(await hardRefresh(dev.application))).toBe(true);
  });
  test('holds the namespace to the restricted Pod Security standard', () => {
    const labels = JSON.parse(kubectl(['get', 'namespace', dev.namespace, '-o', 'jsonpath={.metadata.labels}']));
    expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });
  test(
    'undoes what is changed by hand',
    async () => {
      kubectl(['-n', dev.namespace, 'delete', 'configmap', 'agent-runner-settings']);
      const quota = JSON.stringify({ spec: { hard: { pods: '999' } } });
      kubectl(['-n', dev.namespace, 'patch', 'resourcequota', 'agent-runs', '--type=merge', '-p', quota]);
      const pods = () =>
        kubectl(['-n', dev.namespace, 'get', 'resourcequota', 'agent-runs', '-o', 'jsonpath={.spec.hard.pods}']);
      await until(dev.application, (now) => isSynced(now) && pods() === '20' && dev.objects('configmap').length > 1);
    },
    MINUTES,
  );
  test('says of a run that was spawned that it is there, and no more', async () => {
    const spawned = await command('spawn-task', ['T001', 'main', 'https://git.example/a/b', '-n', dev.namespace]);
    expect(spawned.code).toBe(0);
    [pod = ''] = dev.objects('pod');
    expect(pod).toMatch(/^pod\/agent-t001-/);
    expect(isSynced(await hardRefresh(dev.application))).toBe(true);
  });
  test(
    'adds what Git has more, once the project allows it, and prunes what it has no longer',
    async () => {
      dev.write({ rbac: { groups: { viewer: ['everybody'] } } });
      dev.install();
      await until(dev.application, (now) => isSynced(now) && dev.objects('rolebinding').length === 1);
      dev.write();
      await until(dev.application, (now) => isSynced(now) && dev.objects('rolebinding').length === 0);
    },
    MINUTES,
  );
  test('leaves the run alone through every sync', () => {
    const run = JSON.parse(kubectl(['-n', dev.namespace, 'get', pod, '-o', 'json']));
    expect(run.metadata.deletionTimestamp).toBeUndefined();
  });
  test(
    'refuses what the project does not allow',
    async () => {
      dev.install();
      dev.write({ rbac: { groups: { viewer: ['everybody'] } } });
      const { operation } = await until(dev.application, ({ operation }) => operation.includes('not permitted'));
      expect(operation).toContain('RoleBinding');
      expect(dev.objects('rolebinding')).toEqual([]);
    },
    MINUTES,
  );
});

withArgo.each(['manifests', 'release'] as const)('Argo CD on %s of an environment like prod', (from) => {
  const always = { schedule: '* * * * *', duration: '1h', timeZone: 'UTC', manualSync: false };
  const prod = installed(`argo-prod-${from}`, from, {
    gitops: { automated: false, syncWindows: [{ kind: 'deny', ...always }] },
  });
  beforeAll(() => {
    apply([fakeStore(prod.namespace, { 'git-token': 'a-token', 'model-key': 'a-key' })]);
    prod.write();
    prod.install();
  });
  afterAll(() => prod.clear());

  test(
    'does not sync by itself',
    async () => {
      await until(prod.application, ({ sync }) => sync === 'OutOfSync');
      await hardRefresh(prod.application);
      expect(state(prod.application)).toMatchObject({ sync: 'OutOfSync', revision: '' });
      expect(prod.objects('configmap')).toEqual([]);
    },
    MINUTES,
  );
  test(
    'does not let a person sync outside of its windows',
    async () => {
      startSync(prod.application);
      const { operation } = await until(prod.application, ({ operation }) => operation.includes('window'));
      expect(operation).toMatch(/sync window/i);
      expect(prod.objects('configmap')).toEqual([]);
    },
    MINUTES,
  );
  test(
    'lets a person sync inside of one',
    async () => {
      patch('appproject', prod.application, {
        spec: { syncWindows: [{ kind: 'allow', applications: ['*'], ...always }] },
      });
      patch('application', prod.application, { operation: null });
      startSync(prod.application);
      await until(prod.application, isSynced);
      expect(prod.objects('secret').sort()).toEqual(['secret/git', 'secret/model']);
    },
    MINUTES,
  );
});
