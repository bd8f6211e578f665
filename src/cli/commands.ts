import type { Command, CommandSpec } from './line/command.js';

/** Every command by name. Each is loaded on demand, because loading takes most of a command's time. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  plan: async () => (await import('./commands/plan.js')).plan,
  implement: async () => (await import('./commands/implement.js')).implement,
  'spawn-task': async () => (await import('./commands/spawn-task.js')).spawnTask,
  ps: async () => (await import('./commands/ps.js')).ps,
  describe: async () => (await import('./commands/describe.js')).describe,
  'tail-logs': async () => (await import('./commands/tail-logs.js')).tailLogs,
  wait: async () => (await import('./commands/wait.js')).wait,
  cancel: async () => (await import('./commands/cancel.js')).cancel,
  merge: async () => (await import('./commands/merge.js')).merge,
  recover: async () => (await import('./commands/recover.js')).recover,
  prune: async () => (await import('./commands/prune.js')).prune,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  setup: async () => (await import('./commands/setup.js')).setup,
  completion: async () => (await import('./commands/completion.js')).completion,
};

/** Aliases: the command that each stands for, and the flags that it adds. */
export const ALIASES: Readonly<Record<string, readonly [name: string, ...flags: string[]]>> = {
  spawn: ['spawn-task'],
  logs: ['tail-logs'],
  open: ['describe', '--url'],
};

/** A command's name and those of its aliases that add no flags. */
export const namesOf = (name: string): string[] => [
  name,
  ...Object.entries(ALIASES).flatMap(([alias, [target, ...flags]]) =>
    target === name && flags.length === 0 ? alias : [],
  ),
];

/** The spec of every command, in the order of {@link COMMANDS}. */
export async function allSpecs(): Promise<CommandSpec[]> {
  const all: CommandSpec[] = [];
  for (const load of Object.values(COMMANDS)) all.push((await load()).spec);
  return all;
}
