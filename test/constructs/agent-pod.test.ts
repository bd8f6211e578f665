import { describe, expect, test } from '@jest/globals';
import { INPUT_VARIABLES } from '../../src/run/input.js';
import { all, minimal, render } from './pod-fixtures.js';

describe('AgentPod', () => {
  test('renders one Pod from the minimal definition', () => {
    expect(render(minimal)).toMatchInlineSnapshot(`
{
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {
    "annotations": {
      "agentic-sdlc.io/attempt": "1",
      "agentic-sdlc.io/branch": "001-login-t001",
      "agentic-sdlc.io/repository": "https://git.example/team/app",
      "agentic-sdlc.io/run-id": "03babdc9757ee1bdc38b023f7c046a67a3d98102d0f4728ea2e774c079f3824a",
      "agentic-sdlc.io/task-id": "T001",
      "kubectl.kubernetes.io/default-container": "runner",
    },
    "labels": {
      "agentic-sdlc.io/egress": "github",
      "agentic-sdlc.io/feature": "001-login",
      "agentic-sdlc.io/run": "03babdc975",
      "agentic-sdlc.io/task": "t001",
      "app.kubernetes.io/managed-by": "agent-runner",
    },
    "name": "agent-t001-03babdc975-1",
    "namespace": "agent-runner-demo",
  },
  "spec": {
    "activeDeadlineSeconds": 600,
    "automountServiceAccountToken": false,
    "containers": [
      {
        "env": [
          {
            "name": "TASK_ID",
            "value": "T001",
          },
          {
            "name": "GIT_REPO",
            "value": "https://git.example/team/app",
          },
          {
            "name": "GIT_BRANCH",
            "value": "001-login",
          },
          {
            "name": "TASK_BRANCH",
            "value": "001-login-t001",
          },
          {
            "name": "RUN_NAME",
            "value": "agent-t001-03babdc975-1",
          },
          {
            "name": "LOG_FORMAT",
            "value": "text",
          },
        ],
        "image": "agentic-sdlc/agent-runner:dev",
        "imagePullPolicy": "Never",
        "name": "runner",
        "resources": {
          "limits": {
            "cpu": "1",
            "ephemeral-storage": "4Gi",
            "memory": "1Gi",
          },
          "requests": {
            "cpu": "50m",
            "ephemeral-storage": "256Mi",
            "memory": "128Mi",
          },
        },
        "securityContext": {
          "allowPrivilegeEscalation": false,
          "capabilities": {
            "drop": [
              "ALL",
            ],
          },
          "privileged": false,
          "readOnlyRootFilesystem": true,
          "runAsGroup": 10001,
          "runAsNonRoot": true,
          "runAsUser": 10001,
          "seccompProfile": {
            "type": "RuntimeDefault",
          },
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": [
          {
            "mountPath": "/workspace",
            "name": "workspace",
          },
          {
            "mountPath": "/control",
            "name": "control",
          },
          {
            "mountPath": "/home/runner",
            "name": "runner",
          },
          {
            "mountPath": "/etc/agent-runner",
            "name": "config",
            "readOnly": true,
          },
          {
            "mountPath": "/etc/pod-info",
            "name": "pod-info",
            "readOnly": true,
          },
          {
            "mountPath": "/var/run/secrets/agent-runner/git",
            "name": "git-credential",
            "readOnly": true,
          },
        ],
      },
    ],
    "enableServiceLinks": false,
    "initContainers": [
      {
        "command": [
          "/bin/sh",
          "/etc/agent-runner/agent.sh",
        ],
        "image": "agentic-sdlc/opencode:dev",
        "imagePullPolicy": "IfNotPresent",
        "name": "agent",
        "resources": {
          "limits": {
            "cpu": "2",
            "ephemeral-storage": "4Gi",
            "memory": "2Gi",
          },
          "requests": {
            "cpu": "100m",
            "ephemeral-storage": "256Mi",
            "memory": "512Mi",
          },
        },
        "restartPolicy": "Always",
        "securityContext": {
          "allowPrivilegeEscalation": false,
          "capabilities": {
            "drop": [
              "ALL",
            ],
          },
          "privileged": false,
          "readOnlyRootFilesystem": true,
          "runAsGroup": 10001,
          "runAsNonRoot": true,
          "runAsUser": 10001,
          "seccompProfile": {
            "type": "RuntimeDefault",
          },
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": [
          {
            "mountPath": "/workspace",
            "name": "workspace",
          },
          {
            "mountPath": "/home/agent",
            "name": "home",
          },
          {
            "mountPath": "/tmp",
            "name": "tmp",
          },
          {
            "mountPath": "/control",
            "name": "control",
            "readOnly": true,
          },
          {
            "mountPath": "/etc/agent-runner",
            "name": "config",
            "readOnly": true,
          },
        ],
      },
    ],
    "restartPolicy": "Never",
    "securityContext": {
      "fsGroup": 10001,
      "fsGroupChangePolicy": "OnRootMismatch",
      "runAsGroup": 10001,
      "runAsNonRoot": true,
      "runAsUser": 10001,
      "seccompProfile": {
        "type": "RuntimeDefault",
      },
    },
    "serviceAccountName": "agent",
    "terminationGracePeriodSeconds": 20,
    "volumes": [
      {
        "emptyDir": {
          "sizeLimit": "1Gi",
        },
        "name": "workspace",
      },
      {
        "emptyDir": {
          "sizeLimit": "2Gi",
        },
        "name": "home",
      },
      {
        "emptyDir": {
          "sizeLimit": "3Gi",
        },
        "name": "tmp",
      },
      {
        "emptyDir": {
          "sizeLimit": "1Gi",
        },
        "name": "control",
      },
      {
        "emptyDir": {
          "sizeLimit": "100Mi",
        },
        "name": "runner",
      },
      {
        "configMap": {
          "defaultMode": 292,
          "name": "agent-runner-settings",
        },
        "name": "config",
      },
      {
        "downwardAPI": {
          "defaultMode": 292,
          "items": [
            {
              "fieldRef": {
                "apiVersion": "v1",
                "fieldPath": "metadata.annotations['agentic-sdlc.io/cancelled-by']",
              },
              "path": "cancelled-by",
            },
          ],
        },
        "name": "pod-info",
      },
      {
        "name": "git-credential",
        "secret": {
          "defaultMode": 288,
          "secretName": "git",
        },
      },
    ],
  },
}
`);
  });

  test('takes all props', () => {
    const { metadata, spec } = render(all);
    expect(metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'agent-runner',
      'agentic-sdlc.io/task': 't001',
      'agentic-sdlc.io/feature': '001-login',
      'agentic-sdlc.io/run': all.runId.slice(0, 10),
      'agentic-sdlc.io/egress': 'open',
      'agentic-sdlc.io/session': expect.stringMatching(/^ses-0123-[0-9a-f]{4}$/),
    });
    expect(metadata.annotations).toEqual({
      'kubectl.kubernetes.io/default-container': 'runner',
      'agentic-sdlc.io/task-id': 'T001',
      'agentic-sdlc.io/run-id': all.runId,
      'agentic-sdlc.io/attempt': '3',
      'agentic-sdlc.io/repository': 'https://git.example/team/app',
      'agentic-sdlc.io/branch': '001-login-t001',
      'agentic-sdlc.io/created-by': 'oidc:alice@example.org',
    });
    expect(spec).toMatchObject({
      nodeSelector: { pool: 'agents' },
      tolerations: [{ key: 'agents', operator: 'Exists', value: '', effect: '' }],
      affinity: { nodeAffinity: {} },
      hostUsers: false,
      runtimeClassName: 'gvisor',
      priorityClassName: 'agents',
      imagePullSecrets: [{ name: 'registry' }],
    });
    expect(spec.containers[0].env.map(({ name }: { name: string }) => name)).toEqual(INPUT_VARIABLES);
    expect(spec.volumes.map(({ name }: { name: string }) => name)).toContain('model-credential');
  });

  // An empty class name is the name of a class that there is not.
  test.each([
    ...['hostUsers', 'runtimeClassName', 'priorityClassName'],
    ...['imagePullSecrets', 'nodeSelector', 'tolerations', 'affinity'],
  ])('has no %s unless it is set', (field) => {
    expect(render(minimal).spec).not.toHaveProperty(field);
    expect(render(all).spec).toHaveProperty(field);
  });

  test('mounts no key of a model that needs none', () => {
    expect(JSON.stringify(render(minimal))).not.toContain('model-credential');
  });

  test.each([
    ['an attempt of zero', { attempt: 0 }, /attempt is 0; it counts from 1/],
    ['a broken attempt', { attempt: 1.5 }, /attempt is 1.5; it counts from 1/],
    ['an unknown Secret', { gitCredential: 'model' }, /gitCredential is "model"; allowed are git/],
    ['another egress', { egress: 'open' as const }, /egress is "open"; allowed are github/],
  ])('refuses %s', (_, changes, problem) => {
    expect(() => render({ ...minimal, ...changes })).toThrow(problem);
  });
});
