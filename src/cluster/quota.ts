import { amountOf } from '../run/quantity.js';
import type { RunSettings } from '../run/settings.js';
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

/** How many more runs the quotas leave room for; undefined when no quota bounds them. */
export function runsLeft(quotas: readonly Quota[], { requests, limits }: RunSettings['resources']): number | undefined {
  const takes: Record<string, string> = { pods: '1', 'count/pods': '1', ...requests };
  for (const [name, amount] of Object.entries(requests)) takes[`requests.${name}`] = amount;
  for (const [name, amount] of Object.entries(limits)) takes[`limits.${name}`] = amount;
  const left = quotas
    .map(({ resource, hard, used }) => (amountOf(hard) - amountOf(used)) / amountOf(takes[resource] ?? ''))
    .filter((runs) => !Number.isNaN(runs))
    .map((runs) => Math.max(0, Math.floor(runs)));
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** Whether a pod was refused that there may be room for when another one has ended. */
export const isQuota = (error: unknown): error is ClusterError =>
  error instanceof ClusterError && error.status === 403 && error.message.includes('exceeded quota');
