import { Construct } from 'constructs';
import { ANNOTATIONS } from '../run/metadata.js';
import type { RunSettings } from '../run/settings.js';
import { CHANGE_RULES, CHANGE_VARIABLES, CONNECT_RULES, CONNECT_VARIABLES, DELETE_RULES } from './change-rules.js';
import { admissionPolicy, json } from './policy.js';
import { annotation, SPAWN_RULES, SPAWN_VARIABLES } from './spawn-rules.js';

/** Properties of {@link SpawnPolicy}. */
export interface SpawnPolicyProps {
  readonly namespace: string;

  /** What a run is rendered from, and therefore may be. */
  readonly settings: RunSettings;

  /** Image of the runs, without tag and digest. */
  readonly image: string;

  /** Whether a run's image must be named by its digest. */
  readonly requireDigest: boolean;

  /** Groups that may ask for the egress profile `open`; empty: everybody who may spawn. */
  readonly openGroups: readonly string[];

  /** Which groups may use a credential; one that is not named here is for everybody who may spawn. */
  readonly credentialGroups: readonly { readonly credential: string; readonly group: string }[];

  /** Groups that may attach to a run. */
  readonly adminGroups: readonly string[];
}

/**
 * Holds every pod of the namespace to what {@link AgentPod} makes, whoever creates it and however: nothing but runs lives
 * there.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ (Kubernetes 1.30 or later)
 */
export class SpawnPolicy extends Construct {
  constructor(scope: Construct, id: string, props: SpawnPolicyProps) {
    super(scope, id);
    const { namespace } = props;
    admissionPolicy(this, 'Spawn', {
      namespace,
      name: `${namespace}-spawn`,
      on: [{ operations: ['CREATE'], resources: ['pods'] }],
      allowed: allowedFor(props),
      variables: { nodeSelector: json(props.settings.scheduling.nodeSelector), ...SPAWN_VARIABLES },
      rules: SPAWN_RULES,
      audit: {
        task: `string(${annotation(ANNOTATIONS.task)})`,
        repository: 'variables.repository',
        branch: `string(${annotation(ANNOTATIONS.branch)})`,
        egress: 'string(variables.egress)',
        credential: `variables.credentials.join(' ')`,
      },
    });
    admissionPolicy(this, 'Change', {
      namespace,
      name: `${namespace}-change`,
      on: [{ operations: ['UPDATE'], resources: ['pods'] }],
      variables: CHANGE_VARIABLES,
      rules: CHANGE_RULES,
      audit: { 'cancelled-by': `string(variables.new[?'${ANNOTATIONS.cancelledBy}'].orValue(''))` },
    });
    admissionPolicy(this, 'Delete', {
      namespace,
      name: `${namespace}-delete`,
      on: [{ operations: ['DELETE'], resources: ['pods'] }],
      // A pod that nobody could delete would be worse than one that is deleted late.
      failurePolicy: 'Ignore',
      rules: DELETE_RULES,
    });
    admissionPolicy(this, 'Connect', {
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
  }
}

function allowedFor(props: SpawnPolicyProps): Record<string, readonly string[]> {
  const { settings } = props;
  const { limits, requests } = settings.resources;
  const { tolerations, affinity, hostUsers, runtimeClassName, priorityClassName } = settings.scheduling;
  return {
    image: [props.image],
    requireDigest: [String(props.requireDigest)],
    serviceAccount: [settings.serviceAccountName],
    repositories: settings.repositories,
    gitCredentials: settings.gitCredentials.map(({ name }) => name),
    modelCredential: [settings.modelCredential ?? ''],
    credentialGroups: props.credentialGroups.map(({ credential, group }) => `${credential} ${group}`),
    pullSecrets: settings.imagePullSecrets,
    egress: settings.egress,
    openGroups: props.openGroups,
    cpu: [limits.cpu],
    memory: [limits.memory],
    ephemeralStorage: [limits['ephemeral-storage']],
    cpuRequest: [requests.cpu],
    memoryRequest: [requests.memory],
    ephemeralStorageRequest: [requests['ephemeral-storage']],
    pullPolicy: [settings.imagePullPolicy],
    workspaceSize: [settings.workspaceSize],
    homeSize: [settings.homeSize],
    temporarySize: [settings.temporarySize],
    deadlineSeconds: [String(settings.deadlineSeconds)],
    gracePeriodSeconds: [String(settings.terminationGracePeriodSeconds)],
    hostUsers: [String(hostUsers ?? '')],
    runtimeClass: [runtimeClassName ?? ''],
    priorityClass: [priorityClassName ?? ''],
    taints: tolerations.map(({ key, operator, value, effect }) => `${key} ${operator} ${value} ${effect}`),
    affinity: [Object.keys(affinity).length > 0 ? 'true' : 'false'],
  };
}
