import { ALIASES, allSpecs, COMMANDS, namesOf } from './commands.js';
import { EXIT, type Terminal } from './terminal/terminal.js';

/** `agent-runner <command>`. Returns the exit code. */
export async function agentRunner(args: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = args;
  const alias = word !== undefined && Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
  const [name, ...flags] = alias ?? [word ?? ''];
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load) {
    if (flags.length > 0) terminal.err(`agent-runner ${word} is now agent-runner ${[name, ...flags].join(' ')}`);
    return (await load())([...flags, ...rest], terminal);
  }
  switch (word) {
    case '--version':
      terminal.out((await import('../version.js')).VERSION);
      return EXIT.ok;
    case 'help':
      if (rest[0] !== undefined) return agentRunner([rest[0], '--help'], terminal);
      terminal.out(await overview());
      return EXIT.ok;
    case undefined:
    case '-h':
    case '--help':
      terminal.out(await overview());
      return word === undefined ? EXIT.usage : EXIT.ok;
    default:
      terminal.err(`agent-runner: command "${word}" is unknown; see agent-runner --help`);
      return EXIT.usage;
  }
}

/** The list of commands. */
async function overview(): Promise<string> {
  const lines = (await allSpecs()).map(({ name, summary }) => {
    const [, ...others] = namesOf(name);
    return `  ${name.padEnd(12)} ${summary}${others.map((other) => ` (also: ${other})`).join('')}`;
  });
  return `Runs [ASYNC] tasks of spec-kit features in Kubernetes pods.

Usage:
  agent-runner <command> [arguments]

Commands:
${lines.join('\n')}
  ${'help'.padEnd(12)} print a command's help, with its exit codes`;
}
