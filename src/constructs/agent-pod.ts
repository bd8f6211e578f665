import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { RunInput } from '../run/input.js';
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../run/metadata.js';
import { featureName, podName, shortRunId, slug } from '../run/names.js';
import type { EgressProfile, RunSettings } from '../run/settings.js';
import { podSpec } from './agent-pod-spec.js';
import { brokenOf, type Rule } from './rules.js';

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

function problemsOf({ settings, attempt, gitCredential, egress }: AgentPodProps): string[] {
  const secrets = settings.gitCredentials.map(({ name }) => name);
  const rules: Rule[] = [
    [Number.isInteger(attempt) && attempt > 0, `attempt is ${attempt}; it counts from 1`],
    [secrets.includes(gitCredential), `gitCredential is "${gitCredential}"; allowed are ${secrets.join(', ')}`],
    [settings.egress.includes(egress), `egress is "${egress}"; allowed are ${settings.egress.join(', ')}`],
  ];
  return brokenOf(rules);
}
