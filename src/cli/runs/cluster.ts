import { Api } from '../../cluster/api.js';
import { Runs } from '../../cluster/runs.js';
import { InputError } from '../../run/problems.js';
import type { ClusterFlags } from '../line/cluster-options.js';
import type { Terminal } from '../terminal/terminal.js';

/**
 * Connects, does the work, and always ends the connection.
 * @param err gets a line about each pod that is skipped because it is not a run, and the lines of a credential plugin
 * @throws InputError when no namespace is named, ClusterError when there is no cluster
 */
export async function withRuns<T>(
  flags: ClusterFlags,
  { err }: Pick<Terminal, 'err'>,
  work: (runs: Runs, api: Api) => Promise<T>,
): Promise<T> {
  const api = await Api.connect(flags, err);
  try {
    const namespace = namedNamespace(flags) ?? api.namespace;
    if (!namespace) {
      throw new InputError(['no namespace: give -n, NAMESPACE, --env or ENVIRONMENT, or set one in your context']);
    }
    return await work(new Runs(api, namespace), api);
  } finally {
    api.close();
  }
}

/** `-n`, then NAMESPACE, then that of the environment. Without any of them, the context's counts. */
function namedNamespace({ namespace, environment }: ClusterFlags): string | undefined {
  return namespace ?? (environment && `agent-runner-${environment}`);
}
