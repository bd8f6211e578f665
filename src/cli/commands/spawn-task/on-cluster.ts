import { setImmediate } from 'node:timers/promises';
import type { renderRun } from '../../../charts/run-chart.js';
import { ClusterError } from '../../../cluster/errors.js';
import type { Pod } from '../../../cluster/pod.js';
import type { Runs } from '../../../cluster/runs.js';
import { shortCommit } from '../../../run/names.js';
import { toJson } from '../../../run/printable.js';
import { attemptName, type PlannedRun } from '../../../run/request.js';
import type { FollowedRun } from '../../logs/follow.js';
import { atMost } from '../../runs/at-most.js';
import { withRuns } from '../../runs/cluster.js';
import { EXIT, type Terminal } from '../../terminal/terminal.js';
import type { SpawnCommand } from './options.js';
import { checkSpawn, planSpawn } from './planned.js';

/** How many pods are created at the same time. */
const AT_ONCE = 16;

/** Creates each run's pod, unless the run is alive or was delivered; then follows them, if asked. */
export async function spawnOnCluster(command: SpawnCommand, terminal: Terminal): Promise<number> {
  checkSpawn(command);
  return withRuns(command, terminal, async (runs, api) => {
    const asked = [runs.settings(), runs.whoAmI(), runs.ofTasks(command.tasks)] as const;
    const answered = Promise.allSettled(asked);
    // Loads while the API server answers.
    await setImmediate();
    const rendering = import('../../../charts/run-chart.js');
    // All at once. If several fail, the error about the settings says the most, so it is thrown first.
    await answered;
    const [settings, createdBy, pods] = [await asked[0], await asked[1], await asked[2]];
    const planned = await planSpawn(command, settings, terminal);
    const { renderRun } = await rendering;
    const spawner = { command, terminal, runs, pods, createdBy, renderRun };
    if (command.dryRun === 'server') return dryRun(spawner, planned);
    const live = await spawnAll(spawner, planned);
    if (!command.follow || live.length === 0) return EXIT.ok;
    const { followToEnd } = await import('../../logs/follow.js');
    return followToEnd(api, runs, live, command.repo ?? settings.defaultRepo, terminal, command.json);
  });
}

interface Spawner {
  readonly command: SpawnCommand;
  readonly terminal: Terminal;
  readonly runs: Runs;
  /** Every pod of the tasks, as they were a moment ago. */
  readonly pods: readonly Pod[];
  readonly createdBy: string | undefined;
  readonly renderRun: typeof renderRun;
}

const rendered = ({ createdBy, renderRun }: Spawner, planned: PlannedRun, attempt: number) =>
  renderRun({ ...planned, attempt, ...(createdBy && { createdBy }) });

async function dryRun(spawner: Spawner, planned: readonly PlannedRun[]): Promise<number> {
  const { command, terminal, runs, pods } = spawner;
  const manifests = planned.map((run) => ({ run, ...runs.standing(pods, run.runId) }));
  const all = manifests.map(({ run, next, live }) => ({ run, live, pod: rendered(spawner, run, next) }));
  for (const { run, live, pod } of all) if (!live) await runs.create(pod, run.runId, true);
  const { printManifests } = await import('../../dry-run/print-manifests.js');
  printManifests(
    all.map(({ pod }) => pod),
    command.output,
    terminal,
  );
  return EXIT.ok;
}

/**
 * Creates the missing pods, several at once. After the first refusal no further pod is tried.
 * @returns the runs to follow
 * @throws ClusterError that names the tasks whose pods were not created
 */
async function spawnAll(spawner: Spawner, planned: readonly PlannedRun[]): Promise<FollowedRun[]> {
  const done = new Map<PlannedRun, FollowedRun | undefined>();
  try {
    await atMost(AT_ONCE, planned, async (run) => void done.set(run, await spawn(spawner, run)));
  } catch (refusal) {
    if (planned.length === 1 || !(refusal instanceof ClusterError)) throw refusal;
    const names = planned.filter((run) => !done.has(run)).map(({ input }) => input.taskId);
    throw new ClusterError(
      `${refusal.message}; not created: ${names.join(', ')}; to create them, run the same command again`,
    );
  }
  return planned.flatMap((run) => done.get(run) ?? []);
}

/** @returns undefined when there is nothing to do */
async function spawn(spawner: Spawner, planned: PlannedRun): Promise<FollowedRun | undefined> {
  const { command, terminal, runs, pods } = spawner;
  const { state, last, next: attempt, live } = runs.standing(pods, planned.runId);
  const say = (attempt: number, created: boolean, text: string) =>
    sayRun(planned, attempt, created, text, command, terminal);
  if (state?.phase === 'ended' && state.outcome === 'delivered' && !command.again) {
    say(last, false, `delivered ${shortCommit(state.result?.commit ?? '')}; nothing to do without --again,`);
    return undefined;
  }
  if (live) {
    say(attempt, false, state?.phase === 'running' ? 'is already running' : 'already exists and waits');
  } else {
    const created = await runs.create(rendered(spawner, planned, attempt), planned.runId);
    say(attempt, created, created ? 'created' : 'already exists');
  }
  return { planned, attempt };
}

/** The one line about a run: for people, or `--json` for programs. */
function sayRun(
  planned: PlannedRun,
  attempt: number,
  created: boolean,
  text: string,
  command: SpawnCommand,
  terminal: Terminal,
): void {
  const { input, settings } = planned;
  const pod = attemptName(planned, attempt);
  terminal.out(
    command.json
      ? toJson({ task: input.taskId, pod, namespace: settings.namespace, branch: input.taskBranch, created })
      : `${pod} ${text} in ${settings.namespace} (branch ${input.taskBranch})`,
  );
}
