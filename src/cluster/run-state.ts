import { ANNOTATIONS, CONTAINERS } from '../run/metadata.js';
import { isOwnBranch } from '../run/names.js';
import { OUTCOMES, type OutcomeName } from '../run/outcomes.js';
import { plain } from '../run/printable.js';
import { parseResult, type Result } from '../run/result.js';
import type { Pod } from './pod.js';

/** The state of a run, read only from its pod. */
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

/** Reads the state from the pod. An outcome counts only with its own exit code. */
export function runState(pod: Pod): RunState {
  const { status } = pod;
  const state = runnerOf(pod)?.state;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') {
    const result = parseResult(state?.terminated?.message);
    if (result && isOf(pod, result) && OUTCOMES[result.outcome].exitCode === state?.terminated?.exitCode) {
      return { phase: 'ended', ...unlessCancelled(pod, result.outcome, `${result.message}${aboutAgent(pod)}`), result };
    }
    const { outcome, message } = withoutResult(pod);
    return { phase: 'ended', ...unlessCancelled(pod, outcome, short(plain(message))) };
  }
  // The container ends a moment before its pod does.
  if (state?.running || state?.terminated) return { phase: 'running' };
  return { phase: 'waiting', reason: short(plain(waitingReason(pod))) };
}

const runnerOf = ({ status }: Pod) => status?.containerStatuses?.find(({ name }) => name === CONTAINERS.runner);
const agentOf = ({ status }: Pod) => status?.initContainerStatuses?.find(({ name }) => name === CONTAINERS.agent);

/** The kubelet's knowledge of the agent's container, which the program cannot have. */
function aboutAgent(pod: Pod): string {
  const { state, lastState } = agentOf(pod) ?? {};
  const isOut = [state, lastState].some((one) => one?.terminated?.reason === 'OOMKilled');
  return isOut ? '; the kubelet says that the agent was out of memory (OOMKilled)' : '';
}

/** Limits the length of a text: messages of the kubelet may quote text of any length. */
const short = (text: string): string => (text.length > 1000 ? `${text.slice(0, 1000)}…` : text);

/** The program may have been asked to stop before it could see who asked. */
function unlessCancelled({ metadata }: Pod, outcome: OutcomeName, message: string): Pick<Ended, 'outcome' | 'message'> {
  const by = metadata.annotations?.[ANNOTATIONS.cancelledBy];
  const stopped = outcome === 'interrupted' || outcome === 'timed-out';
  return by && stopped ? { outcome: 'cancelled', message: `cancelled by ${by}: ${message}` } : { outcome, message };
}

/**
 * The agent can write the termination message too. So it counts only for the pod's own task, and for its branch or a
 * replacement of that.
 */
export function isOf({ metadata }: Pod, { task, branch }: Result): boolean {
  const { [ANNOTATIONS.task]: ownTask, [ANNOTATIONS.branch]: ownBranch } = metadata.annotations ?? {};
  return task === ownTask && ownBranch !== undefined && isOwnBranch(branch, ownBranch);
}

/** The program left no result, so the state comes from Kubernetes. */
function withoutResult(pod: Pod): { outcome: OutcomeName; message: string } {
  const { status, metadata } = pod;
  const terminated = runnerOf(pod)?.state?.terminated;
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

function waitingReason(pod: Pod): string {
  const { status } = pod;
  const own = runnerOf(pod)?.state?.waiting;
  // The runner starts after the agent's container, so the agent's reason says more.
  const agent = agentOf(pod)?.state?.waiting;
  const waiting = own?.reason && own.reason !== 'PodInitializing' ? own : (agent ?? own);
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason}: ${scheduled.message}`;
  return [waiting?.reason, waiting?.message].filter((text) => text).join(': ') || (status?.phase ?? 'Pending');
}
