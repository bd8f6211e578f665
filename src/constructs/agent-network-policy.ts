import { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { LABELS, MANAGED_BY } from '../run/metadata.js';
import { METADATA_SERVICES } from '../run/metadata-services.js';
import type { EgressProfile } from '../run/settings.js';
import { GITHUB_RANGES } from './github-ranges.js';
import { brokenOf, type Rule } from './rules.js';

/** Properties of {@link AgentNetworkPolicy}. */
export interface AgentNetworkPolicyProps {
  /** What a run may ask for; `open` is the internet, and reached by nobody where it is not among them. */
  readonly profiles: readonly EgressProfile[];

  /** Whether runs may reach GitHub. */
  readonly github: boolean;

  /** What every run may reach beside. */
  readonly endpoints: readonly { readonly cidr: string; readonly port: number }[];

  /** Pods of the cluster that every run may reach. */
  readonly services: readonly {
    readonly namespace: string;
    readonly label: string;
    readonly value: string;
    readonly port: number;
  }[];

  /** The cluster's name servers, the only ones that are reached. */
  readonly dns: {
    readonly namespace: string;
    readonly label: string;
    readonly value: string;
    readonly nodeLocal: readonly string[];
  };
}

/** What is not the internet: private, shared, local, a cloud's own, multicast, or a way back to one of these. */
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

const DNS_PORTS = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: 'TCP', port }));
const block = (cidr: string) => ({ ipBlock: { cidr } });
const pods = (namespace: string, label: string, value: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: { [label]: value } },
});
const RUNS = { matchLabels: { [LABELS.managedBy]: MANAGED_BY } };

/**
 * Where the pods of the namespace may connect to: nothing at all, but for runs the cluster's name servers, GitHub and what
 * the environment names; for runs with the profile `open` also the internet. Nobody connects to them. Both IP families.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class AgentNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, props: AgentNetworkPolicyProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    const { dns, github, endpoints, services, profiles } = props;
    this.policy('Deny', 'agent-runs-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    this.policy('Runs', 'agent-runs', {
      podSelector: RUNS,
      policyTypes: ['Egress'],
      egress: [
        { to: [pods(dns.namespace, dns.label, dns.value)], ports: DNS_PORTS },
        ...dns.nodeLocal.map((cidr) => ({ to: [block(cidr)], ports: DNS_PORTS })),
        ...(github ? [{ to: GITHUB_RANGES.cidrs.map(block), ports: tcp(22, 443) }] : []),
        ...endpoints.map(({ cidr, port }) => ({ to: [block(cidr)], ports: tcp(port) })),
        ...services.map(({ namespace, label, value, port }) => ({
          to: [pods(namespace, label, value)],
          ports: tcp(port),
        })),
      ],
    });
    this.policy('Open', 'agent-runs-open', {
      podSelector: {
        ...RUNS,
        // Both must hold: the run asks for it, and the environment allows it.
        matchExpressions: [
          { key: LABELS.egress, operator: 'In', values: ['open'] },
          { key: LABELS.egress, operator: 'In', values: profiles },
        ],
      },
      policyTypes: ['Egress'],
      egress: [
        { to: Object.entries(NOT_INTERNET).map(([cidr, except]) => ({ ipBlock: { cidr, except: [...except] } })) },
      ],
    });
  }

  private policy(id: string, name: string, spec: Spec): void {
    new ApiObject(this, id, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec });
  }
}

/** As cdk8s-plus generates it, where a list may not be changed and a port is just a number. */
type Spec = Readonly<Pick<k8s.NetworkPolicySpec, 'policyTypes'>> & {
  readonly podSelector: object;
  readonly egress?: readonly { readonly to: readonly object[]; readonly ports?: readonly object[] }[];
};

/** For Kubernetes a rule without destinations allows all of them. */
function problemsOf({ profiles, endpoints, dns }: AgentNetworkPolicyProps): string[] {
  const own = (cidr: string) => METADATA_SERVICES.some((start) => cidr.startsWith(start));
  const rules: Rule[] = [
    [profiles.length > 0, 'profiles is empty; it names at least one'],
    ...endpoints.map(
      ({ cidr }): Rule => [!own(cidr), `endpoints has ${cidr}, which is a metadata service's; no run may reach one`],
    ),
    ...[...endpoints.map(({ cidr }) => cidr), ...dns.nodeLocal].map(
      (cidr): Rule => [/^[0-9a-f.:]+\/\d+$/.test(cidr), `"${cidr}" is not a range of addresses`],
    ),
  ];
  return brokenOf(rules);
}
