import { ANNOTATIONS, CONFIG_FILES, CONTAINER, LABELS } from '../run/metadata.js';
import { shortRunId, slug } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { parseSettings, type RunSettings, SETTINGS_NAME } from '../run/settings.js';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import { explained } from './explained.js';
import { listPods } from './list.js';
import type { Pod } from './pod.js';
import { checkPod, LAST_ATTEMPT } from './pod-check.js';
import { type RunState, runState } from './run-state.js';

/** How long a program has to see that its run is cancelled before Kubernetes asks it to end, in seconds. */
const TIME_TO_SEE = 10;

/** Where a run stands. */
export interface Standing {
  /** The newest attempt; 0 when there is none. */
  readonly last: number;
  /** The attempt that would be spawned, or the one that is alive. */
  readonly next: number;
  readonly live: boolean;
  /** Of the newest attempt. */
  readonly state?: RunState;
}

/** The runs of one namespace. */
export class Runs {
  constructor(
    private readonly api: Api,
    readonly namespace: string,
  ) {}

  /** What leads kubectl, and any command of ours, to the same namespace. */
  get flags(): string[] {
    return ['-n', this.namespace, ...this.api.flags];
  }

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

  /** Every run of the tasks of these ids, whatever its repository and branch. */
  async ofTasks(taskIds: readonly string[]): Promise<Pod[]> {
    return this.list(`${LABELS.task} in (${taskIds.map((id) => slug(id)).join(',')})`);
  }

  /**
   * Those of the pods that are attempts of a run, the newest first. A pod that only has the run's label is reported.
   */
  attempts(pods: readonly Pod[], runId: string): Pod[] {
    const labelled = pods.filter(({ metadata }) => metadata.labels?.[LABELS.run] === shortRunId(runId));
    const own = labelled.filter(({ metadata }) => metadata.annotations?.[ANNOTATIONS.runId] === runId);
    for (const { metadata } of labelled.filter((pod) => !own.includes(pod))) {
      this.api.skip(
        `pod ${metadata.namespace}/${metadata.name} is skipped: it has the label of a run that it is not of`,
      );
    }
    return newestFirst(own);
  }

  /**
   * Where a run stands by its newest attempt.
   * @param pods those among which its attempts are
   * @throws ClusterError when there can be no further attempt
   */
  standing(pods: readonly Pod[], runId: string): Standing {
    const [newest] = this.attempts(pods, runId);
    const state = newest && runState(newest);
    const live = state !== undefined && state.phase !== 'ended';
    const last = newest ? attemptOf(newest) : 0;
    if (newest && !live && last >= LAST_ATTEMPT) {
      throw new ClusterError(`${newest.metadata.name} is the last attempt that a run may have; delete it to go on`);
    }
    return { last, next: live ? last : last + 1, live, ...(state && { state }) };
  }

  /** Every run of the namespace. */
  async all(): Promise<Pod[]> {
    return this.list();
  }

  /** @throws ClusterError when it cannot be read, or is no run */
  async get(name: string): Promise<Pod> {
    try {
      return checkPod(await this.api.json<unknown>('GET', this.path('pods', name)));
    } catch (error) {
      if (error instanceof InputError)
        throw new ClusterError(`pod ${name} is no run: ${error.problems.join('; ')}`, 422);
      throw error instanceof ApiError ? this.explained(error, `read pod ${name}`) : error;
    }
  }

  /**
   * The whole log of a run, as far as the node still has it.
   * @param timed each line has the node's time stamp
   */
  async log(name: string, timed = false): Promise<string> {
    try {
      const query = `container=${CONTAINER}${timed ? '&timestamps=true' : ''}`;
      const text = await this.api.text(`${this.path('pods', name)}/log?${query}`);
      // The kubelet says so in the place of a log, as if that were one.
      if (!text.startsWith('unable to retrieve container logs')) return text;
      throw new ClusterError(`the node has no log of pod ${name} any more: ${text.trim()}`);
    } catch (error) {
      throw error instanceof ApiError ? this.explained(error, `read the log of pod ${name}`) : error;
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

  /**
   * Asks a run to end. Its program sees the annotation and ends by itself; where it does not, its deadline ends it. A pod
   * without a node has no work to save, and nobody who would end it: it is deleted.
   * @param now deletes the pod
   */
  async cancel(pod: Pod, by: string, now: boolean): Promise<void> {
    const { name } = pod.metadata;
    const path = this.path('pods', name);
    const metadata = { annotations: { [ANNOTATIONS.cancelledBy]: by } };
    const spec = { activeDeadlineSeconds: earlierDeadline(pod) };
    try {
      const gone = now || !hasNode(pod);
      await this.api.json('PATCH', path, gone ? { metadata } : { metadata, spec });
      if (gone) await this.api.json('DELETE', path);
    } catch (error) {
      throw error instanceof ApiError ? this.explained(error, `cancel pod ${name}`) : error;
    }
  }

  /**
   * Deletes an ended run's pod, and no other one that has got its name meanwhile. One that is gone already is as good.
   * @throws ClusterError when it may not be deleted, or is another one by now
   */
  async delete(name: string, uid: string): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
    try {
      await this.api.json('DELETE', this.path('pods', name), options);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return;
      throw error instanceof ApiError ? this.explained(error, `delete pod ${name}`) : error;
    }
  }

  private async list(selector?: string): Promise<Pod[]> {
    return [...(await listPods(this.api, this.namespace, selector)).pods];
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
    return explained(error, what, `in namespace ${this.namespace}`);
  }
}

/** In seconds since the pod's start. The API server takes a deadline that is lower than before, and no other. */
function earlierDeadline({ spec, status }: Pod): number {
  if (!status?.startTime) return 1;
  const age = Math.ceil((Date.now() - Date.parse(status.startTime)) / 1000);
  return Math.max(1, Math.min(age + TIME_TO_SEE, spec?.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY));
}

/** The kubelet of its node is who ends a pod at its deadline. */
export const hasNode = ({ spec }: Pod): boolean => spec?.nodeName !== undefined;

/** Counts from 1. */
export function attemptOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[ANNOTATIONS.attempt] ?? 1);
}

/** Attempts of a run, the newest first. */
export const newestFirst = (pods: readonly Pod[]): Pod[] => [...pods].sort((a, b) => attemptOf(b) - attemptOf(a));
