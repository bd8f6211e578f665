import { describe, expect, test } from '@jest/globals';
import { defineEnvironment } from '../../src/schema/environment.js';
import { brokenRules, RULES } from '../../src/schema/rules.js';
import { environmentInput, problemsOf } from '../run/fixtures.js';
import { changed } from './changed.js';

const problems = (changes: Readonly<Record<string, unknown>>) => problemsOf(() => defineEnvironment(changed(changes)));

type Breaking = readonly [rule: string, path: string, value: unknown];
const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
const LIMIT = { context: 1000, output: 100 };
const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

/** For each rule a change of a valid environment that breaks it. */
const BREAKING: readonly Breaking[] = [
  ['pod.resources.requests.cpu must be at most pod.resources.limits.cpu', 'pod.resources.requests.cpu', '2001m'],
  ['pod.resources.requests.memory must be at most pod.resources.limits.memory', 'pod.resources.requests.memory', '3G'],
  [
    'pod.resources.requests.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage',
    'pod.resources.requests.ephemeral-storage',
    '4097Mi',
  ],
  ...RESOURCES.map(
    (resource): Breaking => [
      `runner.resources.requests.${resource} must be at most runner.resources.limits.${resource}`,
      `runner.resources.requests.${resource}`,
      { cpu: '1001m', memory: '1025Mi', 'ephemeral-storage': '5G' }[resource],
    ],
  ),
  ...RESOURCES.map(
    (resource): Breaking => [
      `runner.resources.limits.${resource} must be at most pod.resources.limits.${resource}: the LimitRange allows no container more than that`,
      `runner.resources.limits.${resource}`,
      { cpu: '2001m', memory: '2049Mi', 'ephemeral-storage': '5Gi' }[resource],
    ],
  ),
  // A little less than both containers together, and more than either.
  ...(
    [
      ['requests', { cpu: '149m', memory: '639Mi', 'ephemeral-storage': '511Mi' }],
      ['limits', { cpu: '2.9', memory: '3071Mi', 'ephemeral-storage': '8191Mi' }],
    ] as const
  ).flatMap(([kind, amounts]) =>
    RESOURCES.map(
      (resource): Breaking => [
        `runner.resources.${kind}.${resource} and pod.resources.${kind}.${resource} together must be at most quota.${kind}.${resource}: no run would fit`,
        `quota.${kind}.${resource}`,
        amounts[resource],
      ],
    ),
  ),
  ['task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds', 'task.deadlineSeconds', 20],
  [
    'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
    'serviceAccount.name',
    'agent-secrets',
  ],
  ['quota.priorityClass.create needs pod.priorityClassName: the name of the class', 'quota.priorityClass.create', true],
  [
    'git.defaultRepo must be below one of git.repositories: no run could work on it',
    'git.defaultRepo',
    'https://git.example.org/team/app',
  ],
  [
    "model.baseURL is needed for this model.provider: the runner does not know the URL of its API; give the one that the provider's SDK takes, like https://my-resource.openai.azure.com/openai/v1",
    'model.baseURL',
    '',
  ],
  [
    'model.models must name each model once',
    'model.models',
    [
      { name: 'model', limit: LIMIT },
      { name: 'model', limit: LIMIT },
    ],
  ],
  [
    'model.sdk: OpenCode does not know the models of this provider; add the one of model.name to model.models, with its limit',
    'model.name',
    'other',
  ],
  [
    'model.sdk: OpenCode does not know the models of this provider; add the one of model.smallName to model.models, with its limit',
    'model.smallName',
    'other',
  ],
  [
    'model.sdk: each of model.models needs its limit: without it, OpenCode asks for answers of 32000 tokens',
    'model.models',
    [{ name: 'model' }],
  ],
  [
    'task.budget.cost: add the model of model.name to model.models, with its prices',
    'model',
    { models: [{ name: 'other', prices: PRICES }] },
  ],
  [
    'task.budget.cost: add the model of model.smallName to model.models, with its prices',
    'model',
    { name: 'large', smallName: 'small', models: [{ name: 'large', prices: PRICES }] },
  ],
  ['task.budget.cost: each of model.models needs its prices: a run may use any of them', 'task.budget.cost', 0.5],
  [
    'git.credentials and model.credential must have different names, since each is a Secret',
    'model.credential.name',
    'git',
  ],
  [
    'git.credentials: privateKey.name must not be a name of git.credentials or model.credential',
    'git.credentials',
    [
      {
        source: 'github-app',
        name: 'app',
        type: 'token',
        appID: '1',
        installID: '2',
        privateKey: { name: 'app', key: 'pem' },
      },
    ],
  ],
  [
    'rbac.credentialGroups: each credential must be one of git.credentials',
    'rbac.credentialGroups',
    [{ credential: 'gti', group: 'special' }],
  ],
  [
    'egress.endpoints: no run may reach a metadata service',
    'egress.endpoints',
    [{ cidr: '169.254.169.254/32', port: 80 }],
  ],
  [
    'egress.endpoints: no run may reach a metadata service, not even by an IPv6 address that stands for it',
    'egress.endpoints',
    [{ cidr: '64:ff9b::a9fe:a9fe/128', port: 80 }],
  ],
  [
    'egress.hosts: no run may reach a metadata service',
    'egress',
    { policy: 'gke', hosts: [{ name: 'metadata.google.internal', port: 80 }] },
  ],
  [
    'egress.hosts needs an egress.policy that opens names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints',
    'egress.hosts',
    [{ name: 'model.example.com', port: 443 }],
  ],
  [
    'egress.dns.addresses has no effect with egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and give their label in egress.dns',
    'egress',
    { policy: 'cilium', dns: { addresses: ['169.254.20.10/32'] } },
  ],
  [
    'externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub App, whose tokens live for one hour',
    'externalSecret.refreshInterval',
    '30m1s',
  ],
  [
    'git.credentials: knownHosts is only for type ssh: with a token, which goes over HTTPS, nothing reads it',
    'git.credentials',
    [{ source: 'externalSecret', name: 'git', type: 'token', knownHosts: 'git.example.com ssh-ed25519 AAAA' }],
  ],
  [
    'pod.tolerations: operator Exists takes no value: leave it empty',
    'pod.tolerations',
    [{ key: 'agents', operator: 'Exists', value: 'yes', effect: '' }],
  ],
  [
    "pod.priorityClassName must not be one of the cluster's own (system-…): runs would displace what the cluster needs",
    'pod.priorityClassName',
    'system-node-critical',
  ],
  [
    'externalSecret.secretStore.provider needs externalSecret.secretStore.kind SecretStore: it creates one',
    'externalSecret.secretStore.provider',
    { type: 'gcp', projectID: 'my-project' },
  ],
  [
    'externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its tenantId: External Secrets does not know the tenant of the cluster',
    'externalSecret.secretStore',
    { kind: 'SecretStore', provider: { type: 'azure', vaultUrl: 'https://my-vault.vault.azure.net' } },
  ],
  [
    'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes only the role from the ServiceAccount, and no other identity',
    'externalSecret.secretStore',
    { kind: 'SecretStore', provider: { type: 'aws', region: 'eu-west-1' } },
  ],
];

