import type { k8s } from 'cdk8s-plus-28';
import { type RunInput, toEnvironment } from '../run/input.js';
import { ANNOTATIONS, CANCELLED_BY_FILE, CONFIG_FILES, CONTAINERS, PATHS } from '../run/metadata.js';
import { type RunSettings, SETTINGS_NAME } from '../run/settings.js';
import type { AgentPodProps } from './agent-pod.js';

/** A number, since the kubelet cannot check `runAsNonRoot` for a name. It is above the range of a node's own users. */
export const USER = 10001;

/** Mode of a mounted credential: only the owner and the pod's group can read it. */
export const SECRET_MODE = 0o440;

/** Size of the runner's own volume, which holds a copy of an SSH key and temporary files. */
export const RUNNER_SIZE = '100Mi';

/** Command of the agent: a shell script in the settings, so that its image needs no file of this project. */
export const AGENT_COMMAND = ['/bin/sh', `${PATHS.config}/${CONFIG_FILES.entry}`] as const;

/** A generated type in its JSON form: quantities are plain text, and abbreviations are in capitals. */
type Wire<T> = T extends k8s.Quantity
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T as K extends 'downwardApi' ? 'downwardAPI' : K]: Wire<T[K]> }
      : T;

/**
 * The pod of a run. It is stricter than the standard `restricted`, and its credentials are files of one container. The
 * agent is a sidecar, so that the pod ends with the exit code of the runner, and a restart of the agent is no restart
 * of the run.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function podSpec(props: AgentPodProps, input: RunInput): Wire<k8s.PodSpec> {
  const { settings } = props;
  const { nodeSelector, tolerations, affinity, hostUsers, runtimeClassName, priorityClassName } = settings.scheduling;
  return {
    serviceAccountName: settings.serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: settings.deadlineSeconds,
    terminationGracePeriodSeconds: settings.terminationGracePeriodSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainers: [agent(settings)],
    containers: [runner(settings, input)],
    volumes: volumes(props),
    // Left out if empty: the API server would look for a class with an empty name.
    ...(hostUsers !== undefined && { hostUsers }),
    ...(runtimeClassName && { runtimeClassName }),
    ...(priorityClassName && { priorityClassName }),
    ...(settings.imagePullSecrets.length > 0 && {
      imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(Object.keys(affinity).length > 0 && { affinity }),
  };
}

/** The program that drives the agent. Only this container has credentials and the input of the run. */
function runner({ runner, modelCredential }: RunSettings, input: RunInput): Wire<k8s.Container> {
  return {
    name: CONTAINERS.runner,
    image: runner.image,
    imagePullPolicy: runner.imagePullPolicy,
    env: toEnvironment(input).map(([name, value]) => ({ name, value: literal(value) })),
    resources: runner.resources,
    ...HARDENED,
    volumeMounts: [
      { name: 'workspace', mountPath: PATHS.workspace },
      { name: 'control', mountPath: PATHS.control },
      { name: 'runner', mountPath: PATHS.runnerHome },
      { name: 'config', mountPath: PATHS.config, readOnly: true },
      { name: 'pod-info', mountPath: PATHS.podInfo, readOnly: true },
      { name: 'git-credential', mountPath: PATHS.gitCredential, readOnly: true },
      ...(modelCredential ? [{ name: 'model-credential', mountPath: PATHS.modelCredential, readOnly: true }] : []),
    ],
  };
}

/** OpenCode and the processes that it starts. */
function agent({ image, imagePullPolicy, resources }: RunSettings): Wire<k8s.Container> {
  return {
    name: CONTAINERS.agent,
    restartPolicy: 'Always',
    image,
    imagePullPolicy,
    command: AGENT_COMMAND,
    resources,
    ...HARDENED,
    volumeMounts: [
      { name: 'workspace', mountPath: PATHS.workspace },
      { name: 'home', mountPath: PATHS.home },
      { name: 'tmp', mountPath: PATHS.temporary },
      { name: 'control', mountPath: PATHS.control, readOnly: true },
      { name: 'config', mountPath: PATHS.config, readOnly: true },
    ],
  };
}

/** Restrictions of both containers. */
const HARDENED = {
  terminationMessagePath: PATHS.terminationMessage,
  terminationMessagePolicy: 'File',
  securityContext: {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const;

/** The kubelet rewrites the file when the annotation changes, until the pod is asked to stop. */
export const CANCELLED_BY = {
  path: CANCELLED_BY_FILE,
  fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${ANNOTATIONS.cancelledBy}']` },
};

function volumes({ settings, gitCredential }: AgentPodProps): Wire<k8s.Volume>[] {
  // Mounted whole, since the kubelet never refreshes a subPath.
  const secret = (name: string, secretName: string) => ({ name, secret: { secretName, defaultMode: SECRET_MODE } });
  return [
    { name: 'workspace', emptyDir: { sizeLimit: settings.workspaceSize } },
    { name: 'home', emptyDir: { sizeLimit: settings.homeSize } },
    { name: 'tmp', emptyDir: { sizeLimit: settings.temporarySize } },
    // As large as the workspace: it holds the runner's own repository, with everything that the agent wrote.
    { name: 'control', emptyDir: { sizeLimit: settings.workspaceSize } },
    { name: 'runner', emptyDir: { sizeLimit: RUNNER_SIZE } },
    { name: 'config', configMap: { name: SETTINGS_NAME, defaultMode: 0o444 } },
    { name: 'pod-info', downwardAPI: { defaultMode: 0o444, items: [CANCELLED_BY] } },
    secret('git-credential', gitCredential),
    ...(settings.modelCredential ? [secret('model-credential', settings.modelCredential)] : []),
  ];
}

/**
 * Escapes a value, so that it reaches the container unchanged: the kubelet expands `$(NAME)` and turns `$$` into `$`.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
const literal = (value: string): string => value.replaceAll('$', '$$$$');
