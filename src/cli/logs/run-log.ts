import { ClusterError } from '../../cluster/errors.js';
import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';

/**
 * The log of a run, as far as the node still has it. If the container was never started, the log is empty.
 * @throws ClusterError when it cannot be read
 */
export async function logOf(runs: Runs, { metadata, status }: Pod): Promise<string> {
  try {
    return await runs.log(metadata.name);
  } catch (error) {
    const never = (status?.containerStatuses ?? []).every(({ state }) => !state?.terminated && !state?.running);
    if (never && error instanceof ClusterError && (error.status === 400 || error.status === 404)) return '';
    throw error;
  }
}
