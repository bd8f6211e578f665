import type { Environment } from '../environments/environment.js';
import { type RunSettings, SETTINGS_VERSION } from '../run/settings.js';

/** What the runs of an environment share. */
export function runSettings(environment: Environment): RunSettings {
  const { git, model, pod, task } = environment;
  const { repository, tag, digest, pullPolicy } = pod.image;
  return {
    version: SETTINGS_VERSION,
    environment: environment.name,
    namespace: environment.namespace.name,
    image: digest ? `${repository}@${digest}` : `${repository}:${tag}`,
    imagePullPolicy: pullPolicy,
    imagePullSecrets: pod.imagePullSecrets,
    serviceAccountName: environment.serviceAccount.name,
    resources: pod.resources,
    workspaceSize: pod.workspaceSize,
    homeSize: pod.homeSize,
    temporarySize: pod.temporarySize,
    deadlineSeconds: task.deadlineSeconds,
    reserveSeconds: task.reserveSeconds,
    stallSeconds: task.stallSeconds,
    checkpointSeconds: task.checkpointSeconds,
    allowRepositoryConfig: task.allowRepositoryConfig,
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
    scheduling: {
      nodeSelector: pod.nodeSelector,
      tolerations: pod.tolerations,
      affinity: pod.affinity,
      ...(pod.hostUsers !== undefined && { hostUsers: pod.hostUsers }),
      ...(pod.runtimeClassName && { runtimeClassName: pod.runtimeClassName }),
      ...(pod.priorityClassName && { priorityClassName: pod.priorityClassName }),
    },
    repositories: git.repositories,
    defaultRepo: git.defaultRepo,
    defaultBranch: git.defaultBranch,
    branchPattern: git.branchPattern,
    gitAuthor: git.author,
    gitCredentials: git.credentials.map(({ name, type }) => ({ name, type })),
    modelCredential: model.credential.name,
    egress: environment.egress.profiles,
    sandboxTest: task.sandboxTest,
    protectedPaths: task.protectedPaths,
    cleanup: task.cleanup,
  };
}
