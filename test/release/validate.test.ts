import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/environments/environment.js';
import { brokenRules, RULES } from '../../src/environments/rules.js';
import { chartFiles } from '../../src/release/chart.js';
import { validateTemplate } from '../../src/release/validate.js';
import { defaultValues } from '../../src/release/values.js';
import { writeFiles } from '../../src/render.js';
import { helm, missingHelm } from '../../tools/helm.js';
import { template, VERSION } from '../support/chart.js';
import { NO_RANGES, RANGES } from '../support/ranges.js';

const MINUTES = 600_000;

type Change = Readonly<Record<string, unknown>>;

/** A GitHub App whose private key is in a Secret of this name. */
const appWithKeyIn = (name: string) => ({
  ...{ source: 'github-app', name: 'app', type: 'token', appID: '1', installID: '2', repositories: [] },
  privateKey: { name, key: 'pem' },
});

/** For each rule a change of the default values that breaks it, and no other. */
const BREAKING: readonly [rule: string, changes: Change][] = [
  ['pod.resources.requests.cpu must be at most pod.resources.limits.cpu', { 'pod.resources.requests.cpu': '2001m' }],
  [
    'pod.resources.requests.memory must be at most pod.resources.limits.memory',
    { 'pod.resources.requests.memory': '4097Mi' },
  ],
  [
    'pod.resources.requests.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage',
    { 'pod.resources.requests.ephemeral-storage': '22G' },
  ],
  ['pod.resources.requests.cpu must be at most quota.requests.cpu: no run would fit', { 'quota.requests.cpu': '999m' }],
  [
    'pod.resources.requests.memory must be at most quota.requests.memory: no run would fit',
    { 'quota.requests.memory': '2G' },
  ],
  [
    'pod.resources.requests.ephemeral-storage must be at most quota.requests.ephemeral-storage: no run would fit',
    { 'quota.requests.ephemeral-storage': '4095Mi' },
  ],
  ['pod.resources.limits.cpu must be at most quota.limits.cpu: no run would fit', { 'quota.limits.cpu': '1.9' }],
  [
    'pod.resources.limits.memory must be at most quota.limits.memory: no run would fit',
    { 'quota.limits.memory': '4194303Ki' },
  ],
  [
    'pod.resources.limits.ephemeral-storage must be at most quota.limits.ephemeral-storage: no run would fit',
    { 'quota.limits.ephemeral-storage': '20G' },
  ],
  [
    'task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds',
    { 'pod.terminationGracePeriodSeconds': 7200 },
  ],
  [
    'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
    { 'serviceAccount.secretsName': 'agent' },
  ],
  ['quota.priorityClass.create needs the name pod.priorityClassName', { 'quota.priorityClass.create': true }],
  [
    'git.defaultRepo must be below one of git.repositories: no run could work on it',
    { 'git.repositories': ['https://github.com/my-org/'], 'git.defaultRepo': 'https://github.com/my-org-2/shop' },
  ],
  [
    'git.credentials and model.credential must each have a name of their own',
    { 'git.credentials': ['one', 'two', 'one'].map((name) => ({ source: 'existing', type: 'ssh', name })) },
  ],
  [
    'git.credentials: the Secret with the private key of an App must not be one of those that are made',
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
    'egress.endpoints: no run may reach a metadata service, nor by an address of IPv6 that stands for its own',
    { 'egress.endpoints': [{ cidr: '2002:a9fe:a9fe::/48', port: 80 }] },
  ],
  [
    'egress.hosts: no run may reach a metadata service',
    { 'egress.policy': 'eks', 'egress.hosts': [{ name: 'instance-data.ec2.internal', port: 80 }] },
  ],
  [
    'egress.hosts needs an egress.policy that knows names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints',
    { 'egress.policy': 'none', 'egress.hosts': [{ name: 'model.example.com', port: 443 }] },
  ],
  [
    'egress.dns.addresses opens nothing under egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and name their label in egress.dns',
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
    'git.credentials: knownHosts is for type ssh: a token goes over HTTPS, where nothing would read it',
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
    'externalSecret.secretStore.provider makes a SecretStore: externalSecret.secretStore.kind must say so',
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
    'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes the role from the ServiceAccount, and no other identity of it',
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
  ['https://github.com/other/my-org/shop', false],
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

const memory = (request: string, limit: string): Change => ({
  'pod.resources.requests.memory': request,
  'pod.resources.limits.memory': limit,
  'quota.requests.memory': '9Ti',
  'quota.limits.memory': '9Ti',
});
const cpu = (request: string, limit: string): Change => ({
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
        !/provider aws|knownHosts|private key|makes a SecretStore|^egress.hosts: no run|cilium:|nor by an address|at most 30m0s|cluster's own|provider azure/.test(
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

  test.each([
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
