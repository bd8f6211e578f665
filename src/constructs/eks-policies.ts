import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type NamedPolicy, RUNS, tcp } from './egress.js';

/**
 * Opens hosts by name on EKS Auto Mode. Its name servers are on the node, so the environment lists their addresses.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
 */
export function eksPolicies(scope: Construct, policies: readonly NamedPolicy[]): void {
  for (const { name, rules } of policies) {
    new ApiObject(scope, `Eks-${name}`, {
      apiVersion: 'networking.k8s.aws/v1alpha1',
      kind: 'ApplicationNetworkPolicy',
      metadata: { name },
      spec: {
        podSelector: RUNS,
        policyTypes: ['Egress'],
        egress: rules.map(({ names, ports }) => ({ to: [{ domainNames: names }], ports: tcp(...ports) })),
      },
    });
  }
}
