import { describe, expect, test } from '@jest/globals';
import { all, minimal, render } from './pod-fixtures.js';

// Each of these holds with nothing set and with everything set.
describe.each([
  ['minimal', minimal],
  ['complete', all],
])('a %s AgentPod', (_, props) => {
  const { spec } = render(props);
  const [container] = spec.containers;

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  describe('satisfies the standard restricted:', () => {
    test('no privilege escalation', () => {
      expect(container.securityContext.allowPrivilegeEscalation).toBe(false);
    });

    test('no capabilities', () => {
      expect(container.securityContext.capabilities).toEqual({ drop: ['ALL'] });
    });

    test.each([
      ['pod', spec.securityContext],
      ['container', container.securityContext],
    ])('a user other than root, of the %s', (__, context) => {
      expect(context).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 });
      expect(context.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    });

    test('volumes of the allowed kinds alone', () => {
      const kinds = spec.volumes.map((volume: object) => Object.keys(volume).filter((key) => key !== 'name'));
      expect([...new Set(kinds.flat())].sort()).toEqual(['configMap', 'downwardAPI', 'emptyDir', 'secret']);
    });

    test('not privileged, no proc mount, and nothing of the host', () => {
      expect(container.securityContext.privileged).toBe(false);
      for (const field of ['procMount', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile']) {
        expect(container.securityContext).not.toHaveProperty(field);
      }
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'hostAliases']) expect(spec).not.toHaveProperty(field);
      for (const field of ['ports', 'livenessProbe', 'lifecycle']) expect(container).not.toHaveProperty(field);
      expect(spec.securityContext).not.toHaveProperty('sysctls');
    });
  });

  test('is one container that runs what its image says', () => {
    expect(spec.containers).toHaveLength(1);
    expect(container.name).toBe('agent');
    for (const field of ['command', 'args', 'workingDir']) expect(container).not.toHaveProperty(field);
    for (const field of ['initContainers', 'ephemeralContainers']) expect(spec).not.toHaveProperty(field);
  });

  test('has a read-only root', () => {
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
  });

  test('may write to emptyDirs with a size limit, and to nothing else', () => {
    const writable = container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => readOnly !== true);
    expect(writable.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual([
      ...['/workspace', '/home/agent', '/tmp'],
    ]);
    for (const { name } of writable) {
      const volume = spec.volumes.find((one: { name: string }) => one.name === name);
      expect(volume.emptyDir.sizeLimit).toMatch(/^\d+Gi$/);
    }
  });

  test('has no token of its ServiceAccount, and no environment of the Services', () => {
    expect(spec.serviceAccountName).toBe('agent');
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.enableServiceLinks).toBe(false);
  });

  test.each(['requests', 'limits'] as const)('has %s of everything, as the environment says', (kind) => {
    const { cpu, memory, 'ephemeral-storage': disk } = container.resources[kind];
    for (const amount of [cpu, memory, disk]) expect(amount).toMatch(/^\d/);
    expect(container.resources[kind]).toEqual(props.settings.resources[kind]);
  });

  test('ends: once, by a deadline, with time to push what there is', () => {
    expect(spec.restartPolicy).toBe('Never');
    expect(spec.activeDeadlineSeconds).toBe(600);
    expect(spec.terminationGracePeriodSeconds).toBe(20);
  });

  test('reports by a file that the agent writes, not by its log', () => {
    expect(container.terminationMessagePath).toBe('/dev/termination-log');
    expect(container.terminationMessagePolicy).toBe('File');
  });

  test('has credentials as files alone', () => {
    expect(container).not.toHaveProperty('envFrom');
    for (const variable of container.env) expect(Object.keys(variable)).toEqual(['name', 'value']);
    const secrets = spec.volumes.filter(({ secret }: { secret?: object }) => secret);
    expect(secrets.length).toBe(props.settings.modelCredential ? 2 : 1);
    for (const { name, secret } of secrets) {
      const mount = container.volumeMounts.find((one: { name: string }) => one.name === name);
      // A subPath would never be refreshed.
      expect(mount).toEqual({ name, mountPath: expect.stringMatching(/^\/var\/run\/secrets\//), readOnly: true });
      expect(secret.defaultMode).toBe(0o440);
    }
  });

  test('is shown of itself who cancels it, and nothing else', () => {
    const { downwardAPI } = spec.volumes.find(({ name }: { name: string }) => name === 'pod-info');
    const fieldRef = { apiVersion: 'v1', fieldPath: "metadata.annotations['agentic-sdlc.io/cancelled-by']" };
    expect(downwardAPI.items).toEqual([{ path: 'cancelled-by', fieldRef }]);
    expect(container.volumeMounts).toContainEqual({ name: 'pod-info', mountPath: '/etc/pod-info', readOnly: true });
  });

  test('can read them by its group', () => {
    expect(spec.securityContext.fsGroup).toBe(container.securityContext.runAsGroup);
  });
});
