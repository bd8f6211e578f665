import { describe, expect, test } from '@jest/globals';
import { all, minimal, render } from './pod-fixtures.js';

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}
const PODS = [
  ['minimal', minimal],
  ['complete', all],
] as const;
const containersOf = ({ spec }: ReturnType<typeof render>) => [...spec.containers, ...spec.initContainers];
const EACH = PODS.flatMap(([name, props]) =>
  containersOf(render(props)).map(
    (container) => [`the ${container.name} of a ${name} AgentPod`, container, props] as const,
  ),
);

// Each of these holds with nothing set and with everything set.
describe.each(PODS)('a %s AgentPod', (_, props) => {
  const pod = render(props);
  const { spec } = pod;
  const [runner] = spec.containers;
  const [agent] = spec.initContainers;
  const volume = (name: string) => spec.volumes.find((one: { name: string }) => one.name === name);

  test('is a runner, and an agent as its sidecar', () => {
    expect(spec.containers.map(({ name }: { name: string }) => name)).toEqual(['runner']);
    expect(spec.initContainers.map(({ name }: { name: string }) => name)).toEqual(['agent']);
    expect(agent.restartPolicy).toBe('Always');
    expect(runner).not.toHaveProperty('restartPolicy');
    expect(spec).not.toHaveProperty('ephemeralContainers');
  });

  test("runs what the runner's image says, and the agent by the script of the settings", () => {
    expect(runner).not.toHaveProperty('command');
    expect(agent.command).toEqual(['/bin/sh', '/etc/agent-runner/agent.sh']);
    for (const container of [runner, agent])
      for (const field of ['args', 'workingDir']) expect(container).not.toHaveProperty(field);
  });

  test('is by default its runner for kubectl, which has the log of the run', () => {
    expect(pod.metadata.annotations['kubectl.kubernetes.io/default-container']).toBe(runner.name);
  });

  test('has a user other than root, and the seccomp profile of the runtime', () => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 });
    expect(spec.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    expect(spec.securityContext).not.toHaveProperty('sysctls');
  });

  test('has volumes of the allowed kinds alone', () => {
    const kinds = spec.volumes.map((one: object) => Object.keys(one).filter((key) => key !== 'name'));
    expect([...new Set(kinds.flat())].sort()).toEqual(['configMap', 'downwardAPI', 'emptyDir', 'secret']);
  });

  test('shares nothing of the host, and no processes between its containers', () => {
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'hostAliases', 'shareProcessNamespace'])
      expect(spec).not.toHaveProperty(field);
  });

  test('has no token of its ServiceAccount, and no environment of the Services', () => {
    expect(spec.serviceAccountName).toBe('agent');
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.enableServiceLinks).toBe(false);
  });

  test('ends: once, by a deadline, with time to push what there is', () => {
    expect(spec.restartPolicy).toBe('Never');
    expect(spec.activeDeadlineSeconds).toBe(600);
    expect(spec.terminationGracePeriodSeconds).toBe(20);
  });

  test('takes the images and the resources of the environment, each for its container', () => {
    const { settings } = props;
    expect(settings.runner.image).not.toBe(settings.image);
    expect([runner.image, agent.image]).toEqual([settings.runner.image, settings.image]);
    expect([runner.imagePullPolicy, agent.imagePullPolicy]).toEqual(['Never', 'IfNotPresent']);
    expect([runner.resources, agent.resources]).toEqual([settings.runner.resources, settings.resources]);
  });

  test('has credentials as files of the runner alone', () => {
    for (const variable of runner.env) expect(Object.keys(variable)).toEqual(['name', 'value']);
    const secrets = spec.volumes.filter(({ secret }: { secret?: object }) => secret);
    expect(secrets.length).toBe(props.settings.modelCredential ? 2 : 1);
    for (const { name, secret } of secrets) {
      const mount = runner.volumeMounts.find((one: Mount) => one.name === name);
      // A subPath would never be refreshed.
      expect(mount).toEqual({ name, mountPath: expect.stringMatching(/^\/var\/run\/secrets\//), readOnly: true });
      expect(secret.defaultMode).toBe(0o440);
      expect(agent.volumeMounts.map((one: Mount) => one.name)).not.toContain(name);
    }
  });

  test('shows the runner who cancels it, and nothing else of itself', () => {
    const { downwardAPI } = volume('pod-info');
    const fieldRef = { apiVersion: 'v1', fieldPath: "metadata.annotations['agentic-sdlc.io/cancelled-by']" };
    expect(downwardAPI.items).toEqual([{ path: 'cancelled-by', fieldRef }]);
    expect(runner.volumeMounts).toContainEqual({ name: 'pod-info', mountPath: '/etc/pod-info', readOnly: true });
  });

  test('tells the agent nothing: no variable, and of its volumes those that it works with', () => {
    expect(agent).not.toHaveProperty('env');
    expect(agent.volumeMounts).toEqual([
      { name: 'workspace', mountPath: '/workspace' },
      { name: 'home', mountPath: '/home/agent' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'control', mountPath: '/control', readOnly: true },
      { name: 'config', mountPath: '/etc/agent-runner', readOnly: true },
    ]);
  });

  test('has a volume for the runner alone, and one by which it starts and stops the agent', () => {
    expect(runner.volumeMounts).toContainEqual({ name: 'control', mountPath: '/control' });
    expect(runner.volumeMounts).toContainEqual({ name: 'runner', mountPath: '/home/runner' });
    expect(volume('control').emptyDir).toEqual({ sizeLimit: props.settings.workspaceSize });
    expect(volume('runner').emptyDir).toEqual({ sizeLimit: '100Mi' });
  });

  test('has a size for the workspace, the home and /tmp', () => {
    const sizes = ['workspace', 'home', 'tmp'].map((name) => volume(name).emptyDir);
    expect(sizes).toEqual([{ sizeLimit: '1Gi' }, { sizeLimit: '2Gi' }, { sizeLimit: '3Gi' }]);
  });

  test('can read its credentials by its group', () => {
    for (const container of [runner, agent])
      expect(spec.securityContext.fsGroup).toBe(container.securityContext.runAsGroup);
  });
});

// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
describe.each(EACH)('%s', (_, container, props) => {
  const { securityContext } = container;

  test('gains no privileges, and is not privileged', () => {
    expect(securityContext.allowPrivilegeEscalation).toBe(false);
    expect(securityContext.privileged).toBe(false);
  });

  test('has no capabilities', () => {
    expect(securityContext.capabilities).toEqual({ drop: ['ALL'] });
  });

  test('has a user other than root, and the seccomp profile of the runtime', () => {
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 });
    expect(securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  });

  test('has nothing that restricted forbids', () => {
    for (const field of ['procMount', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile'])
      expect(securityContext).not.toHaveProperty(field);
    for (const field of ['ports', 'livenessProbe', 'lifecycle', 'envFrom']) expect(container).not.toHaveProperty(field);
  });

  test('has a read-only root', () => {
    expect(securityContext.readOnlyRootFilesystem).toBe(true);
  });

  test('may write to emptyDirs with a size limit, and to nothing else', () => {
    const { volumes } = render(props).spec;
    const writable = container.volumeMounts.filter(({ readOnly }: Mount) => readOnly !== true);
    expect(writable.length).toBe(3);
    for (const { name } of writable) {
      const volume = volumes.find((one: { name: string }) => one.name === name);
      expect(volume.emptyDir.sizeLimit).toMatch(/^\d+[GM]i$/);
    }
  });

  test.each(['requests', 'limits'] as const)('has %s of everything', (kind) => {
    const { cpu, memory, 'ephemeral-storage': disk, ...others } = container.resources[kind];
    for (const amount of [cpu, memory, disk]) expect(amount).toMatch(/^\d/);
    expect(others).toEqual({});
  });

  test('reports by a file, not by its log', () => {
    expect(container.terminationMessagePath).toBe('/dev/termination-log');
    expect(container.terminationMessagePolicy).toBe('File');
  });
});
