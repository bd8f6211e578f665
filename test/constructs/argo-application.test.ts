import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { ArgoApplication, type ArgoApplicationProps } from '../../src/constructs/argo-application.js';

const minimal: ArgoApplicationProps = {
  name: 'runner',
  argoNamespace: 'argocd',
  source: { repoURL: 'https://git.example/team/runner.git', targetRevision: 'main', path: 'dist/manifests/dev' },
  destination: { server: 'https://kubernetes.default.svc', namespace: 'agents' },
  resources: [
    { group: '', kind: 'Namespace', name: 'agents' },
    { group: '', kind: 'ConfigMap' },
    { group: 'rbac.authorization.k8s.io', kind: 'Role' },
  ],
  automated: false,
  syncWindows: [],
};
const window = { kind: 'allow', schedule: '0 8 * * 1-4', duration: '8h', timeZone: 'UTC', manualSync: false } as const;
const all: Required<ArgoApplicationProps> = {
  ...minimal,
  source: { ...minimal.source, valueFiles: ['values.yaml', 'more.yaml'] },
  automated: true,
  syncWindows: [window],
  managedNamespace: { labels: { team: 'platform' }, annotations: { owner: 'platform@example.org' } },
};

function render(props: ArgoApplicationProps = minimal) {
  const chart = new Chart(new App(), 'test', { namespace: 'elsewhere' });
  new ArgoApplication(chart, 'Argo', props);
  return Testing.synth(chart);
}
const [project, application] = render();
const [fullProject, fullApplication] = render(all);

