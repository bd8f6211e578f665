import { setTimeout as pause } from 'node:timers/promises';
import type { renderRun } from '../../charts/run-chart.js';
import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import { type EndedRun, followRun, isPassing } from '../../cluster/follow.js';
import type { Pod } from '../../cluster/pod.js';
import { isQuota } from '../../cluster/quota.js';
import type { Runs } from '../../cluster/runs.js';
import { isBundleLine } from '../../run/bundle.js';
import { attemptName, type PlannedRun } from '../../run/request.js';
import { parseResult, type Result } from '../../run/result.js';
import { confirmed } from '../confirm.js';
import type { UserGit } from '../user-git.js';
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
  /** As the user's git takes it. */
  readonly repository: string;
  readonly createdBy: string | undefined;
  readonly render: typeof renderRun;
  /** Aborted when the user leaves: from then on no pod is made that nobody would see. */
  readonly left: AbortSignal;
}

/** How long a pod that found no room is left before it is tried again, in milliseconds. */
const ROOM = 2000;
/** How often a pod is tried in a row that the cluster does not answer about. */
const TRIES = 10;

/**
 * Runs a task to its end: a run that is alive is taken up, one that has delivered is not repeated.
 * @param pods of the namespace, as they were a moment ago: an attempt that somebody else has spawned since is taken up, too
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
    show.note(`${before.pod} says that it has delivered, but your git ${words}: it is run again`);
  }
  const pod = attemptName(planned, next);
  if (live) show.note(`${pod} is alive already: taken up`);
  else await create(runner, planned, next, show);
  show.spawned(pod);
  try {
    const ended = await followRun(api, runs, pod, {
      line: (text) => {
        // The last line of the log is the result, which is told in words below.
        if (!isBundleLine(text) && !parseResult(text)) show.line(text);
      },
      ready: () => show.ready(),
      waiting: (reason) => show.waits(reason),
      resumed: (reason) => show.note(`${reason}; taking the log up again`),
      lost: (reason) => show.note(reason),
    });
    const end = { outcome: ended.outcome, message: ended.message, pod, ...resultOf(ended) };
    if (ended.outcome !== 'delivered') return end;
    const { confirmed: good, words } = await confirmation(runner, planned, ended);
    if (good) return { ...end, confirmed: good };
    return { ...end, ...(good === false && { confirmed: good }), message: `so says its pod; your git ${words}` };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 404) throw error;
    return { outcome: 'interrupted', message: error.message, pod };
  }
}

/** Creates the pod as soon as the quota has room for it, whatever the connection does meanwhile. */
async function create(runner: TaskRunner, planned: PlannedRun, attempt: number, show: TaskShow): Promise<void> {
  const { runs, createdBy, render, left } = runner;
  const pod = render({ ...planned, attempt, ...(createdBy && { createdBy }) });
  let failures = 0;
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
      } else if (!(error instanceof ClusterError) || !isPassing(error) || ++failures > TRIES) throw error;
      else show.note(`${error.message}; trying again`);
    }
    await pause(ROOM);
  }
}

const confirmation = ({ git, repository }: TaskRunner, { input }: PlannedRun, { result }: EndedRun) =>
  confirmed(git, repository, input.taskBranch, result?.commit);

const resultOf = ({ result }: EndedRun): { result?: Result } => (result ? { result } : {});
