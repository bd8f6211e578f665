import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { FqdnNetworkPolicy } from '../../imports/networking.gke.io.js';
import { AgentNetworkPolicy, type AgentNetworkPolicyProps } from '../../src/constructs/agent-network-policy.js';
import { RUNS } from '../../src/constructs/egress.js';
import { GITHUB_NAMES } from '../../src/constructs/github-names.js';
import { LABELS, MANAGED_BY } from '../../src/run/metadata.js';
import { allows, type Destination, mayAsk, type Policy } from '../support/egress-verdicts.js';

const POLICIES = ['kubernetes', 'cilium', 'gke', 'eks'] as const;
type PolicyName = (typeof POLICIES)[number];

const MODEL = { name: 'model.example.com', ip: '203.0.113.7' };
const props: Omit<AgentNetworkPolicyProps, 'policy' | 'hosts'> = {
  profiles: ['github', 'open'],
  github: true,
  endpoints: [{ cidr: '198.51.100.0/24', port: 8443 }],
  services: [{ namespace: 'gateway', label: 'app', value: 'model', port: 8080 }],
  dns: { namespace: 'kube-system', label: 'k8s-app', value: 'kube-dns', addresses: [], names: ['*.example.com'] },
};

interface Named extends Policy {
  readonly metadata: { readonly name: string };
}

function rendered(policy: PolicyName, more: Partial<AgentNetworkPolicyProps> = {}): Named[] {
  const chart = new Chart(new App(), 'test', { namespace: 'runs', disableResourceNameHashes: true });
  const hosts = policy === 'kubernetes' ? [] : [{ name: MODEL.name, port: 443 }];
  // The same is meant: where names are not known, the model's address is given.
  const endpoints = [...props.endpoints, ...(policy === 'kubernetes' ? [{ cidr: `${MODEL.ip}/32`, port: 443 }] : [])];
  new AgentNetworkPolicy(chart, 'NetworkPolicy', { ...props, policy, hosts, endpoints, ...more });
  return chart.toJson();
}
const objects = (all: readonly Named[], kind: string) => all.filter((one) => one.kind === kind);
const names = (all: readonly Named[]) => all.map(({ metadata }) => metadata.name);

const run = (egress: string) => ({ [LABELS.managedBy]: MANAGED_BY, [LABELS.egress]: egress });
const SOURCES = { github: run('github'), open: run('open'), foreign: { app: 'x' } };
type Source = keyof typeof SOURCES;

const DNS = { pod: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }, ip: '10.96.0.10' };
const GITHUB = { name: 'github.com', ip: '140.82.112.3' };
const GATEWAY = { pod: { namespace: 'gateway', labels: { app: 'model' } }, ip: '10.244.0.9' };
const RUNS_ALL: readonly Source[] = ['github', 'open'];

/** Who reaches what; where the policies of a plugin differ from plain ones, which of them open it. */
const CASES: readonly [string, Destination, readonly Source[], onlyBy?: readonly PolicyName[]][] = [
  ['the name servers by UDP', { ...DNS, protocol: 'UDP', port: 53 }, RUNS_ALL],
  ['the name servers by TCP', { ...DNS, port: 53 }, RUNS_ALL],
  ['another port of the name servers', { ...DNS, port: 9153 }, []],
  ['another pod of their namespace', { pod: { namespace: 'kube-system', labels: { 'k8s-app': 'x' } }, port: 53 }, []],
  ['pods of their label elsewhere', { pod: { namespace: 'x', labels: { 'k8s-app': 'kube-dns' } }, port: 53 }, []],
  ['GitHub by HTTPS', { ...GITHUB, port: 443 }, RUNS_ALL],
  ['GitHub by SSH', { ...GITHUB, port: 22 }, RUNS_ALL],
  ['GitHub by HTTP', { ...GITHUB, port: 80 }, ['open']],
  ['GitHub by UDP', { ...GITHUB, protocol: 'UDP', port: 443 }, ['open']],
  // The ranges serve other names, too: names are narrower.
  ['other names at GitHub', { ...GITHUB, name: 'someone.github.io', port: 443 }, ['github'], ['kubernetes']],
  ['the model', { ...MODEL, port: 443 }, RUNS_ALL],
  ['another port of the model', { ...MODEL, port: 22 }, ['open']],
  ['an endpoint by its address', { ip: '198.51.100.9', port: 8443 }, RUNS_ALL],
  ['another port of it', { ip: '198.51.100.9', port: 443 }, ['open']],
  ['pods that the environment names', { ...GATEWAY, port: 8080 }, RUNS_ALL],
  ['another port of them', { ...GATEWAY, port: 80 }, []],
  ['the internet', { name: 'example.org', ip: '192.0.2.1', port: 443 }, ['open']],
  ['the internet by IPv6', { name: 'example.org', ip: '2001:db8::1', port: 443 }, ['open']],
  ['a private address', { ip: '10.1.2.3', port: 443 }, []],
  ['a private IPv6 address', { ip: 'fd00::1', port: 443 }, []],
  ['the metadata service', { ip: '169.254.169.254', port: 80 }, []],
  ['it by IPv6', { ip: 'fd00:ec2::254', port: 80 }, []],
  ['it by its name', { name: 'metadata.google.internal', ip: '169.254.169.254', port: 80 }, []],
  ['another run', { pod: { namespace: 'runs', labels: run('open') }, ip: '10.244.0.5', port: 4096 }, []],
];

