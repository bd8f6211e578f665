// @ts-check
// Where runs may connect to.
import { protections } from './protection.js';

const POLICY = 'src/constructs/agent-network-policy.ts';
const PLAIN = 'test/constructs/agent-network-policy.test.ts';
const NAMED = 'test/constructs/named-policies.test.ts';

const IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
];
const IPV6 = ['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'];
/** How ranges of metadata services begin. */
const SERVICES = {
  'AWS and Google': '^169[.]254[.]',
  Azure: '^168[.]63[.]',
  Alibaba: '^100[.]100[.]',
  Oracle: '^192[.]0[.](0[.]|.+/1[67]$|([0-9]|[1-5][0-9]|6[0-3])[.].+/(1[89]|2[0-3])$)',
  'AWS by IPv6': '^fd00:0?ec2:',
  'Google by IPv6': '^fd20:0{0,2}ce:',
  'a link': '^fe[89ab]',
  'IPv4 as IPv6': '^[0:]*:ffff:',
  'all of IPv4': '^[0:]+/',
  'IPv4 in IPv6, by 6to4 and by NAT64':
    '^([0:]*:|2002:|0{0,2}64:ff9b:[0:]*)(a9fe:|a83f:|6464:|c000:0{0,2}[0-9a-f]{0,2}(:|/))',
  'all of IPv4 by NAT64': '^0{0,2}64:ff9b:(0{0,3}1:|.*/([3-9].|10.|11[01])$)',
  'IPv4 with its dots': '^[0-9a-f:]+:[0-9]+[.]',
};

/** @param {readonly string[]} ranges @param {string} other */
const withoutEach = (ranges, other) =>
  ranges.map((range) => /** @type {const} */ ([`${range} is not the internet`, `'${range}'`, `'${other}'`]));

export const NETWORK = [
  ...protections(POLICY, PLAIN, [
    [
      'nothing is open to any pod by itself',
      "this.policy('Deny', 'agent-runs-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });",
      '',
    ],
    [
      'what is denied is denied to every pod',
      "{ podSelector: {}, policyTypes: ['Ingress'",
      "{ podSelector: RUNS, policyTypes: ['Ingress'",
    ],
    ['nobody connects to a run', "policyTypes: ['Ingress', 'Egress']", "policyTypes: ['Egress']"],
    ['a pod connects to nothing by itself', "policyTypes: ['Ingress', 'Egress']", "policyTypes: ['Ingress']"],
    [
      'GitHub is open on its ports alone',
      'GITHUB_RANGES.cidrs.map(block), ports: tcp(...GIT_PORTS)',
      'GITHUB_RANGES.cidrs.map(block)',
    ],
    ['an endpoint is open on its port alone', 'to: [block(cidr)], ports: tcp(port)', 'to: [block(cidr)]'],
    [
      'a service is open on its port alone',
      'to: [pods(namespace, label, value)],\n          ports: tcp(port),',
      'to: [pods(namespace, label, value)],',
    ],
    [
      'an empty list of endpoints opens none',
      '...endpoints.map(({ cidr, port }) => ({ to: [block(cidr)], ports: tcp(port) })),',
      '{ to: endpoints.map(({ cidr }) => block(cidr)), ports: tcp(...endpoints.map(({ port }) => port)) },',
    ],
    ...withoutEach(IPV4, '192.0.2.0/24'),
    ...withoutEach(IPV6, '2001:db8::/32'),
    ['no endpoint is a metadata service', '[!own(cidr), ', '[true, '],
    ['an environment has a profile', 'profiles.length > 0, ', 'true, '],
    ['a host is one name', '/^[^*]*[a-z][^*]*$/.test(name)', 'true'],
    ['an empty list of names lets none be asked for', 'dns.names.length > 0', 'true'],
    ['an endpoint is a range of addresses', '/^[0-9a-f.:]+\\/\\d+$/.test(cidr)', 'true'],
  ]),
  ...protections(
    'src/run/metadata-services.ts',
    PLAIN,
    Object.entries(SERVICES).map(([whose, range]) => [
      `no endpoint is a metadata service of ${whose}`,
      `'${range}',`,
      '',
    ]),
  ),
  ...protections(POLICY, NAMED, [
    ['GitHub is closed where the environment says so', "policy === 'kubernetes' && github", "policy === 'kubernetes'"],
    [
      'name servers are open on port 53 alone',
      'to: [pods(namespace, label, value)], ports: DNS_PORTS',
      'to: [pods(namespace, label, value)]',
    ],
    [
      'pods of another namespace are no name servers',
      "matchLabels: { 'kubernetes.io/metadata.name': namespace } }",
      'matchLabels: {} }',
    ],
    ['other pods are no name servers', 'podSelector: { matchLabels: { [label]: value } }', 'podSelector: {}'],
    ['on Cilium no plain policy opens the name servers', "if (policy !== 'cilium')", "if (policy !== 'none')"],
  ]),
  ...protections('src/constructs/egress.ts', NAMED, [
    ['egress is for runs alone', '{ matchLabels: { [LABELS.managedBy]: MANAGED_BY } }', '{ matchLabels: {} }'],
    ['the internet is for runs that ask for it', "{ key: LABELS.egress, operator: 'In', values: ['open'] },", ''],
    [
      'the internet is open where the environment allows it',
      "{ key: LABELS.egress, operator: 'In', values: profiles },",
      '',
    ],
    ['a port is open by TCP alone', "({ protocol: 'TCP', port })", '({ port, endPort: 65535, protocol: undefined })'],
  ]),
  ...protections('src/constructs/cilium-policies.ts', NAMED, [
    ['on Cilium only the given names are asked for', 'questions(dns, dns.names)', "questions(dns, ['*'])"],
    ['on Cilium any name is asked for with open alone', 'openRuns(profiles), questions', 'RUNS, questions'],
    [
      'on Cilium hosts are open on their port alone',
      "ports: ports.map((port) => ({ port: String(port), protocol: 'TCP' }))",
      'ports: []',
    ],
    ['on Cilium hosts are open to runs alone', 'policy(name, RUNS, egress)', 'policy(name, {}, egress)'],
  ]),
  ...protections('src/constructs/gke-policies.ts', NAMED, [
    ['on GKE hosts are open on their port alone', 'ports: tcp(...ports),', ''],
    ['on GKE hosts are open to runs alone', 'podSelector: RUNS', 'podSelector: {}'],
  ]),
  ...protections('src/constructs/eks-policies.ts', NAMED, [
    ['on EKS hosts are open on their port alone', ', ports: tcp(...ports)', ''],
    ['on EKS hosts are open to runs alone', 'podSelector: RUNS', 'podSelector: {}'],
  ]),
];
