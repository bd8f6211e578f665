import { LABELS, MANAGED_BY } from '../run/metadata.js';
import type { EgressProfile } from '../run/settings.js';

/** Who knows names: the network plugin whose own kind of policy opens hosts by name, or none, which opens addresses alone. */
export type NamePolicy = 'kubernetes' | 'cilium' | 'gke' | 'eks';

/** The cluster's name servers. */
export interface NameServers {
  readonly namespace: string;
  readonly label: string;
  readonly value: string;
  /** Ranges of name servers that are no pods. */
  readonly addresses: readonly string[];
  /** Names that may be asked for, where the network plugin reads questions; `*` stands for any letters but a dot. */
  readonly names: readonly string[];
}

/** What the policies of a network plugin open by name: one rule each, for every run. */
export interface NamedRule {
  readonly names: readonly string[];
  readonly ports: readonly number[];
}

/** A policy that is additive to the plain ones, by the name that it has in the cluster. */
export interface NamedPolicy {
  readonly name: string;
  readonly rules: readonly NamedRule[];
}

/** Labels of every run. */
export const RUNS = { matchLabels: { [LABELS.managedBy]: MANAGED_BY } };

/** Runs that ask for `open`, where the environment allows it: both must hold. */
export const openRuns = (profiles: readonly EgressProfile[]) => ({
  ...RUNS,
  matchExpressions: [
    { key: LABELS.egress, operator: 'In', values: ['open'] },
    { key: LABELS.egress, operator: 'In', values: profiles },
  ],
});

export const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));

/** Git by HTTPS and by SSH. */
export const GIT_PORTS = [22, 443];

export const DNS_PORTS = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
