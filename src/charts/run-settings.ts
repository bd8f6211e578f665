import { type ModelSettings, type RunSettings, SETTINGS_VERSION } from '../run/settings.js';
import type { Environment } from '../schema/environment.js';

/** Settings that all runs of an environment share. */
export function runSettings(environment: Environment): RunSettings {
  const { git, model, pod, runner, task } = environment;
  return {
    version: SETTINGS_VERSION,
    environment: environment.name,
    namespace: environment.namespace.name,
    runner: {
      image: imageName(runner.image),
      imagePullPolicy: runner.image.pullPolicy,
      resources: runner.resources,
    },
    image: imageName(pod.image),
    imagePullPolicy: pod.image.pullPolicy,
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
    contextCharacters: task.contextCharacters,
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
    provider: model.provider,
    model: modelSettings(environment),
    budget: task.budget,
    modelCredential: model.credential.name,
    egress: environment.egress.profiles,
    sandboxTest: task.sandboxTest,
    protectedPaths: task.protectedPaths,
    cleanup: task.cleanup,
  };
}

const imageName = ({ repository, tag, digest }: Environment['pod']['image']): string =>
  digest ? `${repository}@${digest}` : `${repository}:${tag}`;

function modelSettings({ model }: Environment): ModelSettings {
  const { name, smallName, baseURL, models } = model;
  return {
    url: baseURL,
    names: [name, ...(smallName ? [smallName] : []), ...models.map((one) => one.name)],
    prices: Object.fromEntries(models.flatMap((one) => (one.prices ? [[one.name, one.prices]] : []))),
  };
}
