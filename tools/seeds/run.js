// @ts-check
// What a run does: it clones, works in a worktree, commits, pushes, proves the push, and ends.
import { specs } from './requirement.js';

const RUN = 'test/cluster/run.test.ts';
const DELIVERED = 'test/runner/delivered.test.ts';
const PUSHED = 'test/runner/pushed.test.ts';
const NAMES = 'test/run/names.test.ts';
const REFUSALS = 'test/runner/refusals.test.ts';

/** @type {import('./requirement.js').Requirement[]} */
export const RUNNING = [
  {
    ids: { prd: ['T3.1'], ...specs('Git 3', 'Flow 6', 'Acceptance 3') },
    requirement: 'The pod clones the branch and runs OpenCode in it.',
    by: '`src/runner/start/clone.ts`, `src/runner/opencode/opencode.ts`',
    tests: [
      [RUN, 'ends with delivered, the commit and exit code 0'],
      [
        'test/runner/start.test.ts',
        'the branch of the task › is where a run begins, which may have more than the base',
      ],
    ],
    decided:
      'Otherwise: the program fetches without the contents that it does not need. It starts OpenCode as a server and ' +
      'gives it the task by its SDK.',
  },
  {
    ids: { prd: ['Problem 3', 'F3', 'NF4'], ...specs('Scope 3', 'Git 4') },
    requirement: 'The agent does the task without a person.',
    by: '`src/runner/main.ts`, `src/charts/opencode-config.ts`',
    tests: [
      ['test/charts/opencode-config.test.ts', 'asks for nothing: nobody would answer'],
      [DELIVERED, 'is claimed with the exit code, the outcome and the commit that the remote branch has'],
    ],
  },
  {
    ids: {
      prd: ['Story 1.3', 'Story 4.1', 'F4', 'T3.2'],
      ...specs('Flow 4', 'Git 5', 'Acceptance 5'),
    },
    requirement: 'The change is committed when the agent is done.',
    by: '`src/runner/save/deliver.ts`',
    tests: [
      [DELIVERED, 'is one commit on the base, whatever the agent committed itself'],
      [DELIVERED, "holds the agent's change and nothing else: no task list, no state, nothing of OpenCode's"],
    ],
    decided:
      'Otherwise: the program makes the commit and pushes it. The agent has no credential, and its own commits become ' +
      'part of that one.',
  },
  {
    ids: { prd: ['Story 4.2'] },
    requirement: 'The change is pushed to a branch of the remote.',
    by: '`src/runner/save/push.ts`',
    tests: [
      [PUSHED, 'a push › is believed when the remote shows its commit'],
      [PUSHED, 'a push › is never forced'],
    ],
  },
  {
    ids: { prd: ['Q2'], ...specs('Git 6', 'Question 2') },
    requirement: 'The log tells when a run is complete.',
    by: '`git ls-remote` in the pod, the termination message, and `git ls-remote` of the user: `src/run/result.ts`',
    tests: [
      [PUSHED, 'a push › is not believed when the remote took it and does not show it'],
      [RUN, 'leaves the result in the termination message and as the last line of the log'],
      ['test/cli/implement/implement.test.ts', 'does not take a pod’s word for what is delivered'],
    ],
    decided: 'Otherwise: a log can be cut, and an agent can write into it.',
  },
  {
    ids: { prd: ['Story 4.3'] },
    requirement: 'A person reviews the change before it is merged.',
    by: '`agent-runner describe --url`, `agent-runner merge --into-branch`',
    tests: [
      [
        'test/cli/merge.test.ts',
        'puts what was delivered on the branch of the agents, and leaves the feature and the checkout alone',
      ],
      ['test/cli/describe-url.test.ts', 'describe --url prints › the branch and what it adds to the feature'],
    ],
  },
  {
    ids: { prd: ['Story 5.1', 'F10', 'Must 6.1', 'Term 4'] },
    requirement: 'Tasks of one branch that run at the same time each have a worktree.',
    by: '`src/runner/start/worktree.ts`; each also has a pod and a clone of its own',
    tests: [
      [RUN, 'runs in the worktree of its task'],
      [RUN, 'two tasks of one feature at once do not meet: each has its branch, with its own change alone'],
    ],
  },
  {
    ids: { prd: ['Story 5.2', 'Design 3'] },
    requirement: 'Worktrees are below `.agentic-sdlc/worktrees/` and are named after feature and task.',
    by: '`.agentic-sdlc/worktrees/<feature>-<task>` in the pod: `src/runner/start/worktree.ts`',
    tests: [[RUN, 'runs in the worktree of its task']],
  },
  {
    ids: { prd: ['Story 5.3'] },
    requirement: 'The working directories of two tasks are apart.',
    by: 'a pod and a volume for each run: `src/constructs/agent-pod.ts`',
    tests: [[RUN, 'two tasks of one feature at once do not meet: each has its branch, with its own change alone']],
  },
  {
    ids: { prd: ['Story 5.4', 'Must 6.2'], readme: ['Feature 6'] },
    requirement: 'The name of a branch has the task in it, so that no two tasks meet.',
    by: '`git.branchPattern`, by default `{branch}-{task}`: `src/run/names.ts`',
    tests: [
      [NAMES, 'branchNames › of %s and %s is %s'],
      [NAMES, 'tells thousands of spellings of task ids apart'],
    ],
  },
  {
    ids: specs('Git 1'),
    requirement: 'A developer makes the branch of the task, whose name ends with `async`.',
    by: '`src/run/names.ts`',
    tests: [[NAMES, 'branchNames › of %s and %s is %s']],
    decided:
      'Otherwise: the run makes the branch, from that of the feature. A given branch that names the task is the task’s ' +
      'branch, with `async` in its name or without.',
  },
  {
    ids: { prd: ['Story 5.5', 'Must 6.3'] },
    requirement: 'The worktree is removed after the task.',
    by: '`src/runner/run.ts`',
    tests: [[DELIVERED, 'leaves no worktree behind']],
  },
  {
    ids: { prd: ['Story 5.6'] },
    requirement: 'The branch stays for the review and the merge.',
    by: '`src/runner/save/push.ts`; `agent-runner prune` deletes pods only',
    tests: [
      [DELIVERED, 'a branch that holds earlier work of the task › is continued, never replaced'],
      ['test/cluster/run.test.ts', 'is not repeated either when the pod is gone: the remote remembers'],
    ],
  },
  {
    ids: { prd: ['Should 2', 'Q3'], ...specs('Question 3') },
    requirement: 'A run has a time limit that can be set, with 2 hours as the default.',
    by: '`task.deadlineSeconds`, default 7200',
    tests: [
      ['test/constructs/agent-pod-restricted.test.ts', 'ends: once, by a deadline, with time to push what there is'],
      [RUN, 'saves its work when Kubernetes ends it at its deadline'],
      ['test/charts/run-settings.test.ts', 'holds what an environment says about its runs'],
    ],
  },
  {
    ids: { prd: ['Risk 4'] },
    requirement: 'A pod that hangs is stopped.',
    by: '`task.stallSeconds`, `task.deadlineSeconds`: `src/runner/process/watchdog.ts`',
    tests: [
      [
        'test/runner/salvage.test.ts',
        'work in progress is on the task’s branch › when nothing happens any more, and the log says what was waited for',
      ],
      ['test/runner/last-resort.test.ts', 'an agent that repeats the same call with the same outcome is stopped'],
    ],
  },
  {
    ids: { prd: ['Should 1', 'T4.2', 'Q4'], ...specs('Question 4') },
    requirement: 'Pods that have ended are deleted by themselves, or as the values say.',
    by: '`agent-runner prune`, `task.cleanup`',
    tests: [
      ['test/cli/prune.test.ts', 'what was delivered a day ago and what failed a week ago, this very pod alone'],
      ['test/cli/prune.test.ts', 'nothing where the environment says never, but what a flag gives an age for'],
    ],
    decided:
      'Otherwise: a person or a timer of yours calls the command. Nothing of the runner stays in the cluster that could ' +
      'delete by itself.',
  },
  {
    ids: { prd: ['Should 3', 'T4.1'] },
    requirement: 'Errors reach the main session.',
    by: 'the outcome, its message and its exit code: `src/run/outcomes.ts`',
    tests: [
      ['test/run/outcomes.test.ts', 'says of %s what it means and what to do'],
      [RUN, 'ends with its outcome’s exit code, and the next spawn is the next attempt'],
    ],
  },
  {
    ids: { prd: ['Risk 2'] },
    requirement: 'A wrong Git credential is found early.',
    by: '`agent-runner doctor --probe`; the outcomes `clone-failed` and `auth-failed`',
    tests: [
      [
        'test/runner/check.test.ts',
        'says that the repository can be read and pushed to, changes nothing there, and asks no model',
      ],
      [REFUSALS, 'auth-failed when the password is wrong'],
      [REFUSALS, 'clone-failed after three tries when nothing answers'],
    ],
  },
  {
    ids: { prd: ['Risk 3'] },
    requirement: 'A failure of OpenCode is in the log.',
    by: 'the outcome `agent-failed`: `src/runner/opencode/verdict.ts`',
    tests: [
      ['test/runner/failures.test.ts', "agent-failed when the model refuses, with the model's own words"],
      ['test/runner/salvage.test.ts', 'work in progress is on the task’s branch › when OpenCode fails'],
    ],
  },
  {
    ids: { prd: ['Risk 5'] },
    requirement: 'Pushes do not meet, since each task has a branch.',
    by: '`src/runner/save/push.ts`; work that does not fit goes to a branch of the attempt',
    tests: [
      [
        'test/runner/push.test.ts',
        'a task’s branch that somebody else has pushed to meanwhile › is taken up where another run of the task has pushed: what both made is on it',
      ],
      ['test/runner/failures.test.ts', 'push-rejected when another run of the task has pushed what does not fit'],
    ],
  },
  {
    ids: { prd: ['Design 7'] },
    requirement: 'Git is the state, and no other state is kept.',
    by: '`src/run/trailers.ts`, `src/cluster/run-state.ts`',
    tests: [
      ['test/cli/implement/implement.test.ts', 'knows what was delivered when its pods are gone'],
      ['test/cli/implement/implement.test.ts', 'started again, spawns nothing and says that all is delivered'],
    ],
    decided: 'Otherwise: while a pod is there, its labels, annotations and termination message count, too.',
  },
];
