import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ANNOTATIONS, type CONTAINERS } from '../run/metadata.js';
import type { Resources, RunSettings } from '../run/settings.js';
import { RUNNER_SIZE } from './agent-pod-spec.js';
import { annotation } from './cel.js';
import { CHANGE_RULES, CHANGE_VARIABLES, CONNECT_RULES, CONNECT_VARIABLES, DELETE_RULES } from './change-rules.js';
import { admissionPolicy, json } from './policy.js';
import { SPAWN_RULES } from './spawn-rules.js';
import { SPAWN_VARIABLES } from './spawn-variables.js';

/** An image that runs may use. */
export interface AllowedImage {
  /** Name of the image, without tag and digest. */
  readonly repository: string;
  /** Whether the image must be named by its digest. */
  readonly requireDigest: boolean;
}

/** Properties of {@link SpawnPolicy}. */
export interface SpawnPolicyProps {
  /** Namespace of the runs. */
  readonly namespace: string;

  /** Settings that runs are rendered from. A pod must fit them. */
  readonly settings: RunSettings;

  /** Image that each container may use. */
  readonly images: Readonly<Record<'runner' | 'agent', AllowedImage>>;

  /** Groups that may ask for the egress profile `open`. Empty: everybody who may spawn. */
  readonly openGroups: readonly string[];

  /** Groups that may use a credential. Everybody who may spawn may use a credential that is not listed here. */
  readonly credentialGroups: readonly { readonly credential: string; readonly group: string }[];

  /** Groups that may attach to a run. */
  readonly adminGroups: readonly string[];
}

/**
 * Refuses every pod in the namespace that {@link AgentPod} would not make, no matter who creates the pod, or how.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ (Kubernetes 1.30 or later)
 */
export class SpawnPolicy extends Construct {
  /** The ValidatingAdmissionPolicies, by the requests that they check. */
  readonly policies: Readonly<Record<'spawn' | 'change' | 'delete' | 'connect', ApiObject>>;

  constructor(scope: Construct, id: string, props: SpawnPolicyProps) {
    super(scope, id);
    const { namespace } = props;
    const spawn = admissionPolicy(this, 'Spawn', {
      namespace,
      name: `${namespace}-spawn`,
      on: [{ operations: ['CREATE'], resources: ['pods'] }],
      allowed: allowedFor(props),
      variables: {
        bounds: json(boundsFor(props)),
        sizes: json(sizesFor(props)),
        nodeSelector: json(props.settings.scheduling.nodeSelector),
        ...SPAWN_VARIABLES,
      },
      rules: SPAWN_RULES,
      audit: {
        task: `string(${annotation(ANNOTATIONS.task)})`,
        repository: 'variables.repository',
        branch: `string(${annotation(ANNOTATIONS.branch)})`,
        egress: 'string(variables.egress)',
        credential: `variables.credentials.join(' ')`,
      },
    });
    const change = admissionPolicy(this, 'Change', {
      namespace,
      name: `${namespace}-change`,
      on: [{ operations: ['UPDATE'], resources: ['pods'] }],
      variables: CHANGE_VARIABLES,
      rules: CHANGE_RULES,
      audit: { 'cancelled-by': `string(variables.new[?'${ANNOTATIONS.cancelledBy}'].orValue(''))` },
    });
    const remove = admissionPolicy(this, 'Delete', {
      namespace,
      name: `${namespace}-delete`,
      on: [{ operations: ['DELETE'], resources: ['pods'] }],
      // A pod that nobody can delete would be worse than one that is deleted late.
      failurePolicy: 'Ignore',
      rules: DELETE_RULES,
    });
    const connect = admissionPolicy(this, 'Connect', {
      namespace,
      name: `${namespace}-connect`,
      on: [
        { operations: ['CONNECT'], resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy'] },
        { operations: ['UPDATE'], resources: ['pods/ephemeralcontainers', 'pods/resize'] },
      ],
      allowed: { adminGroups: props.adminGroups },
      variables: CONNECT_VARIABLES,
      rules: CONNECT_RULES,
    });
    this.policies = { spawn, change, delete: remove, connect };
  }
}

function allowedFor(props: SpawnPolicyProps): Record<string, readonly string[]> {
  const { settings } = props;
  const { tolerations, affinity, hostUsers, runtimeClassName, priorityClassName } = settings.scheduling;
  return {
    serviceAccount: [settings.serviceAccountName],
    repositories: settings.repositories,
    gitCredentials: settings.gitCredentials.map(({ name }) => name),
    modelCredential: [settings.modelCredential ?? ''],
    credentialGroups: props.credentialGroups.map(({ credential, group }) => `${credential} ${group}`),
    pullSecrets: settings.imagePullSecrets,
    egress: settings.egress,
    openGroups: props.openGroups,
    deadlineSeconds: [String(settings.deadlineSeconds)],
    gracePeriodSeconds: [String(settings.terminationGracePeriodSeconds)],
    hostUsers: [String(hostUsers ?? '')],
    runtimeClass: [runtimeClassName ?? ''],
    priorityClass: [priorityClassName ?? ''],
    taints: tolerations.map(({ key, operator, value, effect }) => `${key} ${operator} ${value} ${effect}`),
    affinity: [Object.keys(affinity).length > 0 ? 'true' : 'false'],
  };
}

/** The environment's values for each container, by the name of the container. */
function boundsFor({ settings, images }: SpawnPolicyProps): Record<keyof typeof CONTAINERS, object> {
  const { runner } = settings;
  return {
    runner: bounds(images.runner, runner.imagePullPolicy, runner.resources),
    agent: bounds(images.agent, settings.imagePullPolicy, settings.resources),
  };
}

const bounds = ({ repository, requireDigest }: AllowedImage, pullPolicy: string, { limits, requests }: Resources) => ({
  image: repository,
  requireDigest: String(requireDigest),
  pullPolicy,
  ...prefixed('limits', limits),
  ...prefixed('requests', requests),
});

const prefixed = (kind: string, amounts: Resources['limits']): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [`${kind}.${name}`, amount]));

/** How large each volume may be. */
const sizesFor = ({ settings }: SpawnPolicyProps): Record<string, string> => ({
  workspace: settings.workspaceSize,
  control: settings.workspaceSize,
  home: settings.homeSize,
  tmp: settings.temporarySize,
  runner: RUNNER_SIZE,
});
