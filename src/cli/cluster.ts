import { Api } from '../cluster/api.js';
import { contextNamespace } from '../cluster/proxy.js';
import { Runs } from '../cluster/runs.js';
import { InputError } from '../run/problems.js';
import type { ClusterFlags } from './cluster-options.js';
import type { Terminal } from './terminal.js';

/**
 * Connects, does the work, and ends the connection whatever happens.
 * @param err gets a line about each pod that is skipped, since it is no run
 * @throws InputError when no namespace is named, ClusterError when there is no cluster
 */
export async function withRuns<T>(
  flags: ClusterFlags,
  { err }: Pick<Terminal, 'err'>,
  work: (runs: Runs, api: Api) => Promise<T>,
): Promise<T> {
  const named = namedNamespace(flags);
  const [api, namespace] = await Promise.all([Api.connect(flags, err), named ?? contextNamespace(flags)]);
  try {
    if (!namespace) {
      throw new InputError(['no namespace: give -n, NAMESPACE, --env or ENVIRONMENT, or set one in your context']);
    }
    return await work(new Runs(api, namespace), api);
  } finally {
    api.close();
  }
}

/** `-n`, then NAMESPACE, then the environment's own; without any of them the context's counts. */
function namedNamespace({ namespace, environment }: ClusterFlags): string | undefined {
  return namespace ?? (environment && `agent-runner-${environment}`);
}
