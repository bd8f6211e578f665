import type { Api } from '../../../cluster/api.js';
import type { Finding } from '../../terminal/finding.js';

/** Oldest minor version of Kubernetes 1 that the manifests are checked against. */
const OLDEST = 30;

/** The API server. */
export async function clusterFinding(api: Api): Promise<Finding> {
  const check = 'cluster';
  const { gitVersion = 'unknown', minor = '' } = await api.json<Version>('GET', '/version');
  // Some providers append a sign to the number.
  const number = Number.parseInt(minor, 10);
  if (number >= OLDEST) return { check, state: 'ok', message: gitVersion };
  const fix = `upgrade the cluster to Kubernetes 1.${OLDEST} or later`;
  return { check, state: 'wrong', message: `${gitVersion} is older than 1.${OLDEST}`, fix };
}

interface Version {
  readonly gitVersion?: string;
  readonly minor?: string;
}
