import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { environments } from '../../src/environments/index.js';
import { kubectl } from '../support/cluster.js';
import { command } from './namespace.js';

const manifests = fileURLToPath(new URL('../../dist/manifests', import.meta.url));
const dryRun = ['apply', '--dry-run=server', '--validate=strict'];

/** The CRDs of External Secrets must be there: without them half of the manifests could not be checked. */
beforeAll(() => {
  kubectl(['get', 'crd', 'externalsecrets.external-secrets.io']);
});

describe.each(environments.map(({ name, namespace }) => [name, namespace.name] as const))(
  'the API server takes %s',
  (name, namespace) => {
    const folder = join(manifests, name);
    const files = readdirSync(folder);
    // What is in a namespace is only checked where the namespace is.
    beforeAll(() => {
      kubectl(['create', '-f', join(folder, `Namespace.${namespace}.yaml`)]);
    });
    afterAll(() => {
      kubectl(['delete', 'namespace', namespace, '--wait=false']);
    });

    test.each(files)('%s', (file) => {
      expect(kubectl([...dryRun, '-f', join(folder, file)])).toMatch(
        /(created|configured|unchanged) \(server dry run\)/,
      );
    });

    test('and its pod, in the namespace that enforces the restricted standard', async () => {
      const config = files.find((file) => file.startsWith('ConfigMap.')) ?? '';
      kubectl(['create', '-f', join(folder, config)]);
      kubectl(['create', '-f', join(folder, 'ServiceAccount.agent.yaml')]);
      const [priority] = files.filter((file) => file.startsWith('PriorityClass.'));
      if (priority) kubectl(['create', '-f', join(folder, priority)]);
      const repo = /repositories": \[\s*"([^"]+)"/.exec(readFileSync(join(folder, config), 'utf8'))?.[1];
      const { code, stderr, stdout } = await command('spawn-task', [
        'T001',
        'main',
        `${repo}x/y`,
        '--env',
        name,
        '--dry-run=server',
      ]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain(`namespace: ${namespace}`);
    });
  },
);
