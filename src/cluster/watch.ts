import type { IncomingMessage } from 'node:http';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import { explained } from './explained.js';
import { linesOf } from './lines.js';
import { listPods, podsPath, runsAmong, selectRuns, whereIs } from './list.js';
import type { Pod } from './pod.js';
import { Retries } from './retry.js';

/** A message of a watch: all pods at the start and after each relist, then each change. */
export type PodChange =
  | { readonly type: 'listed'; readonly pods: readonly Pod[] }
  | { readonly type: 'changed' | 'deleted'; readonly pod: Pod };

/** Which pods are watched. */
export interface WatchOptions {
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** Further labels, in addition to the one of all runs. */
  readonly selector?: string | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** A pod, or the error that ended the watch. */
  readonly object: Partial<Pod> & { readonly code?: number; readonly reason?: string; readonly message?: string };
}

/** How long a watch of all runs lasts, in seconds. */
const WATCH_SECONDS = 240;

/**
 * Watches the pods of runs until the signal aborts.
 * @throws ClusterError if the user may not watch, or the cluster does not answer
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function* watchPods(api: Api, options: WatchOptions): AsyncGenerator<PodChange, void> {
  const { namespace, selector, signal } = options;
  const path = podsPath(namespace);
  let version: string | undefined;
  const retries = new Retries(api.pause);
  while (!signal?.aborted) {
    try {
      if (version === undefined) {
        const list = await listPods(api, namespace, selector);
        version = list.resourceVersion;
        retries.answered();
        yield { type: 'listed', pods: list.pods };
      }
      for await (const event of eventsOf(api, path, version, options)) {
        retries.answered();
        version = event.object.metadata?.resourceVersion ?? version;
        yield* changesOf(event, api);
      }
    } catch (error) {
      if (signal?.aborted) return;
      // The server no longer has the changes since that version, so the pods are listed again.
      if (error instanceof ClusterError && error.status === 410) version = undefined;
      else tryAgain(retries, error, namespace);
    }
    await retries.pause(signal);
  }
}

/** What an event says about a pod that is a run. */
function changesOf({ type, object }: WatchEvent, api: Api): PodChange[] {
  if (type === 'BOOKMARK') return [];
  return runsAmong([object], api).map((pod) => ({ type: type === 'DELETED' ? 'deleted' : 'changed', pod }));
}

/**
 * Opens a watch of the objects at a path, as a stream of changes since a version.
 * @param query which objects, and how
 * @param seconds after which the API server ends the watch, so that a dead connection is noticed
 */
export function openWatch(
  api: Api,
  path: string,
  query: string,
  version: string,
  seconds: number,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const from = `resourceVersion=${encodeURIComponent(version)}&timeoutSeconds=${seconds}`;
  return api.stream('GET', `${path}?${query}&watch=true&${from}`, undefined, {
    timeout: (seconds + 30) * 1000,
    signal,
  });
}

async function* eventsOf(api: Api, path: string, version: string, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const query = `${selectRuns(options.selector)}&allowWatchBookmarks=true`;
  const stream = await openWatch(api, path, query, version, WATCH_SECONDS, options.signal);
  const end = () => void stream.destroy();
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted) end();
  try {
    for await (const line of linesOf(stream, true)) if (line !== '') yield parsed(line);
  } catch (error) {
    throw error instanceof ClusterError ? error : new ClusterError(`the watch broke: ${(error as Error).message}`);
  } finally {
    options.signal?.removeEventListener('abort', end);
    end();
  }
}

function parsed(line: string): WatchEvent {
  const event = parsedJson(line);
  const { type, object } = event;
  if (type === 'ERROR') throw new ApiError(object.code ?? 500, object.reason ?? '', object.message ?? 'error');
  return event;
}

function parsedJson(line: string): WatchEvent {
  try {
    return JSON.parse(line) as WatchEvent;
  } catch {
    throw new ClusterError('the watch broke in the middle of a change');
  }
}

/** @throws ClusterError that explains the refusal, if a retry is useless */
function tryAgain(retries: Retries, error: unknown, namespace: string | undefined): void {
  try {
    retries.failed(error);
  } catch (refused) {
    throw refused instanceof ApiError ? explained(refused, 'watch pods', whereIs(namespace)) : refused;
  }
}