describe('ArgoApplication', () => {
  test('renders a project and an application from the minimal definition', () => {
    expect(render()).toMatchInlineSnapshot(`
[
  {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AppProject",
    "metadata": {
      "name": "runner",
      "namespace": "argocd",
    },
    "spec": {
      "clusterResourceWhitelist": [
        {
          "group": "",
          "kind": "Namespace",
          "name": "agents",
        },
      ],
      "description": "The Agentic SDLC Runner: only its own objects, in its namespace, from its repository",
      "destinations": [
        {
          "namespace": "agents",
          "server": "https://kubernetes.default.svc",
        },
      ],
      "namespaceResourceWhitelist": [
        {
          "group": "",
          "kind": "ConfigMap",
        },
        {
          "group": "rbac.authorization.k8s.io",
          "kind": "Role",
        },
      ],
      "sourceRepos": [
        "https://git.example/team/runner.git",
      ],
    },
  },
  {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {
      "annotations": {
        "argocd.argoproj.io/compare-options": "ServerSideDiff=true",
      },
      "name": "runner",
      "namespace": "argocd",
    },
    "spec": {
      "destination": {
        "namespace": "agents",
        "server": "https://kubernetes.default.svc",
      },
      "project": "runner",
      "source": {
        "path": "dist/manifests/dev",
        "repoURL": "https://git.example/team/runner.git",
        "targetRevision": "main",
      },
      "syncPolicy": {
        "retry": {
          "backoff": {
            "duration": "5s",
            "factor": 2,
            "maxDuration": "3m",
          },
          "limit": 5,
        },
        "syncOptions": [
          "ServerSideApply=true",
          "PrunePropagationPolicy=foreground",
          "PruneLast=true",
        ],
      },
    },
  },
]
`);
  });

  test('lies in the namespace of Argo CD, whatever its chart says', () => {
    expect(render().map(({ metadata }) => metadata.namespace)).toEqual(['argocd', 'argocd']);
  });

  test('puts the application into the project', () => {
    expect(application.spec.project).toBe(project.metadata.name);
  });

  test("asks the API server's own dry run what would change, and applies on the server", () => {
    expect(application.metadata.annotations['argocd.argoproj.io/compare-options']).toBe('ServerSideDiff=true');
    expect(application.spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
  });
});

describe('the project of an ArgoApplication', () => {
  test('allows the repository and the destination of the application, and no other', () => {
    expect(project.spec.sourceRepos).toEqual(['https://git.example/team/runner.git']);
    expect(project.spec.destinations).toEqual([{ server: 'https://kubernetes.default.svc', namespace: 'agents' }]);
    expect(application.spec.destination).toEqual(project.spec.destinations[0]);
  });

  test('allows the given kinds in the namespace', () => {
    expect(project.spec.namespaceResourceWhitelist).toEqual([
      { group: '', kind: 'ConfigMap' },
      { group: 'rbac.authorization.k8s.io', kind: 'Role' },
    ]);
  });

  test('allows outside of the namespace the given objects alone, by name', () => {
    expect(project.spec.clusterResourceWhitelist).toEqual([{ group: '', kind: 'Namespace', name: 'agents' }]);
  });

  // Argo CD takes a list that is missing for everything in a namespace, and for nothing outside.
  test('allows nothing where nothing is given', () => {
    const [{ spec }] = render({ ...minimal, resources: [] });
    expect(spec).toMatchObject({ clusterResourceWhitelist: [], namespaceResourceWhitelist: [] });
  });

  test('has windows for its application, and none where none is given', () => {
    expect(fullProject.spec.syncWindows).toEqual([{ ...window, applications: ['runner'] }]);
    expect(project.spec).not.toHaveProperty('syncWindows');
  });
});

describe('the application of an ArgoApplication', () => {
  test('installs manifests, unless files of values are given', () => {
    expect(application.spec.source).toEqual(minimal.source);
  });

  test('installs a Helm release of its own name where files of values are given', () => {
    expect(fullApplication.spec.source).toEqual({
      ...minimal.source,
      helm: { releaseName: 'runner', valueFiles: ['values.yaml', 'more.yaml'] },
    });
  });

  test('waits for a person, unless it is automated', () => {
    expect(application.spec.syncPolicy).not.toHaveProperty('automated');
  });

  test('syncs by itself, deletes what is gone and undoes changes where it is automated', () => {
    expect(fullApplication.spec.syncPolicy.automated).toEqual({ prune: true, selfHeal: true });
  });

  test('leaves the namespace to the objects, unless it is managed', () => {
    expect(application.spec.syncPolicy).not.toHaveProperty('managedNamespaceMetadata');
    expect(application.spec.syncPolicy.syncOptions).not.toContain('CreateNamespace=true');
  });

  test('makes a managed namespace with its labels and annotations', () => {
    expect(fullApplication.spec.syncPolicy.managedNamespaceMetadata).toEqual(all.managedNamespace);
    expect(fullApplication.spec.syncPolicy.syncOptions).toContain('CreateNamespace=true');
  });
});

describe('ArgoApplication refuses at synth', () => {
  const source = (changes: object) => ({ source: { ...minimal.source, ...changes } });
  const windowOf = (changes: object) => ({ syncWindows: [{ ...window, ...changes }] });

  test.each([
    ['a repository that is missing', source({ repoURL: undefined }), /Application runner: .*property repoURL/],
    [
      'a revision that is no text',
      source({ targetRevision: 7 }),
      /Application runner: .*targetRevision must be string/,
    ],
    ['a file of values that is no text', source({ valueFiles: [7] }), /Application runner: .*valueFiles\/0/],
    ['a cluster that is no text', { destination: { server: 7, namespace: 'a' } }, /AppProject runner: .*server/],
    ['a kind without its group', { resources: [{ kind: 'Pod' }] }, /AppProject runner: .*property group/],
    ['a schedule that is no text', windowOf({ schedule: 8 }), /AppProject runner: .*schedule must be string/],
    ['a yes that is a text', windowOf({ manualSync: 'yes' }), /AppProject runner: .*manualSync must be boolean/],
    ['a label that is no text', { managedNamespace: { labels: { a: 7 } } }, /Application runner: .*labels\/a/],
  ])('%s, and says where', (_, changes, problem) => {
    expect(() => render({ ...minimal, ...changes } as ArgoApplicationProps)).toThrow(problem);
  });

  // For the CRD these are texts as good as any; for Argo CD they allow everything, or cannot be.
  test.each([
    ['any repository', source({ repoURL: '*' }), /repoURL/],
    ['any cluster', { destination: { server: '*', namespace: 'agents' } }, /server/],
    ['any namespace', { destination: { ...minimal.destination, namespace: '*' } }, /namespace/],
    ['any kind', { resources: [{ group: '*', kind: '*' }] }, /resources/],
    ['a repository without a URL', source({ repoURL: '' }), /repoURL/],
    ['a name that cannot be', { name: 'My Runner' }, /name/],
    ['a window that neither allows nor denies', windowOf({ kind: 'maybe' }), /maybe/],
  ])('%s, and says where', (_, changes, problem) => {
    expect(() => render({ ...minimal, ...changes } as ArgoApplicationProps)).toThrow(problem);
  });
});
