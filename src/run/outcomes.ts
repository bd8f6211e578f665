/** One way in which a run can end. */
export interface Outcome {
  /** Exit code of the agent program, and of `spawn-task --follow`. */
  readonly exitCode: number;
  readonly meaning: string;
  /** What becomes of what the agent wrote. */
  readonly work: string;
  /** What the user should do next. */
  readonly action: string;
}

/** Every way in which a run can end. Agent, commands and docs share this table. */
export const OUTCOMES = {
  delivered: {
    exitCode: 0,
    meaning: 'the commit is on the remote branch: git ls-remote showed it',
    work: "on the task's branch",
    action: 'review the branch and merge it',
  },
  'no-changes': {
    exitCode: 10,
    meaning: 'the agent ended well and changed nothing',
    work: 'there is none',
    action:
      'check whether the task is done already, or changes protected paths alone (the log says so); else say more in its line or in --prompt, and spawn it again',
  },
  'agent-failed': {
    exitCode: 11,
    meaning: 'OpenCode did not finish the task',
    work: "saved on the task's branch",
    action: 'read the log: the model, its key or a refused tool is named there; then spawn it again',
  },
  stalled: {
    exitCode: 12,
    meaning: 'the agent stopped making progress',
    work: "saved on the task's branch",
    action: 'read the end of the log, then spawn it again: it goes on with what was saved',
  },
  'timed-out': {
    exitCode: 13,
    meaning: 'the deadline passed',
    work: "saved on the task's branch",
    action:
      'spawn it again to go on with what was saved; split the task, or raise task.deadlineSeconds of the environment',
  },
  cancelled: {
    exitCode: 14,
    meaning: 'somebody cancelled the run',
    work: "saved on the task's branch",
    action: 'spawn it again when it is wanted',
  },
  interrupted: {
    exitCode: 15,
    meaning: 'the pod was ended from outside (deleted, evicted, out of memory, a lost node)',
    work: "saved on the task's branch; after a kill, on the checkpoint ref",
    action: 'spawn it again: it goes on with what was saved; if it was memory, raise pod.resources of the environment',
  },
  'clone-failed': {
    exitCode: 20,
    meaning: 'the repository could not be read',
    work: 'there is none',
    action: 'check the repository URL and that the pod may reach its host, then spawn it again',
  },
  'push-rejected': {
    exitCode: 21,
    meaning: 'the push did not arrive: the remote refused the branch, or was not reached',
    work: 'saved on a branch of the attempt, else in the log',
    action: "read the remote's own words in the log: a rule on the branch, a hook, or somebody else's commit",
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
    work: 'there is none',
    action: "check that the cluster's network plugin enforces NetworkPolicy",
  },
  'bad-config': {
    exitCode: 40,
    meaning: 'the input of the run is wrong, so nothing was run',
    work: 'there is none',
    action: 'correct what the message names, then spawn it again',
  },
} as const satisfies Record<string, Outcome>;

export type OutcomeName = keyof typeof OUTCOMES;

export const isOutcome = (name: unknown): name is OutcomeName =>
  typeof name === 'string' && Object.hasOwn(OUTCOMES, name);
