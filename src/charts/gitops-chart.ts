import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { podSecurityLabels } from '../constructs/agent-namespace.js';
import { ArgoApplication, type ArgoResource } from '../constructs/argo-application.js';
import type { Environment } from '../environments/environment.js';
import { RunnerChart, releaseName } from './runner-chart.js';

/** What Argo CD installs: `dist/manifests/<environment>`, or the release of the Helm chart. */
export type GitopsSource = 'manifests' | 'release';

/** The project and the application by which Argo CD installs one environment. */
export class GitopsChart extends Chart {
  constructor(scope: Construct, environment: Environment, from: GitopsSource) {
    super(scope, `argocd-${environment.name}`, { disableResourceNameHashes: true });
    const { gitops, namespace } = environment;
    const { repoURL, targetRevision, server, argoNamespace, automated, syncWindows } = gitops;
    const name = releaseName(environment);
    new ArgoApplication(this, 'Application', {
      name,
      argoNamespace,
      source: {
        repoURL,
        targetRevision,
        path: `${gitops.path}/${from === 'release' ? `releases/${name}` : `manifests/${environment.name}`}`,
        ...(from === 'release' && { valueFiles: ['values.yaml'] }),
      },
      destination: { server, namespace: namespace.name },
      resources: resourcesOf(environment),
      automated,
      syncWindows,
      ...(from === 'release' && {
        managedNamespace: {
          labels: { ...namespace.labels, ...podSecurityLabels(namespace.podSecurityVersion) },
          ...(Object.keys(namespace.annotations).length > 0 && { annotations: namespace.annotations }),
        },
      }),
    });
  }
}

/** Every kind of object that the environment consists of, and those outside of the namespace by name. */
function resourcesOf(environment: Environment): ArgoResource[] {
  const objects = new RunnerChart(new App(), environment).node.findAll().filter(ApiObject.isApiObject);
  const all = objects.map((object): ArgoResource => {
    const { metadata } = object.toJson() as { metadata: { name: string; namespace?: string } };
    const kind = { group: object.apiGroup === 'core' ? '' : object.apiGroup, kind: object.kind };
    return metadata.namespace === undefined ? { ...kind, name: metadata.name } : kind;
  });
  return [...new Map(all.map((resource) => [JSON.stringify(resource), resource])).values()];
}
