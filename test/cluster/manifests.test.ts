import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deletePolicies, kubectl } from '../support/cluster.js';
import { allowedRepository, site } from '../support/site.js';
import { command } from './namespace.js';

const manifests = fileURLToPath(new URL('../../dist/manifests', import.meta.url));

/** The CRDs of External Secrets must be there: without them half of the manifests could not be checked. */
beforeAll(() => {
  kubectl(['get', 'crd', 'externalsecrets.external-secrets.io']);
});

describe.each(site)('the manifests of $name', ({ name, namespace, ...environment }) => {
  // The cluster may be one that people use: everything gets a name of the test's own.
  const own = `agent-runner-test-${name}`;
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-manifests-'));
  const files = readdirSync(join(manifests, name));
  beforeAll(() => {
    mkdirSync(join(folder, name));
    for (const file of files) {
      const text = readFileSync(join(manifests, name, file), 'utf8').replaceAll(namespace.name, own);
      writeFileSync(join(folder, name, file.replace(namespace.name, own)), text);
    }
  });
  afterAll(() => {
    kubectl(['delete', 'priorityclass', `${own}-runs`, '--ignore-not-found']);
    deletePolicies(own);
    kubectl(['delete', 'namespace', own, '--ignore-not-found', '--wait=false']);
    rmSync(folder, { recursive: true, force: true });
  });

  test('are installed by the documented command, on a cluster that has nothing of them', () => {
    const namespaceFile = join(folder, name, `Namespace.${own}.yaml`);
    const output = kubectl(['apply', '--validate=strict', '-f', namespaceFile, '-f', join(folder, name)]);
    expect(output.match(/ created$/gm)).toHaveLength(files.length);
  });
  test('change nothing when they are installed once more', () => {
    const output = kubectl(['apply', '-f', join(folder, name)]);
    expect(output.match(/ unchanged$/gm)).toHaveLength(files.length);
  });
  test('come back from the API server with nothing added that Argo CD would take for drift', () => {
    for (const secret of files.filter((file) => file.startsWith('ExternalSecret.'))) {
      const { spec } = JSON.parse(kubectl(['-n', own, 'get', '-f', join(folder, name, secret), '-o', 'json']));
      const applied = JSON.parse(
        kubectl(['create', '--dry-run=client', '-f', join(folder, name, secret), '-o', 'json']),
      );
      // The controller adds an empty map, which Argo CD does not count.
      expect({ ...spec.target.template, metadata: {} }).toEqual({ ...applied.spec.target.template, metadata: {} });
      delete spec.target.template;
      delete applied.spec.target.template;
      expect(spec).toEqual(applied.spec);
    }
  });
  test('let a run be created, in the namespace that enforces the restricted standard', async () => {
    const settings = kubectl([
      '-n',
      own,
      'get',
      'configmap',
      'agent-runner-settings',
      '-o',
      'jsonpath={.data.settings\\.json}',
    ]);
    const args = ['T001', 'main', allowedRepository(JSON.parse(settings)), '-n', own, '--dry-run=server'];
    const { code, stderr, stdout } = await command('spawn-task', args);
    // Some admit none until their images are named by digest.
    const { runner, pod } = environment;
    const isDenied =
      environment.spawnPolicy.enabled && [runner, pod].some(({ image }) => image.requireDigest && !image.digest);
    if (isDenied) expect(stderr).toMatch(/denied request: digest: /);
    expect(code).toBe(isDenied ? 3 : 0);
    expect(stdout).toContain(isDenied ? '' : `namespace: ${own}`);
  });
});
