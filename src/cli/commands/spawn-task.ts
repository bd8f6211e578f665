import { OUTCOMES } from '../../run/outcomes.js';
import { withDryRunValue } from '../dry-run/dry-run-option.js';
import { command } from '../line/command.js';
import { EXIT } from '../terminal/terminal.js';
import { SPAWN_OPTIONS, spawnCommand } from './spawn-task/options.js';

/** `spawn-task`: renders one pod and creates it. */
export const spawnTask = command({
  name: 'spawn-task',
  program: 'spawn-task',
  summary: 'run one task in its own pod',
  about: 'Runs one task of a spec-kit feature in its own Kubernetes pod.',
  args: '<[feature/]task>[,<task>...] [branch] [repo] [context-dir]',
  examples: [
    'spawn-task T003',
    'spawn-task T003 001-login https://github.com/my-org/shop specs/001-login',
    'spawn-task T003 001-login git@github.com:my-org/shop.git --follow',
    'spawn-task T003,T004,T007 001-login https://github.com/my-org/shop specs/001-login',
    'spawn-task T003 001-login https://github.com/my-org/shop --dry-run -o json',
    "spawn-task T003 main https://github.com/my-org/shop --prompt 'Fix the typo in README.md'",
  ],
  options: SPAWN_OPTIONS,
  notes: [
    'Without --follow it returns as soon as the pods are created. Each of several tasks gets its own pod. If one ' +
      'task is refused, none is spawned. A run that is alive or was delivered is not started again. After any other ' +
      'outcome, the next attempt starts. NO_COLOR switches colours off.',
  ],
  exits: [
    '0 created, already there, or delivered',
    '1 unexpected',
    '2 wrong input',
    '3 the cluster refused or did not answer',
    `with --follow the outcome's: ${Object.entries(OUTCOMES)
      .map(([name, { exitCode }]) => `${exitCode} ${name}`)
      .join(', ')}`,
    '130 detached by Ctrl-C',
  ],
  // The original scripts put the word `spawn` first.
  prepared: (args) => withDryRunValue(args[0] === 'spawn' ? args.slice(1) : args),
  async run(given, terminal) {
    // Only the modules in use are loaded, because loading takes most of a command's time.
    const command = spawnCommand(given);
    const asked = await (await import('./spawn-task/completed.js')).completed(command, terminal);
    if (asked.dryRun !== 'client') return (await import('./spawn-task/on-cluster.js')).spawnOnCluster(asked, terminal);
    await (await import('./spawn-task/on-paper.js')).spawnDryRun(asked, terminal);
    return EXIT.ok;
  },
});
