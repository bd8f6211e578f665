import { ANNOTATIONS, CONFIG_FILES, CONTAINERS, LABELS } from '../run/metadata.js';
import { attemptOf, shortRunId, slug } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { parseSettings, type RunSettings, SETTINGS_NAME } from '../run/settings.js';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import { explained } from './explained.js';
import { listPods } from './list.js';
import type { Pod } from './pod.js';
import { checkPod, LAST_ATTEMPT } from './pod-check.js';
import { type RunState, runState } from './run-state.js';
import { openWatch } from './watch.js';

/**
 * How long the program has to notice a cancellation before Kubernetes asks the pod to stop, in seconds. A kubelet
 * writes an annotation into the pod at its next sync of the pod: at once, or after its sync period of a minute.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
const TIME_TO_SEE = 70;

/** The standing of a run. */
export interface Standing {
  /** The newest attempt; 0 when there is none. */
  readonly last: number;
  /** The attempt that would be spawned, or the active one. */
  readonly next: number;
  readonly live: boolean;
  /** State of the newest attempt. */
  readonly state?: RunState;
}

/** The runs of one namespace. */
export class Runs {
  constructor(
    private readonly api: Api,
    readonly namespace: string,
  ) {}

  /** Flags with which kubectl, and our own commands, use the same namespace. */
  get flags(): string[] {
    return ['-n', this.namespace, ...this.api.flags];
  }

