import { ANNOTATIONS, CONFIG_FILES, LABELS, MANAGED_BY } from '../run/metadata.js';
import { shortRunId, slug } from '../run/names.js';
import { parseSettings, type RunSettings, SETTINGS_NAME } from '../run/settings.js';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import type { Pod } from './pod.js';

/** The runs of one namespace. */
export class Runs {
  constructor(
    private readonly api: Api,
    readonly namespace: string,
  ) {}

  /**
   * The settings that the namespace's runs are rendered from.
   * @throws ClusterError when there are none, InputError when they are of another version
   */
  async settings(): Promise<RunSettings> {
    const where = `configmap ${SETTINGS_NAME} in namespace ${this.namespace}`;
    try {
      const map = await this.api.json<{ data?: Record<string, string> }>('GET', this.path('configmaps', SETTINGS_NAME));
      // The ConfigMap may have been copied to another namespace: the pod belongs where its settings are.
      return { ...parseSettings(map.data?.[CONFIG_FILES.settings], where), namespace: this.namespace };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw error.status === 404 ? await this.noSettings() : this.explained(error, `read ${where}`);
    }
  }

  /** The API server's name for the user. */
  async whoAmI(): Promise<string | undefined> {
    try {
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const answer = await this.api.json<{ status?: { userInfo?: { username?: string } } }>('POST', path, review);
      return answer.status?.userInfo?.username;
    } catch (error) {
      // Clusters before 1.28 do not serve it.
      if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined;
      throw error;
    }
  }

  /** Every run of a task of this id, whatever its repository and branch. */
  async ofTask(taskId: string): Promise<Pod[]> {
    return this.list(`${LABELS.task}=${slug(taskId)}`);
  }

  /**
   * Those of the pods that are attempts of a run, the newest first.
   * @throws ClusterError when a pod of another run has the same short hash
   */
  attempts(pods: readonly Pod[], runId: string): Pod[] {
    const own = pods.filter(({ metadata }) => metadata.labels?.[LABELS.run] === shortRunId(runId));
    for (const pod of own) this.checkIdentity(pod, runId);
    return own.sort((a, b) => attemptOf(b) - attemptOf(a));
  }

  /** Every run of the namespace. */
  async all(): Promise<Pod[]> {
    return this.list();
  }

  async get(name: string): Promise<Pod> {
    try {
      return await this.api.json<Pod>('GET', this.path('pods', name));
    } catch (error) {
      throw error instanceof ApiError ? this.explained(error, `read pod ${name}`) : error;
    }
  }

  /**
   * Creates a run's pod. One that is there already and belongs to the same run is as good.
   * @returns false when it was there
   */
  async create(pod: object & { metadata: { name: string } }, runId: string, dryRun = false): Promise<boolean> {
    const query = dryRun ? '?dryRun=All' : '';
    try {
      await this.api.json('POST', `${this.path('pods')}${query}`, pod);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== 'AlreadyExists') throw this.explained(error, 'create pods');
      this.checkIdentity(await this.get(pod.metadata.name), runId);
      return false;
    }
  }

  private async list(selector = ''): Promise<Pod[]> {
    const labels = [`${LABELS.managedBy}=${MANAGED_BY}`, selector].filter((part) => part !== '').join(',');
    try {
      const path = `${this.path('pods')}?labelSelector=${encodeURIComponent(labels)}`;
      return [...(await this.api.json<{ items: Pod[] }>('GET', path)).items];
    } catch (error) {
      throw error instanceof ApiError ? this.explained(error, 'list pods') : error;
    }
  }

  private path(resource: string, name?: string): string {
    const parts = ['api', 'v1', 'namespaces', this.namespace, resource, ...(name ? [name] : [])];
    return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
  }

  private checkIdentity(pod: Pod, runId: string): void {
    if (pod.metadata.annotations?.[ANNOTATIONS.runId] === runId) return;
    throw new ClusterError(
      `pod ${pod.metadata.name} in namespace ${this.namespace} has this run's name but belongs to another run ` +
        `(${pod.metadata.annotations?.[ANNOTATIONS.repository] ?? 'not one of the runner'}); delete it, or choose another branch`,
    );
  }

  private async noSettings(): Promise<ClusterError> {
    const remedy = 'choose the namespace by -n, or have the runner installed there (docs/install.md)';
    try {
      await this.api.json('GET', `/api/v1/namespaces/${encodeURIComponent(this.namespace)}`);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return new ClusterError(`namespace ${this.namespace} does not exist; ${remedy}`);
      }
    }
    return new ClusterError(`namespace ${this.namespace} has no configmap ${SETTINGS_NAME}; ${remedy}`);
  }

  private explained(error: ApiError, what: string): ClusterError {
    if (error.status === 401) {
      return new ClusterError(
        `the cluster does not know you: ${error.message}; log in as your kubeconfig demands`,
        401,
      );
    }
    if (error.status === 403 && !/exceeded quota|denied|violates/.test(error.message)) {
      return new ClusterError(
        `you may not ${what} in namespace ${this.namespace}: ${error.message}; ask for the maintainer's role there`,
        403,
      );
    }
    return new ClusterError(
      `the API server refused to ${what} in namespace ${this.namespace}: ${error.message}`,
      error.status,
    );
  }
}

/** Counts from 1. */
export function attemptOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[ANNOTATIONS.attempt] ?? 1);
}