describe('the rules between fields', () => {
  test('each have a case here', () => {
    expect(RULES.map(({ text }) => text)).toEqual(BREAKING.map(([rule]) => rule));
  });

  const app = {
    ...{ source: 'github-app', name: 'app', type: 'token', appID: '1', installID: '2' },
    privateKey: { name: 'key', key: 'pem' },
  };
  /** What a rule about two fields needs beside the one that is changed. */
  const others = (rule: string) => ({
    ...(rule.includes('must be at most 30m0s') && { 'git.credentials': [app] }),
    ...(rule.startsWith('task.budget.cost') && { 'task.budget.cost': 0.5 }),
  });

  test.each(BREAKING)('%s', (rule, path, value) => {
    expect(problems({ ...others(rule), [path]: value })).toEqual([`environment demo: ${rule}`]);
  });

  test('are named all at once', () => {
    // Two rules about one field are broken one at a time.
    const different = BREAKING.filter(
      ([rule]) =>
        !/most runner.resources.limits|^model|task.budget.cost: add|provider aws|have different names|knownHosts|^egress.hosts: no run|cilium:|not even by an|cluster's own|provider azure/.test(
          rule,
        ),
    );
    const changes = Object.fromEntries(different.map(([, path, value]) => [path, value]));
    expect(problems(changes)).toEqual(different.map(([rule]) => `environment demo: ${rule}`));
  });

  test('all hold for a valid environment', () => {
    expect(brokenRules(defineEnvironment(environmentInput))).toEqual([]);
  });

  test.each([
    [
      'a budget where each model has its prices',
      {
        'task.budget.cost': 5,
        'model.smallName': 'small',
        'model.models': ['model', 'small'].map((name) => ({ name, limit: LIMIT, prices: PRICES })),
      },
    ],
    ['a budget of tokens without prices', { 'task.budget.tokens': 5_000_000 }],
    ['a provider that the runner knows, without a base URL', { model: { provider: 'openrouter', name: 'a/b' } }],
    ['a provider that it does not know, with one', { model: { provider: 'azure', baseURL: 'https://a.example/v1' } }],
    [
      'what one run needs and no more',
      {
        'quota.requests': { cpu: '150m', memory: '640Mi', 'ephemeral-storage': '512Mi' },
        'quota.limits': { cpu: '3', memory: '3Gi', 'ephemeral-storage': '8Gi' },
      },
    ],
    // 0.1 and 0.2 are 0.30000000000000004.
    [
      'a sum in other units',
      {
        'runner.resources.requests.cpu': '0.1',
        'pod.resources.requests.cpu': '200m',
        'quota.requests.cpu': '0.3',
      },
    ],
    ['a request that is its limit', { 'pod.resources.requests': environmentInput.pod.resources.limits }],
    ['a request that is its limit in another unit', { 'pod.resources.requests.memory': '2048Mi' }],
    [
      'an interval of half an hour for a GitHub App',
      { 'git.credentials': [app], 'externalSecret.refreshInterval': '30m0s' },
    ],
    ['an interval above an hour for other credentials', { 'externalSecret.refreshInterval': '24h0m0s' }],
    [
      'a toleration of each value',
      { 'pod.tolerations': [{ key: 'agents', operator: 'Exists', value: '', effect: '' }] },
    ],
    ['a deadline one second above the grace period', { 'task.deadlineSeconds': 21 }],
  ])('allow %s', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  });

  test('keep two Git credentials apart, too', () => {
    const credentials = ['git', 'deploy-key', 'git'].map((name) => ({ name, source: 'existing' }));
    expect(problems({ 'git.credentials': credentials })).toEqual([
      'environment demo: git.credentials and model.credential must have different names, since each is a Secret',
    ]);
  });
});
