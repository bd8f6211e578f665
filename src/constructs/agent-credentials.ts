import {
  ExternalSecret,
  type IExternalSecret,
} from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import { GithubAccessToken } from '@kubernetes-models/external-secrets/generators.external-secrets.io/v1alpha1/GithubAccessToken';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CANONICAL_DURATION } from '../run/duration.js';
import { SECRET_KEYS } from '../run/metadata.js';
import type { CredentialType } from '../run/repository.js';
import { validateModel } from './model.js';
import { brokenOf, type Rule } from './rules.js';

/** A Secret with what one entry of the secret store holds. */
export interface StoredCredential {
  /** Name of the Secret. */
  readonly name: string;
  /** Property of the store's entry; empty: the whole entry. */
  readonly property: string;
}

/**
 * A Secret with a token that a GitHub App hands out: it opens the App's repositories for one hour, and is made anew at each
 * refresh.
 */
export interface GithubAppCredential {
  /** Name of the Secret, and of the generator. */
  readonly name: string;
  readonly appID: string;
  readonly installID: string;
  /** Secret with the App's private key, and its key. */
  readonly privateKey: { readonly name: string; readonly key: string };
  /** Names without owner; empty: all repositories of the installation. */
  readonly repositories: readonly string[];
  /** URL of the API of a GitHub server; empty: github.com. */
  readonly url: string;
}

/** A Secret that opens repositories, by where it comes from; somebody else makes an existing one. */
export type GitCredential =
  | ({
      readonly source: 'externalSecret';
      readonly type: CredentialType;
      /**
       * Lines of a known_hosts file, for a key of SSH.
       *
       * @default - the image's own: github.com
       */
      readonly knownHosts?: string;
    } & StoredCredential)
  | { readonly source: 'existing'; readonly type: CredentialType; readonly name: string }
  | ({ readonly source: 'github-app' } & GithubAppCredential);

/** The Secret with the model's key. */
export type ModelCredential = { readonly source: 'externalSecret' | 'existing' } & StoredCredential;

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
type Template = Pick<NonNullable<NonNullable<Spec['target']>['template']>, 'type' | 'data'>;

/** The entry as External Secrets hands it to the template. */
const VALUE = 'value';

/**
 * One ExternalSecret for each credential that comes from the secret store or from a GitHub App. Every field that the API
 * server would fill in is written out, so that Argo CD sees no drift.
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
    for (const git of props.git) {
      if (git.source === 'github-app') this.addGithubApp(git);
      if (git.source === 'externalSecret')
        this.addStored(git, git.type === 'ssh' ? sshKey(git.knownHosts) : tokenFrom(VALUE));
    }
    if (props.model.source === 'externalSecret') this.addStored(props.model, MODEL_KEY);
  }

  private addStored(credential: StoredCredential, template: Template): void {
    const { store, key } = this.props;
    const remoteRef = {
      key,
      // An explicit empty value is dropped by the controller, which shows as drift.
      ...(credential.property && { property: credential.property }),
      conversionStrategy: 'Default',
      decodingStrategy: 'None',
      metadataPolicy: 'None',
    } as const;
    this.addSecret(credential.name, template, {
      secretStoreRef: { name: store.name, kind: store.kind },
      data: [{ secretKey: VALUE, remoteRef }],
    });
  }

  /** @see https://external-secrets.io/latest/api/generator/github/ */
  private addGithubApp({ name, appID, installID, privateKey, repositories, url }: GithubAppCredential): void {
    const { apiVersion, kind } = GithubAccessToken;
    const generator = new ApiObject(this, `generator of ${name}`, {
      apiVersion,
      kind,
      metadata: { name },
      spec: {
        appID,
        installID,
        ...(repositories.length > 0 && { repositories }),
        permissions: { contents: 'write', pull_requests: 'write' },
        ...(url && { url }),
        auth: { privateKey: { secretRef: privateKey } },
      },
    });
    validateModel(generator, GithubAccessToken);
    this.addSecret(name, tokenFrom('token'), {
      dataFrom: [{ sourceRef: { generatorRef: { apiVersion, kind, name } } }],
    });
  }

  private addSecret(name: string, template: Template, from: Partial<Spec>): void {
    const spec: Spec = {
      refreshInterval: this.props.refreshInterval,
      ...from,
      target: {
        name,
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: { ...template, engineVersion: 'v2', mergePolicy: 'Replace' },
      },
    };
    const { apiVersion, kind } = ExternalSecret;
    validateModel(new ApiObject(this, name, { apiVersion, kind, metadata: { name }, spec }), ExternalSecret);
  }
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#basic-authentication-secret */
const tokenFrom = (value: string): Template => ({
  type: 'kubernetes.io/basic-auth',
  data: { [SECRET_KEYS.username]: 'x-access-token', [SECRET_KEYS.password]: `{{ .${value} }}` },
});

/** OpenSSH refuses a key without a line break at its end: https://github.com/easingthemes/ssh-deploy/issues/112 */
const sshKey = (knownHosts?: string): Template => ({
  type: 'kubernetes.io/ssh-auth',
  data: {
    [SECRET_KEYS.sshKey]: `{{ .${VALUE} | trim }}\n`,
    ...(knownHosts && { [SECRET_KEYS.knownHosts]: knownHosts }),
  },
});

const MODEL_KEY = { type: 'Opaque', data: { [SECRET_KEYS.modelKey]: `{{ .${VALUE} }}` } };

/** What the schema of External Secrets does not say, or not in words that help. */
function problemsOf({ git, model, store, key, refreshInterval }: AgentCredentialsProps): string[] {
  const kinds = ['SecretStore', 'ClusterSecretStore'];
  const names = [...git.map(({ name }) => name), model.name];
  const apps = git.filter((one) => one.source === 'github-app');
  const stored = git.filter((one) => one.source === 'externalSecret');
  const rules: Rule[] = [
    [kinds.includes(store.kind), `store.kind is "${store.kind}"; allowed are ${kinds.join(', ')}`],
    [key !== '', 'key is empty; the name of an entry of the store is needed'],
    [CANONICAL_DURATION.test(refreshInterval), `refreshInterval is "${refreshInterval}"; allowed is one like 30m0s`],
    ...stored.map(
      ({ name, knownHosts = '' }): Rule => [
        !/[{}]/.test(knownHosts),
        `knownHosts of ${name} has braces, which External Secrets would take for a template`,
      ],
    ),
    ...apps.flatMap(({ name, appID, installID, privateKey, repositories }): Rule[] => [
      [appID !== '', `appID of ${name} is empty; the App's settings name it`],
      [installID !== '', `installID of ${name} is empty; the URL of the installation ends with it`],
      [
        !names.includes(privateKey.name),
        `privateKey.name of ${name} is "${privateKey.name}", which is a Secret that is made`,
      ],
      [
        !repositories.some((one) => one.includes('/')),
        `repositories of ${name} are ${repositories.join(', ')}; they are named without owner`,
      ],
    ]),
  ];
  return brokenOf(rules);
}
