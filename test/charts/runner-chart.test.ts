import { describe, expect, test } from '@jest/globals';
import { App, Testing } from 'cdk8s';
import { openCodeConfig } from '../../src/charts/opencode-config.js';
import { runSettings } from '../../src/charts/run-settings.js';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { parseSettings } from '../../src/run/settings.js';
import { defineEnvironment, type Environment } from '../../src/schema/environment.js';
import { changed } from '../schema/changed.js';

const environment = defineEnvironment(
  changed({
    'namespace.labels': { team: 'platform' },
    'namespace.annotations': { owner: 'platform@example.org' },
    'serviceAccount.workloadIdentity': { type: 'gke', serviceAccount: 'eso@project.iam.gserviceaccount.com' },
    'serviceAccount.annotations': { team: 'platform' },
    'externalSecret.refreshInterval': '5m0s',
    'externalSecret.secretStore': { name: 'vault', kind: 'SecretStore' },
    'externalSecret.remoteRef.key': 'entry',
    'git.credentials': [{ source: 'externalSecret', name: 'deploy-key', type: 'ssh', property: 'key' }],
    'model.credential': { name: 'llm', property: 'llm-key' },
  }),
);

const render = (given: Environment = environment) =>
  Testing.synth(new RunnerChart(new App(), given.name, { environment: given }));
const named = (name: string) => render().find(({ metadata }) => metadata.name === name);

describe('RunnerChart', () => {
  test('is what an environment needs', () => {
    expect(render().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace agent-runner-demo',
      'ServiceAccount agent',
      'ServiceAccount agent-secrets',
      'Role agentic-sdlc-agent-runner-demo-viewer',
      'RoleBinding agentic-sdlc-agent-runner-demo-viewer',
      'Role agentic-sdlc-agent-runner-demo-maintainer',
      'RoleBinding agentic-sdlc-agent-runner-demo-maintainer',
      'Role agentic-sdlc-agent-runner-demo-admin',
      'ValidatingAdmissionPolicy agent-runner-demo-spawn',
      'ValidatingAdmissionPolicyBinding agent-runner-demo-spawn',
      'ValidatingAdmissionPolicy agent-runner-demo-change',
      'ValidatingAdmissionPolicyBinding agent-runner-demo-change',
      'ValidatingAdmissionPolicy agent-runner-demo-delete',
      'ValidatingAdmissionPolicyBinding agent-runner-demo-delete',
      'ValidatingAdmissionPolicy agent-runner-demo-connect',
      'ValidatingAdmissionPolicyBinding agent-runner-demo-connect',
      'NetworkPolicy agent-runs-deny',
      'NetworkPolicy agent-runs-dns',
      'NetworkPolicy agent-runs',
      'NetworkPolicy agent-runs-open',
      'ResourceQuota agent-runs',
      'LimitRange agent-runs',
      'ConfigMap agent-runner-settings',
      'ExternalSecret deploy-key',
      'ExternalSecret llm',
    ]);
  });

  test('puts everything into the namespace, but for the namespace itself and its policies', () => {
    for (const { kind, metadata } of render()) {
      const outside = /^(Namespace|ValidatingAdmissionPolicy.*)$/.test(kind);
      expect(metadata.namespace).toBe(outside ? undefined : 'agent-runner-demo');
    }
  });

  test('labels everything as one release', () => {
    for (const { metadata } of render()) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'agentic-sdlc-agent-runner',
        'app.kubernetes.io/instance': 'agentic-sdlc-agent-runner-demo',
        'app.kubernetes.io/part-of': 'agentic-sdlc-agent-runner',
        'app.kubernetes.io/managed-by': 'cdk8s',
      });
    }
  });

  test("passes on the environment's namespace", () => {
    expect(named('agent-runner-demo').metadata).toMatchObject({
      labels: { team: 'platform', 'pod-security.kubernetes.io/enforce-version': 'v1.34' },
      annotations: { owner: 'platform@example.org' },
    });
  });

  test("passes on the environment's identity, to the account of the secret store alone", () => {
    expect(named('agent-secrets').metadata.annotations).toEqual({
      'iam.gke.io/gcp-service-account': 'eso@project.iam.gserviceaccount.com',
      team: 'platform',
    });
    expect(named('agent').metadata).not.toHaveProperty('annotations');
  });

  test.each([
    ['deploy-key', 'kubernetes.io/ssh-auth', 'key'],
    ['llm', 'Opaque', 'llm-key'],
  ])("passes on the environment's store to the Secret %s", (name, type, property) => {
    const { spec } = named(name);
    expect(spec).toMatchObject({ refreshInterval: '5m0s', secretStoreRef: { name: 'vault', kind: 'SecretStore' } });
    expect(spec.target.template.type).toBe(type);
    expect(spec.data[0].remoteRef).toMatchObject({ key: 'entry', property });
  });

  test('holds the settings that the commands render runs from', () => {
    const { data } = named('agent-runner-settings');
    expect(parseSettings(data['settings.json'], 'here')).toEqual(runSettings(environment));
    expect(JSON.parse(data['opencode.json'])).toEqual(openCodeConfig(environment));
  });

  test('has a store of its own read as the ServiceAccount with the identity, never as that of the runs', () => {
    const provider = { type: 'gcp', projectID: 'project' };
    const store = { name: 'own', kind: 'SecretStore', provider };
    const [own] = render(defineEnvironment(changed({ 'externalSecret.secretStore': store }))).filter(
      ({ kind }) => kind === 'SecretStore',
    );
    expect(own.spec.provider.gcpsm.auth.workloadIdentity.serviceAccountRef).toEqual({ name: 'agent-secrets' });
  });

  test('names groups as the API server does, in bindings and in policies', () => {
    const groups = {
      'rbac.groupPrefix': 'oidc:',
      'rbac.groups.admin': ['clears'],
      'egress.openGroups': ['opens'],
      'rbac.credentialGroups': [{ credential: 'git', group: 'uses' }],
    };
    const all = render(defineEnvironment(changed(groups)));
    const bindings = all.filter(({ kind }) => kind === 'RoleBinding').flatMap(({ subjects }) => subjects);
    expect(bindings.map(({ name }) => name)).toContain('oidc:clears');
    const [spawn, connect] = ['spawn', 'connect'].map((name) =>
      all.find(
        ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === `agent-runner-demo-${name}`,
      ),
    );
    const allowed = (policy: typeof spawn) => JSON.parse(policy.spec.variables[0].expression);
    expect(allowed(spawn)).toMatchObject({ openGroups: ['oidc:opens'], credentialGroups: ['git oidc:uses'] });
    expect(allowed(connect)).toEqual({ adminGroups: ['oidc:clears'] });
  });

  test('holds each container to its own image', () => {
    const images = {
      'runner.image': { repository: 'registry.example/runner', requireDigest: true },
      'pod.image': { repository: 'registry.example/agent' },
    };
    const policy = render(defineEnvironment(changed(images))).find(
      ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === 'agent-runner-demo-spawn',
    );
    const bounds = policy.spec.variables.find(({ name }: { name: string }) => name === 'bounds');
    expect(JSON.parse(bounds.expression)).toMatchObject({
      runner: { image: 'registry.example/runner', requireDigest: 'true' },
      agent: { image: 'registry.example/agent', requireDigest: 'false' },
    });
  });

  test('makes no Secret itself', () => {
    expect(render().map(({ kind }) => kind)).not.toContain('Secret');
  });
});
