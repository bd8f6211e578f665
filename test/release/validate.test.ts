import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chartFiles } from '../../src/release/chart.js';
import { validateTemplate } from '../../src/release/validate.js';
import { defaultValues } from '../../src/release/values.js';
import { writeFiles } from '../../src/render.js';
import type { Environment } from '../../src/schema/environment.js';
import { brokenRules, RULES } from '../../src/schema/rules.js';
import { helm, missingHelm } from '../../tools/helm.js';
import { template, VERSION } from '../support/chart.js';
import { NO_RANGES, RANGES } from '../support/ranges.js';

const MINUTES = 600_000;

type Change = Readonly<Record<string, unknown>>;
type Breaking = readonly [rule: string, changes: Change];
const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
const LIMIT = { context: 1000, output: 100 };
const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

/** A GitHub App whose private key is in a Secret of this name. */
const appWithKeyIn = (name: string) => ({
  ...{ source: 'github-app', name: 'app', type: 'token', appID: '1', installID: '2', repositories: [] },
  privateKey: { name, key: 'pem' },
});

/** For each rule a change of the default values that breaks it, and no other. */
const BREAKING: readonly Breaking[] = [
  ['pod.resources.requests.cpu must be at most pod.resources.limits.cpu', { 'pod.resources.requests.cpu': '2001m' }],
  [
    'pod.resources.requests.memory must be at most pod.resources.limits.memory',
    { 'pod.resources.requests.memory': '4097Mi' },
  ],
  [
    'pod.resources.requests.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage',
    { 'pod.resources.requests.ephemeral-storage': '22G' },
  ],
  ...RESOURCES.map(
    (resource): Breaking => [
      `runner.resources.requests.${resource} must be at most runner.resources.limits.${resource}`,
      {
        [`runner.resources.requests.${resource}`]: { cpu: '1001m', memory: '1025Mi', 'ephemeral-storage': '11G' }[
          resource
        ],
      },
    ],
  ),
  ...RESOURCES.map(
    (resource): Breaking => [
      `runner.resources.limits.${resource} must be at most pod.resources.limits.${resource}: the LimitRange allows no container more than that`,
      {
        [`runner.resources.limits.${resource}`]: { cpu: '2001m', memory: '4097Mi', 'ephemeral-storage': '22G' }[
          resource
        ],
      },
    ],
  ),
  // A little less than both containers together, and more than either.
  ...(
    [
      ['requests', { cpu: '1099m', memory: '2303Mi', 'ephemeral-storage': '5G' }],
      ['limits', { cpu: '2.9', memory: '5242879Ki', 'ephemeral-storage': '32G' }],
    ] as const
  ).flatMap(([kind, amounts]) =>
    RESOURCES.map(
      (resource): Breaking => [
        `runner.resources.${kind}.${resource} and pod.resources.${kind}.${resource} together must be at most quota.${kind}.${resource}: no run would fit`,
        { [`quota.${kind}.${resource}`]: amounts[resource] },
      ],
    ),
  ),
  [
    'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds',
    { 'pod.terminationGracePeriodSeconds': 7200 },
  ],
  [
    'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
    { 'serviceAccount.secretsName': 'agent' },
  ],
  [
    'quota.priorityClass.create needs pod.priorityClassName: the name of the class',
    { 'quota.priorityClass.create': true },
  ],
  [
    'git.defaultRepo must be below one of git.repositories: no run could work on it',
    { 'git.repositories': ['https://github.com/my-org/'], 'git.defaultRepo': 'https://github.com/my-org-2/shop' },
  ],
  [
    "model.baseURL is needed for this model.provider: the runner does not know the URL of its API; give the one that the provider's SDK takes, like https://my-resource.openai.azure.com/openai/v1",
    { 'model.provider': 'azure' },
  ],
  ['model.models must name each model once', { 'model.models': [{ name: 'a' }, { name: 'a' }] }],
  [
    'model.sdk: OpenCode does not know the models of this provider; add the one of model.name to model.models, with its limit',
    { 'model.sdk': '@ai-sdk/openai-compatible' },
  ],
  [
    'model.sdk: OpenCode does not know the models of this provider; add the one of model.smallName to model.models, with its limit',
    {
      ...{ 'model.sdk': '@ai-sdk/openai-compatible', 'model.name': 'large', 'model.smallName': 'small' },
      'model.models': [{ name: 'large', limit: LIMIT }],
    },
  ],
  [
    'model.sdk: each of model.models needs its limit: without it, OpenCode asks for answers of 32000 tokens',
    {
      ...{ 'model.sdk': '@ai-sdk/openai-compatible', 'model.name': 'large' },
      'model.models': [{ name: 'other', limit: LIMIT }, { name: 'large' }],
    },
  ],
  ['task.budget.cost: add the model of model.name to model.models, with its prices', { 'task.budget.cost': 0.5 }],
  [
    'task.budget.cost: add the model of model.smallName to model.models, with its prices',
    {
      ...{ 'task.budget.cost': 0.5, 'model.name': 'large', 'model.smallName': 'small' },
      'model.models': [{ name: 'large', prices: PRICES }],
    },
  ],
  [
    'task.budget.cost: each of model.models needs its prices: a run may use any of them',
    {
      ...{ 'task.budget.cost': 0.5, 'model.name': 'large' },
      'model.models': [
        { name: 'other', limit: LIMIT },
        { name: 'large', prices: PRICES },
      ],
    },
  ],
  [
    'git.credentials and model.credential must have different names, since each is a Secret',
    { 'git.credentials': ['one', 'two', 'one'].map((name) => ({ source: 'existing', type: 'ssh', name })) },
  ],
  [
    'git.credentials: privateKey.name must not be a name of git.credentials or model.credential',
    {
      'git.credentials': [appWithKeyIn('app')],
    },
  ],
  [
    'rbac.credentialGroups: each credential must be one of git.credentials',
    { 'rbac.credentialGroups': [{ credential: 'gti', group: 'special' }] },
  ],
  [
    'egress.endpoints: no run may reach a metadata service',
    { 'egress.endpoints': [{ cidr: 'fd00:ec2::254/128', port: 80 }] },
  ],
  [
    'egress.endpoints: no run may reach a metadata service, not even by an IPv6 address that stands for it',
    { 'egress.endpoints': [{ cidr: '2002:a9fe:a9fe::/48', port: 80 }] },
  ],
  [
    'egress.hosts: no run may reach a metadata service',
    { 'egress.policy': 'eks', 'egress.hosts': [{ name: 'instance-data.ec2.internal', port: 80 }] },
  ],
  [
    'egress.hosts needs an egress.policy that opens names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints',
    { 'egress.policy': 'none', 'egress.hosts': [{ name: 'model.example.com', port: 443 }] },
  ],
  [
    'egress.dns.addresses has no effect with egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and give their label in egress.dns',
    { 'egress.policy': 'cilium', 'egress.dns': { addresses: ['169.254.20.10/32'] } },
  ],
  [
    'externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub App, whose tokens live for one hour',
    {
      'externalSecret.refreshInterval': '30m1s',
      'git.credentials': [appWithKeyIn('key')],
    },
  ],
  [
    'git.credentials: knownHosts is only for type ssh: with a token, which goes over HTTPS, nothing reads it',
    {
      'git.credentials': [
        appWithKeyIn('key'),
        { source: 'externalSecret', name: 'git', type: 'token', property: '', knownHosts: 'git.test ssh-ed25519 AAAA' },
      ],
    },
  ],
  [
    'pod.tolerations: operator Exists takes no value: leave it empty',
    { 'pod.tolerations': [{ key: 'agents', operator: 'Exists', value: 'yes', effect: '' }] },
  ],
  [
    "pod.priorityClassName must not be one of the cluster's own (system-…): runs would displace what the cluster needs",
    { 'pod.priorityClassName': 'system-node-critical' },
  ],
  [
    'externalSecret.secretStore.provider needs externalSecret.secretStore.kind SecretStore: it creates one',
    { 'externalSecret.secretStore.provider': { type: 'gcp', projectID: 'my-project' } },
  ],
  [
    'externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its tenantId: External Secrets does not know the tenant of the cluster',
    {
      'externalSecret.secretStore': {
        kind: 'SecretStore',
        provider: { type: 'azure', vaultUrl: 'https://my-vault.vault.azure.net' },
      },
    },
  ],
  [
    'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes only the role from the ServiceAccount, and no other identity',
    {
      'externalSecret.secretStore': { kind: 'SecretStore', provider: { type: 'aws', region: 'eu-west-1' } },
    },
  ],
];

