import { renderRun } from '../../../charts/run-chart.js';
import { printManifests } from '../../dry-run/print-manifests.js';
import { settingsOf } from '../../dry-run/settings-file.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { SpawnCommand } from './options.js';
import { planSpawn } from './planned.js';

/** Prints the pods for rendered settings, without a cluster. */
export async function spawnDryRun(command: SpawnCommand, terminal: Terminal): Promise<void> {
  const { settings: file, environment, namespace } = command;
  const say = (note: string) => terminal.err(`spawn-task: ${note}`);
  const planned = await planSpawn(
    command,
    settingsOf({ file, environment, namespace, cwd: terminal.cwd }, say),
    terminal,
  );
  const pods = planned.map((run) => renderRun({ ...run, attempt: 1 }));
  printManifests(pods, command.output, terminal);
}
