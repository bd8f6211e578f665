import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { AgentConfig } from '../constructs/agent-config.js';
import { AgentCredentials } from '../constructs/agent-credentials.js';
import { AgentNamespace } from '../constructs/agent-namespace.js';
import { AgentServiceAccount } from '../constructs/agent-service-account.js';
import type { Environment } from '../environments/environment.js';
import { openCodeConfig } from './opencode-config.js';
import { runSettings } from './run-settings.js';

const NAME = 'agentic-sdlc-agent-runner';

/** What one environment needs in its cluster, so that runs can be spawned there. */
export class RunnerChart extends Chart {
  constructor(scope: Construct, environment: Environment) {
    super(scope, environment.name, {
      namespace: environment.namespace.name,
      disableResourceNameHashes: true,
      labels: {
        'app.kubernetes.io/name': NAME,
        'app.kubernetes.io/instance': `${NAME}-${environment.name}`,
        'app.kubernetes.io/part-of': NAME,
        'app.kubernetes.io/managed-by': 'cdk8s',
      },
    });
    const { namespace, serviceAccount, externalSecret, git, model } = environment;
    new AgentNamespace(this, 'Namespace', namespace);
    new AgentServiceAccount(this, 'ServiceAccount', {
      agentName: serviceAccount.name,
      secretsName: serviceAccount.secretsName,
      workloadIdentity: serviceAccount.workloadIdentity,
      annotations: serviceAccount.annotations,
    });
    new AgentConfig(this, 'Config', { settings: runSettings(environment), opencode: openCodeConfig(environment) });
    new AgentCredentials(this, 'Credentials', {
      git: git.credentials,
      model: model.credential,
      store: externalSecret.secretStore,
      key: externalSecret.remoteRef.key,
      refreshInterval: externalSecret.refreshInterval,
    });
  }
}
