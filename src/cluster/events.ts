import { plain, plainLine } from '../run/printable.js';
import type { Api } from './api.js';
import { ApiError } from './errors.js';
import { explained } from './explained.js';
import { whereIs } from './list.js';
import type { Pod } from './pod.js';

/** A Kubernetes event about a pod. By default the API server deletes events after an hour. */
export interface PodEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** Makes the texts safe to print: controllers, webhooks and the kubelet quote text of others in them. */
const readable = (event: PodEvent): PodEvent => ({
  ...event,
  ...(event.type !== undefined && { type: plainLine(event.type) }),
  ...(event.reason !== undefined && { reason: plainLine(event.reason) }),
  ...(event.message !== undefined && { message: plain(event.message) }),
});

/** The time of the last occurrence. */
export const seenAt = (event: PodEvent): string => event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '';

/**
 * The events of this pod, the oldest first. Events of other pods with the same name are left out.
 * @throws ClusterError if the user may not read them, or the cluster does not answer
 */
export async function eventsOf(api: Api, { metadata }: Pod): Promise<PodEvent[]> {
  const { name, namespace, uid } = metadata;
  const fields = [`involvedObject.name=${name}`, ...(uid ? [`involvedObject.uid=${uid}`] : [])].join(',');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  try {
    const { items } = await api.json<{ items: PodEvent[] }>(
      'GET',
      `${path}?fieldSelector=${encodeURIComponent(fields)}`,
    );
    return items.map(readable).sort((a, b) => Date.parse(seenAt(a)) - Date.parse(seenAt(b)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw explained(error, `read the events of pod ${name}`, whereIs(namespace));
  }
}
