import { accessName, refusedAccess, SPAWN_ACCESS } from '../../../cluster/access.js';
import type { Api } from '../../../cluster/api.js';
import { ApiError, ClusterError } from '../../../cluster/errors.js';
import { quotasOf, runsLeft } from '../../../cluster/quota.js';
import type { Runs } from '../../../cluster/runs.js';
import { InputError } from '../../../run/problems.js';
import { type RunSettings, SETTINGS_NAME } from '../../../run/settings.js';
import { commandLine } from '../../line/command-line.js';
import type { Finding } from '../../terminal/finding.js';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const INSTALL = 'install the runner there: docs/install.md';

/** The namespace and its level of Pod Security. */
export async function namespaceFindings(api: Api, name: string): Promise<Finding[]> {
  const namespace = await readIfThere<Labelled>(api, `/api/v1/namespaces/${encodeURIComponent(name)}`);
  if (namespace === 'absent') {
    return [{ check: 'namespace', state: 'missing', message: `${name} does not exist`, fix: INSTALL }];
  }
  if (namespace === 'hidden') {
    const message = `you may not read namespace ${name}`;
    return [{ check: 'namespace', state: 'unknown', message }];
  }
  const level = namespace.metadata.labels?.[ENFORCE];
  const restricted = level === 'restricted';
  return [
    { check: 'namespace', state: 'ok', message: name },
    {
      check: 'pod security',
      state: restricted ? 'ok' : level ? 'wrong' : 'missing',
      message: restricted ? 'restricted is enforced' : `the namespace enforces ${level ?? 'nothing'}, not restricted`,
      ...(!restricted && {
        fix: commandLine('kubectl', 'label', 'namespace', name, `${ENFORCE}=restricted`, '--overwrite', ...api.flags),
      }),
    },
  ];
}

/** The settings that runs are rendered from, and the finding about them. */
export async function settingsFinding(runs: Runs): Promise<{ finding: Finding; settings?: RunSettings }> {
  const check = 'settings';
  try {
    const settings = await runs.settings();
    const message = `configmap ${SETTINGS_NAME} of environment ${settings.environment}`;
    return { finding: { check, state: 'ok', message }, settings };
  } catch (error) {
    if (error instanceof InputError) {
      return { finding: { check, state: 'wrong', message: error.message, fix: INSTALL } };
    }
    if (!(error instanceof ClusterError)) throw error;
    return { finding: { check, state: 'missing', message: error.message, fix: INSTALL } };
  }
}

/**
 * The user's rights.
 * @param role the Role that gives them
 */
export async function rightsFinding(
  api: Api,
  namespace: string,
  user: string | undefined,
  role: string,
): Promise<Finding> {
  const check = 'rights';
  const refused = await refusedAccess(api, namespace, SPAWN_ACCESS);
  if (refused.length === 0) return { check, state: 'ok', message: 'you may spawn, follow and cancel runs' };
  const message = `you may not ${refused.map(accessName).join(', ')}; ask an admin for the maintainer's role`;
  const binding = ['my-runs', `--role=${role}`, `--user=${user ?? 'YOU'}`];
  const fix = commandLine('kubectl', 'create', 'rolebinding', ...binding, '-n', namespace, ...api.flags);
  return { check, state: 'missing', message, fix };
}

/** The ServiceAccount of the runs. */
export async function serviceAccountFinding(
  api: Api,
  { namespace, serviceAccountName }: RunSettings,
): Promise<Finding> {
  const check = 'service account';
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${serviceAccountName}`;
  const account = await readIfThere(api, path);
  if (account === 'hidden') return { check, state: 'unknown', message: `you may not read ${serviceAccountName}` };
  if (account !== 'absent') return { check, state: 'ok', message: serviceAccountName };
  return { check, state: 'missing', message: `${serviceAccountName} does not exist`, fix: INSTALL };
}

/** Whether the quota has room for a run. */
export async function quotaFinding(api: Api, settings: RunSettings): Promise<Finding> {
  const check = 'quota';
  const { namespace } = settings;
  const quotas = await quotasOf(api, namespace);
  if (quotas === undefined) return { check, state: 'unknown', message: 'you may not read it' };
  const left = runsLeft(quotas, settings);
  const bounds = quotas.filter(({ hard }) => hard !== '0');
  const used = bounds.map(({ resource, used, hard }) => `${resource} ${used} of ${hard}`).join(', ');
  if (left !== 0) return { check, state: 'ok', message: used || 'none: nothing bounds the runs' };
  return {
    check,
    state: 'wrong',
    message: `there is no room for a run: ${used}`,
    fix: commandLine('agent-runner', 'ps', '-n', namespace, ...api.flags),
  };
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

async function readIfThere<T extends object>(api: Api, path: string): Promise<T | 'absent' | 'hidden'> {
  try {
    return await api.json<T>('GET', path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return 'absent';
    if (error instanceof ApiError && error.status === 403) return 'hidden';
    throw error;
  }
}
