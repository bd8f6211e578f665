import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { AgentNetworkPolicy, type AgentNetworkPolicyProps } from '../../src/constructs/agent-network-policy.js';
import { GITHUB_RANGES } from '../../src/constructs/github-ranges.js';

const minimal: AgentNetworkPolicyProps = {
  policy: 'kubernetes',
  profiles: ['github'],
  github: false,
  endpoints: [],
  hosts: [],
  services: [],
  dns: { namespace: 'kube-system', label: 'k8s-app', value: 'kube-dns', addresses: [], names: ['*'] },
};
const all: AgentNetworkPolicyProps = {
  policy: 'kubernetes',
  profiles: ['github', 'open'],
  github: true,
  endpoints: [{ cidr: '203.0.113.7/32', port: 8443 }],
  hosts: [],
  services: [{ namespace: 'gateway', label: 'app', value: 'model', port: 8080 }],
  dns: { namespace: 'dns', label: 'app', value: 'coredns', addresses: ['169.254.20.10/32'], names: ['*.example.com'] },
};

interface Rule {
  readonly to: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
  readonly ports?: readonly object[];
}
interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly podSelector: object; readonly policyTypes: readonly string[]; readonly egress?: Rule[] };
}

function chartOf(props: AgentNetworkPolicyProps): Chart {
  const chart = new Chart(new App(), 'test', { namespace: 'runs', disableResourceNameHashes: true });
  new AgentNetworkPolicy(chart, 'NetworkPolicy', props);
  return chart;
}
const rendered = (props: Partial<AgentNetworkPolicyProps> = {}): Policy[] => chartOf({ ...minimal, ...props }).toJson();
const named = (name: string, props?: Partial<AgentNetworkPolicyProps>) =>
  rendered(props).find(({ metadata }) => metadata.name === name)?.spec;
const problems = (props: Partial<AgentNetworkPolicyProps>) =>
  chartOf({ ...minimal, ...props })
    .node.findAll()
    .flatMap((node) => node.node.validate());

const DNS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

