import { LABELS, MANAGED_BY } from '../run/metadata.js';
import { InputError } from '../run/problems.js';
import type { Api } from './api.js';
import { ApiError } from './errors.js';
import { explained } from './explained.js';
import type { Pod } from './pod.js';
import { checkPod, refusalOf } from './pod-check.js';

/** Pods per request, like kubectl's default. */
const LIMIT = 500;

/** The pods at one moment. */
export interface PodList {
  readonly pods: readonly Pod[];
  /** The version from which a watch continues. */
  readonly resourceVersion: string;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly unknown[];
}

/** The API path of the pods of a namespace, or of all namespaces. */
export function podsPath(namespace: string | undefined): string {
  return namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** The query that selects pods of runs. */
export function selectRuns(selector?: string): string {
  const labels = [`${LABELS.managedBy}=${MANAGED_BY}`, ...(selector ? [selector] : [])].join(',');
  return `labelSelector=${encodeURIComponent(labels)}`;
}

/** The namespace, for a message. */
export const whereIs = (namespace: string | undefined): string =>
  namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;

/** The pods that are valid runs. Any other pod is reported and skipped, so that it cannot make a command fail. */
export function runsAmong(pods: readonly unknown[], api: Api): Pod[] {
  return pods.flatMap((pod) => {
    try {
      return checkPod(pod);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      api.skip(refusalOf(pod, error));
      return [];
    }
  });
}

/**
 * The pods of runs, page by page.
 * @param namespace undefined for all namespaces
 * @throws ClusterError if the user may not list them, or the cluster does not answer
 */
export async function listPods(api: Api, namespace: string | undefined, selector?: string): Promise<PodList> {
  const pods: Pod[] = [];
  let next = '';
  for (;;) {
    try {
      const from = next && `&continue=${encodeURIComponent(next)}`;
      const path = `${podsPath(namespace)}?${selectRuns(selector)}&limit=${LIMIT}${from}`;
      const page = await api.json<Page>('GET', path);
      pods.push(...runsAmong(page.items, api));
      next = page.metadata?.continue ?? '';
      if (next === '') return { pods, resourceVersion: page.metadata?.resourceVersion ?? '' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The API server has compacted the version of these pages away, so the list starts again.
      if (error.status !== 410 || next === '') throw explained(error, 'list pods', whereIs(namespace));
      pods.length = 0;
      next = '';
    }
  }
}
