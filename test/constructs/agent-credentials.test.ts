import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  AgentCredentials,
  type AgentCredentialsProps,
  type GitCredential,
  type GithubAppCredential,
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

const withGit = (
  changes: Partial<StoredCredential> & { readonly type?: 'token' | 'ssh'; readonly knownHosts?: string },
) => render({ git: [{ ...git, ...changes }] });

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

  test('puts the host keys that are given beside an SSH key, where the pod looks for them first', () => {
    const [{ spec }] = withGit({ type: 'ssh', knownHosts: 'git.example ssh-ed25519 AAAA\n' });
    expect(spec.target.template.data).toEqual({
      'ssh-privatekey': '{{ .value | trim }}\n',
      known_hosts: 'git.example ssh-ed25519 AAAA\n',
    });
  });

  test('takes no host keys that External Secrets would read as a template', () => {
    expect(() => withGit({ type: 'ssh', knownHosts: '{{ .value }}' })).toThrow(/knownHosts of git/);
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

const app: GithubAppCredential = {
  name: 'app',
  appID: '12345',
  installID: '67890',
  privateKey: { name: 'github-app', key: 'private-key.pem' },
  repositories: [],
  url: '',
};

function renderApp(changes: Partial<GithubAppCredential> = {}) {
  const [generator, secret] = render({ git: [{ source: 'github-app', ...app, ...changes }] });
  return { generator, secret };
}

describe('AgentCredentials for a GitHub App', () => {
  const { generator, secret } = renderApp();

  test('makes a generator and an ExternalSecret from the minimal definition', () => {
    const objects = render({ git: [{ source: 'github-app', ...app }] });
    expect(objects.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['generators.external-secrets.io/v1alpha1', 'GithubAccessToken', 'app'],
      ['external-secrets.io/v1', 'ExternalSecret', 'app'],
    ]);
  });

  test('asks as the App, in its installation, with the key in the Secret', () => {
    expect(generator.spec).toMatchObject({
      appID: '12345',
      installID: '67890',
      auth: { privateKey: { secretRef: { name: 'github-app', key: 'private-key.pem' } } },
    });
  });

  test('asks for the right to push and to open pull requests, and for no other', () => {
    expect(generator.spec.permissions).toEqual({ contents: 'write', pull_requests: 'write' });
  });

  test('asks for the given repositories, at the given server', () => {
    const repositories = ['one', 'two'];
    expect(renderApp({ repositories, url: 'https://github.example/api/v3' }).generator.spec).toMatchObject({
      repositories,
      url: 'https://github.example/api/v3',
    });
  });

  test('leaves repositories and url out where they are empty', () => {
    expect(generator.spec).not.toHaveProperty('repositories');
    expect(generator.spec).not.toHaveProperty('url');
  });

  // The API server fills the version in, which Argo CD would show as drift.
  test('names the generator with its version, and no store', () => {
    expect(secret.spec.dataFrom).toEqual([
      {
        sourceRef: {
          generatorRef: {
            apiVersion: 'generators.external-secrets.io/v1alpha1',
            kind: 'GithubAccessToken',
            name: 'app',
          },
        },
      },
    ]);
    expect(secret.spec).not.toHaveProperty('secretStoreRef');
    expect(secret.spec).not.toHaveProperty('data');
  });

  test('makes a Secret of the same shape as that of a token from the store', () => {
    const [{ spec: stored }] = withGit({ name: 'app', type: 'token' });
    const { data, ...template } = secret.spec.target.template;
    expect(data).toEqual({ username: 'x-access-token', password: '{{ .token }}' });
    expect({ ...secret.spec.target, template }).toEqual({
      ...stored.target,
      template: { type: stored.target.template.type, engineVersion: 'v2', mergePolicy: 'Replace' },
    });
    expect(Object.keys(data)).toEqual(Object.keys(stored.target.template.data));
  });

  test('makes the token anew at each refresh', () => {
    const [, { spec }] = render({ git: [{ source: 'github-app', ...app }], refreshInterval: '5m0s' });
    expect(spec.refreshInterval).toBe('5m0s');
  });

  test('stands beside credentials from the store', () => {
    const names = render({ git: [{ source: 'github-app', ...app }, git] }).map(({ kind, metadata }) => [
      kind,
      metadata.name,
    ]);
    expect(names).toEqual([
      ['GithubAccessToken', 'app'],
      ['ExternalSecret', 'app'],
      ['ExternalSecret', 'git'],
    ]);
  });

  test.each<[string, Partial<GithubAppCredential>, RegExp]>([
    ['a private key without a key', { privateKey: { name: 'github-app', key: '' } }, /GithubAccessToken app: .*key/],
    ['a private key in a Secret that cannot be', { privateKey: { name: 'My_App', key: 'k' } }, /secretRef\/name/],
    ['a Secret of a name that cannot be', { name: 'My_App' }, /ExternalSecret My_App: .*target\/name/],
    ['an id that is no text', { appID: 12345 as unknown as string }, /GithubAccessToken app: .*appID must be string/],
  ])('refuses %s at synth', (_, changes, problem) => {
    expect(() => renderApp(changes)).toThrow(problem);
  });

  // The schema of the CRD has no rule for these.
  test.each<[string, Partial<GithubAppCredential>, RegExp]>([
    ['an App without an id', { appID: '' }, /appID/],
    ['an installation without an id', { installID: '' }, /installID/],
    ['a repository with its owner', { repositories: ['owner/one'] }, /owner\/one/],
  ])('refuses %s at synth', (_, changes, problem) => {
    expect(() => renderApp(changes)).toThrow(problem);
  });

  // External Secrets would write the token over the key that it is made with.
  test('refuses a private key in the Secret that the token is for', () => {
    expect(() => renderApp({ privateKey: { name: 'app', key: 'private-key.pem' } })).toThrow(/privateKey/);
  });

  // Both are called `app-generator` in the construct tree.
  test('stands beside a Secret whose name is its own with -generator', () => {
    const other = { ...git, name: 'app-generator' };
    expect(() => render({ git: [{ source: 'github-app', ...app }, other] })).not.toThrow();
  });
});
