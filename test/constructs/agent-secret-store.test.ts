import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  AgentSecretStore,
  type AgentSecretStoreProps,
  type SecretStoreProvider,
} from '../../src/constructs/agent-secret-store.js';

const minimal: AgentSecretStoreProps = {
  name: 'store',
  provider: { type: 'gcp', projectID: 'my-project' },
  serviceAccountName: 'agent-secrets',
};

const AWS = { type: 'aws', region: 'eu-west-1', role: '' } as const;
const VAULT = {
  type: 'vault',
  server: 'https://vault.example:8200',
  path: 'secret',
  mountPath: 'kubernetes',
  role: 'agent',
  caBundle: '',
} as const;

/** Every provider with all that can be given. */
const FULL: Readonly<Record<string, SecretStoreProvider>> = {
  gcp: { type: 'gcp', projectID: 'my-project' },
  aws: { ...AWS, role: 'arn:aws:iam::123456789012:role/reader' },
  azure: { type: 'azure', vaultUrl: 'https://my-vault.vault.azure.net' },
  vault: { ...VAULT, caBundle: 'Zm9v' },
};

function render(changes: Partial<AgentSecretStoreProps> = {}) {
  const chart = new Chart(new App(), 'test');
  new AgentSecretStore(chart, 'SecretStore', { ...minimal, ...changes });
  return Testing.synth(chart);
}
const providerOf = (provider: SecretStoreProvider) => render({ provider })[0].spec.provider;

/** Every value of an object and of the objects in it, with its name. */
function valuesBelow(value: unknown): [name: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [[name, one] as [string, unknown], ...valuesBelow(one)]);
}

describe('AgentSecretStore', () => {
  test('renders one SecretStore from the minimal definition', () => {
    expect(render()).toMatchInlineSnapshot(`
[
  {
    "apiVersion": "external-secrets.io/v1",
    "kind": "SecretStore",
    "metadata": {
      "name": "store",
    },
    "spec": {
      "provider": {
        "gcpsm": {
          "auth": {
            "workloadIdentity": {
              "serviceAccountRef": {
                "name": "agent-secrets",
              },
            },
          },
          "projectID": "my-project",
        },
      },
    },
  },
]
`);
  });

  test('reads Google Secret Manager by the Workload Identity of the ServiceAccount', () => {
    expect(providerOf({ type: 'gcp', projectID: 'my-project' })).toEqual({
      gcpsm: {
        projectID: 'my-project',
        auth: { workloadIdentity: { serviceAccountRef: { name: 'agent-secrets' } } },
      },
    });
  });

  test('reads AWS Secrets Manager by a token of the ServiceAccount', () => {
    expect(providerOf(AWS)).toEqual({
      aws: {
        service: 'SecretsManager',
        region: 'eu-west-1',
        auth: { jwt: { serviceAccountRef: { name: 'agent-secrets' } } },
      },
    });
  });

  test('assumes a role in AWS beside, where one is given', () => {
    expect(providerOf({ ...AWS, role: 'arn:aws:iam::123456789012:role/reader' }).aws).toMatchObject({
      role: 'arn:aws:iam::123456789012:role/reader',
      region: 'eu-west-1',
    });
  });

  test('reads Azure Key Vault by the Workload Identity of the ServiceAccount, and writes out what the API server would', () => {
    expect(providerOf({ type: 'azure', vaultUrl: 'https://my-vault.vault.azure.net' })).toEqual({
      azurekv: {
        authType: 'WorkloadIdentity',
        environmentType: 'PublicCloud',
        vaultUrl: 'https://my-vault.vault.azure.net',
        serviceAccountRef: { name: 'agent-secrets' },
      },
    });
  });

  test('reads the second version of the KV engine of a Vault by its Kubernetes login', () => {
    expect(providerOf(VAULT)).toEqual({
      vault: {
        server: 'https://vault.example:8200',
        path: 'secret',
        version: 'v2',
        auth: {
          kubernetes: { mountPath: 'kubernetes', role: 'agent', serviceAccountRef: { name: 'agent-secrets' } },
        },
      },
    });
  });

  test("verifies a Vault by the given certificates instead of the operator's own", () => {
    expect(providerOf({ ...VAULT, caBundle: 'Zm9v' }).vault.caBundle).toBe('Zm9v');
  });

  test.each(Object.entries(FULL))('authenticates to %s as the given ServiceAccount, and by no key', (_, provider) => {
    const [{ spec }] = render({ provider, serviceAccountName: 'reader' });
    const references = valuesBelow(spec).filter(([name]) => /ref$/i.test(name));
    expect(references).toEqual([['serviceAccountRef', { name: 'reader' }]]);
  });

  test.each([...Object.values(FULL), AWS, VAULT])('writes no empty value for %j', (provider) => {
    const isEmpty = (value: unknown) => value === undefined || JSON.stringify(value).length <= 2;
    expect(valuesBelow(render({ provider })).filter(([, value]) => isEmpty(value))).toEqual([]);
  });

  test('is for its namespace alone', () => {
    const chart = new Chart(new App(), 'test', { namespace: 'agents' });
    new AgentSecretStore(chart, 'SecretStore', minimal);
    expect(Testing.synth(chart)[0]).toMatchObject({ kind: 'SecretStore', metadata: { namespace: 'agents' } });
  });

  test.each<[string, Partial<AgentSecretStoreProps>, RegExp]>([
    ['certificates that are no base64', { provider: { ...VAULT, caBundle: '-----BEGIN' } }, /store: .*caBundle.*byte/],
    ['a ServiceAccount without a name', { serviceAccountName: '' }, /store: .*serviceAccountRef\/name/],
    ['a ServiceAccount of a name that cannot be', { serviceAccountName: 'My_SA' }, /store: .*serviceAccountRef\/name/],
    ['a region that is missing', { provider: { type: 'aws' } as SecretStoreProvider }, /store: .*property region/],
    ['a vault that is missing', { provider: { type: 'azure' } as SecretStoreProvider }, /store: .*property vaultUrl/],
    ['a provider that it does not know', { provider: { type: 'cloud' } as never }, /store: .*property provider/],
  ])('refuses %s at synth, and says where', (_, changes, problem) => {
    expect(() => render(changes)).toThrow(problem);
  });

  // The schema of the CRD has no rule for these.
  test.each<[string, Partial<AgentSecretStoreProps>, RegExp]>([
    ['a store of a name that cannot be', { name: 'My Store' }, /My Store/],
    ['a project without a name', { provider: { type: 'gcp', projectID: '' } }, /projectID/],
    ['a region without a name', { provider: { ...AWS, region: '' } }, /region/],
    ['a vault without a URL', { provider: { type: 'azure', vaultUrl: '' } }, /vaultUrl/],
    ['a Vault without a server', { provider: { ...VAULT, server: '' } }, /server/],
  ])('refuses %s at synth, and says where', (_, changes, problem) => {
    expect(() => render(changes)).toThrow(problem);
  });
});
