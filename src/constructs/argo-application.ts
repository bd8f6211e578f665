import { Application, type IApplication } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { AppProject, type IAppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { DNS_LABEL } from '../run/names.js';
import { validateModel } from './model.js';
import { brokenOf, type Rule } from './rules.js';

/** A kind of object that the application may make. With a name, only the object of that name. */
export interface ArgoResource {
  /** API group; empty: the core group. */
  readonly group: string;
  /** Kind of the object, like `ConfigMap`. */
  readonly kind: string;
  /**
   * Name of an object that is in no namespace.
   *
   * @default - any object in the namespace
   */
  readonly name?: string;
}

/** When syncs are allowed or denied. @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/ */
export interface SyncWindow {
  /** Whether syncs are allowed or denied. */
  readonly kind: 'allow' | 'deny';
  /** Start, as a cron expression like `0 8 * * 1-4`. */
  readonly schedule: string;
  /** Length, like `8h`. */
  readonly duration: string;
  /** Time zone of the schedule, like `Europe/Berlin`. */
  readonly timeZone: string;
  /** Whether a person may sync by hand when syncs are denied. */
  readonly manualSync: boolean;
}

/** Properties of {@link ArgoApplication}. */
export interface ArgoApplicationProps {
  /** Name of the project, of the application and of the Helm release. */
  readonly name: string;

  /** Namespace of Argo CD. */
  readonly argoNamespace: string;

  /** Where the objects come from. With `valueFiles`, the source is a Helm chart. */
  readonly source: {
    readonly repoURL: string;
    readonly targetRevision: string;
    readonly path: string;
    readonly valueFiles?: readonly string[];
  };

  /** Where the objects go. */
  readonly destination: { readonly server: string; readonly namespace: string };

  /** The objects that the application may make. */
  readonly resources: readonly ArgoResource[];

  /** Sync automatically, undo changes made by hand, and delete objects that are no longer in Git. */
  readonly automated: boolean;

  /** When syncs are allowed or denied. Empty: always allowed. */
  readonly syncWindows: readonly SyncWindow[];

  /**
   * Labels and annotations of the namespace. If they are given, Argo CD creates the namespace.
   *
   * @default - the namespace is one of the objects
   */
  readonly managedNamespace?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * An AppProject that allows only the objects of the environment, and the Application in it.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/project-specification/
 */
export class ArgoApplication extends Construct {
  /** Name of the project and of the application. */
  readonly name: string;

  /** The AppProject. */
  readonly project: ApiObject;

  /** The Application. */
  readonly application: ApiObject;

  constructor(scope: Construct, id: string, props: ArgoApplicationProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problemsOf(props) });
    const { name, argoNamespace: namespace } = props;
    const project = { apiVersion: AppProject.apiVersion, kind: AppProject.kind, metadata: { name, namespace } };
    this.name = name;
    this.project = new ApiObject(this, 'Project', { ...project, spec: projectSpec(props) });
    validateModel(this.project, AppProject);
    const { apiVersion, kind } = Application;
    // Argo CD compares with a dry run of the API server, so that its defaults are no drift.
    const annotations = { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' };
    const metadata = { name, namespace, annotations };
    this.application = new ApiObject(this, 'Application', {
      apiVersion,
      kind,
      metadata,
      spec: applicationSpec(props),
    });
    validateModel(this.application, Application);
  }
}

function projectSpec(props: ArgoApplicationProps): IAppProject['spec'] {
  const { name, source, destination, resources, syncWindows } = props;
  return {
    description: 'The Agentic SDLC Runner: only its own objects, in its namespace, from its repository',
    sourceRepos: [source.repoURL],
    destinations: [{ ...destination }],
    clusterResourceWhitelist: resources.filter((one) => one.name !== undefined).map((resource) => ({ ...resource })),
    namespaceResourceWhitelist: resources.filter((one) => one.name === undefined).map((resource) => ({ ...resource })),
    ...(syncWindows.length > 0 && { syncWindows: syncWindows.map((window) => ({ ...window, applications: [name] })) }),
  };
}

function applicationSpec(props: ArgoApplicationProps): IApplication['spec'] {
  const { name, source, destination, automated, managedNamespace } = props;
  const { valueFiles, ...place } = source;
  return {
    project: name,
    source: { ...place, ...(valueFiles && { helm: { releaseName: name, valueFiles: [...valueFiles] } }) },
    destination: { ...destination },
    syncPolicy: {
      ...(automated && { automated: { prune: true, selfHeal: true } }),
      ...(managedNamespace && { managedNamespaceMetadata: managedNamespace }),
      syncOptions: [
        ...(managedNamespace ? ['CreateNamespace=true'] : []),
        'ServerSideApply=true',
        'PrunePropagationPolicy=foreground',
        'PruneLast=true',
      ],
      retry: { limit: 5, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
    },
  };
}

/** Rules that the CRDs do not have: a project with wildcards would protect nothing. */
function problemsOf({ name, source, destination, resources, syncWindows }: ArgoApplicationProps): string[] {
  const exact = { repoURL: source.repoURL, targetRevision: source.targetRevision, ...destination };
  const kinds = resources.map(({ kind }) => kind);
  const rules: Rule[] = [
    [DNS_LABEL.test(name), `name is "${name}"; a DNS label is allowed (a-z, 0-9, -)`],
    ...Object.entries(exact).map(
      ([field, text]): Rule => [/^[^\s*]+$/.test(text), `${field} is "${text}"; allowed is one value without wildcard`],
    ),
    [!kinds.some((kind) => /[\s*]/.test(kind)), `resources has the kinds ${kinds.join(', ')}; none may be a wildcard`],
    ...syncWindows.map(
      ({ kind }): Rule => [
        ['allow', 'deny'].includes(kind),
        `the kind of a window is "${kind}"; allowed are allow, deny`,
      ],
    ),
  ];
  return brokenOf(rules);
}
