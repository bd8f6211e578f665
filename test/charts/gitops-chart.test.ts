import { describe, expect, test } from '@jest/globals';
import { App, Testing } from 'cdk8s';
import { GitopsChart, type GitopsSource } from '../../src/charts/gitops-chart.js';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import { defineEnvironment, type Environment } from '../../src/schema/environment.js';
import { environments } from '../fixtures/environments.js';
import { changed } from '../schema/changed.js';

/** An environment with everything that an environment can have. */
const everything = defineEnvironment(
  changed({
    name: 'all',
    'namespace.labels': { team: 'platform', 'pod-security.kubernetes.io/enforce': 'privileged' },
    'namespace.annotations': { owner: 'platform@example.org' },
    'externalSecret.secretStore': { kind: 'SecretStore', provider: { type: 'gcp', projectID: 'my-project' } },
    'git.credentials': [
      {
        source: 'github-app',
        type: 'token',
        name: 'app',
        appID: '1',
        installID: '2',
        privateKey: { name: 'app-key', key: 'key.pem' },
      },
      { source: 'externalSecret', name: 'git', type: 'token' },
    ],
    'rbac.groups.viewer': ['developers'],
    'pod.priorityClassName': 'agent-runner-all-runs',
    'quota.priorityClass.create': true,
    'gitops.syncWindows': [{ kind: 'deny', schedule: '0 0 * * 0', duration: '24h', timeZone: 'Europe/Berlin' }],
  }),
);
const all = [...environments, everything].map((environment) => [environment.name, environment] as const);
const SOURCES: readonly GitopsSource[] = ['manifests', 'release'];

function render(environment: Environment, from: GitopsSource = 'manifests') {
  const [project, application] = Testing.synth(new GitopsChart(new App(), 'argocd', { environment, source: from }));
  return { project, application };
}
const named = (name: string, from?: GitopsSource) => {
  const environment = environments.find((one) => one.name === name);
  if (!environment) throw new Error(`no environment ${name}`);
  return render(environment, from);
};

interface Resource {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

/** What a project has to allow, so that an object can be installed. */
function resourceOf(object: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }) {
  const { apiVersion, kind, metadata } = object;
  const resource: Resource = { group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind };
  return metadata.namespace === undefined ? { ...resource, name: metadata.name } : resource;
}

describe.each(all)('the project of %s', (_, environment) => {
  const objects = Testing.synth(new RunnerChart(new App(), environment.name, { environment }));
  const { spec } = render(environment).project;

  test('permits every object of the environment, and nothing else', () => {
    const allowed: Resource[] = [...spec.clusterResourceWhitelist, ...spec.namespaceResourceWhitelist];
    const needed = new Set(objects.map((object) => JSON.stringify(resourceOf(object))));
    const sorted = (resources: readonly string[]) => [...resources].sort();
    expect(sorted(allowed.map(({ group, kind, name }) => JSON.stringify({ group, kind, name })))).toEqual(
      sorted([...needed]),
    );
  });

  test('allows nothing outside of the namespace but what has a name', () => {
    for (const { name } of spec.clusterResourceWhitelist) expect(name).toMatch(/^agent-runner-/);
  });

  test("allows the environment's repository and namespace alone", () => {
    expect(spec.sourceRepos).toEqual([environment.gitops.repoURL]);
    expect(spec.destinations).toEqual([{ server: environment.gitops.server, namespace: environment.namespace.name }]);
  });

  test.each(SOURCES)('has no * anywhere, nor has the application of the %s', (from) => {
    const { project, application } = render(environment, from);
    const { syncWindows, ...rest } = project.spec;
    const windows = (syncWindows ?? []).map(({ schedule, ...window }: { schedule: string }) => window);
    expect(JSON.stringify([project.metadata, rest, windows, application])).not.toContain('*');
  });
});

describe('GitopsChart', () => {
  test('installs the manifests of the environment', () => {
    expect(named('stg').application.spec.source).toEqual({
      repoURL: 'https://git.example.com/my-org/agentic-sdlc-agent-runner.git',
      targetRevision: 'main',
      path: 'dist/manifests/stg',
    });
  });

  test('installs the release of the environment with its values, under the name that Helm would give it', () => {
    expect(named('stg', 'release').application.spec.source).toEqual({
      repoURL: 'https://git.example.com/my-org/agentic-sdlc-agent-runner.git',
      targetRevision: 'main',
      path: 'dist/releases/agentic-sdlc-agent-runner-stg',
      helm: { releaseName: 'agentic-sdlc-agent-runner-stg', valueFiles: ['values.yaml'] },
    });
  });

  test.each(['dev', 'stg'])('lets %s sync by itself, with prune and self-heal', (name) => {
    expect(named(name).application.spec.syncPolicy.automated).toEqual({ prune: true, selfHeal: true });
  });

  test.each(SOURCES)('leaves the %s of prod to a person, from a tag', (from) => {
    const { spec } = named('prod', from).application;
    expect(spec.syncPolicy).not.toHaveProperty('automated');
    expect(spec.source.targetRevision).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  test('lets nobody sync prod outside of its window', () => {
    const { syncWindows } = named('prod').project.spec;
    expect(syncWindows).toMatchObject([
      { kind: 'allow', manualSync: false, applications: ['agentic-sdlc-agent-runner-prod'] },
    ]);
  });

  test.each(all)(
    'makes the namespace of the release of %s with the labels that the manifests have',
    (_, environment) => {
      const [namespace] = Testing.synth(new RunnerChart(new App(), environment.name, { environment }));
      const { labels, annotations } = render(environment, 'release').application.spec.syncPolicy
        .managedNamespaceMetadata;
      expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
      expect(namespace.metadata.labels).toMatchObject(labels);
      expect(annotations).toEqual(namespace.metadata.annotations);
    },
  );

  test.each(all)('leaves the namespace of the manifests of %s to the manifests', (_, environment) => {
    const { syncPolicy } = render(environment).application.spec;
    expect(syncPolicy).not.toHaveProperty('managedNamespaceMetadata');
    expect(syncPolicy.syncOptions).not.toContain('CreateNamespace=true');
  });

  test('needs the same project for the release as for the manifests', () => {
    expect(render(everything, 'release').project).toEqual(render(everything, 'manifests').project);
  });
});
