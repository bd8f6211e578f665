import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from './api.js';
import { ApiError, ClusterError } from './errors.js';
import { explained } from './explained.js';
import { isPassing } from './follow.js';
import { linesOf } from './lines.js';
import { listPods, podsPath, runsAmong, selectRuns, whereIs } from './list.js';
import type { Pod } from './pod.js';

/** What a watch has to tell: all pods at the start and after each relist, then each change. */
export type PodChange =
  | { readonly type: 'listed'; readonly pods: readonly Pod[] }
  | { readonly type: 'changed' | 'deleted'; readonly pod: Pod };

/** Which pods are watched. */
export interface WatchOptions {
  /** All namespaces without it. */
  readonly namespace: string | undefined;
  /** Labels, beside the one that makes a pod a run. */
  readonly selector?: string | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** A pod, or what ended the watch. */
  readonly object: Partial<Pod> & { readonly code?: number; readonly reason?: string; readonly message?: string };
}

/** The API server ends a watch after these seconds, so that a connection that died unseen is noticed. */
const WATCH_SECONDS = 240;
const RECONNECT = 500;
/** Tries in a row without any answer before the watch gives up: about a minute. */
const TRIES = 20;

/**
 * Watches the pods of runs until the signal comes.
 * @throws ClusterError when it may not, or the cluster stays silent
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function* watchPods(api: Api, options: WatchOptions): AsyncGenerator<PodChange, void> {
  const { namespace, selector, signal } = options;
  const path = podsPath(namespace);
  let version: string | undefined;
  let failures = 0;
  while (!signal?.aborted) {
    try {
      if (version === undefined) {
        const list = await listPods(api, namespace, selector);
        version = list.resourceVersion;
        failures = 0;
        yield { type: 'listed', pods: list.pods };
      }
      for await (const { type, object } of eventsOf(api, path, version, options)) {
        if (type === 'ERROR') throw new ApiError(object.code ?? 500, object.reason ?? '', object.message ?? 'error');
        failures = 0;
        version = object.metadata?.resourceVersion ?? version;
        if (type === 'BOOKMARK') continue;
        for (const pod of runsAmong([object], api)) yield { type: type === 'DELETED' ? 'deleted' : 'changed', pod };
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof ClusterError)) throw error;
      failures += 1;
      // The server no longer knows the changes since then: what there is now has to be listed.
      if (error.status === 410) version = undefined;
      else if (!isPassing(error) || failures > TRIES) throw refused(error, namespace);
    }
    await pause(Math.min(RECONNECT * 2 ** failures, 3000), undefined, signal ? { signal } : {}).catch(() => {});
  }
}

async function* eventsOf(api: Api, path: string, version: string, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const from = `resourceVersion=${encodeURIComponent(version)}&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}`;
  const query = `${selectRuns(options.selector)}&watch=true&${from}`;
  const stream = await api.stream('GET', `${path}?${query}`, undefined, {
    timeout: (WATCH_SECONDS + 30) * 1000,
    signal: options.signal,
  });
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
  try {
    return JSON.parse(line) as WatchEvent;
  } catch {
    throw new ClusterError('the watch broke in the middle of a change');
  }
}

function refused(error: ClusterError, namespace: string | undefined): ClusterError {
  return error instanceof ApiError ? explained(error, 'watch pods', whereIs(namespace)) : error;
}
