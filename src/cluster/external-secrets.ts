import { listIfAllowed } from './access.js';
import type { Api } from './api.js';

/** The state that External Secrets reports for one of its objects. */
export interface ExternalSecretState {
  readonly name: string;
  readonly ready: boolean;
  /** The operator's message. */
  readonly message: string;
}

interface ExternalSecret {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/**
 * The ExternalSecrets of a namespace. Returns undefined if the cluster does not serve them or the user may not see
 * them.
 */
export async function externalSecretsOf(api: Api, namespace: string): Promise<ExternalSecretState[] | undefined> {
  const path = `/apis/external-secrets.io/v1/namespaces/${encodeURIComponent(namespace)}/externalsecrets`;
  const found = await listIfAllowed<ExternalSecret>(api, path);
  return found?.map(({ metadata: { name }, status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    return {
      name,
      ready: condition?.status === 'True',
      message: condition?.message ?? 'the operator has not processed it yet',
    };
  });
}