const PREFIXES = ['https://github.com/my-org/', 'ssh://git.example:2222/team', 'http://plain.example/one.git'];
/** Default repositories, and whether they are below one of these. */
const DEFAULT_REPOS: readonly [url: string, isBelow: boolean][] = [
  ['https://github.com/my-org/shop', true],
  ['https://github.com:443/my-org/shop.git', true],
  ['git@github.com:my-org/shop.git', true],
  ['ssh://git@github.com:22/my-org/shop', true],
  ['https://github.com/my-org-2/shop', false],
  ['https://git.example/my-org/shop', false],
  ['http://github.com/my-org/shop', false],
  ['https://github.com.example/my-org/shop', false],
  ['ssh://git@git.example:2222/team/app', true],
  ['ssh://git@git.example/team/app', false],
  ['http://plain.example/one', true],
  ['https://plain.example/one', false],
];

/** Values with some paths set. */
function values(changes: Change): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let parent = all;
    for (const key of keys) {
      parent[key] ??= {};
      parent = parent[key] as Record<string, unknown>;
    }
    parent[last] = value;
  }
  return all;
}

/** So little for the runner that it is never above the agent's. */
const NOTHING = { cpu: '0', memory: '0', 'ephemeral-storage': '0' };
const SMALL = { requests: NOTHING, limits: NOTHING };
const memory = (request: string, limit: string): Change => ({
  'runner.resources': SMALL,
  'pod.resources.requests.memory': request,
  'pod.resources.limits.memory': limit,
  'quota.requests.memory': '9Ti',
  'quota.limits.memory': '9Ti',
});
const cpu = (request: string, limit: string): Change => ({
  'runner.resources': SMALL,
  'pod.resources.requests.cpu': request,
  'pod.resources.limits.cpu': limit,
});

