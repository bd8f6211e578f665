import { listIfAllowed } from './access.js';
import type { Api } from './api.js';
import { ClusterError } from './errors.js';

/** How much of one resource a namespace may use. */
export interface Quota {
  /** Of the ResourceQuota. */
  readonly name: string;
  /** Like `pods` or `requests.cpu`. */
  readonly resource: string;
  /** As the API server writes amounts. */
  readonly hard: string;
  readonly used: string;
}

interface ResourceQuota {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly hard?: Record<string, string>; readonly used?: Record<string, string> };
}

/** Every limit of a namespace's quotas; undefined when the user may not see them. */
export async function quotasOf(api: Api, namespace: string): Promise<Quota[] | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas`;
  const quotas = await listIfAllowed<ResourceQuota>(api, path);
  return quotas?.flatMap(({ metadata: { name }, status: { hard = {}, used = {} } = {} }) =>
    Object.entries(hard).map(([resource, most]) => ({ name, resource, hard: most, used: used[resource] ?? '0' })),
  );
}

/** How many pods the quotas leave room for; undefined when no quota counts them. */
export function podsLeft(quotas: readonly Quota[]): number | undefined {
  const left = quotas
    .filter(({ resource }) => resource === 'pods' || resource === 'count/pods')
    .map(({ hard, used }) => Math.max(0, Number(hard) - Number(used)));
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** Whether a pod was refused that there may be room for when another one has ended. */
export const isQuota = (error: unknown): error is ClusterError =>
  error instanceof ClusterError && error.status === 403 && error.message.includes('exceeded quota');
