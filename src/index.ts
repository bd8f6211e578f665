// The public API: what a user's own program may import. Everything else may change in any release.

export { GitopsChart, type GitopsChartProps, type GitopsSource } from './charts/gitops-chart.js';
export { openCodeConfig } from './charts/opencode-config.js';
export { type PodManifest, renderRun } from './charts/run-chart.js';
export { runSettings } from './charts/run-settings.js';
export { RunnerChart, type RunnerChartProps } from './charts/runner-chart.js';
export { AgentConfig, type AgentConfigProps, type OpenCodeConfig } from './constructs/agent-config.js';
export {
  AgentCredentials,
  type AgentCredentialsProps,
  type GitCredential,
  type GithubAppCredential,
  type ModelCredential,
  type StoredCredential,
} from './constructs/agent-credentials.js';
export { AgentNamespace, type AgentNamespaceProps } from './constructs/agent-namespace.js';
export { AgentNetworkPolicy, type AgentNetworkPolicyProps } from './constructs/agent-network-policy.js';
export { AgentPod, type AgentPodProps, type RunRequestProps } from './constructs/agent-pod.js';
export { AgentQuota, type AgentQuotaProps } from './constructs/agent-quota.js';
export {
  AgentSecretStore,
  type AgentSecretStoreProps,
  type SecretStoreProvider,
} from './constructs/agent-secret-store.js';
export {
  AgentServiceAccount,
  type AgentServiceAccountProps,
  type WorkloadIdentity,
} from './constructs/agent-service-account.js';
export {
  ArgoApplication,
  type ArgoApplicationProps,
  type ArgoResource,
  type SyncWindow,
} from './constructs/argo-application.js';
export type { NamePolicy, NameServers } from './constructs/egress.js';
export { ROLES, type RoleName, RunnerRbac, type RunnerRbacProps } from './constructs/runner-rbac.js';
export { type AllowedImage, SpawnPolicy, type SpawnPolicyProps } from './constructs/spawn-policy.js';
export { type Rendered, type RenderOptions, render } from './render.js';
export type { RunInput } from './run/input.js';
export { InputError } from './run/problems.js';
export type { CredentialType } from './run/repository.js';
export { type PlannedRun, planRun, type RunRequest } from './run/request.js';
export {
  EGRESS_PROFILES,
  type EgressProfile,
  type ModelPrices,
  type ModelSettings,
  type ProtectedPaths,
  type PullPolicy,
  type ResourceAmounts,
  type Resources,
  type RunSettings,
  type Scheduling,
  type Toleration,
} from './run/settings.js';
export { ANTHROPIC } from './schema/endpoints.js';
export {
  defineEnvironment,
  defineEnvironments,
  type Environment,
  type EnvironmentInput,
} from './schema/environment.js';
export { synth } from './synth.js';
