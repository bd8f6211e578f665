import type { Pod } from '../../../cluster/pod.js';
import { runState } from '../../../cluster/run-state.js';
import { age } from '../../../run/age.js';
import { attemptOf } from '../../../run/names.js';
import { recordOf, runKey } from '../../runs/run-record.js';

/** How long the pods of ended runs are kept, in milliseconds; undefined: forever. */
export interface Limits {
  /** For runs with nothing to investigate: delivered and no-changes. */
  readonly well: number | undefined;
  readonly failed: number | undefined;
}

/** A run that is old enough to delete. */
export interface Old {
  readonly pod: Pod;
  /** Its outcome, and how long ago it ended. */
  readonly why: string;
  /** Where undelivered work is: the log may hold the only copy. */
  readonly work: 'elsewhere' | 'in the log' | 'unknown';
}

/** The runs that ended longer ago than the limits, the oldest first. */
export function oldRuns(pods: readonly Pod[], limits: Limits, now: number): Old[] {
  const old = pods
    .flatMap((pod) => {
      const state = runState(pod);
      const { ended } = recordOf(pod);
      if (state.phase !== 'ended' || !ended || pod.metadata.deletionTimestamp) return [];
      const well = state.outcome === 'delivered' || state.outcome === 'no-changes';
      const limit = well ? limits.well : limits.failed;
      const since = now - Date.parse(ended);
      if (limit === undefined || !(since >= limit)) return [];
      return [{ pod, since, why: `${state.outcome} ${age(since)} ago`, work: workOf(state.result) }];
    })
    .sort((a, b) => b.since - a.since);
  // The newest attempt stands for its run, so it is not deleted while an older one stays.
  const going = new Set(old.map(({ pod }) => pod));
  const kept = new Map<string, number>();
  const oldestKept = (pod: Pod) => kept.get(runKey(pod)) ?? Number.POSITIVE_INFINITY;
  for (const pod of pods)
    if (!going.has(pod)) kept.set(runKey(pod), Math.min(attemptOf(pod.metadata.name), oldestKept(pod)));
  return old.filter(({ pod }) => attemptOf(pod.metadata.name) <= oldestKept(pod));
}

function workOf(result: ReturnType<typeof recordOf>['result']): Old['work'] {
  if (!result) return 'unknown';
  const { salvage } = result;
  return salvage && !salvage.pushed && 'commit' in salvage ? 'in the log' : 'elsewhere';
}
