import { execFile } from 'node:child_process';
import type { Api } from '../../cluster/api.js';
import type { Finding } from './finding.js';

/** Oldest Kubernetes that the manifests are held against. */
const OLDEST = 30;

/** The `kubectl` in the PATH. */
export async function kubectlFinding(): Promise<Finding> {
  const check = 'kubectl';
  const shown = await new Promise<string | undefined>((done) => {
    execFile('kubectl', ['version', '--client', '-o', 'json'], (error, stdout) => done(error ? undefined : stdout));
  });
  if (shown === undefined) {
    const fix = 'install it: https://kubernetes.io/docs/tasks/tools/';
    return { check, state: 'missing', message: 'there is no kubectl that says its version', fix };
  }
  return { check, state: 'ok', message: versionOf(shown) };
}

/** The API server. */
export async function clusterFinding(api: Api): Promise<Finding> {
  const check = 'cluster';
  const { gitVersion = 'unknown', minor = '' } = await api.json<Version>('GET', '/version');
  // Some providers add a sign to the number.
  const number = Number.parseInt(minor, 10);
  if (number >= OLDEST) return { check, state: 'ok', message: gitVersion };
  const fix = `upgrade the cluster to Kubernetes 1.${OLDEST} or later`;
  return { check, state: 'wrong', message: `${gitVersion} is older than 1.${OLDEST}`, fix };
}

interface Version {
  readonly gitVersion?: string;
  readonly minor?: string;
}

function versionOf(json: string): string {
  try {
    return (JSON.parse(json) as { clientVersion?: Version }).clientVersion?.gitVersion ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
