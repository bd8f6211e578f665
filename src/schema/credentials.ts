import { z } from 'zod';
import { CANONICAL_DURATION } from '../run/duration.js';
import { className, dnsLabel, given, text } from './fields.js';

/** The SecretStore of the namespace, by the service that holds the secrets. */
const provider = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('existing').describe('The store exists already.') }),
  z.strictObject({
    type: z.literal('gcp').describe('Google Secret Manager, with GKE Workload Identity.'),
    projectID: given.describe('Project of the secrets.'),
  }),
  z.strictObject({
    type: z.literal('aws').describe('AWS Secrets Manager, with IRSA.'),
    region: given.describe('Region of the secrets, like eu-west-1.'),
    role: text.default('').describe('Additional role to assume. Empty: none.'),
  }),
  z.strictObject({
    type: z.literal('azure').describe('Azure Key Vault, with AKS Workload Identity.'),
    vaultUrl: given.describe('URL of the vault, like https://my-vault.vault.azure.net.'),
  }),
  z.strictObject({
    type: z.literal('vault').describe('HashiCorp Vault, with its Kubernetes auth method.'),
    server: given.describe('URL of the server.'),
    path: given.describe('Path of the KV engine (version 2), like secret.'),
    mountPath: given.describe('Path of the Kubernetes auth method, like kubernetes.'),
    role: given.describe('Role of the auth method.'),
    caBundle: z
      .string()
      .regex(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'is not base64')
      .default('')
      .describe('Certificates that verify the server, as base64 of PEM. Empty: those of the operator.'),
  }),
]);

export const externalSecret = z
  .strictObject({
    refreshInterval: z
      .string()
      .regex(CANONICAL_DURATION, 'is not a duration as External Secrets stores it, like 30m0s')
      .default('30m0s')
      .describe('How often External Secrets refreshes the Secrets. At most 30m0s for tokens that live for one hour.'),
    secretStore: z
      .strictObject({
        name: className.min(1, 'must not be empty').default('secret-store').describe('Name of the secret store.'),
        kind: z
          .enum(['SecretStore', 'ClusterSecretStore'])
          .default('ClusterSecretStore')
          .describe('Kind of the secret store.'),
        provider: provider
          .default({ type: 'existing' })
          .describe('Service that the SecretStore reads. The runner creates the store, as serviceAccount.secretsName.'),
      })
      .prefault({}),
    remoteRef: z
      .strictObject({
        key: given.default('agentic-sdlc').describe('Entry of the store that holds the credentials.'),
      })
      .prefault({}),
  })
  .prefault({});

const property = text.default('').describe("Property of the store's entry. Empty: the whole entry.");

const secret = {
  name: dnsLabel.describe('Name of the Secret. --credential takes this name.'),
  type: z.enum(['token', 'ssh']).default('token').describe('token: over HTTPS. ssh: a private key.'),
};

const hostKey = '[\\w.,:*?!|/+=[\\]-]+ [a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+=*';

/** A Secret that opens repositories, by where it comes from. */
export const gitCredential = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('externalSecret').describe('Made from the secret store.'),
    ...secret,
    property,
    knownHosts: z
      .string()
      .regex(
        new RegExp(`^(${hostKey}\\n)*(${hostKey})?$`),
        'is not output of ssh-keyscan: each line needs host, type and key',
      )
      .default('')
      .describe('For ssh: the public host keys, as lines of a known_hosts file. Empty: those of github.com.'),
  }),
  z.strictObject({ source: z.literal('existing').describe('You create the Secret of this name yourself.'), ...secret }),
  z.strictObject({
    source: z
      .literal('github-app')
      .describe('A token of a GitHub App. It lives for one hour, and each refresh replaces it.'),
    name: secret.name,
    type: z.literal('token').describe('A token of a GitHub App is for HTTPS.'),
    appID: given.describe('ID of the App.'),
    installID: given.describe('ID of the installation of the App.'),
    privateKey: z.strictObject({
      name: dnsLabel.describe("Secret with the App's private key. You create it."),
      key: z
        .string()
        .regex(/^[-._a-zA-Z0-9]+$/, 'is not a key of a Secret (letters, digits, -, _, .)')
        .describe('Key in that Secret.'),
    }),
    repositories: z
      .array(z.string().regex(/^[\w.-]+$/, 'is not the name of a repository without owner'))
      .default([])
      .describe('Names, without owner, of the repositories that the token opens. Empty: all of the installation.'),
    url: text.default('').describe('URL of the API of your own GitHub server. Empty: github.com.'),
  }),
]);

/** The Secret with the key of the model. */
export const modelCredential = z
  .strictObject({
    name: dnsLabel.default('model').describe('Name of the Secret with the key.'),
    source: z
      .enum(['externalSecret', 'existing'])
      .default('externalSecret')
      .describe('externalSecret: made from the secret store. existing: you create the Secret of this name yourself.'),
    property: property.default('model-key'),
  })
  .prefault({});
