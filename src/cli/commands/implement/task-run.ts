import type { renderRun } from '../../../charts/run-chart.js';
import type { Api } from '../../../cluster/api.js';
import { ClusterError } from '../../../cluster/errors.js';
import { type EndedRun, followRun } from '../../../cluster/follow.js';
import type { Pod } from '../../../cluster/pod.js';
import { isQuota } from '../../../cluster/quota.js';
import { Retries } from '../../../cluster/retry.js';
import type { Runs } from '../../../cluster/runs.js';
import { attemptName, type PlannedRun } from '../../../run/request.js';
import type { Result } from '../../../run/result.js';
import { confirmed } from '../../git/confirm.js';
import type { UserGit } from '../../git/user-git.js';
import { followerOf } from '../../logs/follow.js';
import type { TaskShow } from './board.js';
import type { TaskEnd } from './waves.js';

/** How a task's run ended, and what it left. */
export interface RunEnd extends TaskEnd {
  readonly message: string;
  readonly pod: string;
  readonly result?: Result;
}

/** What running tasks needs. */
export interface TaskRunner {
  readonly api: Api;
  readonly runs: Runs;
  readonly git: UserGit;
  /** URL or path for the user's git. */
  readonly repository: string;
  readonly createdBy: string | undefined;
  readonly render: typeof renderRun;
  /** Aborted when the user detaches: from then on no pod is created, since nobody would see it. */
  readonly left: AbortSignal;
}

/** Pause before a pod is tried again, in milliseconds. */
const ROOM = 2000;
/** How often in a row a pod is tried while the cluster does not answer. */
const TRIES = 10;

/**
 * Runs a task to its end. A run that is alive is followed, and one that has delivered is not repeated.
 * @param pods those of the namespace a moment ago. An attempt that somebody else has spawned since is followed too
 */
export async function runTask(
  runner: TaskRunner,
  planned: PlannedRun,
  pods: readonly Pod[],
  show: TaskShow,
): Promise<RunEnd> {
  const { api, runs } = runner;
  const { live, next, last, state } = runs.standing(pods, planned.runId);
  if (state?.phase === 'ended' && state.outcome === 'delivered') {
    const before = {
      outcome: state.outcome,
      message: state.message,
      pod: attemptName(planned, last),
      ...resultOf(state),
    };
    const { confirmed: good, words } = await confirmation(runner, planned, state);
    if (good !== false) return { ...before, ...(good && { confirmed: good }) };
    show.note(`${before.pod} reports that it delivered, but your git ${words}: running it again`);
  }
  const pod = attemptName(planned, next);
  if (live) show.note(`${pod} is already alive: following it`);
  else await create(runner, planned, next, show);
  show.spawned(pod);
  try {
    const ended = await followRun(api, runs, pod, followerOf(show));
    const end = { outcome: ended.outcome, message: ended.message, pod, ...resultOf(ended) };
    if (ended.outcome !== 'delivered') return end;
    const { confirmed: good, words } = await confirmation(runner, planned, ended);
    if (good) return { ...end, confirmed: good };
    return { ...end, ...(good === false && { confirmed: good }), message: `reported by its pod; your git ${words}` };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 404) throw error;
    return { outcome: 'interrupted', message: error.message, pod };
  }
}

/** Creates the pod as soon as the quota has room for it. Lost connections are retried. */
async function create(runner: TaskRunner, planned: PlannedRun, attempt: number, show: TaskShow): Promise<void> {
  const { api, runs, createdBy, render, left } = runner;
  const pod = render({ ...planned, attempt, ...(createdBy && { createdBy }) });
  const retries = new Retries(api.pause, TRIES);
  let told = false;
  for (;;) {
    if (left.aborted) await new Promise(() => {});
    try {
      await runs.create(pod, planned.runId);
      return;
    } catch (error) {
      if (isQuota(error)) {
        if (!told) show.waits(error.message);
        told = true;
      } else {
        show.note(`${retries.failed(error).message}; trying again`);
      }
    }
    await api.pause(ROOM);
  }
}

const confirmation = ({ git, repository }: TaskRunner, { input }: PlannedRun, { result }: EndedRun) =>
  confirmed(git, repository, result?.branch ?? input.taskBranch, result?.commit);

const resultOf = ({ result }: EndedRun): { result?: Result } => (result ? { result } : {});
