import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { podSecurityLabels } from '../constructs/agent-namespace.js';
import { ArgoApplication, type ArgoResource } from '../constructs/argo-application.js';
import type { Environment } from '../schema/environment.js';
import { RunnerChart, releaseName } from './runner-chart.js';

/** What Argo CD installs: `dist/manifests/<environment>`, or the release of the Helm chart. */
export type GitopsSource = 'manifests' | 'release';

/** Properties of {@link GitopsChart}. */
export interface GitopsChartProps {
  /** The environment to install. */
  readonly environment: Environment;

  /**
   * What Argo CD reads of the environment.
   *
   * @default 'manifests'
   */
  readonly source?: GitopsSource;
}

/** The Argo CD project and application that install one environment. */
export class GitopsChart extends Chart {
  /** The project and the application. */
  readonly application: ArgoApplication;

  constructor(scope: Construct, id: string, { environment, source: from = 'manifests' }: GitopsChartProps) {
    super(scope, id, { disableResourceNameHashes: true });
    const { gitops, namespace } = environment;
    const { repoURL, targetRevision, server, argoNamespace, automated, syncWindows } = gitops;
    const name = releaseName(environment);
    this.application = new ArgoApplication(this, 'Application', {
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

/** The kinds of the environment's objects. Objects outside of the namespace are listed by name. */
function resourcesOf(environment: Environment): ArgoResource[] {
  const objects = new RunnerChart(new App(), 'runner', { environment }).node.findAll().filter(ApiObject.isApiObject);
  const all = objects.map((object): ArgoResource => {
    const { metadata } = object.toJson() as { metadata: { name: string; namespace?: string } };
    const kind = { group: object.apiGroup === 'core' ? '' : object.apiGroup, kind: object.kind };
    return metadata.namespace === undefined ? { ...kind, name: metadata.name } : kind;
  });
  return [...new Map(all.map((resource) => [JSON.stringify(resource), resource])).values()];
}
