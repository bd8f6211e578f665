import { listIfAllowed } from '../../../cluster/access.js';
import type { Api } from '../../../cluster/api.js';
import { externalSecretsOf } from '../../../cluster/external-secrets.js';
import type { ContainerStatus, Pod } from '../../../cluster/pod.js';
import { CONTAINERS } from '../../../run/metadata.js';
import type { RunSettings } from '../../../run/settings.js';
import { commandLine } from '../../line/command-line.js';
import type { Finding } from '../../terminal/finding.js';

/**
 * Each Secret that runs need, as far as External Secrets reports on it. doctor cannot read the Secrets themselves, and
 * does not need to.
 */
export async function secretFindings(api: Api, settings: RunSettings): Promise<Finding[]> {
  const { namespace, gitCredentials, modelCredential } = settings;
  const states = await externalSecretsOf(api, namespace);
  const names = [...gitCredentials.map(({ name }) => name), ...(modelCredential ? [modelCredential] : [])];
  return names.map((name) => {
    const check = `secret ${name}`;
    const state = states?.find((one) => one.name === name);
    if (!state) {
      const who = states ? 'no ExternalSecret makes it' : 'External Secrets is not there, or you may not read it';
      return { check, state: 'unknown', message: `${who}; --probe shows whether it exists` };
    }
    if (state.ready) return { check, state: 'ok', message: state.message };
    const fix = commandLine('kubectl', 'describe', 'externalsecret', name, '-n', namespace, ...api.flags);
    return { check, state: 'wrong', message: `its ExternalSecret is not ready: ${state.message}`, fix };
  });
}

const NO_IMAGE = /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull/;

/** For each image: whether a run has started from it, or fails to pull it. */
export function imageFindings(api: Api, pods: readonly Pod[], settings: RunSettings): Finding[] {
  const { runner, image, namespace } = settings;
  const runners = pods.map(({ metadata, spec, status }) => ({
    pod: metadata.name,
    container: spec?.containers?.find(({ name }) => name === CONTAINERS.runner),
    state: status?.containerStatuses?.find(({ name }) => name === CONTAINERS.runner)?.state,
  }));
  const agents = pods.map(({ metadata, spec, status }) => ({
    pod: metadata.name,
    container: spec?.initContainers?.find(({ name }) => name === CONTAINERS.agent),
    state: status?.initContainerStatuses?.find(({ name }) => name === CONTAINERS.agent)?.state,
  }));
  return [
    imageFinding(api, namespace, 'image of the runner', runner.image, runners),
    imageFinding(api, namespace, 'image of the agent', image, agents),
  ];
}

interface Started {
  readonly pod: string;
  readonly container: { readonly image?: string } | undefined;
  readonly state: ContainerStatus['state'] | undefined;
}

function imageFinding(api: Api, namespace: string, check: string, image: string, all: readonly Started[]): Finding {
  const own = all.filter(({ container }) => container?.image === image);
  const stuck = own.find(({ state }) => NO_IMAGE.test(state?.waiting?.reason ?? ''));
  if (stuck) {
    const { reason, message = '' } = stuck.state?.waiting ?? {};
    const fix = commandLine('kubectl', 'describe', 'pod', stuck.pod, '-n', namespace, ...api.flags);
    return { check, state: 'wrong', message: `${image}: ${reason} ${message}`.trim(), fix };
  }
  if (own.some(({ state }) => state?.running || state?.terminated)) {
    return { check, state: 'ok', message: `${image}: a run has started from it` };
  }
  return { check, state: 'unknown', message: `${image}: no run has started from it yet; --probe starts one` };
}

interface Application {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly destination?: { readonly namespace?: string } };
  readonly status?: { readonly sync?: { readonly status?: string }; readonly health?: { readonly status?: string } };
}

/** What Argo CD reports about the environment. */
export async function argoFinding(api: Api, namespace: string): Promise<Finding> {
  const check = 'argo cd';
  const applications = await listIfAllowed<Application>(api, '/apis/argoproj.io/v1alpha1/applications');
  const own = applications?.find(({ spec }) => spec?.destination?.namespace === namespace);
  if (!own) {
    const message = applications ? 'no Application deploys this namespace' : 'it is not there, or you may not read it';
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
