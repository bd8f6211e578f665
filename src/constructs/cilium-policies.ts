import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { EgressProfile } from '../run/settings.js';
import { type NamedPolicy, type NameServers, openRuns, RUNS } from './egress.js';

/**
 * Opens hosts by name on Cilium. Cilium learns their addresses from the answers of name servers, so these policies open
 * the name servers, too. An additional plain policy for the name servers would let every question pass.
 *
 * @see https://docs.cilium.io/en/stable/security/policy/language/#dns-based
 */
export function ciliumPolicies(
  scope: Construct,
  policies: readonly NamedPolicy[],
  dns: NameServers,
  profiles: readonly EgressProfile[],
): void {
  const policy = (name: string, endpointSelector: object, egress: readonly object[]) =>
    new ApiObject(scope, `Cilium-${name}`, {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name },
      spec: { endpointSelector, egress },
    });
  policy('agent-runs-dns', RUNS, questions(dns, dns.names));
  policy('agent-runs-dns-open', openRuns(profiles), questions(dns, ['*']));
  for (const { name, rules } of policies) {
    const egress = rules.map(({ names, ports }) => ({
      toFQDNs: names.map((matchName) => ({ matchName })),
      toPorts: [{ ports: ports.map((port) => ({ port: String(port), protocol: 'TCP' })) }],
    }));
    policy(name, RUNS, egress);
  }
}

/**
 * The questions that name servers may get. On Cilium, name servers are pods. Each name has its own rule, so that
 * without names there are no questions.
 */
const questions = ({ namespace, label, value }: NameServers, names: readonly string[]): object[] =>
  names.map((matchPattern) => ({
    toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': namespace, [`k8s:${label}`]: value } }],
    toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern }] } }],
  }));
