import { renderRun } from '../charts/run-chart.js';
import { builtInSettings } from './built-in-settings.js';
import { environmentNamed } from './environment-named.js';
import { printManifests } from './print-manifests.js';
import type { SpawnCommand } from './spawn-options.js';
import { planSpawn } from './spawn-plan.js';
import type { Terminal } from './terminal.js';

/** Prints the pods that the environment of this package gives; no cluster is asked. */
export async function spawnDryRun(command: SpawnCommand, terminal: Terminal): Promise<void> {
  const settings = environmentNamed(command.environment, builtInSettings);
  const namespace = command.namespace ?? settings.namespace;
  const planned = await planSpawn(command, { ...settings, namespace }, terminal);
  const pods = planned.map((run) => renderRun({ ...run, attempt: 1 }));
  printManifests(pods, command.output, terminal);
}
