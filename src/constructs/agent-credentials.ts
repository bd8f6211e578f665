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

/** A Secret that is filled from one entry of the secret store. */
export interface StoredCredential {
  /** Name of the Secret. */
  readonly name: string;
  /** Property of the store's entry. Empty: the whole entry. */
  readonly property: string;
}

/**
 * A Secret with a token of a GitHub App. The token opens the App's repositories for one hour. Each refresh replaces it.
 */
export interface GithubAppCredential {
  /** Name of the Secret and of the generator. */
  readonly name: string;
  /** ID of the App, from its settings. */
  readonly appID: string;
  /** ID of the installation: the number that its URL ends with. */
  readonly installID: string;
  /** Secret with the App's private key (`name`), and the key in it (`key`). */
  readonly privateKey: { readonly name: string; readonly key: string };
  /** Names of the repositories, without owner. Empty: all repositories of the installation. */
  readonly repositories: readonly string[];
  /** URL of the API of your own GitHub server. Empty: github.com. */
  readonly url: string;
}

/** A Secret that opens repositories, by its source. You create an `existing` one yourself. */
export type GitCredential =
  | ({
      readonly source: 'externalSecret';
      readonly type: CredentialType;
      /**
       * Lines of a known_hosts file, for type `ssh`.
       *
       * @default - those of the image: github.com
       */
      readonly knownHosts?: string;
    } & StoredCredential)
  | { readonly source: 'existing'; readonly type: CredentialType; readonly name: string }
  | ({ readonly source: 'github-app' } & GithubAppCredential);

/** The Secret with the model's key. */
export type ModelCredential = { readonly source: 'externalSecret' | 'existing' } & StoredCredential;

/** Properties of {@link AgentCredentials}. */
export interface AgentCredentialsProps {
  /** The Secrets that open repositories. A run takes the first one unless it names another. */
  readonly git: readonly GitCredential[];
  /** The Secret with the model's key. */
  readonly model: ModelCredential;
  /** Secret store that the Secrets are filled from, like an {@link AgentSecretStore}. */
  readonly store: { readonly name: string; readonly kind: 'SecretStore' | 'ClusterSecretStore' };
  /** Entry of the store that holds the credentials. */
  readonly key: string;
  /**
   * How often the Secrets are refreshed: a duration in Go's canonical form, like `30m0s`. The controller rewrites every
   * other form, which shows as drift.
   */
  readonly refreshInterval: string;
}

type Spec = NonNullable<IExternalSecret['spec']>;
type Template = Pick<NonNullable<NonNullable<Spec['target']>['template']>, 'type' | 'data'>;

/** Name under which External Secrets gives the entry to the template. */
const VALUE = 'value';

/**
 * One ExternalSecret for each credential that comes from the secret store or from a GitHub App. Every field that the
 * API server would fill in is written out, so that Argo CD sees no drift.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export class AgentCredentials extends Construct {
  /** Names of all Secrets that open repositories, including existing ones, in the order of the props. */
  readonly gitSecrets: readonly string[];

  /** Name of the Secret with the model's key. */
  readonly modelSecret: string;

  /** The ExternalSecrets and generators. */
  readonly apiObjects: readonly ApiObject[];

  private readonly made: ApiObject[] = [];

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
    this.gitSecrets = props.git.map(({ name }) => name);
    this.modelSecret = props.model.name;
    this.apiObjects = this.made;
  }

  private addStored(credential: StoredCredential, template: Template): void {
    const { store, key } = this.props;
    const remoteRef = {
      key,
      // The controller drops an explicit empty value, which shows as drift.
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
    this.made.push(generator);
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
    const secret = new ApiObject(this, name, { apiVersion, kind, metadata: { name }, spec });
    validateModel(secret, ExternalSecret);
    this.made.push(secret);
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

/** Rules that the schema of External Secrets does not have, or reports in words that do not help. */
function problemsOf({ git, model, store, key, refreshInterval }: AgentCredentialsProps): string[] {
  const kinds = ['SecretStore', 'ClusterSecretStore'];
  const names = [...git.map(({ name }) => name), model.name];
  const apps = git.filter((one) => one.source === 'github-app');
  const stored = git.filter((one) => one.source === 'externalSecret');
  const rules: Rule[] = [
    [kinds.includes(store.kind), `store.kind is "${store.kind}"; allowed are ${kinds.join(', ')}`],
    [key !== '', 'key is empty; the name of an entry of the store is needed'],
    [
      CANONICAL_DURATION.test(refreshInterval),
      `refreshInterval is "${refreshInterval}"; allowed is a duration like 30m0s`,
    ],
    ...stored.map(
      ({ name, knownHosts = '' }): Rule => [
        !/[{}]/.test(knownHosts),
        `knownHosts of ${name} has braces, which External Secrets would take for a template`,
      ],
    ),
    ...apps.flatMap(({ name, appID, installID, privateKey, repositories }): Rule[] => [
      [appID !== '', `appID of ${name} is empty; the App's settings show it`],
      [installID !== '', `installID of ${name} is empty; the URL of the installation ends with it`],
      [
        !names.includes(privateKey.name),
        `privateKey.name of ${name} is "${privateKey.name}", which is a name of git or model; name another Secret`,
      ],
      [
        !repositories.some((one) => one.includes('/')),
        `repositories of ${name} are ${repositories.join(', ')}; give their names without owner`,
      ],
    ]),
  ];
  return brokenOf(rules);
}
