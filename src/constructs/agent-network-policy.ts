import { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { METADATA_SERVICES, METADATA_SERVICES_IN_IPV6 } from '../run/metadata-services.js';
import type { EgressProfile } from '../run/settings.js';
import { ciliumPolicies } from './cilium-policies.js';
import {
  DNS_PORTS,
  GIT_PORTS,
  type NamedPolicy,
  type NamePolicy,
  type NameServers,
  openRuns,
  RUNS,
  tcp,
} from './egress.js';
import { eksPolicies } from './eks-policies.js';
import { GITHUB_NAMES } from './github-names.js';
import { GITHUB_RANGES } from './github-ranges.js';
import { gkePolicies } from './gke-policies.js';
import { brokenOf, type Rule } from './rules.js';

/** Properties of {@link AgentNetworkPolicy}. */
export interface AgentNetworkPolicyProps {
  /**
   * Kind of the policies. `cilium`, `gke` and `eks` also open GitHub and {@link hosts} by name. `kubernetes` opens
   * addresses only.
   */
  readonly policy: NamePolicy;

  /** Profiles that a run may ask for. `open` is the internet: without it, no run can reach that. */
  readonly profiles: readonly EgressProfile[];

  /** Whether runs may reach GitHub. */
  readonly github: boolean;

  /** Additional ranges of addresses that every run may reach, each on one TCP port. */
  readonly endpoints: readonly { readonly cidr: string; readonly port: number }[];

  /** Hosts that every run may reach by name. With {@link policy} `kubernetes`, nothing is opened for them. */
  readonly hosts: readonly { readonly name: string; readonly port: number }[];

  /** Pods of the cluster that every run may reach. */
  readonly services: readonly {
    readonly namespace: string;
    readonly label: string;
    readonly value: string;
    readonly port: number;
  }[];

  /** The cluster's name servers. Runs can reach no other ones. */
  readonly dns: NameServers;
}

/** Ranges outside of the internet: private, shared, local, a cloud's own, multicast, or translated to one of these. */
const NOT_INTERNET = {
  '0.0.0.0/0': [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '168.63.129.16/32',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  '::/0': ['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
} as const;

const block = (cidr: string) => ({ ipBlock: { cidr } });
const pods = (namespace: string, label: string, value: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: { [label]: value } },
});

/**
 * Limits the connections of the pods in the namespace, for IPv4 and IPv6:
 *
 * - A pod that is not a run can connect to nothing.
 * - A run can connect to the cluster's name servers, to GitHub, and to the endpoints, hosts and services of the props.
 * - A run with the profile `open` can also connect to the internet.
 * - Nothing can connect to any of these pods.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class AgentNetworkPolicy extends Construct {
  /** All policies, of every kind. */
  readonly apiObjects: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: AgentNetworkPolicyProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    const { policy, dns, github, endpoints, hosts, services, profiles } = props;
    const byAddress = policy === 'kubernetes' && github;
    this.policy('Deny', 'agent-runs-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    if (policy !== 'cilium') {
      this.policy('Dns', 'agent-runs-dns', { podSelector: RUNS, policyTypes: ['Egress'], egress: questions(dns) });
    }
    this.policy('Runs', 'agent-runs', {
      podSelector: RUNS,
      policyTypes: ['Egress'],
      egress: [
        ...(byAddress ? [{ to: GITHUB_RANGES.cidrs.map(block), ports: tcp(...GIT_PORTS) }] : []),
        ...endpoints.map(({ cidr, port }) => ({ to: [block(cidr)], ports: tcp(port) })),
        ...services.map(({ namespace, label, value, port }) => ({
          to: [pods(namespace, label, value)],
          ports: tcp(port),
        })),
      ],
    });
    this.policy('Open', 'agent-runs-open', {
      podSelector: openRuns(profiles),
      policyTypes: ['Egress'],
      egress: [
        { to: Object.entries(NOT_INTERNET).map(([cidr, except]) => ({ ipBlock: { cidr, except: [...except] } })) },
      ],
    });
    const named: NamedPolicy[] = [
      ...(github ? [{ name: 'agent-runs-github', rules: [{ names: GITHUB_NAMES, ports: GIT_PORTS }] }] : []),
      ...(hosts.length > 0
        ? [{ name: 'agent-runs-hosts', rules: hosts.map(({ name, port }) => ({ names: [name], ports: [port] })) }]
        : []),
    ];
    if (policy === 'cilium') ciliumPolicies(this, named, dns, profiles);
    if (policy === 'gke') gkePolicies(this, named);
    if (policy === 'eks') eksPolicies(this, named);
    this.apiObjects = this.node.children.filter(ApiObject.isApiObject);
  }

  private policy(id: string, name: string, spec: Spec): void {
    new ApiObject(this, id, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec });
  }
}

const questions = ({ namespace, label, value, addresses }: NameServers) => [
  { to: [pods(namespace, label, value)], ports: DNS_PORTS },
  ...addresses.map((cidr) => ({ to: [block(cidr)], ports: DNS_PORTS })),
];

/** The type that cdk8s-plus generates, but with read-only lists and with plain numbers as ports. */
type Spec = Readonly<Pick<k8s.NetworkPolicySpec, 'policyTypes'>> & {
  readonly podSelector: object;
  readonly egress?: readonly { readonly to: readonly object[]; readonly ports?: readonly object[] }[];
};

/** Refuses empty lists, among others: Kubernetes reads a rule without destinations as one that allows all. */
function problemsOf({ profiles, endpoints, hosts, dns }: AgentNetworkPolicyProps): string[] {
  const services = [...METADATA_SERVICES, ...METADATA_SERVICES_IN_IPV6];
  const own = (cidr: string) => services.some((pattern) => new RegExp(pattern).test(cidr));
  const rules: Rule[] = [
    [profiles.length > 0, 'profiles is empty; name at least one'],
    ...endpoints.map(
      ({ cidr }): Rule => [!own(cidr), `endpoints has ${cidr}, which is a metadata service's; no run may reach one`],
    ),
    ...hosts.map(
      ({ name }): Rule => [/^[^*]*[a-z][^*]*$/.test(name), `hosts has "${name}", which is not the name of one host`],
    ),
    [dns.names.length > 0, 'dns.names is empty; "*" allows every name'],
    ...[...endpoints.map(({ cidr }) => cidr), ...dns.addresses].map(
      (cidr): Rule => [/^[0-9a-f.:]+\/\d+$/.test(cidr), `"${cidr}" is not a range of addresses`],
    ),
  ];
  return brokenOf(rules);
}
