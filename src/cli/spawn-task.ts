import { Yaml } from 'cdk8s';
import { type PodManifest, renderRun } from '../charts/run-chart.js';
import { attemptName, type PlannedRun, planRun } from '../run/request.js';
import type { RunSettings } from '../run/settings.js';
import { builtInSettings } from './built-in-settings.js';
import { localContext } from './context-dir.js';
import { environmentNamed } from './environment-named.js';
import { SPAWN_HELP } from './spawn-help.js';
import { readSpawnCommand, type SpawnCommand } from './spawn-options.js';
import { EXIT, guarded, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

/** `spawn-task`: renders one pod and creates it. Returns the exit code. */
export function spawnTask(args: readonly string[], terminal: Terminal): Promise<number> {
  return guarded('spawn-task', terminal, async () => {
    const command = readSpawnCommand(args, terminal);
    if (command.help || command.version) {
      terminal.out(command.help ? SPAWN_HELP : VERSION);
      return EXIT.ok;
    }
    if (command.dryRun === 'client') {
      const settings = environmentNamed(command.environment, builtInSettings);
      const namespace = command.namespace ?? settings.namespace;
      const planned = await plan(command, { ...settings, namespace }, terminal);
      printManifest(renderRun({ ...planned, attempt: 1 }), command, terminal);
      return EXIT.ok;
    }
    const { spawnOnCluster } = await import('./spawn-on-cluster.js');
    return spawnOnCluster(command, terminal, (settings) => plan(command, settings, terminal));
  });
}

/** Holds the command against the settings and the user's own checkout. */
async function plan(command: SpawnCommand, settings: RunSettings, terminal: Terminal): Promise<PlannedRun> {
  const request = { ...command, contextPath: undefined };
  planRun(settings, request);
  const local = await localContext(command.contextDir, terminal.cwd, {
    task: command.task,
    branch: command.branch ?? settings.defaultBranch,
    hasBase: command.base !== undefined,
    hasPrompt: command.prompt !== undefined,
  });
  const planned = planRun(settings, { ...request, ...local });
  for (const note of planned.notes) terminal.err(`spawn-task: ${note}`);
  return planned;
}

export function printManifest(pod: PodManifest, { output }: SpawnCommand, terminal: Terminal): void {
  terminal.out(output === 'json' ? JSON.stringify(pod, null, 2) : Yaml.stringify(pod).trimEnd());
}

/** The one line about a run: for people, or `--json` for programs. */
export function printRun(
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
