import type { Pod } from '../cluster/pod.js';
import { runState } from '../cluster/run-state.js';
import { attemptOf } from '../cluster/runs.js';
import { age } from '../run/age.js';
import { recordOf, runKey } from './run-record.js';

/** How long the pods of ended runs are kept, in milliseconds; without a number they are never deleted. */
export interface Limits {
  /** Runs that left nothing to look into: delivered and no-changes. */
  readonly well: number | undefined;
  readonly failed: number | undefined;
}

/** A run that is old enough to go. */
export interface Old {
  readonly pod: Pod;
  /** Its outcome, and since when. */
  readonly why: string;
  /** Where the work of a run is that did not deliver it: its log may hold the only copy. */
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
  // The newest attempt stands for its run: it stays as long as an older one does.
  const going = new Set(old.map(({ pod }) => pod));
  const kept = new Map<string, number>();
  const oldestKept = (pod: Pod) => kept.get(runKey(pod)) ?? Number.POSITIVE_INFINITY;
  for (const pod of pods) if (!going.has(pod)) kept.set(runKey(pod), Math.min(attemptOf(pod), oldestKept(pod)));
  return old.filter(({ pod }) => attemptOf(pod) <= oldestKept(pod));
}

function workOf(result: ReturnType<typeof recordOf>['result']): Old['work'] {
  if (!result) return 'unknown';
  const { salvage } = result;
  return salvage && !salvage.pushed && 'commit' in salvage ? 'in the log' : 'elsewhere';
}
