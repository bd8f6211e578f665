import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  AgentCredentials,
  type AgentCredentialsProps,
  type GitCredential,
  type StoredCredential,
} from '../../src/constructs/agent-credentials.js';

const git = { name: 'git', type: 'token', source: 'externalSecret', property: 'git-token' } as const;

const minimal: AgentCredentialsProps = {
  git: [git],
  model: { name: 'model', source: 'existing', property: '' },
  store: { name: 'store', kind: 'ClusterSecretStore' },
  key: 'agentic-sdlc',
  refreshInterval: '30m0s',
};

function render(changes: Partial<AgentCredentialsProps> = {}) {
  const chart = new Chart(new App(), 'test');
  new AgentCredentials(chart, 'Credentials', { ...minimal, ...changes });
  return Testing.synth(chart);
}

const withGit = (changes: Partial<StoredCredential> & { readonly type?: 'token' | 'ssh' }) =>
  render({ git: [{ ...git, ...changes }] });

/** Every value of an object and of the objects in it. */
function valuesBelow(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(valuesBelow)] : [value];
}

describe('AgentCredentials', () => {
  test('renders one ExternalSecret from the minimal definition', () => {
    expect(render()).toMatchInlineSnapshot(`
[
  {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {
      "name": "git",
    },
    "spec": {
      "data": [
        {
          "remoteRef": {
            "conversionStrategy": "Default",
            "decodingStrategy": "None",
            "key": "agentic-sdlc",
            "metadataPolicy": "None",
            "property": "git-token",
          },
          "secretKey": "value",
        },
      ],
      "refreshInterval": "30m0s",
      "secretStoreRef": {
        "kind": "ClusterSecretStore",
        "name": "store",
      },
      "target": {
        "creationPolicy": "Owner",
        "deletionPolicy": "Retain",
        "name": "git",
        "template": {
          "data": {
            "password": "{{ .value }}",
            "username": "x-access-token",
          },
          "engineVersion": "v2",
          "mergePolicy": "Replace",
          "type": "kubernetes.io/basic-auth",
        },
      },
    },
  },
]
`);
  });

  test('takes all props', () => {
    const all: Required<AgentCredentialsProps> = {
      git: [
        { name: 'app', type: 'token', source: 'externalSecret', property: 'token' },
        { name: 'deploy-key', type: 'ssh', source: 'externalSecret', property: 'key' },
      ],
      model: { name: 'llm', source: 'externalSecret', property: 'llm-key' },
      store: { name: 'vault', kind: 'SecretStore' },
      key: 'entry',
      refreshInterval: '5m0s',
    };
    const objects = render(all);
    expect(objects.map(({ metadata, spec }) => [metadata.name, spec.target.name, spec.target.template.type])).toEqual([
      ['app', 'app', 'kubernetes.io/basic-auth'],
      ['deploy-key', 'deploy-key', 'kubernetes.io/ssh-auth'],
      ['llm', 'llm', 'Opaque'],
    ]);
    expect(objects.map(({ spec }) => spec.data[0].remoteRef.property)).toEqual(['token', 'key', 'llm-key']);
    for (const { apiVersion, spec } of objects) {
      expect(apiVersion).toBe('external-secrets.io/v1');
      expect(spec.refreshInterval).toBe('5m0s');
      expect(spec.secretStoreRef).toEqual({ name: 'vault', kind: 'SecretStore' });
      expect(spec.data[0].remoteRef.key).toBe('entry');
    }
  });

  // Argo CD shows an omitted default in a list as drift for ever: kubernetes-hardening notes, "ExternalSecret v1".
  test.each(['token', 'ssh'] as const)(
    'writes out what the API server would fill in, for a credential of type %s',
    (type) => {
      const [{ spec }] = withGit({ type, property: '' });
      expect(spec.target).toMatchObject({
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: { engineVersion: 'v2', mergePolicy: 'Replace' },
      });
      expect(spec.data[0].remoteRef).toEqual({
        key: 'agentic-sdlc',
        conversionStrategy: 'Default',
        decodingStrategy: 'None',
        metadataPolicy: 'None',
      });
    },
  );

  test('never writes an empty value, which the controller would drop', () => {
    const credentials = (['token', 'ssh'] as const).map((type) => withGit({ type, property: '' }));
    const isEmpty = (value: unknown) =>
      value === null ||
      value === '' ||
      value === false ||
      (typeof value === 'object' && Object.keys(value).length === 0);
    expect(valuesBelow(credentials).filter(isEmpty)).toEqual([]);
  });

  test('leaves the property out where the whole entry is meant', () => {
    expect(withGit({ property: '' })[0].spec.data[0].remoteRef).not.toHaveProperty('property');
  });

  test('ends an SSH key with exactly one line break', () => {
    const [{ spec }] = withGit({ type: 'ssh' });
    expect(spec.target.template.data).toEqual({ 'ssh-privatekey': '{{ .value | trim }}\n' });
  });

  test('makes a Secret for git over HTTPS that works with any token', () => {
    const [{ spec }] = withGit({ type: 'token' });
    expect(spec.target.template.data).toEqual({ username: 'x-access-token', password: '{{ .value }}' });
  });

  test('renders nothing for Secrets that exist', () => {
    const existing: GitCredential[] = (['token', 'ssh'] as const).map((type) => ({
      name: type,
      type,
      source: 'existing',
    }));
    expect(render({ git: existing })).toEqual([]);
  });

  test.each([
    ['a store of another kind', { store: { name: 'store', kind: 'Vault' as 'SecretStore' } }, /secretStoreRef.kind/],
    ['a store of a name that cannot be', { store: { ...minimal.store, name: 'My Store' } }, /secretStoreRef.name/],
    ['a Secret of a name that cannot be', { git: [{ ...git, name: 'My_Git' }] }, /My_Git.*target.name must match/],
    ['two Secrets of one name', { git: [git, git] }, /name 'git'/],
  ])('refuses %s at synth', (_, changes, problem) => {
    expect(() => render(changes)).toThrow(problem);
  });

  test.each([
    [
      'what the kind was, and the kinds',
      { store: { name: 's', kind: 'Vault' as 'SecretStore' } },
      /Vault.*ClusterSecretStore/,
    ],
    ['what an interval was that is none', { refreshInterval: 'soon' }, /refreshInterval.*soon/],
    ['that the key is empty', { key: '' }, /key/],
  ])('says %s', (_, changes, problem) => {
    expect(() => render(changes)).toThrow(problem);
  });
});
