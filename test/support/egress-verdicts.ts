import { BlockList, isIPv6 } from 'node:net';

/** Somewhere that a pod may connect to. */
export interface Destination {
  /** What it was looked up by, if it was. */
  readonly name?: string;
  readonly ip?: string;
  /** Where it is a pod. */
  readonly pod?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly protocol?: 'TCP' | 'UDP';
  readonly port: number;
}

type Labels = Readonly<Record<string, string>>;
interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values: string[] }[];
}
interface Port {
  readonly port?: number | string;
  readonly protocol?: string;
}
interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly domainNames?: readonly string[];
}
interface Rule {
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
  readonly matches?: readonly { readonly name?: string; readonly pattern?: string }[];
  readonly toFQDNs?: readonly { readonly matchName?: string; readonly matchPattern?: string }[];
  readonly toEndpoints?: readonly Selector[];
  readonly toPorts?: readonly {
    readonly ports: readonly Port[];
    readonly rules?: { readonly dns?: readonly { readonly matchPattern?: string }[] };
  }[];
}
export interface Policy {
  readonly kind: string;
  readonly spec: {
    readonly podSelector?: Selector;
    readonly endpointSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly egress?: readonly Rule[];
  };
}

const KINDS = ['NetworkPolicy', 'CiliumNetworkPolicy', 'FQDNNetworkPolicy', 'ApplicationNetworkPolicy'];

/** Whether a pod may connect, by all policies that select it: with none it may; with some, where a rule of one says so. */
export function allows(policies: readonly Policy[], labels: Labels, to: Destination): boolean {
  const selecting = policies
    .filter(({ kind }) => KINDS.includes(kind))
    .filter(({ spec }) => selects(spec.podSelector ?? spec.endpointSelector ?? {}, labels))
    .filter(({ spec }) => spec.policyTypes?.includes('Egress') ?? true);
  return selecting.length === 0 || selecting.some(({ spec }) => (spec.egress ?? []).some((rule) => opens(rule, to)));
}

/** Which names a pod may ask the cluster's name servers for; plain policies do not read questions. */
export function mayAsk(policies: readonly Policy[], labels: Labels, nameServer: Destination, name: string): boolean {
  const readers = policies.filter(({ kind }) => kind === 'CiliumNetworkPolicy');
  if (!allows(policies, labels, nameServer)) return false;
  if (readers.length === 0) return true;
  const patterns = readers
    .filter(({ spec }) => selects(spec.endpointSelector ?? {}, labels))
    .flatMap(({ spec }) => spec.egress ?? [])
    .filter((rule) => opens(rule, nameServer))
    .flatMap(({ toPorts = [] }) => toPorts.flatMap(({ rules }) => rules?.dns ?? []));
  return patterns.some(({ matchPattern = '' }) => matches(matchPattern, name));
}

function opens(rule: Rule, to: Destination): boolean {
  const ports = rule.toPorts?.flatMap((one) => one.ports) ?? rule.ports;
  if (ports && ports.length > 0 && !ports.some((port) => isPort(port, to))) return false;
  if (rule.toFQDNs) return rule.toFQDNs.some(({ matchName }) => matchName === to.name && to.name !== undefined);
  if (rule.matches) return rule.matches.some(({ name }) => name === to.name && to.name !== undefined);
  if (rule.toEndpoints) return rule.toEndpoints.some((selector) => isEndpoint(selector, to));
  // What is not there at all is every destination; what is empty is so, too.
  if (!rule.to || rule.to.length === 0) return true;
  return rule.to.some((peer) => isPeer(peer, to));
}

const isPort = ({ port, protocol = 'TCP' }: Port, to: Destination): boolean =>
  (port === undefined || Number(port) === to.port) && ['ANY', 'ALL', to.protocol ?? 'TCP'].includes(protocol);

function isPeer({ ipBlock, domainNames, namespaceSelector, podSelector }: Peer, to: Destination): boolean {
  if (ipBlock) return within([ipBlock.cidr], to.ip) && !within(ipBlock.except ?? [], to.ip);
  if (domainNames) return to.name !== undefined && domainNames.includes(to.name);
  const namespace = { 'kubernetes.io/metadata.name': to.pod?.namespace ?? '' };
  return (
    Boolean(to.pod) && selects(namespaceSelector ?? {}, namespace) && selects(podSelector ?? {}, to.pod?.labels ?? {})
  );
}

function isEndpoint({ matchLabels = {} }: Selector, to: Destination): boolean {
  const labels: Labels = { 'io.kubernetes.pod.namespace': to.pod?.namespace ?? '', ...to.pod?.labels };
  return Object.entries(matchLabels).every(([key, value]) => labels[key.replace(/^k8s:/, '')] === value);
}

const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));

/** Of the same family alone: for a BlockList, `::/0` has the IPv4 addresses in it, too. */
function within(ranges: readonly string[], ip = ''): boolean {
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  for (const range of ranges.filter((one) => one.includes(':') === isIPv6(ip))) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return ip !== '' && list.check(ip, family);
}

/** A `*` alone is every name; elsewhere it is any letters but a dot. */
const matches = (pattern: string, name: string): boolean =>
  pattern === '*' || new RegExp(`^${pattern.replaceAll('.', '[.]').replaceAll('*', '[^.]*')}$`).test(name);
