import { type PlannedRun, planRun } from '../run/request.js';
import type { RunSettings } from '../run/settings.js';
import { localContext } from './context-dir.js';
import type { SpawnCommand } from './spawn-options.js';
import type { Terminal } from './terminal.js';

/**
 * Holds the command against the settings, and then against the user's own checkout.
 * @throws InputError with every problem
 */
export async function planSpawn(command: SpawnCommand, settings: RunSettings, terminal: Terminal): Promise<PlannedRun> {
  // What the settings refuse is said before git is asked about the checkout.
  planRun(settings, command);
  const local = await localContext(command.contextDir, terminal.cwd, {
    task: command.task,
    branch: command.branch ?? settings.defaultBranch,
    hasBase: command.base !== undefined,
    hasPrompt: command.prompt !== undefined,
  });
  const planned = planRun(settings, { ...command, ...local });
  for (const note of planned.notes) terminal.err(`spawn-task: ${note}`);
  return planned;
}
