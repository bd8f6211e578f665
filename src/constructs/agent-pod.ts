import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { RunInput } from '../run/input.js';
import { ANNOTATIONS, CONTAINERS, DEFAULT_CONTAINER, LABELS, MANAGED_BY } from '../run/metadata.js';
import { featureName, podName, shortRunId, slug } from '../run/names.js';
import { planRun, type RunRequest } from '../run/request.js';
import type { EgressProfile, RunSettings } from '../run/settings.js';
import { podSpec } from './agent-pod-spec.js';
import { brokenOf, type Rule } from './rules.js';

/** Properties of {@link AgentPod}. */
export interface AgentPodProps {
  /** Settings that all runs of the namespace share. */
  readonly settings: RunSettings;

  /** Input of this run. The name of the pod is added to it. */
  readonly input: Omit<RunInput, 'runName'>;

  /** Identity of the run, the same for all its attempts: {@link runId}. */
  readonly runId: string;

  /**
   * Number of the attempt, from 1.
   *
   * @default 1
   */
  readonly attempt?: number;

  /** Name of the Secret that opens the repository. */
  readonly gitCredential: string;

  /** Egress profile: network policies open what a pod with this profile may reach. */
  readonly egress: EgressProfile;

  /**
   * The user who spawns the run, by the name that the API server knows.
   *
   * @default - not recorded
   */
  readonly createdBy?: string;

  /**
   * Name for a group of runs that are spawned together.
   *
   * @default - none
   */
  readonly session?: string;
}

/** Properties of {@link AgentPod.forRequest}. */
export interface RunRequestProps extends Pick<AgentPodProps, 'settings' | 'attempt' | 'createdBy' | 'session'> {
  /** The user's request: the task, its branch, its repository, and the options of the run. */
  readonly request: RunRequest;
}

/**
 * One run: the pod that does one task. Its container `runner` holds the credentials and drives the container `agent`,
 * which holds none. Both satisfy the Pod Security standard `restricted` and more: a read-only root, no ServiceAccount
 * token, limits on everything, a deadline. Credentials are files, never environment variables.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export class AgentPod extends Construct {
  /** The pod for a user's request, as `spawn-task` makes it. @throws InputError that lists all that settings refuse */
  static forRequest(scope: Construct, id: string, props: RunRequestProps): AgentPod {
    const { settings, request, ...rest } = props;
    return new AgentPod(scope, id, { ...planRun(settings, request), ...rest });
  }

  /** Name of the pod and of the run. */
  readonly name: string;

  /** The Pod. */
  readonly apiObject: ApiObject;

  constructor(scope: Construct, id: string, props: AgentPodProps) {
    super(scope, id);
    const { settings, input, runId, attempt = 1 } = props;
    const name = podName(input.taskId, runId, attempt);
    this.name = name;
    this.node.addValidation({ validate: () => problemsOf(props) });
    this.apiObject = new ApiObject(this, 'Pod', {
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
          [DEFAULT_CONTAINER]: CONTAINERS.runner,
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

function problemsOf({ settings, attempt = 1, gitCredential, egress }: AgentPodProps): string[] {
  const secrets = settings.gitCredentials.map(({ name }) => name);
  const rules: Rule[] = [
    [Number.isInteger(attempt) && attempt > 0, `attempt is ${attempt}; it counts from 1`],
    [secrets.includes(gitCredential), `gitCredential is "${gitCredential}"; allowed are ${secrets.join(', ')}`],
    [settings.egress.includes(egress), `egress is "${egress}"; allowed are ${settings.egress.join(', ')}`],
  ];
  return brokenOf(rules);
}
