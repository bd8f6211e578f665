import { renderRun } from '../charts/run-chart.js';
import { runState } from '../cluster/run-state.js';
import { attemptOf } from '../cluster/runs.js';
import type { PlannedRun } from '../run/request.js';
import type { RunSettings } from '../run/settings.js';
import { withRuns } from './cluster.js';
import { followToEnd } from './follow.js';
import type { SpawnCommand } from './spawn-options.js';
import { printManifest, printRun } from './spawn-task.js';
import { EXIT, type Terminal } from './terminal.js';

/** Creates the run's pod, unless the run is alive or was delivered; then follows it, if asked. */
export function spawnOnCluster(
  command: SpawnCommand,
  terminal: Terminal,
  plan: (settings: RunSettings) => Promise<PlannedRun>,
): Promise<number> {
  return withRuns(command, async (runs, api) => {
    const [settings, createdBy] = await Promise.all([runs.settings(), runs.whoAmI()]);
    const planned = await plan(settings);
    const [newest] = await runs.attempts(planned.runId);
    const last = newest ? attemptOf(newest) : 0;
    const state = newest && runState(newest);
    const say = (attempt: number, created: boolean, text: string) =>
      printRun(planned, attempt, created, text, command, terminal);

    if (state?.phase === 'ended' && state.outcome === 'delivered' && !command.again) {
      say(last, false, `delivered ${state.result?.commit?.slice(0, 12) ?? ''}; nothing to do without --again,`);
      return EXIT.ok;
    }
    const live = state !== undefined && state.phase !== 'ended';
    const attempt = live ? last : last + 1;
    if (live) {
      say(attempt, false, state.phase === 'running' ? 'is running already' : 'is there already and waits');
    } else {
      const pod = renderRun({ ...planned, attempt, ...(createdBy && { createdBy }) });
      const created = await runs.create(pod, planned.runId, command.dryRun === 'server');
      if (command.dryRun === 'server') {
        printManifest(pod, command, terminal);
        return EXIT.ok;
      }
      say(attempt, created, created ? 'created' : 'is there already');
    }
    if (!command.follow) return EXIT.ok;
    return followToEnd(api, runs, planned, attempt, command.repo ?? settings.defaultRepo, terminal);
  });
}
