import {
  ExternalSecret,
  type IExternalSecret,
} from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CANONICAL_DURATION } from '../run/duration.js';
import { SECRET_KEYS } from '../run/metadata.js';
import type { CredentialType } from '../run/repository.js';
import { brokenOf, type Rule } from './rules.js';

/** Where a credential's Secret comes from: the secret store, or somebody who made it by hand. */
export type CredentialSource = 'externalSecret' | 'existing';

/** A Secret that opens repositories. */
export interface GitCredential {
  /** Name of the Secret. */
  readonly name: string;
  /** A token for HTTPS, or a private key for SSH. */
  readonly type: CredentialType;
  readonly source: CredentialSource;
  /** Property of the store's entry; empty: the whole entry. */
  readonly property: string;
}

/** The Secret with the model's key. */
export type ModelCredential = Omit<GitCredential, 'type'>;

/** Properties of {@link AgentCredentials}. */
export interface AgentCredentialsProps {
  readonly git: readonly GitCredential[];
  readonly model: ModelCredential;
  readonly store: { readonly name: string; readonly kind: 'SecretStore' | 'ClusterSecretStore' };
  /** Entry of the store that holds the credentials. */
  readonly key: string;
  /** Duration in Go's canonical form, like `30m0s`; any other is rewritten by the controller and shows as drift. */
  readonly refreshInterval: string;
}

type Spec = NonNullable<IExternalSecret['spec']>;
type Template = NonNullable<NonNullable<Spec['target']>['template']>;

/** The entry as External Secrets hands it to the template. */
const VALUE = 'value';

/**
 * One ExternalSecret for each credential that comes from the secret store. Every field that the API server would fill in
 * is written out, so that Argo CD sees no drift.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export class AgentCredentials extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AgentCredentialsProps,
  ) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    for (const git of props.git) this.add(git, git.type === 'ssh' ? SSH_KEY : TOKEN);
    this.add(props.model, MODEL_KEY);
  }

  private add(credential: ModelCredential, template: Pick<Template, 'type' | 'data'>): void {
    if (credential.source === 'existing') return;
    const { store, key, refreshInterval } = this.props;
    const spec: Spec = {
      refreshInterval,
      secretStoreRef: { name: store.name, kind: store.kind },
      target: {
        name: credential.name,
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: { ...template, engineVersion: 'v2', mergePolicy: 'Replace' },
      },
      data: [
        {
          secretKey: VALUE,
          remoteRef: {
            key,
            // An explicit empty value is dropped by the controller, which shows as drift.
            ...(credential.property && { property: credential.property }),
            conversionStrategy: 'Default',
            decodingStrategy: 'None',
            metadataPolicy: 'None',
          },
        },
      ],
    };
    const { apiVersion, kind } = ExternalSecret;
    const object = new ApiObject(this, credential.name, {
      apiVersion,
      kind,
      metadata: { name: credential.name },
      spec,
    });
    this.node.addValidation({ validate: () => schemaProblems(object) });
  }
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#basic-authentication-secret */
const TOKEN = {
  type: 'kubernetes.io/basic-auth',
  data: { [SECRET_KEYS.username]: 'x-access-token', [SECRET_KEYS.password]: `{{ .${VALUE} }}` },
};

/** OpenSSH refuses a key without a line break at its end: https://github.com/easingthemes/ssh-deploy/issues/112 */
const SSH_KEY = { type: 'kubernetes.io/ssh-auth', data: { [SECRET_KEYS.sshKey]: `{{ .${VALUE} | trim }}\n` } };

const MODEL_KEY = { type: 'Opaque', data: { [SECRET_KEYS.modelKey]: `{{ .${VALUE} }}` } };

/** What the schema of External Secrets does not say, or not in words that help. */
function problemsOf({ store, key, refreshInterval }: AgentCredentialsProps): string[] {
  const kinds = ['SecretStore', 'ClusterSecretStore'];
  const rules: Rule[] = [
    [kinds.includes(store.kind), `store.kind is "${store.kind}"; allowed are ${kinds.join(', ')}`],
    [key !== '', 'key is empty; the name of an entry of the store is needed'],
    [CANONICAL_DURATION.test(refreshInterval), `refreshInterval is "${refreshInterval}"; allowed is one like 30m0s`],
  ];
  return brokenOf(rules);
}

function schemaProblems(object: ApiObject): string[] {
  try {
    new ExternalSecret(object.toJson()).validate();
    return [];
  } catch (error) {
    return [`ExternalSecret ${object.name}: ${(error as Error).message}`];
  }
}