describe('AgentNetworkPolicy', () => {
  test('denies everything to every pod of the namespace, in both directions', () => {
    expect(named('agent-runs-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
  test('lets runs reach the name servers of the cluster alone, where nothing else is given', () => {
    expect(named('agent-runs')?.egress).toEqual([]);
    expect(named('agent-runs-dns')?.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: DNS,
      },
    ]);
  });
  test('lets nobody in', () => {
    for (const { spec } of rendered(all)) expect(spec).not.toHaveProperty('ingress');
  });
  test('lets runs reach all that the environment names, each on its port', () => {
    const [, local] = named('agent-runs-dns', all)?.egress ?? [];
    const [github, endpoint, service] = named('agent-runs', all)?.egress ?? [];
    expect(local).toEqual({ to: [{ ipBlock: { cidr: '169.254.20.10/32' } }], ports: DNS });
    expect(github?.to).toEqual(GITHUB_RANGES.cidrs.map((cidr) => ({ ipBlock: { cidr } })));
    expect(github?.ports).toEqual([22, 443].map((port) => ({ protocol: 'TCP', port })));
    expect(endpoint).toEqual({
      to: [{ ipBlock: { cidr: '203.0.113.7/32' } }],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
    expect(service).toEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateway' } },
          podSelector: { matchLabels: { app: 'model' } },
        },
      ],
      ports: [{ protocol: 'TCP', port: 8080 }],
    });
  });
  test('opens the internet to runs that ask for it, where the environment allows it', () => {
    expect(named('agent-runs-open')?.podSelector).toMatchObject({
      matchExpressions: [
        { operator: 'In', values: ['open'] },
        { operator: 'In', values: ['github'] },
      ],
    });
    expect(named('agent-runs-open', all)?.podSelector).toMatchObject({
      matchExpressions: [{ values: ['open'] }, { values: ['github', 'open'] }],
    });
  });
  test.each([
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16'],
    ...['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
    ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
  ])('leaves %s out of the internet', (range) => {
    const excepted = named('agent-runs-open')?.egress?.flatMap(({ to }) =>
      to.flatMap((one) => one.ipBlock?.except ?? []),
    );
    expect(excepted).toContain(range);
  });
  test('has both families wherever it opens the internet', () => {
    const opened = named('agent-runs-open')?.egress?.flatMap(({ to }) => to.map((one) => one.ipBlock?.cidr));
    expect(opened).toEqual(['0.0.0.0/0', '::/0']);
  });
});

test('an empty list never widens: no rule is without destinations', () => {
  const lists = fc.record({
    github: fc.boolean(),
    endpoints: fc.array(fc.constant({ cidr: '203.0.113.7/32', port: 443 }), { maxLength: 2 }),
    services: fc.array(fc.constant({ namespace: 'n', label: 'l', value: 'v', port: 1 }), { maxLength: 2 }),
    profiles: fc.subarray(['github', 'open'] as const),
    addresses: fc.array(fc.constant('169.254.20.10/32'), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(lists, ({ addresses, ...props }) => {
      const chart = chartOf({ ...minimal, ...props, dns: { ...minimal.dns, addresses } });
      const policies = chart.node
        .findAll()
        .flatMap((node) =>
          'toJson' in node && node !== chart ? [(node as unknown as { toJson(): Policy }).toJson()] : [],
        );
      const rules = policies.flatMap(({ spec }) => spec.egress ?? []);
      expect(rules.every(({ to }) => to.length > 0)).toBe(true);
      const limited = policies.find(({ metadata }) => metadata.name === 'agent-runs')?.spec.egress ?? [];
      expect(limited.every(({ ports }) => ports && ports.length > 0)).toBe(true);
    }),
  );
});

describe('what no environment may say', () => {
  test.each([
    ...['169.254.169.254/32', '169.254.170.23/32', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
    ...['fd00:ec2::254/128', 'fd00:0ec2::254/128', 'fd20:ce::254/128', 'fd20:00ce::254/128'],
    ...['100.100.0.0/16', '100.100.100.192/26', '192.0.0.0/24', '192.0.0.0/16', '192.0.64.0/16', '192.0.32.0/18'],
    ...['192.0.1.0/23', 'fd20:0ce::254/128'],
    ...['::ffff:a9fe:a9fe/128', '0:0:0:0:0:ffff:a9fe:a9fe/128', '0::ffff:a9fe:a9fe/128'],
    ...['fe80::1/128', 'fe90::1/128', 'fea0::1/128', 'feb0::1/128'],
    ...['64:ff9b::a9fe:a9fe/128', '64:ff9b:0:0:0:0:a9fe:a9fe/128', '0064:ff9b::6464:64c8/128', '64:ff9b::/96'],
    ...['64:ff9b:1::a9fe:a9fe/128', '64:ff9b::c000:c0/128', '64:ff9b::c000:0/112'],
    ...['2002:a9fe:a9fe::/48', '::a9fe:a9fe/128', '::/96', '::169.254.169.254/128'],
  ])('a run reaches the metadata service at %s', (cidr) => {
    expect(problems({ endpoints: [{ cidr, port: 80 }] })).toEqual([expect.stringContaining('no run may reach one')]);
  });
  test.each([
    '192.0.2.7/32',
    '192.0.64.0/18',
    '100.64.0.0/16',
    '2001:db8::ffff:7/128',
    'fd20:cef::/64',
    '64:ff9b::cb00:7107/128',
    '64:ff9b::c000:4d0a/128',
    '2002:cb00:7107::/48',
  ])('but does of %s, which holds none', (cidr) => expect(problems({ endpoints: [{ cidr, port: 80 }] })).toEqual([]));
  test('no profile', () => expect(problems({ profiles: [] })).toEqual(['profiles is empty; name at least one']));
  test('no name that may be asked for', () => {
    expect(problems({ dns: { ...minimal.dns, names: [] } })).toEqual(['dns.names is empty; "*" allows every name']);
  });
  test.each(['*.example.com', '203.0.113.7', ''])('%p as the name of a host', (name) => {
    expect(problems({ policy: 'cilium', hosts: [{ name, port: 443 }] })).toEqual([
      `hosts has "${name}", which is not the name of one host`,
    ]);
  });
  test('a name in the place of addresses', () => {
    expect(problems({ endpoints: [{ cidr: 'model.example', port: 443 }] })).toEqual([
      '"model.example" is not a range of addresses',
    ]);
  });
});
