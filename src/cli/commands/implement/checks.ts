import { accessName, refusedAccess, SPAWN_ACCESS } from '../../../cluster/access.js';
import type { Api } from '../../../cluster/api.js';
import { ClusterError } from '../../../cluster/errors.js';
import { externalSecretsOf } from '../../../cluster/external-secrets.js';
import { quotasOf, runsLeft } from '../../../cluster/quota.js';
import type { PlannedRun } from '../../../run/request.js';

/**
 * Checks that the cluster would accept the runs and give them their credentials.
 * @param wanted how many runs will be alive at the same time
 * @returns notes for the user
 * @throws ClusterError with every problem
 */
export async function checkCluster(
  api: Api,
  namespace: string,
  planned: PlannedRun,
  wanted: number,
): Promise<string[]> {
  const [refused, quotas, secrets] = await Promise.all([
    refusedAccess(api, namespace, SPAWN_ACCESS),
    quotasOf(api, namespace),
    externalSecretsOf(api, namespace),
  ]);
  const needed = [planned.gitCredential, planned.settings.modelCredential];
  const problems = [
    ...(refused.length > 0
      ? [
          `you may not ${refused.map(accessName).join(', ')} in namespace ${namespace}; ask for the ` +
            `maintainer's role there`,
        ]
      : []),
    ...(secrets ?? [])
      .filter(({ name, ready }) => !ready && needed.includes(name))
      .map(({ name, message }) => `ExternalSecret ${name} in namespace ${namespace} is not ready: ${message}`),
  ];
  if (problems.length > 0) throw new ClusterError(problems.join('\n'));
  const room = runsLeft(quotas ?? [], planned.settings);
  return room !== undefined && room < wanted
    ? [`the quota of namespace ${namespace} has room for ${room} of ${wanted} runs: the others wait`]
    : [];
}
