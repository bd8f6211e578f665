import { DNS_LABEL } from '../run/names.js';
import { InputError } from '../run/problems.js';
import type { OptionSpec, Options } from './options.js';

/** Where the cluster and the namespace come from; every command that talks to a cluster has them. */
export const CLUSTER_OPTIONS = {
  env: { type: 'string', aliases: ['environment'], env: ['ENVIRONMENT'] },
  namespace: { type: 'string', short: 'n', env: ['NAMESPACE'] },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** How the user says which namespace of which cluster. */
export interface ClusterFlags {
  readonly environment: string | undefined;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
}

/** @throws InputError for a namespace or an environment whose name cannot be */
export function clusterFlags(flags: Options['flags']): ClusterFlags {
  const text = (name: keyof typeof CLUSTER_OPTIONS) => flags[name] as string | undefined;
  return {
    environment: checkName('environment', text('env')),
    namespace: checkName('namespace', text('namespace')),
    context: text('context'),
    kubeconfig: text('kubeconfig'),
  };
}

function checkName(field: string, name: string | undefined): string | undefined {
  if (name === undefined || DNS_LABEL.test(name)) return name;
  throw new InputError([`${field} "${name}" is not a DNS label (a-z, 0-9, -; at most 63)`]);
}