describe.each(POLICIES)('the policies for %s', (policy) => {
  const all = rendered(policy);

  test.each(CASES)('decide about %s as plain ones do', (_, to, sources, onlyBy = POLICIES) => {
    const expected = Object.keys(SOURCES).map((source) => {
      const opened = sources.includes(source as Source) && onlyBy.includes(policy);
      // With `open`, the internet's addresses are reached under any name.
      return [source, opened || (source === 'open' && onlyBy !== POLICIES)];
    });
    const seen = Object.entries(SOURCES).map(([source, labels]) => [source, allows(all, labels, to)]);
    expect(seen).toEqual(expected);
  });

  test('open no GitHub where it is switched off', () => {
    const without = rendered(policy, { github: false });
    expect(allows(without, SOURCES.github, { ...GITHUB, port: 443 })).toBe(false);
    expect(names(without)).not.toContain('agent-runs-github');
  });

  test('open nothing but the name servers where lists are empty', () => {
    const empty = rendered(policy, { github: false, hosts: [], endpoints: [], services: [], profiles: ['github'] });
    const open = CASES.filter(([, to]) => allows(empty, SOURCES.open, to)).map(([what]) => what);
    expect(open).toEqual(['the name servers by UDP', 'the name servers by TCP']);
    for (const { spec } of empty)
      for (const rule of spec.egress ?? []) expect(Object.values(rule)).not.toContainEqual([]);
  });

  test('have each a name of its own, since plugins mix them', () => {
    const own = all.map(({ kind, metadata }) => [kind, metadata.name]);
    const plain = own.filter(([kind]) => kind === 'NetworkPolicy').map(([, name]) => name);
    const others = own.filter(([kind]) => kind !== 'NetworkPolicy').map(([, name]) => name);
    expect(others.filter((name) => plain.includes(name))).toEqual([]);
    expect(new Set(own.map(([, name]) => name)).size).toBe(own.length);
  });
});

describe('on Cilium', () => {
  const all = rendered('cilium');
  const server = { ...DNS, protocol: 'UDP' as const, port: 53 };

  test('only the names of the environment can be asked for, but with open any', () => {
    const asked = (source: Source, name: string) => mayAsk(all, SOURCES[source], server, name);
    expect(asked('github', 'model.example.com')).toBe(true);
    expect(asked('github', 'a.b.example.com')).toBe(false);
    expect(asked('github', 'example.org')).toBe(false);
    expect(asked('open', 'example.org')).toBe(true);
  });
  test('no plain policy opens the name servers, which would let every question pass', () => {
    const plain = objects(all, 'NetworkPolicy');
    expect(allows(plain, SOURCES.github, server)).toBe(false);
    expect(names(plain)).toEqual(['agent-runs-deny', 'agent-runs', 'agent-runs-open']);
  });
  test('ports are texts, as its API has them', () => {
    const [hosts] = objects(all, 'CiliumNetworkPolicy').filter(({ metadata }) => metadata.name === 'agent-runs-hosts');
    expect(hosts?.spec).toEqual({
      endpointSelector: RUNS,
      egress: [{ toFQDNs: [{ matchName: MODEL.name }], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] }],
    });
  });
});

test('on GKE, the policies are what the types of its CRD make', () => {
  const chart = new Chart(new App(), 'typed', { namespace: 'runs', disableResourceNameHashes: true });
  const ports = [22, 443].map((port) => ({ protocol: 'TCP', port }));
  new FqdnNetworkPolicy(chart, 'GitHub', {
    metadata: { name: 'agent-runs-github' },
    spec: {
      podSelector: RUNS,
      egress: [{ matches: GITHUB_NAMES.map((name) => ({ name })), ports: ports as never }],
    },
  });
  expect(objects(rendered('gke'), 'FQDNNetworkPolicy')).toContainEqual(chart.toJson()[0]);
});

test('on EKS, names stand apart from other destinations, as its API asks', () => {
  for (const { spec } of objects(rendered('eks'), 'ApplicationNetworkPolicy')) {
    expect(spec.policyTypes).toEqual(['Egress']);
    for (const { to = [] } of spec.egress ?? []) expect(to.map((peer) => Object.keys(peer))).toEqual([['domainNames']]);
  }
});
