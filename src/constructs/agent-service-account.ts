import { ServiceAccount } from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The cloud identity that the secret store uses, by cloud. */
export type WorkloadIdentity =
  | { readonly type: 'none' }
  /** @see https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity */
  | { readonly type: 'gke'; readonly serviceAccount: string }
  /** @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
  | { readonly type: 'eks-irsa'; readonly roleArn: string }
  /** The association is made in AWS and names the ServiceAccount: nothing stands on the object. */
  | { readonly type: 'eks-pod-identity' }
  /** @see https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
  | { readonly type: 'aks'; readonly clientId: string; readonly tenantId?: string | undefined };

/** Properties of {@link AgentServiceAccount}. */
export interface AgentServiceAccountProps {
  /** Name of the ServiceAccount of the runs. */
  readonly agentName: string;

  /** Name of the ServiceAccount that the secret store's `serviceAccountRef` names. */
  readonly secretsName: string;

  /**
   * Cloud identity of the secret store's ServiceAccount.
   *
   * @default - none
   */
  readonly workloadIdentity?: WorkloadIdentity;

  /**
   * More annotations of the secret store's ServiceAccount.
   *
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Two identities, so that the one that runs has nothing: `agent` for the pods, without token, rights or cloud identity;
 * and one for the secret store, which alone carries the cloud identity.
 */
export class AgentServiceAccount extends Construct {
  constructor(scope: Construct, id: string, props: AgentServiceAccountProps) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        props.agentName === props.secretsName
          ? [`agentName and secretsName are both "${props.agentName}": a run must not have the cloud identity`]
          : [],
    });
    const { labels, annotations } = identityMetadata(props.workloadIdentity ?? { type: 'none' });
    new ServiceAccount(this, 'Agent', { metadata: { name: props.agentName }, automountToken: false });
    new ServiceAccount(this, 'Secrets', {
      metadata: { name: props.secretsName, labels, annotations: { ...annotations, ...props.annotations } },
      automountToken: false,
    });
  }
}

interface Metadata {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

function identityMetadata(identity: WorkloadIdentity): Metadata {
  switch (identity.type) {
    case 'gke':
      return { labels: {}, annotations: { 'iam.gke.io/gcp-service-account': identity.serviceAccount } };
    case 'eks-irsa':
      return { labels: {}, annotations: { 'eks.amazonaws.com/role-arn': identity.roleArn } };
    case 'aks':
      return {
        labels: { 'azure.workload.identity/use': 'true' },
        annotations: {
          'azure.workload.identity/client-id': identity.clientId,
          ...(identity.tenantId && { 'azure.workload.identity/tenant-id': identity.tenantId }),
        },
      };
    case 'none':
    case 'eks-pod-identity':
      return { labels: {}, annotations: {} };
  }
}
