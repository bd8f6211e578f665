/** One way in which a run can end. */
export interface Outcome {
  /** Exit code of the agent program, and of `spawn-task --follow`. */
  readonly exitCode: number;
  readonly meaning: string;
  /** Where the agent's work is afterwards. */
  readonly work: string;
  /** What the user should do next. */
  readonly action: string;
}

/** Every way in which a run can end. The agent program, the commands and the docs share this table. */
export const OUTCOMES = {
  delivered: {
    exitCode: 0,
    meaning: 'the commit is on the remote branch: git ls-remote shows it',
    work: "on the task's branch",
    action: 'review the branch and merge it',
  },
  'no-changes': {
    exitCode: 10,
    meaning: 'the agent finished, but changed nothing',
    work: 'none',
    action:
      'check whether the task is already done, or changes only protected paths (the log says so); ' +
      'otherwise describe it in more detail, in its line or with --prompt, and spawn it again',
  },
  'agent-failed': {
    exitCode: 11,
    meaning: 'OpenCode did not finish the task',
    work: "saved on the task's branch; work that must not be delivered as it is: on a branch of the attempt",
    action:
      'read the message: it names the model, its key, a refused tool, or the state in which the agent ' +
      'left its git; then spawn it again',
  },
  stalled: {
    exitCode: 12,
    meaning: 'the agent stopped making progress',
    work: "saved on the task's branch",
    action: 'read the end of the log, then spawn it again to continue with the saved work',
  },
  'timed-out': {
    exitCode: 13,
    meaning: 'the deadline passed',
    work: "saved on the task's branch",
    action:
      'spawn it again to continue with the saved work; split the task, or raise ' +
      'task.deadlineSeconds of the environment',
  },
  cancelled: {
    exitCode: 14,
    meaning: 'somebody cancelled the run',
    work: "saved on the task's branch",
    action: 'spawn it again when you want it',
  },
  interrupted: {
    exitCode: 15,
    meaning: 'the pod was stopped from outside (deleted, evicted, out of memory, node lost)',
    work: "saved on the task's branch; after a kill, on the checkpoint ref",
    action: 'spawn it again to continue with the saved work; if memory ran out, raise pod.resources of the environment',
  },
  'over-budget': {
    exitCode: 16,
    meaning: 'the run used up its budget of tokens or money',
    work: "saved on the task's branch",
    action:
      'spawn it again to continue with the saved work and a new budget; split the task, or raise ' +
      'task.budget of the environment',
  },
  'clone-failed': {
    exitCode: 20,
    meaning: 'the repository could not be read',
    work: 'none',
    action: 'check the repository URL and that the pod may reach its host, then spawn it again',
  },
  'push-rejected': {
    exitCode: 21,
    meaning: 'the push did not arrive: the remote refused the branch, or was not reached',
    work: 'saved on a branch of the attempt; if that cannot be pushed, in the log',
    action: "read the remote's message in the log: a rule on the branch, a hook, or somebody else's commit",
  },
  'auth-failed': {
    exitCode: 22,
    meaning: 'the remote refused the credential',
    work: 'saved in the log, unless it was refused while cloning',
    action: 'check the git Secret of the environment: is it there, has it expired, may it write to this repository',
  },
  'sandbox-open': {
    exitCode: 30,
    meaning: 'the pod reached an address that it must not reach, so nothing was run',
    work: 'none',
    action: "check that the cluster's network plugin enforces NetworkPolicy",
  },
  'bad-config': {
    exitCode: 40,
    meaning: 'the input of the run is wrong, so nothing was run',
    work: 'none',
    action: 'correct the input that the message names, then spawn it again',
  },
} as const satisfies Record<string, Outcome>;

export type OutcomeName = keyof typeof OUTCOMES;

export const isOutcome = (name: unknown): name is OutcomeName =>
  typeof name === 'string' && Object.hasOwn(OUTCOMES, name);