  /**
   * The settings that the namespace's runs are rendered from.
   * @throws ClusterError if there are none, InputError if they are of another version
   */
  async settings(): Promise<RunSettings> {
    const where = `configmap ${SETTINGS_NAME} in namespace ${this.namespace}`;
    try {
      const map = await this.api.json<{ data?: Record<string, string> }>('GET', this.path('configmaps', SETTINGS_NAME));
      // The ConfigMap may be a copy from another namespace. The pod belongs into the ConfigMap's own namespace.
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

  /** Every run of the tasks with these ids, of any repository and branch. */
  async ofTasks(taskIds: readonly string[]): Promise<Pod[]> {
    return this.list(`${LABELS.task} in (${taskIds.map((id) => slug(id)).join(',')})`);
  }

  /** The pods that are attempts of a run, the newest first. A pod that has only the run's label is reported. */
  attempts(pods: readonly Pod[], runId: string): Pod[] {
    const labelled = pods.filter(({ metadata }) => metadata.labels?.[LABELS.run] === shortRunId(runId));
    const own = labelled.filter(({ metadata }) => metadata.annotations?.[ANNOTATIONS.runId] === runId);
    for (const { metadata } of labelled.filter((pod) => !own.includes(pod))) {
      this.api.skip(`pod ${metadata.namespace}/${metadata.name} is skipped: it has the label of another run`);
    }
    return newestFirst(own);
  }

  /**
   * The standing of a run, from its newest attempt.
   * @param pods pods that include the run's attempts
   * @throws ClusterError if no further attempt is possible
   */
  standing(pods: readonly Pod[], runId: string): Standing {
    const [newest] = this.attempts(pods, runId);
    const state = newest && runState(newest);
    const live = state !== undefined && state.phase !== 'ended';
    const last = newest ? attemptOf(newest.metadata.name) : 0;
    if (newest && !live && last >= LAST_ATTEMPT) {
      throw new ClusterError(`${newest.metadata.name} is the last attempt that a run may have; delete it to go on`);
    }
    return { last, next: live ? last : last + 1, live, ...(state && { state }) };
  }

  /** Every run of the namespace. */
  async all(): Promise<Pod[]> {
    return this.list();
  }

  /**
   * @param remedy what to do if the pod is not a run
   * @throws ClusterError if the pod cannot be read, or is not a run
   */
  async get(name: string, remedy = `kubectl -n ${this.namespace} get pod ${name} -o yaml shows it`): Promise<Pod> {
    try {
      return checkPod(await this.api.json<unknown>('GET', this.path('pods', name)));
    } catch (error) {
      if (error instanceof InputError)
        throw new ClusterError(
          `pod ${name} in namespace ${this.namespace} is no run: ${error.problems.join('; ')}; ${remedy}`,
          422,
        );
      throw error instanceof ApiError ? this.explained(error, `read pod ${name}`) : error;
    }
  }

  /**
   * The whole log of a run, as far as the node still has it.
   * @param timed each line has the node's time stamp
   */
  async log(name: string, timed = false): Promise<string> {
    try {
      const query = `container=${CONTAINERS.runner}${timed ? '&timestamps=true' : ''}`;
      const text = await this.api.text(`${this.path('pods', name)}/log?${query}`);
      // The kubelet returns this message as if it were the log.
      if (!text.startsWith('unable to retrieve container logs')) return text;
      throw new ClusterError(`the node has no log of pod ${name} any more: ${text.trim()}`);
    } catch (error) {
      throw error instanceof ApiError ? this.explained(error, `read the log of pod ${name}`) : error;
    }
  }

  /**
   * Creates a run's pod. A pod of the same run that already exists is accepted.
   * @returns false if the pod already existed
   */
  async create(pod: object & { metadata: { name: string } }, runId: string, dryRun = false): Promise<boolean> {
    const query = dryRun ? '?dryRun=All' : '';
    try {
      await this.api.json('POST', `${this.path('pods')}${query}`, pod);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== 'AlreadyExists') throw this.explained(error, 'create pods');
      this.checkIdentity(await this.get(pod.metadata.name, NAME_TAKEN), runId);
      return false;
    }
  }

  /**
   * Waits for the next change of a pod.
   * @returns false if the API server ended the watch before a change
   * @throws ClusterError if there is no watch
   */
  async changed({ metadata }: Pod, signal?: AbortSignal): Promise<boolean> {
    const query = `fieldSelector=${encodeURIComponent(`metadata.name=${metadata.name}`)}`;
    const version = metadata.resourceVersion ?? '';
    const stream = await openWatch(this.api, this.path('pods'), query, version, WATCH_SECONDS, signal);
    for await (const _ of stream) return true;
    return false;
  }

  /**
   * Asks a run to stop. Its program sees the annotation and stops; otherwise the earlier deadline stops it. A pod
   * without a node is deleted: it has no work to save, and no kubelet that would stop it.
   * @param now also deletes the pod
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
   * Deletes an ended run's pod, but not a newer pod with the same name. A pod that is already gone is accepted.
   * @throws ClusterError if the user may not delete it, or it is a different pod now
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
        `(${pod.metadata.annotations?.[ANNOTATIONS.repository] ?? 'not one of the runner'}); ${NAME_TAKEN}`,
    );
  }

  private async noSettings(): Promise<ClusterError> {
    const remedy = 'choose another namespace with -n, or install the runner there (docs/install.md)';
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

/** A watch for the next change of a pod ends after this many seconds, so that the pod is read again. */
const WATCH_SECONDS = 30;

const NAME_TAKEN = 'delete it, or choose another branch';

/** The deadline in seconds since the pod's start. The API server only accepts a lower deadline than before. */
function earlierDeadline({ spec, status }: Pod): number {
  if (!status?.startTime) return 1;
  const age = Math.ceil((Date.now() - Date.parse(status.startTime)) / 1000);
  return Math.max(1, Math.min(age + TIME_TO_SEE, spec?.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY));
}

/** Whether a pod has a node. Only the node's kubelet stops a pod at its deadline. */
export const hasNode = ({ spec }: Pod): boolean => spec?.nodeName !== undefined;

/** Attempts of a run, the newest first. */
export const newestFirst = (pods: readonly Pod[]): Pod[] =>
  [...pods].sort((a, b) => attemptOf(b.metadata.name) - attemptOf(a.metadata.name));
