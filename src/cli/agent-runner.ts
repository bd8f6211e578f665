import { spawnTask } from './spawn-task.js';
import { EXIT, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

const HELP = `Runs [ASYNC] tasks of spec-kit features in Kubernetes pods.

Usage:
  agent-runner <command> [arguments]

Commands:
  spawn-task   run one task in a pod of its own (also: spawn)
  tail-logs    stream a run's log to its end (also: logs)

agent-runner <command> --help says more about one. Exit codes: see there.`;

/** `agent-runner <command>`. Returns the exit code. */
export async function agentRunner(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'spawn-task':
    case 'spawn':
      return spawnTask(rest, terminal);
    case 'tail-logs':
    case 'logs':
      return (await import('./tail-logs.js')).tailLogs(rest, terminal);
    case '--version':
      terminal.out(VERSION);
      return EXIT.ok;
    case undefined:
    case 'help':
    case '-h':
    case '--help':
      terminal.out(HELP);
      return command === undefined ? EXIT.usage : EXIT.ok;
    default:
      terminal.err(`agent-runner: command "${command}" is unknown; see agent-runner --help`);
      return EXIT.usage;
  }
}
