import { amountOf } from '../run/quantity.js';
import type { RunSettings } from '../run/settings.js';
import { listIfAllowed } from './access.js';
import type { Api } from './api.js';
import { ClusterError } from './errors.js';

/** A namespace's limit for one resource. */
export interface Quota {
  /** Name of the ResourceQuota. */
  readonly name: string;
  /** Like `pods` or `requests.cpu`. */
  readonly resource: string;
  /** An amount in the API server's form. */
  readonly hard: string;
  readonly used: string;
}

interface ResourceQuota {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly hard?: Record<string, string>; readonly used?: Record<string, string> };
}

/** Every limit of a namespace's quotas, or undefined if the user may not see them. */
export async function quotasOf(api: Api, namespace: string): Promise<Quota[] | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas`;
  const quotas = await listIfAllowed<ResourceQuota>(api, path);
  return quotas?.flatMap(({ metadata: { name }, status: { hard = {}, used = {} } = {} }) =>
    Object.entries(hard).map(([resource, most]) => ({ name, resource, hard: most, used: used[resource] ?? '0' })),
  );
}

/** The number of further runs that fit into the quotas, or undefined if no quota limits them. */
export function runsLeft(
  quotas: readonly Quota[],
  { resources, runner }: Pick<RunSettings, 'resources' | 'runner'>,
): number | undefined {
  const takes: Record<string, number> = { pods: 1, 'count/pods': 1 };
  for (const { requests, limits } of [resources, runner.resources]) {
    const add = (name: string, amount: string) => {
      takes[name] = (takes[name] ?? 0) + amountOf(amount);
    };
    for (const [name, amount] of Object.entries(requests)) {
      add(name, amount);
      add(`requests.${name}`, amount);
    }
    for (const [name, amount] of Object.entries(limits)) add(`limits.${name}`, amount);
  }
  const left = quotas
    .map(({ resource, hard, used }) => (amountOf(hard) - amountOf(used)) / (takes[resource] ?? Number.NaN))
    .filter((runs) => !Number.isNaN(runs))
    .map((runs) => Math.max(0, Math.floor(runs)));
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** Whether a quota refused a pod. It may fit once another pod has ended. */
export const isQuota = (error: unknown): error is ClusterError =>
  error instanceof ClusterError && error.status === 403 && error.message.includes('exceeded quota');
