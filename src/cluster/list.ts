import { LABELS, MANAGED_BY } from '../run/metadata.js';
import { InputError } from '../run/problems.js';
import type { Api } from './api.js';
import { ApiError } from './errors.js';
import { explained } from './explained.js';
import type { Pod } from './pod.js';
import { checkPod, refusalOf } from './pod-check.js';

/** Pods for each request: as kubectl asks. */
const LIMIT = 500;

/** The pods of a moment. */
export interface PodList {
  readonly pods: readonly Pod[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly unknown[];
}

/** Where the pods of a namespace are, or of all of them. */
export function podsPath(namespace: string | undefined): string {
  return namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** The query that selects pods of runs. */
export function selectRuns(selector?: string): string {
  const labels = [`${LABELS.managedBy}=${MANAGED_BY}`, ...(selector ? [selector] : [])].join(',');
  return `labelSelector=${encodeURIComponent(labels)}`;
}

/** How a message names the namespace. */
export const whereIs = (namespace: string | undefined): string =>
  namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;

/** The pods that say of their run what can be. Each other one is reported and skipped: it keeps no command from its work. */
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
 * @param namespace all of them without it
 * @throws ClusterError when they may not be listed, or the cluster does not answer
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
      // The moment that the pages are of has been compacted away: everything is asked for again.
      if (error.status !== 410 || next === '') throw explained(error, 'list pods', whereIs(namespace));
      pods.length = 0;
      next = '';
    }
  }
}
