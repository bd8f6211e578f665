import { ApiObject } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The cloud identity that the secret store uses, by cloud. */
export type WorkloadIdentity =
  | { readonly type: 'none' }
  /** @see https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity */
  | { readonly type: 'gke'; readonly serviceAccount: string }
  /** @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
  | { readonly type: 'eks-irsa'; readonly roleArn: string }
  /** You create the association in AWS. It names the ServiceAccount, which needs no annotation. */
  | { readonly type: 'eks-pod-identity' }
  /** @see https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
  | { readonly type: 'aks'; readonly clientId: string; readonly tenantId?: string | undefined };

/** Properties of {@link AgentServiceAccount}. */
export interface AgentServiceAccountProps {
  /** Name of the ServiceAccount of the runs. */
  readonly agentName: string;

  /** Name of the ServiceAccount for the secret store's `serviceAccountRef`. */
  readonly secretsName: string;

  /**
   * Cloud identity of the secret store's ServiceAccount.
   *
   * @default - none
   */
  readonly workloadIdentity?: WorkloadIdentity;

  /**
   * Additional annotations of the secret store's ServiceAccount.
   *
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Two ServiceAccounts. The one of the runs has no token, no rights and no cloud identity. Only the one of the secret
 * store has the cloud identity.
 */
export class AgentServiceAccount extends Construct {
  /** Name of the ServiceAccount of the runs. */
  readonly agentName: string;

  /** Name of the secret store's ServiceAccount. */
  readonly secretsName: string;

  /** The ServiceAccount of the runs. */
  readonly agent: ApiObject;

  /** The secret store's ServiceAccount. */
  readonly secrets: ApiObject;

  constructor(scope: Construct, id: string, props: AgentServiceAccountProps) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        props.agentName === props.secretsName
          ? [`agentName and secretsName are both "${props.agentName}": a run must not have the cloud identity`]
          : [],
    });
    const { labels, annotations } = identityMetadata(props.workloadIdentity ?? { type: 'none' });
    const agent = new ServiceAccount(this, 'Agent', { metadata: { name: props.agentName }, automountToken: false });
    const secrets = new ServiceAccount(this, 'Secrets', {
      metadata: { name: props.secretsName, labels, annotations: { ...annotations, ...props.annotations } },
      automountToken: false,
    });
    this.agentName = props.agentName;
    this.secretsName = props.secretsName;
    this.agent = ApiObject.of(agent);
    this.secrets = ApiObject.of(secrets);
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
