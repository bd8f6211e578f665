import { describe, expect, test } from '@jest/globals';
import { runSettings } from '../../src/charts/run-settings.js';
import { defineEnvironment } from '../../src/schema/environment.js';
import { environmentInput } from '../run/fixtures.js';
import { changed } from '../schema/changed.js';

const settingsOf = (changes: Readonly<Record<string, unknown>>) => runSettings(defineEnvironment(changed(changes)));

const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

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
      'model.provider': 'openai',
      'model.name': 'large',
      'model.smallName': 'small',
      'model.baseURL': 'https://model.example/v1',
      'model.sdk': '',
      'model.models': [
        { name: 'large', prices: PRICES },
        { name: 'other', limit: { context: 1000, output: 100 } },
        { name: 'small', prices: { ...PRICES, input: 0.25 } },
      ],
      'model.credential.name': 'llm',
      'runner.image': { repository: 'registry.example/runner', tag: 'v1', pullPolicy: 'Never' },
      'pod.image.pullPolicy': 'Always',
      'pod.imagePullSecrets': ['registry'],
      'pod.workspaceSize': '3Gi',
      'pod.terminationGracePeriodSeconds': 30,
      'task.deadlineSeconds': 900,
      'task.reserveSeconds': 60,
      'task.stallSeconds': 300,
      'task.checkpointSeconds': 45,
      'task.budget': { tokens: 5_000_000, cost: 0 },
      'task.contextCharacters': 5000,
      'task.allowRepositoryConfig': true,
      'task.sandboxTest': true,
      'task.protectedPaths': { allow: ['.vscode/**'], allowNamedByTask: false },
      'task.cleanup': 'never',
      'egress.profiles': ['open', 'github'],
    });
    expect(settings).toEqual({
      version: 2,
      environment: 'demo',
      namespace: 'agent-runner-demo',
      runner: {
        image: 'registry.example/runner:v1',
        imagePullPolicy: 'Never',
        resources: environmentInput.runner.resources,
      },
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
      contextCharacters: 5000,
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
      provider: 'openai',
      model: {
        url: 'https://model.example/v1',
        names: ['large', 'small', 'large', 'other', 'small'],
        prices: { large: PRICES, small: { ...PRICES, input: 0.25 } },
      },
      budget: { tokens: 5_000_000, cost: 0 },
      modelCredential: 'llm',
      egress: ['open', 'github'],
      cleanup: 'never',
    });
  });

  test('names each image by its digest where there is one', () => {
    const [one, other] = ['0', '1'].map((digit) => `sha256:${digit.repeat(64)}`);
    const settings = settingsOf({ 'pod.image.digest': one, 'runner.image.digest': other });
    expect(settings.image).toBe(`agentic-sdlc/opencode@${one}`);
    expect(settings.runner.image).toBe(`agentic-sdlc/agent-runner@${other}`);
  });

  test('knows one model, no price and no budget where none is given', () => {
    const plain = { 'model.provider': 'anthropic', 'model.baseURL': '', 'model.sdk': '', 'model.models': [] };
    const { model, budget } = settingsOf({ ...plain, 'model.name': 'claude-sonnet-4-5' });
    // The program in the pod fills in the provider's own URL.
    expect(model).toEqual({ url: '', names: ['claude-sonnet-4-5'], prices: {} });
    expect(budget).toEqual({ tokens: 0, cost: 0 });
  });

  test('leaves out of the scheduling what is not set', () => {
    expect(settingsOf({}).scheduling).toEqual({ nodeSelector: {}, tolerations: [], affinity: {} });
  });
});
