import { describe, expect, test } from '@jest/globals';
import { defineEnvironment } from '../../src/environments/environment.js';
import { brokenRules, RULES } from '../../src/environments/rules.js';
import { environmentInput, problemsOf } from '../run/fixtures.js';
import { changed } from './changed.js';

const problems = (changes: Readonly<Record<string, unknown>>) => problemsOf(() => defineEnvironment(changed(changes)));

/** For each rule a change of a valid environment that breaks it. */
const BREAKING: readonly [rule: string, path: string, value: unknown][] = [
  ['pod.resources.requests.cpu must be at most pod.resources.limits.cpu', 'pod.resources.requests.cpu', '2001m'],
  ['pod.resources.requests.memory must be at most pod.resources.limits.memory', 'pod.resources.requests.memory', '3G'],
  [
    'pod.resources.requests.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage',
    'pod.resources.requests.ephemeral-storage',
    '4097Mi',
  ],
  ['pod.resources.requests.cpu must be at most quota.requests.cpu: no run would fit', 'quota.requests.cpu', '10m'],
  [
    'pod.resources.requests.memory must be at most quota.requests.memory: no run would fit',
    'quota.requests.memory',
    '1Mi',
  ],
  [
    'pod.resources.requests.ephemeral-storage must be at most quota.requests.ephemeral-storage: no run would fit',
    'quota.requests.ephemeral-storage',
    '1Mi',
  ],
  ['pod.resources.limits.cpu must be at most quota.limits.cpu: no run would fit', 'quota.limits.cpu', '10m'],
  ['pod.resources.limits.memory must be at most quota.limits.memory: no run would fit', 'quota.limits.memory', '1Mi'],
  [
    'pod.resources.limits.ephemeral-storage must be at most quota.limits.ephemeral-storage: no run would fit',
    'quota.limits.ephemeral-storage',
    '1Mi',
  ],
  ['task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds', 'task.deadlineSeconds', 20],
  [
    'serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity',
    'serviceAccount.name',
    'agent-secrets',
  ],
  ['quota.priorityClass.create needs the name pod.priorityClassName', 'quota.priorityClass.create', true],
  [
    'git.defaultRepo must be below one of git.repositories: no run could work on it',
    'git.defaultRepo',
    'https://git.example.org/team/app',
  ],
  ['git.credentials and model.credential must each have a name of their own', 'model.credential.name', 'git'],
  [
    'git.credentials: the Secret with the private key of an App must not be one of those that are made',
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
    'egress.endpoints: no run may reach a metadata service, nor by an address of IPv6 that stands for its own',
    'egress.endpoints',
    [{ cidr: '64:ff9b::a9fe:a9fe/128', port: 80 }],
  ],
  [
    'egress.hosts: no run may reach a metadata service',
    'egress',
    { policy: 'gke', hosts: [{ name: 'metadata.google.internal', port: 80 }] },
  ],
  [
    'egress.hosts needs an egress.policy that knows names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints',
    'egress.hosts',
    [{ name: 'model.example.com', port: 443 }],
  ],
  [
    'egress.dns.addresses opens nothing under egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and name their label in egress.dns',
    'egress',
    { policy: 'cilium', dns: { addresses: ['169.254.20.10/32'] } },
  ],
  [
    'externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub App, whose tokens live for one hour',
    'externalSecret.refreshInterval',
    '30m1s',
  ],
  [
    'git.credentials: knownHosts is for type ssh: a token goes over HTTPS, where nothing would read it',
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
    'externalSecret.secretStore.provider makes a SecretStore: externalSecret.secretStore.kind must say so',
    'externalSecret.secretStore.provider',
    { type: 'gcp', projectID: 'my-project' },
  ],
  [
    'externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its tenantId: External Secrets does not know the tenant of the cluster',
    'externalSecret.secretStore',
    { kind: 'SecretStore', provider: { type: 'azure', vaultUrl: 'https://my-vault.vault.azure.net' } },
  ],
  [
    'externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes the role from the ServiceAccount, and no other identity of it',
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
  });

  test.each(BREAKING)('%s', (rule, path, value) => {
    expect(problems({ ...others(rule), [path]: value })).toEqual([`environment demo: ${rule}`]);
  });

  test('are named all at once', () => {
    // Two rules about one field are broken one at a time.
    const different = BREAKING.filter(
      ([rule]) =>
        !/provider aws|name of their own|knownHosts|^egress.hosts: no run|cilium:|nor by an address|cluster's own|provider azure/.test(
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
      'environment demo: git.credentials and model.credential must each have a name of their own',
    ]);
  });
});
