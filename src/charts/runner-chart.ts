import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { AgentConfig } from '../constructs/agent-config.js';
import { AgentCredentials } from '../constructs/agent-credentials.js';
import { AgentNamespace } from '../constructs/agent-namespace.js';
import { AgentNetworkPolicy } from '../constructs/agent-network-policy.js';
import { AgentQuota } from '../constructs/agent-quota.js';
import { AgentSecretStore } from '../constructs/agent-secret-store.js';
import { AgentServiceAccount } from '../constructs/agent-service-account.js';
import { type RoleName, RunnerRbac } from '../constructs/runner-rbac.js';
import { SpawnPolicy } from '../constructs/spawn-policy.js';
import { installedName } from '../run/names.js';
import type { RunSettings } from '../run/settings.js';
import type { Environment } from '../schema/environment.js';
import { openCodeConfig } from './opencode-config.js';
import { runSettings } from './run-settings.js';

const NAME = 'agentic-sdlc-agent-runner';

/** Name of the Helm release and of the Argo CD application of an environment. */
export const releaseName = ({ name }: Environment): string => installedName(name);

/** Properties of {@link RunnerChart}. */
export interface RunnerChartProps {
  /** The environment to install. {@link defineEnvironment} makes it from the user's input. */
  readonly environment: Environment;

  /**
   * Start of the names of the Roles.
   *
   * @default - the name of the release: `agentic-sdlc-agent-runner-` and the environment's name
   */
  readonly name?: string;

  /**
   * Labels of every object.
   *
   * @default - the environment's `commonLabels`, and the recommended `app.kubernetes.io` labels
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Whether the chart has the Namespace. Helm and Argo CD create it themselves.
   *
   * @default true
   */
  readonly withNamespace?: boolean;
}

/** All objects that an environment needs in its cluster, so that runs can be spawned there. */
export class RunnerChart extends Chart {
  /** Settings that all runs share, as in the ConfigMap. */
  readonly settings: RunSettings;

  /** The ServiceAccounts of the runs and of the secret store. */
  readonly serviceAccount: AgentServiceAccount;

  /** The Roles. You can bind more people to them. */
  readonly rbac: RunnerRbac;

  /** The ConfigMap that every run is rendered from. */
  readonly config: AgentConfig;

  constructor(scope: Construct, id: string, props: RunnerChartProps) {
    const { environment } = props;
    const release = releaseName(environment);
    super(scope, id, {
      namespace: environment.namespace.name,
      disableResourceNameHashes: true,
      labels: props.labels ?? {
        ...environment.commonLabels,
        'app.kubernetes.io/name': NAME,
        'app.kubernetes.io/instance': release,
        'app.kubernetes.io/part-of': NAME,
        'app.kubernetes.io/managed-by': 'cdk8s',
      },
    });
    const { namespace, serviceAccount, externalSecret, git, model, pod, quota, rbac, runner } = environment;
    if (props.withNamespace ?? true) new AgentNamespace(this, 'Namespace', namespace);
    this.serviceAccount = new AgentServiceAccount(this, 'ServiceAccount', {
      agentName: serviceAccount.name,
      secretsName: serviceAccount.secretsName,
      workloadIdentity: serviceAccount.workloadIdentity,
      annotations: serviceAccount.annotations,
    });
    const settings = runSettings(environment);
    this.settings = settings;
    const groups = prefixedGroups(rbac);
    this.rbac = new RunnerRbac(this, 'Rbac', { name: props.name ?? release, groups });
    if (environment.spawnPolicy.enabled) {
      new SpawnPolicy(this, 'SpawnPolicy', {
        namespace: namespace.name,
        settings,
        images: { runner: runner.image, agent: pod.image },
        openGroups: environment.egress.openGroups.map((group) => `${rbac.groupPrefix}${group}`),
        credentialGroups: rbac.credentialGroups.map(({ credential, group }) => ({
          credential,
          group: `${rbac.groupPrefix}${group}`,
        })),
        adminGroups: groups.admin,
      });
    }
    const { policy, ...egress } = environment.egress;
    if (policy !== 'none') new AgentNetworkPolicy(this, 'NetworkPolicy', { policy, ...egress });
    new AgentQuota(this, 'Quota', {
      pods: quota.pods,
      requests: quota.requests,
      limits: quota.limits,
      container: pod.resources,
      ...(quota.priorityClass.create && {
        priorityClass: { name: pod.priorityClassName, value: quota.priorityClass.value },
      }),
    });
    this.config = new AgentConfig(this, 'Config', { settings, opencode: openCodeConfig(environment) });
    const { provider, ...store } = externalSecret.secretStore;
    if (provider.type !== 'existing') {
      new AgentSecretStore(this, 'SecretStore', {
        name: store.name,
        provider,
        serviceAccountName: this.serviceAccount.secretsName,
      });
    }
    new AgentCredentials(this, 'Credentials', {
      git: git.credentials,
      model: model.credential,
      store,
      key: externalSecret.remoteRef.key,
      refreshInterval: externalSecret.refreshInterval,
    });
  }
}

function prefixedGroups({ groupPrefix, groups }: Environment['rbac']): Record<RoleName, string[]> {
  const prefixed = (names: readonly string[]) => names.map((name) => `${groupPrefix}${name}`);
  return { viewer: prefixed(groups.viewer), maintainer: prefixed(groups.maintainer), admin: prefixed(groups.admin) };
}
