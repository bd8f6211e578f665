import { COMMANDS } from './commands.js';
import { spawnTask } from './spawn-task.js';
import { EXIT, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

const HELP = `Runs [ASYNC] tasks of spec-kit features in Kubernetes pods.

Usage:
  agent-runner <command> [arguments]

Commands:
${COMMANDS.map(({ name, aliases = [], summary }) => `  ${name.padEnd(12)} ${summary}${aliases.map((alias) => ` (also: ${alias})`).join('')}`).join('\n')}

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
    case 'plan':
      return (await import('./plan.js')).plan(rest, terminal);
    case 'implement':
      return (await import('./implement.js')).implement(rest, terminal);
    case 'merge':
      return (await import('./merge.js')).merge(rest, terminal);
    case 'ps':
      return (await import('./ps.js')).ps(rest, terminal);
    case 'describe':
      return (await import('./describe.js')).describe(rest, terminal);
    case 'wait':
      return (await import('./wait.js')).wait(rest, terminal);
    case 'open':
      return (await import('./open.js')).open(rest, terminal);
    case 'cancel':
      return (await import('./cancel.js')).cancel(rest, terminal);
    case 'recover':
      return (await import('./recover.js')).recover(rest, terminal);
    case 'prune':
      return (await import('./prune.js')).prune(rest, terminal);
    case 'doctor':
      return (await import('./doctor.js')).doctor(rest, terminal);
    case 'completion':
      return (await import('./completion.js')).completion(rest, terminal);
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
