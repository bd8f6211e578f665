import type { OptionSpec } from './options.js';

/** One command of `agent-runner`. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Its flags; loaded only where they are asked for. */
  options(): Promise<Readonly<Record<string, OptionSpec>>>;
}

/** Every command: its help and the shells' completion are made from here. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'plan',
    summary: "show a feature's tasks, and which run at the same time",
    options: async () => (await import('./plan.js')).PLAN_OPTIONS,
  },
  {
    name: 'implement',
    summary: 'have pods do the [ASYNC] tasks of a feature, wave by wave',
    options: async () => (await import('./implement.js')).IMPLEMENT_OPTIONS,
  },
  {
    name: 'spawn-task',
    aliases: ['spawn'],
    summary: 'run one task in a pod of its own',
    options: async () => (await import('./spawn-options.js')).SPAWN_OPTIONS,
  },
  {
    name: 'ps',
    summary: 'list runs, or watch them',
    options: async () => (await import('./ps.js')).PS_OPTIONS,
  },
  {
    name: 'describe',
    summary: "show a run: state, result, steps, log's end, events",
    options: async () => (await import('./describe.js')).DESCRIBE_OPTIONS,
  },
  {
    name: 'tail-logs',
    aliases: ['logs'],
    summary: 'stream the logs of runs to their ends',
    options: async () => (await import('./tail-logs.js')).TAIL_OPTIONS,
  },
  {
    name: 'wait',
    summary: 'wait for runs to end; exit with the worst outcome',
    options: async () => (await import('./wait.js')).WAIT_OPTIONS,
  },
  {
    name: 'open',
    summary: "print the URLs of a run's branch and of what it adds",
    options: async () => (await import('./open.js')).OPEN_OPTIONS,
  },
  {
    name: 'cancel',
    summary: 'end a run; its work in progress is saved',
    options: async () => (await import('./cancel.js')).CANCEL_OPTIONS,
  },
  {
    name: 'merge',
    summary: 'put what was delivered for a feature together',
    options: async () => (await import('./merge.js')).MERGE_OPTIONS,
  },
  {
    name: 'recover',
    summary: 'make a branch of the work of a run that did not deliver',
    options: async () => (await import('./recover.js')).RECOVER_OPTIONS,
  },
  {
    name: 'prune',
    summary: 'delete the pods of runs that ended long ago',
    options: async () => (await import('./prune.js')).PRUNE_OPTIONS,
  },
  {
    name: 'doctor',
    summary: 'look for what keeps runs from working',
    options: async () => (await import('./doctor.js')).DOCTOR_OPTIONS,
  },
  {
    name: 'completion',
    summary: "print a shell's completion: bash, zsh or fish",
    options: async () => (await import('./completion.js')).COMPLETION_OPTIONS,
  },
];
