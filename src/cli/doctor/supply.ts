import { listIfAllowed } from '../../cluster/access.js';
import type { Api } from '../../cluster/api.js';
import { externalSecretsOf } from '../../cluster/external-secrets.js';
import type { Pod } from '../../cluster/pod.js';
import { CONTAINER } from '../../run/metadata.js';
import type { RunSettings } from '../../run/settings.js';
import { commandLine } from '../command-line.js';
import type { Finding } from './finding.js';

/** Each Secret that runs need, as far as External Secrets speaks of it: Secrets themselves cannot be seen, and need not be. */
export async function secretFindings(api: Api, settings: RunSettings): Promise<Finding[]> {
  const { namespace, gitCredentials, modelCredential } = settings;
  const states = await externalSecretsOf(api, namespace);
  const names = [...gitCredentials.map(({ name }) => name), ...(modelCredential ? [modelCredential] : [])];
  return names.map((name) => {
    const check = `secret ${name}`;
    const state = states?.find((one) => one.name === name);
    if (!state) {
      const who = states ? 'no ExternalSecret makes it' : 'External Secrets is not there, or you may not look at it';
      return { check, state: 'unknown', message: `${who}; whether it exists is seen by --probe` };
    }
    if (state.ready) return { check, state: 'ok', message: state.message };
    const fix = commandLine('kubectl', 'describe', 'externalsecret', name, '-n', namespace, ...api.flags);
    return { check, state: 'wrong', message: `its ExternalSecret is not ready: ${state.message}`, fix };
  });
}

const NO_IMAGE = /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull/;

/** Whether a run of this image has started, or waits for it in vain. */
export function imageFinding(api: Api, pods: readonly Pod[], { image, namespace }: RunSettings): Finding {
  const check = 'image';
  const own = pods.filter(({ spec }) => spec?.containers?.some((container) => container.image === image));
  const states = own.map(({ metadata, status }) => ({
    name: metadata.name,
    state: status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state,
  }));
  const stuck = states.find(({ state }) => NO_IMAGE.test(state?.waiting?.reason ?? ''));
  if (stuck) {
    const { reason, message = '' } = stuck.state?.waiting ?? {};
    const fix = commandLine('kubectl', 'describe', 'pod', stuck.name, '-n', namespace, ...api.flags);
    return { check, state: 'wrong', message: `${image}: ${reason} ${message}`.trim(), fix };
  }
  if (states.some(({ state }) => state?.running || state?.terminated)) {
    return { check, state: 'ok', message: `${image}: a run has started from it` };
  }
  return { check, state: 'unknown', message: `${image}: no run has started from it yet; --probe starts one` };
}

interface Application {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly destination?: { readonly namespace?: string } };
  readonly status?: { readonly sync?: { readonly status?: string }; readonly health?: { readonly status?: string } };
}

/** What Argo CD says of the environment. */
export async function argoFinding(api: Api, namespace: string): Promise<Finding> {
  const check = 'argo cd';
  const applications = await listIfAllowed<Application>(api, '/apis/argoproj.io/v1alpha1/applications');
  const own = applications?.find(({ spec }) => spec?.destination?.namespace === namespace);
  if (!own) {
    const message = applications
      ? 'no Application deploys this namespace'
      : 'it is not there, or you may not look at it';
    return { check, state: 'unknown', message };
  }
  const { metadata, status } = own;
  const [sync, health] = [status?.sync?.status ?? 'Unknown', status?.health?.status ?? 'Unknown'];
  const message = `Application ${metadata.name} is ${sync} and ${health}`;
  if (sync === 'Synced' && health === 'Healthy') return { check, state: 'ok', message };
  const where = ['-n', metadata.namespace, ...api.flags];
  const fix = commandLine('kubectl', 'describe', 'application', metadata.name, ...where);
  return { check, state: 'wrong', message, fix };
}
