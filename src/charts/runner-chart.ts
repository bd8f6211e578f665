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
import type { Environment } from '../environments/environment.js';
import { installedName } from '../run/names.js';
import { openCodeConfig } from './opencode-config.js';
import { runSettings } from './run-settings.js';

const NAME = 'agentic-sdlc-agent-runner';

/** What the Helm release and the Argo CD application of an environment are called. */
export const releaseName = ({ name }: Environment): string => installedName(name);

/** How the objects of an environment are named, and which of them are made. */
export interface RunnerChartOptions {
  /**
   * Starts the names of Roles.
   *
   * @default - `agentic-sdlc-agent-runner-` and the environment's name, as the release is called
   */
  readonly name?: string;

  /**
   * Labels of every object.
   *
   * @default - what a release of the chart would have
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Whether the Namespace is one of the objects. Helm and Argo CD make it themselves.
   *
   * @default true
   */
  readonly withNamespace?: boolean;
}

/** What one environment needs in its cluster, so that runs can be spawned there. */
export class RunnerChart extends Chart {
  constructor(scope: Construct, environment: Environment, options: RunnerChartOptions = {}) {
    const release = releaseName(environment);
    super(scope, environment.name, {
      namespace: environment.namespace.name,
      disableResourceNameHashes: true,
      labels: options.labels ?? {
        ...environment.commonLabels,
        'app.kubernetes.io/name': NAME,
        'app.kubernetes.io/instance': release,
        'app.kubernetes.io/part-of': NAME,
        'app.kubernetes.io/managed-by': 'cdk8s',
      },
    });
    const { namespace, serviceAccount, externalSecret, git, model, pod, quota, rbac } = environment;
    if (options.withNamespace ?? true) new AgentNamespace(this, 'Namespace', namespace);
    new AgentServiceAccount(this, 'ServiceAccount', {
      agentName: serviceAccount.name,
      secretsName: serviceAccount.secretsName,
      workloadIdentity: serviceAccount.workloadIdentity,
      annotations: serviceAccount.annotations,
    });
    const settings = runSettings(environment);
    const groups = prefixedGroups(rbac);
    new RunnerRbac(this, 'Rbac', { name: options.name ?? release, groups });
    if (environment.spawnPolicy.enabled) {
      new SpawnPolicy(this, 'SpawnPolicy', {
        namespace: namespace.name,
        settings,
        image: pod.image.repository,
        requireDigest: pod.image.requireDigest,
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
    new AgentConfig(this, 'Config', { settings, opencode: openCodeConfig(environment) });
    const { provider, ...store } = externalSecret.secretStore;
    if (provider.type !== 'existing') {
      new AgentSecretStore(this, 'SecretStore', {
        name: store.name,
        provider,
        serviceAccountName: serviceAccount.secretsName,
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
