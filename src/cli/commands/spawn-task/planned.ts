import { checkRequest, type PlannedRun, planRun } from '../../../run/request.js';
import type { RunSettings } from '../../../run/settings.js';
import { localContext } from '../../checkout/context-dir.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { SpawnCommand } from './options.js';

/**
 * Checks everything that needs no settings, so that errors come before the cluster is asked.
 * @throws InputError with every problem
 */
export function checkSpawn(command: SpawnCommand): void {
  for (const task of command.tasks) checkRequest({ ...command, task });
}

/**
 * Checks every task of the command against the settings, and then against the user's own checkout. If one task is
 * refused, none is spawned.
 * @throws InputError with every problem
 */
export async function planSpawn(
  command: SpawnCommand,
  settings: RunSettings,
  terminal: Terminal,
): Promise<PlannedRun[]> {
  const plan = (local: object) => command.tasks.map((task) => planRun(settings, { ...command, ...local, task }));
  // The settings are checked first, before git is asked about the feature.
  plan({});
  const local = await localContext(command.contextDir, terminal.cwd, {
    tasks: command.tasks,
    branch: command.branch ?? settings.defaultBranch,
    hasBase: command.base !== undefined,
    hasPrompt: command.prompt !== undefined,
  });
  const planned = plan(local);
  const notes = new Set(planned.flatMap((run) => run.notes));
  for (const note of notes) terminal.err(`spawn-task: ${note}`);
  return planned;
}
