import type { k8s } from 'cdk8s-plus-28';
import { type RunInput, toEnvironment } from '../run/input.js';
import { ANNOTATIONS, CANCELLED_BY_FILE, CONTAINER, PATHS } from '../run/metadata.js';
import { type RunSettings, SETTINGS_NAME } from '../run/settings.js';
import type { AgentPodProps } from './agent-pod.js';

/** Numeric, since the kubelet cannot check `runAsNonRoot` against a name; above the range of a node's own users. */
export const USER = 10001;

/** Mode of a mounted credential: readable by the pod's group alone. */
export const SECRET_MODE = 0o440;

/** A generated type as it is on the wire, where a quantity is plain text and an abbreviation has capitals. */
type Wire<T> = T extends k8s.Quantity
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T as K extends 'downwardApi' ? 'downwardAPI' : K]: Wire<T[K]> }
      : T;

/** The pod of a run: restricted and more, with its credentials as files. */
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
    containers: [container(settings, input)],
    volumes: volumes(props),
    // The API server takes an empty class name for a class of that name.
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

function container(settings: RunSettings, input: RunInput): Wire<k8s.Container> {
  return {
    name: CONTAINER,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    env: toEnvironment(input).map(([name, value]) => ({ name, value: literal(value) })),
    resources: settings.resources,
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
    volumeMounts: [
      { name: 'workspace', mountPath: PATHS.workspace },
      { name: 'home', mountPath: PATHS.home },
      { name: 'tmp', mountPath: PATHS.temporary },
      { name: 'config', mountPath: PATHS.config, readOnly: true },
      { name: 'pod-info', mountPath: PATHS.podInfo, readOnly: true },
      { name: 'git-credential', mountPath: PATHS.gitCredential, readOnly: true },
      ...(settings.modelCredential
        ? [{ name: 'model-credential', mountPath: PATHS.modelCredential, readOnly: true }]
        : []),
    ],
  };
}

/** The kubelet writes the file anew as soon as the annotation changes, until the pod is asked to stop. */
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
    { name: 'config', configMap: { name: SETTINGS_NAME, defaultMode: 0o444 } },
    { name: 'pod-info', downwardAPI: { defaultMode: 0o444, items: [CANCELLED_BY] } },
    secret('git-credential', gitCredential),
    ...(settings.modelCredential ? [secret('model-credential', settings.modelCredential)] : []),
  ];
}

/**
 * A value that reaches the container as it is: the kubelet expands `$(NAME)` and takes `$$` for one `$`.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
const literal = (value: string): string => value.replaceAll('$', '$$$$');