describe('the template of the rules', () => {
  test('asks for every rule', () => {
    for (const { text } of RULES) expect(validateTemplate()).toContain(JSON.stringify(text));
  });
  test('has a case here for each', () => {
    expect(BREAKING.map(([rule]) => rule)).toEqual(RULES.map(({ text }) => text));
  });
});

const missing = missingHelm(3);
if (missing) console.warn(`What helm says to broken rules is not asked: ${missing}`);

(missing ? describe.skip : describe)('helm template', () => {
  let folder: string;
  let program: string;
  beforeAll(() => {
    program = helm(3);
    folder = mkdtempSync(join(tmpdir(), 'agent-runner-validate-'));
    writeFiles(join(folder, 'chart'), chartFiles(VERSION));
  }, MINUTES);
  afterAll(() => rmSync(folder, { recursive: true }));
  const render = (changes: Change) => template(program, join(folder, 'chart'), 'release', 'space', values(changes));

  test.each(DEFAULT_REPOS)('takes or refuses the default repository %s as the environments do', (url, isBelow) => {
    const result = expect(() => render({ 'git.repositories': PREFIXES, 'git.defaultRepo': url }));
    if (isBelow) result.not.toThrow();
    else result.toThrow('git.defaultRepo must be below');
  });
  test.each([
    'git.example/team/app',
    'https://GitHub.com/my-org/shop',
    '/srv/repository',
    'https://me@github.com/my-org/a',
  ])('takes no default repository like %s', (url) => {
    expect(() => render({ 'git.repositories': PREFIXES, 'git.defaultRepo': url })).toThrow('defaultRepo');
  });

  test('takes the default values', () => {
    expect(() => render({})).not.toThrow();
  });

  test.each(['egress', 'egress.policy', 'spawnPolicy.enabled', 'quota.count', 'pod.resources.limits.cpu'])(
    'takes no null for %s, which would take its default away, and what is rendered for it',
    (path) => {
      expect(() => render({ [path]: null })).toThrow(path.split('.').at(-1) as string);
    },
  );

  test.each(RANGES)('takes %s as an endpoint', (cidr) => {
    expect(() => render({ 'egress.endpoints': [{ cidr, port: 443 }] })).not.toThrow();
  });
  test.each(NO_RANGES)('takes no %s as an endpoint', (cidr) => {
    expect(() => render({ 'egress.endpoints': [{ cidr, port: 443 }] })).toThrow('cidr');
  });

  test.each(BREAKING)('fails where not: %s', (rule, changes) => {
    // With the blank line after the list: no other rule is named.
    expect(() => render(changes)).toThrow(`values that do not fit together:\n- ${rule}\n\n`);
  });

  test('names every broken rule at once, in the order of the rules', () => {
    // Two rules about one field, and one that needs two fields, are broken one at a time.
    const together = BREAKING.filter(
      ([rule]) =>
        !/most runner.resources.limits|^model|^task.budget|provider aws|knownHosts|privateKey.name|kind SecretStore|^egress.hosts: no run|cilium:|not even by an|at most 30m0s|cluster's own|provider azure/.test(
          rule,
        ),
    );
    const all = Object.assign({}, ...together.map(([, changes]) => changes));
    const rules = together.map(([rule]) => rule);
    expect(() => render(all)).toThrow(`values that do not fit together:\n- ${rules.join('\n- ')}\n\n`);
  });

  test('names a rule once, however many elements break it', () => {
    const toleration = { key: 'agents', operator: 'Exists', value: 'yes', effect: '' };
    const text = 'pod.tolerations: operator Exists takes no value: leave it empty';
    const broken = { 'pod.tolerations': [toleration, toleration] };
    expect(() => render(broken)).toThrow(`values that do not fit together:\n- ${text}\n\n`);
  });

  test.each([
    memory('1024Mi', '1Gi'),
    memory('1Gi', '1024Mi'),
    memory('1G', '1Gi'),
    memory('1073741824', '1Gi'),
    memory('1048576Ki', '1Gi'),
    memory('1.5Gi', '1536Mi'),
    memory('1000k', '1M'),
    memory('1Ti', '1024Gi'),
    memory('999G', '1T'),
    cpu('1000m', '1'),
    cpu('1', '1000m'),
    cpu('0.5', '500m'),
    cpu('500m', '0.5'),
    cpu('0.1', '100m'),
    cpu('9m', '0.009'),
  ])('takes a request that is at most its limit, in other units: %j', (changes) => {
    expect(() => render(changes)).not.toThrow();
  });

  test.each([
    memory('1Gi', '1G'),
    memory('1025Mi', '1Gi'),
    memory('1073741825', '1Gi'),
    memory('1001k', '1M'),
    memory('1Ti', '1T'),
    memory('1', '1m'),
    cpu('1001m', '1'),
    cpu('1', '999m'),
    cpu('0.5', '499m'),
  ])('refuses a request above its limit, in other units: %j', (changes) => {
    expect(() => render(changes)).toThrow('requests.');
  });

  const sum = (runner: string, agent: string, quota: string) => ({
    'runner.resources.requests.cpu': runner,
    'pod.resources.requests.cpu': agent,
    'quota.requests.cpu': quota,
  });
  test.each([sum('0.1', '200m', '0.3'), sum('0.1', '0.2', '0.3'), sum('1', '2', '3000m'), sum('0', '2', '2')])(
    'takes a quota that both containers fit into: %j',
    (changes) => {
      expect(() => render(changes)).not.toThrow();
    },
  );
  test.each([sum('0.1', '201m', '0.3'), sum('101m', '0.2', '0.3'), sum('1', '1', '1')])(
    'refuses a quota that either container fits into, and not both: %j',
    (changes) => {
      expect(() => render(changes)).toThrow('together must be at most quota.requests.cpu');
    },
  );

  test.each([
    [
      'a budget where each model has its prices',
      {
        ...{ 'task.budget.cost': 5, 'model.smallName': 'small' },
        'model.models': ['claude-sonnet-4-5', 'small'].map((name) => ({ name, prices: PRICES })),
      },
    ],
    ['a budget of tokens without prices', { 'task.budget.tokens': 5_000_000 }],
    ['a provider with a base URL', { 'model.provider': 'azure', 'model.baseURL': 'https://a.example/v1' }],
    ['a group that is not given', { 'rbac.groups.viewer': [] }],
    [
      'a name of the PriorityClass that is made',
      { 'quota.priorityClass.create': true, 'pod.priorityClassName': 'runs' },
    ],
    ['a deadline one second above the grace period', { 'task.deadlineSeconds': 61 }],
    [
      'a store of its own where the kind says so',
      { 'externalSecret.secretStore': { kind: 'SecretStore', provider: { type: 'gcp', projectID: 'my-project' } } },
    ],
    ['an existing store of any kind', { 'externalSecret.secretStore.kind': 'SecretStore' }],
    [
      'a store of AWS with the role of its ServiceAccount',
      {
        'serviceAccount.workloadIdentity': { type: 'eks-irsa', roleArn: 'arn:aws:iam::123456789012:role/secrets' },
        'externalSecret.secretStore': { kind: 'SecretStore', provider: { type: 'aws', region: 'eu-west-1' } },
      },
    ],
    ['EKS Pod Identity without a store of AWS', { 'serviceAccount.workloadIdentity': { type: 'eks-pod-identity' } }],
  ])('takes %s', (_, changes) => {
    expect(() => render(changes)).not.toThrow();
  });
});

describe('the environments judge as the chart does', () => {
  const broken = (request: string, limit: string) => {
    const environment = structuredClone(defaultValues()) as unknown as Environment;
    Object.assign(environment.pod.resources.requests, { cpu: request });
    Object.assign(environment.pod.resources.limits, { cpu: limit });
    Object.assign(environment.runner.resources, SMALL);
    return brokenRules(environment);
  };
  test.each([
    ['1000m', '1'],
    ['500m', '0.5'],
  ])('that %s is at most %s', (request, limit) => {
    expect(broken(request, limit)).toEqual([]);
  });
  test.each(DEFAULT_REPOS)('of the default repository %s', (url, isBelow) => {
    const environment = structuredClone(defaultValues()) as unknown as Environment;
    Object.assign(environment.git, { repositories: PREFIXES, defaultRepo: url });
    expect(brokenRules(environment)).toHaveLength(isBelow ? 0 : 1);
  });
  // 9 * 1e-3 is 0.009000000000000001.
  test.each([
    ['9m', '0.009'],
    ['1001m', '1.001'],
    ['2300m', '2.3'],
  ])('that %s is at most %s', (request, limit) => {
    expect(broken(request, limit)).toEqual([]);
  });
});
