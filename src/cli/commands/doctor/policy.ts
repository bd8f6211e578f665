import type { Api } from '../../../cluster/api.js';
import { ApiError } from '../../../cluster/errors.js';
import type { Finding } from '../../terminal/finding.js';

/** A pod that Pod Security admits and that is not a run. It is only sent in a dry run. */
const NO_RUN = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'agent-runner-doctor' },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'no-run',
        image: 'none',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};

/** A new policy takes effect after a moment, so doctor tries this often, with this pause between, in milliseconds. */
const TRIES = 4;
const MOMENT = 700;

/** Checks with a dry run that the API server refuses a pod that is not a run. */
export async function policyFinding(api: Api, namespace: string): Promise<Finding> {
  const check = 'spawn policy';
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      await api.json('POST', `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?dryRun=All`, NO_RUN);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.message.includes(`'${namespace}-spawn'`)
        ? { check, state: 'ok', message: 'pods that are not runs are refused' }
        : { check, state: 'unknown', message: `the test pod was refused for another reason: ${error.message}` };
    }
    if (tries < TRIES) await api.pause(MOMENT);
  }
  return {
    check,
    state: 'missing',
    message: 'anybody who may create pods here may mount each of its Secrets, and run any image',
    fix: 'install the runner with spawnPolicy.enabled: docs/security.md',
  };
}
