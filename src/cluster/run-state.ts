import { ANNOTATIONS, CONTAINER } from '../run/metadata.js';
import { OUTCOMES, type OutcomeName } from '../run/outcomes.js';
import { plain } from '../run/printable.js';
import { parseResult, type Result } from '../run/result.js';
import type { Pod } from './pod.js';

/** Where a run stands, from its pod alone. */
export type RunState =
  | { readonly phase: 'waiting' /** Why it has not started. */; readonly reason: string }
  | { readonly phase: 'running' }
  | Ended;

interface Ended {
  readonly phase: 'ended';
  readonly outcome: OutcomeName;
  readonly message: string;
  readonly result?: Result;
}

/** What the pod says. An outcome counts only together with its own exit code. */
export function runState(pod: Pod): RunState {
  const { status } = pod;
  const state = status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') {
    const result = parseResult(state?.terminated?.message);
    if (result && isOf(pod, result) && OUTCOMES[result.outcome].exitCode === state?.terminated?.exitCode) {
      return { phase: 'ended', ...unlessCancelled(pod, result.outcome, result.message), result };
    }
    const { outcome, message } = withoutResult(pod);
    return { phase: 'ended', ...unlessCancelled(pod, outcome, short(plain(message))) };
  }
  // The container ends a moment before its pod does.
  if (state?.running || state?.terminated) return { phase: 'running' };
  return { phase: 'waiting', reason: short(plain(waitingReason(pod))) };
}

/** Words of the kubelet quote what they found, of whatever length. */
const short = (text: string): string => (text.length > 1000 ? `${text.slice(0, 1000)}…` : text);

/** The program may have been asked to stop before it could see who asked. */
function unlessCancelled({ metadata }: Pod, outcome: OutcomeName, message: string): Pick<Ended, 'outcome' | 'message'> {
  const by = metadata.annotations?.[ANNOTATIONS.cancelledBy];
  const stopped = outcome === 'interrupted' || outcome === 'timed-out';
  return by && stopped ? { outcome: 'cancelled', message: `cancelled by ${by}: ${message}` } : { outcome, message };
}

/** The message is the agent's to write, too: it counts for the pod's own task and branch alone. */
export function isOf({ metadata }: Pod, { task, branch }: Result): boolean {
  const { [ANNOTATIONS.task]: ownTask, [ANNOTATIONS.branch]: ownBranch } = metadata.annotations ?? {};
  return task === ownTask && branch === ownBranch;
}

/** The program could not report, so Kubernetes says what it saw. */
function withoutResult({ status, metadata }: Pod): { outcome: OutcomeName; message: string } {
  const terminated = status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
  const seen = [status?.reason, status?.message, terminated?.reason, terminated && `exit code ${terminated.exitCode}`];
  const message = `the program left no result (${seen.filter((text) => text).join(', ') || 'no reason given'})`;
  if (status?.reason === 'DeadlineExceeded') return { outcome: 'timed-out', message };
  const fromOutside =
    metadata.deletionTimestamp !== undefined ||
    status?.reason !== undefined ||
    terminated?.reason === 'OOMKilled' ||
    (terminated?.exitCode ?? 0) > 128;
  return { outcome: fromOutside ? 'interrupted' : 'agent-failed', message };
}

function waitingReason({ status }: Pod): string {
  const waiting = status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.waiting;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason}: ${scheduled.message}`;
  return [waiting?.reason, waiting?.message].filter((text) => text).join(': ') || (status?.phase ?? 'Pending');
}
