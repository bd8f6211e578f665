import type { Pod } from '../cluster/pod.js';
import { runState } from '../cluster/run-state.js';
import { age } from '../run/age.js';
import { recordOf } from './run-record.js';

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
  return pods
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
}

function workOf(result: ReturnType<typeof recordOf>['result']): Old['work'] {
  if (!result) return 'unknown';
  const { salvage } = result;
  return salvage && !salvage.pushed && 'commit' in salvage ? 'in the log' : 'elsewhere';
}
