import { type ISecretStore, SecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { validateModel } from './model.js';
import { brokenOf, type Rule } from './rules.js';

/** The service that holds the secrets, and where it is. */
export type SecretStoreProvider =
  /** @see https://external-secrets.io/latest/provider/google-secrets-manager/ */
  | { readonly type: 'gcp'; readonly projectID: string }
  /** @see https://external-secrets.io/latest/provider/aws-secrets-manager/ */
  | { readonly type: 'aws'; readonly region: string; readonly role: string }
  /** @see https://external-secrets.io/latest/provider/azure-key-vault/ */
  | { readonly type: 'azure'; readonly vaultUrl: string }
  /** @see https://external-secrets.io/latest/provider/hashicorp-vault/ */
  | {
      readonly type: 'vault';
      readonly server: string;
      readonly path: string;
      readonly mountPath: string;
      readonly role: string;
      /** Certificates that verify the server, as base64 of PEM. Empty: those of the operator. */
      readonly caBundle: string;
    };

/** Properties of {@link AgentSecretStore}. */
export interface AgentSecretStoreProps {
  /** Name of the SecretStore. */
  readonly name: string;

  /** The service that holds the secrets. */
  readonly provider: SecretStoreProvider;

  /** ServiceAccount that the store authenticates as. It has the cloud identity, and is never that of the runs. */
  readonly serviceAccountName: string;
}

type Provider = NonNullable<ISecretStore['spec']>['provider'];

/**
 * A secret store for this namespace only. It holds no key: External Secrets authenticates with a token of the
 * ServiceAccount.
 *
 * @see https://external-secrets.io/latest/api/secretstore/
 */
export class AgentSecretStore extends Construct {
  /** Name of the SecretStore. */
  readonly name: string;

  /** Kind by which an ExternalSecret refers to the store. */
  readonly kind = 'SecretStore';

  /** The SecretStore. */
  readonly apiObject: ApiObject;

  constructor(scope: Construct, id: string, props: AgentSecretStoreProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    const { apiVersion, kind } = SecretStore;
    const spec = { provider: providerOf(props.provider, { name: props.serviceAccountName }) };
    this.name = props.name;
    this.apiObject = new ApiObject(this, 'SecretStore', { apiVersion, kind, metadata: { name: props.name }, spec });
    validateModel(this.apiObject, SecretStore);
  }
}

/** Rules that the CRD does not have. */
function problemsOf({ name, provider }: AgentSecretStoreProps): string[] {
  const optional = provider.type === 'aws' ? ['role'] : ['caBundle'];
  const empty = Object.entries(provider).filter(([field, text]) => text === '' && !optional.includes(field));
  return brokenOf([
    [/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name), `name is "${name}"; a DNS name is allowed (a-z, 0-9, -, .)`],
    ...empty.map(([field]): Rule => [false, `provider.${field} is empty; ${provider.type} needs it`]),
  ]);
}

function providerOf(provider: SecretStoreProvider, serviceAccountRef: { readonly name: string }): Provider {
  switch (provider.type) {
    case 'gcp':
      return { gcpsm: { projectID: provider.projectID, auth: { workloadIdentity: { serviceAccountRef } } } };
    case 'aws': {
      const { region, role } = provider;
      return {
        aws: { service: 'SecretsManager', region, ...(role && { role }), auth: { jwt: { serviceAccountRef } } },
      };
    }
    case 'azure':
      return {
        azurekv: {
          authType: 'WorkloadIdentity',
          environmentType: 'PublicCloud',
          vaultUrl: provider.vaultUrl,
          serviceAccountRef,
        },
      };
    case 'vault': {
      const { server, path, mountPath, role, caBundle } = provider;
      const auth = { kubernetes: { mountPath, role, serviceAccountRef } };
      return { vault: { server, path, version: 'v2', ...(caBundle && { caBundle }), auth } };
    }
  }
}
