import { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { type RunInput, toEnvironment } from '../run/input.js';
import { ANNOTATIONS, CONTAINER, LABELS, MANAGED_BY, PATHS } from '../run/metadata.js';
import { featureName, podName, shortRunId, slug } from '../run/names.js';
import type { EgressProfile, RunSettings } from '../run/settings.js';
import { SETTINGS_NAME } from '../run/settings.js';

/** Numeric, since the kubelet cannot check `runAsNonRoot` against a name; above the range of a node's own users. */
const USER = 10001;

/** Properties of {@link AgentPod}. */
export interface AgentPodProps {
  /** What all runs of the namespace share. */
  readonly settings: RunSettings;

  /** What this run is given; the pod's name is added to it. */
  readonly input: Omit<RunInput, 'runName'>;

  /** The run's identity over all attempts: {@link runId}. */
  readonly runId: string;

  /** Counts from 1. */
  readonly attempt: number;

  /** Name of the Secret that opens the repository. */
  readonly gitCredential: string;

  /** What the pod may reach; network policies select by it. */
  readonly egress: EgressProfile;

  /**
   * The user who spawns it, as the API server knows them.
   *
   * @default - not recorded
   */
  readonly createdBy?: string;

  /**
   * Groups runs that were spawned together.
   *
   * @default - none
   */
  readonly session?: string;
}

/**
 * One run: the pod that does one task. It satisfies the Pod Security standard `restricted` and more: a read-only root,
 * no ServiceAccount token, limits on everything, a deadline. Credentials are files, never environment variables.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export class AgentPod extends Construct {
  constructor(scope: Construct, id: string, props: AgentPodProps) {
    super(scope, id);
    const { settings, input, runId, attempt } = props;
    const name = podName(input.taskId, runId, attempt);
    this.node.addValidation({ validate: () => problemsOf(props) });
    new ApiObject(this, 'Pod', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: settings.namespace,
        labels: {
          [LABELS.managedBy]: MANAGED_BY,
          [LABELS.task]: slug(input.taskId),
          [LABELS.feature]: slug(featureName(input.branch, input.contextPath)),
          [LABELS.run]: shortRunId(runId),
          [LABELS.egress]: props.egress,
          ...(props.session && { [LABELS.session]: slug(props.session) }),
        },
        annotations: {
          [ANNOTATIONS.task]: input.taskId,
          [ANNOTATIONS.runId]: runId,
          [ANNOTATIONS.attempt]: String(attempt),
          [ANNOTATIONS.repository]: input.repository,
          [ANNOTATIONS.branch]: input.taskBranch,
          ...(props.createdBy && { [ANNOTATIONS.createdBy]: props.createdBy }),
        },
      },
      spec: podSpec(props, { ...input, runName: name }),
    });
  }
}

/** A generated type as it is on the wire, where a quantity is plain text. */
type Wire<T> = T extends k8s.Quantity
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Wire<T[K]> }
      : T;

function podSpec(props: AgentPodProps, input: RunInput): Wire<k8s.PodSpec> {
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
      { name: 'git-credential', mountPath: PATHS.gitCredential, readOnly: true },
      ...(settings.modelCredential
        ? [{ name: 'model-credential', mountPath: PATHS.modelCredential, readOnly: true }]
        : []),
    ],
  };
}

function volumes({ settings, gitCredential }: AgentPodProps): Wire<k8s.Volume>[] {
  // Readable by the pod's group alone; mounted whole, since the kubelet never refreshes a subPath.
  const secret = (name: string, secretName: string) => ({ name, secret: { secretName, defaultMode: 0o440 } });
  return [
    { name: 'workspace', emptyDir: { sizeLimit: settings.workspaceSize } },
    { name: 'home', emptyDir: { sizeLimit: settings.homeSize } },
    { name: 'tmp', emptyDir: { sizeLimit: settings.temporarySize } },
    { name: 'config', configMap: { name: SETTINGS_NAME, defaultMode: 0o444 } },
    secret('git-credential', gitCredential),
    ...(settings.modelCredential ? [secret('model-credential', settings.modelCredential)] : []),
  ];
}

/**
 * A value that reaches the container as it is: the kubelet expands `$(NAME)` and takes `$$` for one `$`.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
const literal = (value: string): string => value.replaceAll('$', '$$$$');

function problemsOf({ settings, attempt, gitCredential, egress }: AgentPodProps): string[] {
  const secrets = settings.gitCredentials.map(({ name }) => name);
  const rules: [holds: boolean, problem: string][] = [
    [Number.isInteger(attempt) && attempt > 0, `attempt is ${attempt}; it counts from 1`],
    [secrets.includes(gitCredential), `gitCredential is "${gitCredential}"; allowed are ${secrets.join(', ')}`],
    [settings.egress.includes(egress), `egress is "${egress}"; allowed are ${settings.egress.join(', ')}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}
