// @ts-check
// spec-kit: tasks.md, /implement, the subagents, and what a run is told.
import { specs } from './requirement.js';

const IMPLEMENT = 'test/cli/implement/implement.test.ts';
const OPENCODE = 'test/integrations/opencode.test.ts';
const PLAN = 'test/tasks/plan.test.ts';

/** @type {import('./requirement.js').Requirement[]} */
export const SPEC_KIT = [
  {
    ids: {
      prd: ['Problem 1', 'Story 1.1', 'F1', 'Design 1'],
      ...specs('Scope 1'),
      readme: ['Overview 1', 'Feature 5', 'Design 1'],
    },
    requirement: 'A subagent of the local session starts a pod for an `[ASYNC]` task of tasks.md.',
    by: '`agent-runner setup`: `integrations/opencode`; `agent-runner implement`',
    tests: [
      ['test/cluster/run.test.ts', 'ends with delivered, the commit and exit code 0'],
      [IMPLEMENT, 'has pods do all tasks, each from what the waves before it delivered, and says what came of it'],
      [OPENCODE, 'a session hands the tasks to the subagent, shows the newest line of each pod, and gets the table'],
    ],
  },
  {
    ids: specs('Flow 1', 'Kit 3'),
    requirement: '`/implement` starts one subagent for each `[ASYNC]` task.',
    by: '`integrations/opencode/agents/agent-runner.md`',
    tests: [
      [OPENCODE, 'a session hands the tasks to the subagent, shows the newest line of each pod, and gets the table'],
    ],
    decided:
      'Otherwise: one subagent for the whole feature, which calls `agent-runner implement`. One for each task would have ' +
      'to know waves, bases and merges from its prompt.',
  },
  {
    ids: { prd: ['Design 5', 'Term 3'] },
    requirement: 'The subagents are those that OpenCode has built in.',
    by: '`integrations/opencode/agents/agent-runner.md`',
    tests: [[OPENCODE, 'a model in the subagent can do nothing but call the tools, with words']],
    decided:
      'Otherwise: the subagent is one of this project, because those that OpenCode has built in have a shell and files.',
  },
  {
    ids: {
      prd: ['F5', 'NF3', 'Must 5', 'T3.4'],
      ...specs('Scope 4', 'Kit 1', 'Acceptance 6'),
      readme: ['Kit 2'],
    },
    requirement: '`/implement` of spec-kit has pods do the `[ASYNC]` tasks.',
    by: '`agent-runner setup`: `integrations/spec-kit`; `scripts/spawn-pod.sh` takes the call of older kits’ hook',
    tests: [
      [
        'test/cluster/implement.test.ts',
        'twenty tasks are delivered, each once, each from the work of the waves before it, also when the client is killed',
      ],
      ['test/cli/setup.test.ts', 'installs everything, finds nothing to do the second time, and takes it away again'],
      ['test/cli/spawn-task.test.ts', 'takes arguments, flags and the original scripts’ leading word alike'],
      ['test/tasks/real-files.test.ts', 'has the tasks that a careful reader finds'],
    ],
    decided:
      'Partly: a model reads the hook and follows it. That a whole feature runs like this, from `/speckit.specify` to merged ' +
      'branches, is not recorded yet.',
  },
  {
    ids: { readme: ['Kit 1', 'Kit 3'] },
    requirement: '`specify init --async-agent` sets a project up for the orchestrator.',
    by: '`agent-runner setup`',
    tests: [['test/cli/setup.test.ts', 'says the commands where spec-kit’s own is not here']],
    decided: 'Otherwise: a command of the runner installs its files into a project. spec-kit has removed the option.',
  },
  {
    ids: { prd: ['Term 1'], ...specs('Git 2', 'Kit 2') },
    requirement: 'The `[ASYNC]` markers of tasks.md say which tasks pods do.',
    by: '`agent-runner plan`: `src/tasks/task-list.ts`',
    tests: [
      ['test/tasks/task-list.test.ts', 'reads a list as spec-kit writes it'],
      [PLAN, 'the waves › leave out what is done, set aside or SYNC'],
    ],
  },
  {
    ids: { prd: ['Term 2'], ...specs('Kit 5') },
    requirement: 'A person does the `[SYNC]` tasks locally.',
    by: '`agent-runner implement` stops at them: `src/tasks/waves.ts`',
    tests: [
      [IMPLEMENT, 'stops at a human’s task, and says what is to be done'],
      [PLAN, 'an open SYNC task › stops the waves of later phases, and is named once'],
    ],
  },
  {
    ids: specs('Context 1'),
    requirement: 'A run gets its branch from tasks.md.',
    by: 'the upstream of what is checked out, or `--branch`: `src/cli/checkout/upstream.ts`',
    tests: [
      [IMPLEMENT, 'has pods do all tasks, each from what the waves before it delivered, and says what came of it'],
      [IMPLEMENT, 'agent-runner implement refuses, before anything is spawned, › a branch that is not on the remote'],
    ],
    decided: 'Otherwise: tasks.md of spec-kit names no branch.',
  },
  {
    ids: specs('Context 2'),
    requirement: 'A run gets its repository from the git remote.',
    by: 'the upstream of your checkout, or `--repo`, for `agent-runner implement` and `spawn-task`: `src/cli/checkout/upstream.ts`',
    tests: [
      ['test/cli/merge.test.ts', 'what is wrong is said › about a checkout without upstream'],
      [
        'test/cli/spawn-checkout.test.ts',
        'what spawn-task is not given is that of the checkout › for a task alone: repository, branch and feature, and it says so',
      ],
      ['test/cluster/page.test.ts', 'docs/implement.md does line by line what it says'],
    ],
  },
  {
    ids: { prd: ['Story 1.2'], ...specs('Flow 5', 'Context 3') },
    requirement: 'A run gets spec.md and plan.md with its clone.',
    by: '`src/runner/start/task.ts`; the task’s lines, the constitution and the repository’s instructions for agents as well',
    tests: [
      [
        'test/runner/delivered.test.ts',
        'gave the model the task with its details, the spec, the plan and the constitution',
      ],
    ],
  },
  {
    ids: {
      prd: ['Story 3.1', 'F6'],
      ...specs('Flow 7', 'Acceptance 7'),
      readme: ['Feature 8'],
      platform: ['Goal 2', 'Journey 3'],
    },
    requirement: 'Several tasks run at the same time.',
    by: '`agent-runner implement --parallel`, `spawn-task T001,T002`; `quota.pods`',
    tests: [
      [PLAN, 'the waves › have a run of [P] tasks together'],
      ['test/cli/spawn-many.test.ts', 'creates a hundred in one call'],
      [
        'test/cluster/run.test.ts',
        'two tasks of one feature at once do not meet: each has its branch, with its own change alone',
      ],
    ],
  },
  {
    ids: { prd: ['Story 3.3'] },
    requirement: 'Runs do not block each other’s resources.',
    by: '`pod.resources`, `runner.resources`, `quota`: `src/constructs/agent-quota.ts`',
    tests: [
      ['test/constructs/agent-quota.test.ts', 'holds each container to what one run is given'],
      [IMPLEMENT, 'waits for room in the quota, and says so'],
    ],
    decided: 'Otherwise: when the quota is full, the next run waits.',
  },
];
