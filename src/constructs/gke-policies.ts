import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type NamedPolicy, RUNS, tcp } from './egress.js';

/**
 * Opens hosts by name on GKE with Dataplane V2. GKE learns their addresses from the answers of kube-dns or Cloud DNS,
 * which the plain policies open.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/fqdn-network-policies
 */
export function gkePolicies(scope: Construct, policies: readonly NamedPolicy[]): void {
  for (const { name, rules } of policies) {
    new ApiObject(scope, `Gke-${name}`, {
      apiVersion: 'networking.gke.io/v1alpha1',
      kind: 'FQDNNetworkPolicy',
      metadata: { name },
      spec: {
        podSelector: RUNS,
        egress: rules.map(({ names, ports }) => ({
          matches: names.map((one) => ({ name: one })),
          ports: tcp(...ports),
        })),
      },
    });
  }
}
