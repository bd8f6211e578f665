import { runState } from '../cluster/run-state.js';
import { attemptOf } from '../cluster/runs.js';
import { attemptName, checkRequest, type PlannedRun } from '../run/request.js';
import { withRuns } from './cluster.js';
import type { SpawnCommand } from './spawn-options.js';
import { planSpawn } from './spawn-plan.js';
import { EXIT, type Terminal } from './terminal.js';

/** Creates the run's pod, unless the run is alive or was delivered; then follows it, if asked. */
export async function spawnOnCluster(command: SpawnCommand, terminal: Terminal): Promise<number> {
  checkRequest(command);
  const spawned = withRuns(command, async (runs, api) => {
    const asked = [runs.settings(), runs.whoAmI(), runs.ofTask(command.task)] as const;
    // All at once; where several are refused, the settings' own refusal says the most.
    await Promise.allSettled(asked);
    const [settings, createdBy, pods] = [await asked[0], await asked[1], await asked[2]];
    const planned = await planSpawn(command, settings, terminal);
    const [newest] = runs.attempts(pods, planned.runId);
    const last = newest ? attemptOf(newest) : 0;
    const state = newest && runState(newest);
    const say = (attempt: number, created: boolean, text: string) =>
      sayRun(planned, attempt, created, text, command, terminal);

    const live = state !== undefined && state.phase !== 'ended';
    const attempt = live ? last : last + 1;
    const render = async () => (await rendering).renderRun({ ...planned, attempt, ...(createdBy && { createdBy }) });
    if (command.dryRun === 'server') {
      const pod = await render();
      if (!live) await runs.create(pod, planned.runId, true);
      (await import('./print-manifest.js')).printManifest(pod, command.output, terminal);
      return EXIT.ok;
    }
    if (state?.phase === 'ended' && state.outcome === 'delivered' && !command.again) {
      say(last, false, `delivered ${state.result?.commit?.slice(0, 12) ?? ''}; nothing to do without --again,`);
      return EXIT.ok;
    }
    if (live) {
      say(attempt, false, state.phase === 'running' ? 'is running already' : 'is there already and waits');
    } else {
      const created = await runs.create(await render(), planned.runId);
      say(attempt, created, created ? 'created' : 'is there already');
    }
    if (!command.follow) return EXIT.ok;
    const { followToEnd } = await import('./follow.js');
    return followToEnd(api, runs, planned, attempt, command.repo ?? settings.defaultRepo, terminal);
  });
  // Loads while kubectl starts.
  const rendering = import('../charts/run-chart.js');
  return spawned;
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
      ? JSON.stringify({ task: input.taskId, pod, namespace: settings.namespace, branch: input.taskBranch, created })
      : `${pod} ${text} in ${settings.namespace} (branch ${input.taskBranch})`,
  );
}
