import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { helm } from '../../tools/helm.js';
import { kubectl } from '../support/cluster.js';
import { command, MINUTES } from './namespace.js';

const release = fileURLToPath(new URL('../../dist/releases/agentic-sdlc-agent-runner-dev', import.meta.url));
const NAME = 'agentic-sdlc-agent-runner-dev';

describe.each([3, 4] as const)('helm %i on a real cluster', (major) => {
  const namespace = `agent-runner-test-helm-${major}`;
  let program: string;
  const run = (...args: string[]) => execFileSync(program, [...args, '--namespace', namespace], { encoding: 'utf8' });
  const settings = (path: string) =>
    kubectl(['-n', namespace, 'get', 'configmap', 'agent-runner-settings', '-o', `jsonpath=${path}`]);
  const objects = () =>
    kubectl(['-n', namespace, 'get', 'role,configmap,externalsecret,resourcequota,limitrange', '-o', 'name']);
  beforeAll(() => {
    program = helm(major);
    kubectl(['delete', 'namespace', namespace, '--ignore-not-found']);
  }, MINUTES);
  afterAll(() => {
    kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
  });

  test(
    'installs a release by the documented command, and once more without a change',
    () => {
      const install = ['upgrade', '--install', NAME, release, '--create-namespace'];
      expect(run(...install)).toContain(`installed in namespace ${namespace}`);
      const version = () => settings('{.metadata.resourceVersion}');
      const before = version();
      run(...install);
      expect(version()).toBe(before);
    },
    MINUTES,
  );
  test(
    'gives what values say to every run',
    async () => {
      run('upgrade', NAME, release, '--set', 'agentic-sdlc-agent-runner.task.deadlineSeconds=1234');
      const args = ['T001', 'main', 'https://github.com/owner/name', '-n', namespace, '--dry-run=server', '-o', 'json'];
      const { stdout, stderr } = await command('spawn-task', args);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout).spec.activeDeadlineSeconds).toBe(1234);
    },
    MINUTES,
  );
  test(
    'goes back, and leaves nothing when it is uninstalled',
    () => {
      run('rollback', NAME, '1');
      expect(JSON.parse(settings('{.data.settings\\.json}')).deadlineSeconds).toBe(3600);
      run('uninstall', NAME);
      expect(
        objects()
          .split('\n')
          .filter((name) => name !== '' && name !== 'configmap/kube-root-ca.crt'),
      ).toEqual([]);
    },
    MINUTES,
  );
});
