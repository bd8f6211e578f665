import { readSpawnCommand } from './spawn-options.js';
import { EXIT, guarded, type Terminal } from './terminal.js';

/** `spawn-task`: renders one pod and creates it. Returns the exit code. */
export function spawnTask(args: readonly string[], given: Terminal): Promise<number> {
  return guarded('spawn-task', given, async (terminal) => {
    const command = readSpawnCommand(args, terminal);
    // Each way is loaded only when it is gone: most of a command's time is loading.
    if (command.help) {
      terminal.out((await import('./spawn-help.js')).SPAWN_HELP);
    } else if (command.version) {
      terminal.out((await import('./version.js')).VERSION);
    } else if (command.dryRun === 'client') {
      await (await import('./spawn-dry-run.js')).spawnDryRun(command, terminal);
    } else {
      return (await import('./spawn-on-cluster.js')).spawnOnCluster(command, terminal);
    }
    return EXIT.ok;
  });
}
