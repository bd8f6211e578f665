import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from '../../cluster/api.js';
import { ApiError } from '../../cluster/errors.js';
import type { Finding } from './finding.js';

/** A pod that Pod Security lets through and that is no run. It is never made. */
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

/** A policy is in force a moment after it was made: so often it is asked for, with as long between, in milliseconds. */
const TRIES = 4;
const MOMENT = 700;

/** Whether the API server refuses what is no run, which it is asked in a dry run. */
export async function policyFinding(api: Api, namespace: string): Promise<Finding> {
  const check = 'spawn policy';
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      await api.json('POST', `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?dryRun=All`, NO_RUN);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.message.includes(`'${namespace}-spawn'`)
        ? { check, state: 'ok', message: 'what is no run is refused' }
        : { check, state: 'unknown', message: `something else answered: ${error.message}` };
    }
    if (tries < TRIES) await pause(MOMENT);
  }
  return {
    check,
    state: 'missing',
    message: 'whoever may create pods here may mount each of its Secrets, and run any image',
    fix: 'install the runner with spawnPolicy.enabled: docs/security.md',
  };
}
