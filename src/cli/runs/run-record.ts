import type { Pod } from '../../cluster/pod.js';
import { runState } from '../../cluster/run-state.js';
import { ANNOTATIONS, CONTAINERS, LABELS } from '../../run/metadata.js';
import { attemptOf } from '../../run/names.js';
import type { OutcomeName } from '../../run/outcomes.js';
import type { Result } from '../../run/result.js';

/** What a pod says about its run, as `ps -o json` prints it. Unknown fields are left out. */
export interface RunRecord {
  readonly task: string;
  readonly feature: string;
  readonly state: 'waiting' | 'running' | OutcomeName;
  /** Why it waits, or how it ended. */
  readonly message?: string;
  readonly namespace: string;
  readonly pod: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly repository: string;
  /** The task's branch. */
  readonly branch: string;
  readonly created?: string;
  readonly started?: string;
  readonly ended?: string;
  readonly egress?: string;
  readonly createdBy?: string;
  readonly cancelledBy?: string;
  readonly result?: Result;
}

/** What a pod says about its run. */
export function recordOf(pod: Pod): RunRecord {
  const { name, namespace, labels = {}, annotations = {}, creationTimestamp: created } = pod.metadata;
  const state = runState(pod);
  const ending = pod.metadata.deletionTimestamp ? 'is being deleted' : undefined;
  const message = state.phase === 'running' ? ending : state.phase === 'waiting' ? state.reason : state.message;
  const container = pod.status?.containerStatuses?.find((status) => status.name === CONTAINERS.runner)?.state;
  const started = container?.running?.startedAt ?? container?.terminated?.startedAt;
  const known = {
    created,
    started,
    ended: state.phase === 'ended' ? endedAt(pod) : undefined,
    egress: labels[LABELS.egress],
    createdBy: annotations[ANNOTATIONS.createdBy],
    cancelledBy: annotations[ANNOTATIONS.cancelledBy],
    result: state.phase === 'ended' ? state.result : undefined,
  };
  return {
    task: annotations[ANNOTATIONS.task] ?? labels[LABELS.task] ?? '',
    feature: labels[LABELS.feature] ?? '',
    state: state.phase === 'ended' ? state.outcome : state.phase,
    ...(message && { message }),
    namespace,
    pod: name,
    attempt: attemptOf(pod.metadata.name),
    repository: annotations[ANNOTATIONS.repository] ?? '',
    branch: known.result?.branch ?? annotations[ANNOTATIONS.branch] ?? '',
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value)) as Partial<RunRecord>),
  };
}

/** When the container ended. If the pod never started it: the pod's last change. */
function endedAt({ status, metadata }: Pod): string | undefined {
  const terminated = status?.containerStatuses?.find(({ name }) => name === CONTAINERS.runner)?.state?.terminated;
  const changes = (status?.conditions ?? []).flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []).sort();
  return terminated?.finishedAt ?? changes.at(-1) ?? metadata.creationTimestamp;
}

/** The newest attempt of each run. A pod without a run's label stands for itself. */
export function newestAttempts(pods: readonly Pod[]): Pod[] {
  const newest = new Map<string, Pod>();
  for (const pod of pods) {
    const key = runKey(pod);
    const other = newest.get(key);
    if (!other || attemptOf(pod.metadata.name) > attemptOf(other.metadata.name)) newest.set(key, pod);
  }
  return [...newest.values()];
}

/** A key that all attempts of a run share, and no run of another namespace. */
export const runKey = ({ metadata }: Pod): string =>
  `${metadata.namespace}/${metadata.labels?.[LABELS.run] ?? metadata.name}`;

/** By namespace, feature and task (T2 before T10), then the attempt. */
export function compareRuns(a: RunRecord, b: RunRecord): number {
  const text = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });
  return (
    text(a.namespace, b.namespace) ||
    text(a.feature, b.feature) ||
    text(a.task, b.task) ||
    a.attempt - b.attempt ||
    text(a.pod, b.pod)
  );
}
