import { describe, expect, test } from '@jest/globals';
import { runSettings } from '../../src/charts/run-settings.js';
import { defineEnvironment } from '../../src/environments/environment.js';
import { changed } from '../environments/changed.js';
import { environmentInput } from '../run/fixtures.js';

const settingsOf = (changes: Readonly<Record<string, unknown>>) => runSettings(defineEnvironment(changed(changes)));

describe('runSettings', () => {
  test('holds what an environment says about its runs', () => {
    const credentials = [
      { name: 'app', type: 'token', source: 'existing' },
      { name: 'deploy-key', type: 'ssh', source: 'existing' },
    ];
    const scheduling = {
      nodeSelector: { pool: 'agents' },
      tolerations: [{ key: 'agents', operator: 'Exists', value: '', effect: 'NoSchedule' }],
      affinity: { nodeAffinity: {} },
      hostUsers: false,
      runtimeClassName: 'gvisor',
      priorityClassName: 'agents',
    };
    const settings = settingsOf({
      ...Object.fromEntries(Object.entries(scheduling).map(([field, value]) => [`pod.${field}`, value])),
      'serviceAccount.name': 'runs',
      'git.repositories': ['https://git.example/org/'],
      'git.defaultRepo': 'https://git.example/org/app',
      'git.defaultBranch': 'develop',
      'git.branchPattern': 'agents/{branch}/{task}',
      'git.author': { name: 'Bot', email: 'bot@example.org' },
      'git.credentials': credentials,
      'model.credential.name': 'llm',
      'pod.image.pullPolicy': 'Always',
      'pod.imagePullSecrets': ['registry'],
      'pod.workspaceSize': '3Gi',
      'pod.terminationGracePeriodSeconds': 30,
      'task.deadlineSeconds': 900,
      'task.reserveSeconds': 60,
      'task.stallSeconds': 300,
      'task.checkpointSeconds': 45,
      'task.allowRepositoryConfig': true,
      'task.sandboxTest': true,
      'task.protectedPaths': { allow: ['.vscode/**'], allowNamedByTask: false },
      'task.cleanup': 'never',
      'egress.profiles': ['open', 'github'],
    });
    expect(settings).toEqual({
      version: 1,
      environment: 'demo',
      namespace: 'agent-runner-demo',
      image: 'agentic-sdlc/opencode:dev',
      imagePullPolicy: 'Always',
      imagePullSecrets: ['registry'],
      serviceAccountName: 'runs',
      resources: environmentInput.pod.resources,
      workspaceSize: '3Gi',
      homeSize: '2Gi',
      temporarySize: '1Gi',
      deadlineSeconds: 900,
      reserveSeconds: 60,
      stallSeconds: 300,
      checkpointSeconds: 45,
      allowRepositoryConfig: true,
      sandboxTest: true,
      protectedPaths: { allow: ['.vscode/**'], allowNamedByTask: false },
      terminationGracePeriodSeconds: 30,
      scheduling,
      repositories: ['https://git.example/org/'],
      defaultRepo: 'https://git.example/org/app',
      defaultBranch: 'develop',
      branchPattern: 'agents/{branch}/{task}',
      gitAuthor: { name: 'Bot', email: 'bot@example.org' },
      gitCredentials: [
        { name: 'app', type: 'token' },
        { name: 'deploy-key', type: 'ssh' },
      ],
      modelCredential: 'llm',
      egress: ['open', 'github'],
      cleanup: 'never',
    });
  });

  test('names the image by its digest where there is one', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(settingsOf({ 'pod.image.digest': digest }).image).toBe(`agentic-sdlc/opencode@${digest}`);
  });

  test('leaves out of the scheduling what is not set', () => {
    expect(settingsOf({}).scheduling).toEqual({ nodeSelector: {}, tolerations: [], affinity: {} });
  });
});
