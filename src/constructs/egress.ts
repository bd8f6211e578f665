import { LABELS, MANAGED_BY } from '../run/metadata.js';
import type { EgressProfile } from '../run/settings.js';

/**
 * Kind of the network policies. `kubernetes`: plain ones, which open addresses only. The others are network plugins,
 * whose own kind of policy opens hosts by name.
 */
export type NamePolicy = 'kubernetes' | 'cilium' | 'gke' | 'eks';

/** The cluster's name servers. */
export interface NameServers {
  /** Namespace of their pods. */
  readonly namespace: string;
  /** Label that their pods have. */
  readonly label: string;
  /** Value of that label. */
  readonly value: string;
  /** Ranges of name servers that are not pods. */
  readonly addresses: readonly string[];
  /** Names that runs may look up, if the network plugin reads questions. `*` stands for any letters except a dot. */
  readonly names: readonly string[];
}

/** Hosts and ports that a policy of a network plugin opens by name, for every run. */
export interface NamedRule {
  readonly names: readonly string[];
  readonly ports: readonly number[];
}

/** A policy that adds to the plain ones. `name` is its name in the cluster. */
export interface NamedPolicy {
  readonly name: string;
  readonly rules: readonly NamedRule[];
}

/** Labels of every run. */
export const RUNS = { matchLabels: { [LABELS.managedBy]: MANAGED_BY } };

/** Runs that ask for `open`, if the environment allows it: both expressions must match. */
export const openRuns = (profiles: readonly EgressProfile[]) => ({
  ...RUNS,
  matchExpressions: [
    { key: LABELS.egress, operator: 'In', values: ['open'] },
    { key: LABELS.egress, operator: 'In', values: profiles },
  ],
});

export const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));

/** Git by SSH and by HTTPS. */
export const GIT_PORTS = [22, 443];

export const DNS_PORTS = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
