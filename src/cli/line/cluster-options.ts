import { DNS_LABEL } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import type { Flags, OptionSpecs } from './options.js';

const group = 'Where';

/** The cluster and the namespace to use. Every command that talks to a cluster has these options. */
export const CLUSTER_OPTIONS = {
  namespace: {
    type: 'string',
    short: 'n',
    placeholder: 'NS',
    env: ['NAMESPACE'],
    group,
    description: 'namespace of the runs; default: that of --env, or that of your context',
  },
  env: {
    type: 'string',
    placeholder: 'NAME',
    aliases: ['environment'],
    env: ['ENVIRONMENT'],
    group,
    description: 'environment; its namespace is agent-runner-NAME',
  },
  context: { type: 'string', placeholder: 'NAME', group, description: 'as for kubectl' },
  kubeconfig: { type: 'string', placeholder: 'FILE', group, description: 'as for kubectl' },
} as const satisfies OptionSpecs;

/** The user's choice of cluster and namespace. */
export interface ClusterFlags {
  readonly environment: string | undefined;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
}

/** @throws InputError when the namespace or the environment is not a DNS label */
export function clusterFlags({ env, namespace, context, kubeconfig }: Flags<typeof CLUSTER_OPTIONS>): ClusterFlags {
  return {
    environment: checkName('environment', env),
    namespace: checkName('namespace', namespace),
    context,
    kubeconfig,
  };
}

function checkName(field: string, name: string | undefined): string | undefined {
  if (name === undefined || DNS_LABEL.test(name)) return name;
  throw new InputError([`${field} "${name}" is not a DNS label (a-z, 0-9, -; at most 63)`]);
}
