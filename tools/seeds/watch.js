// @ts-check
// How people see what runs do.
import { specs } from './requirement.js';

const TAIL = 'test/cli/tail-logs.test.ts';
const PS = 'test/cli/ps.test.ts';
const LOGS = 'test/cluster/logs.test.ts';
const ALL_LOGS =
  '… logs are followed at once: each line once and in order, though connections are cut and the cluster restarts';

/** @type {import('./requirement.js').Requirement[]} */
export const WATCHING = [
  {
    ids: {
      prd: ['Story 2.1', 'F2'],
      ...specs('Scope 2', 'Flow 3'),
      readme: ['Feature 7'],
      platform: ['Journey 1.4'],
    },
    requirement: 'The log of a pod streams to the developer while it is written.',
    by: '`spawn-task --follow`, `tail-logs`',
    tests: [
      ['test/cluster/run.test.ts', 'streams what the agent did, without the result’s JSON'],
      ['test/cluster-client/follow.test.ts', 'goes on when the API server fails for a moment'],
    ],
  },
  {
    ids: { prd: ['Must 3.2'], oldSpec: ['Log 1'], spec: ['Component 6', 'Log 1'], readme: ['Script 2', 'Spawn 6'] },
    requirement: 'A helper script streams the log of a pod to standard output.',
    by: '`scripts/tail-logs.sh`, which is `tail-logs`',
    tests: [
      ['test/cli/commands.test.ts', 'scripts/spawn-pod.sh and scripts/tail-logs.sh take the original arguments'],
      [TAIL, 'of one run shows its lines as they are, without what nobody reads, and ends as the run did'],
    ],
  },
  {
    ids: specs('Log 2'),
    requirement: 'Without the name of a pod, the script prints its usage and fails.',
    by: '`tail-logs`',
    tests: [[LOGS, ALL_LOGS]],
    decided: 'Otherwise: without a name it follows all runs that are alive.',
  },
  {
    ids: { ...specs('Acceptance 4'), readme: ['Spawn 7'] },
    requirement: '`kubectl logs` streams the log.',
    by: '`src/constructs/agent-pod.ts` names the container that kubectl takes',
    tests: [
      [
        'test/constructs/agent-pod-restricted.test.ts',
        'is by default its runner for kubectl, which has the log of the run',
      ],
    ],
  },
  {
    ids: {
      prd: ['Problem 2', 'Story 2.2', 'Story 3.2', 'NF2', 'Metric 4', 'Design 6'],
      ...specs('Purpose 1', 'Acceptance 8'),
    },
    requirement: 'The developer sees what all agents do in one place, the main session.',
    by: '`agent-runner implement`, `tail-logs`, `agent-runner ps --watch`',
    tests: [
      [
        'test/cli/implement/live-view.test.ts',
        'shows the table at the top of the screen and the newest lines below it',
      ],
      [TAIL, 'of a feature takes the newest attempt of each of its runs, and fails as the first that did'],
      ['test/runner/delivered.test.ts', 'tells in the log what the agent said and which tool it used on which file'],
      [
        'test/integrations/opencode.test.ts',
        'a session hands the tasks to the subagent, shows the newest line of each pod, and gets the table',
      ],
    ],
  },
  {
    ids: specs('Purpose 2'),
    requirement: 'The developer cancels, awaits and deletes pods from their own machine.',
    by: '`agent-runner cancel`, `agent-runner wait`, `agent-runner prune`',
    tests: [
      ['test/cli/cancel.test.ts', 'says who and ends the time in one request, so that neither is ever there alone'],
      [
        'test/cluster/faults.test.ts',
        'by whoever cancels it: the outcome is cancelled, names who, and its work is on the branch',
      ],
    ],
  },
  {
    ids: { prd: ['Story 2.3'] },
    requirement: 'Several agents can be watched at the same time.',
    by: '`tail-logs T001 T002`, `agent-runner implement`',
    tests: [
      [TAIL, 'of several runs leads each line by its task'],
      [LOGS, ALL_LOGS],
    ],
  },
  {
    ids: { platform: ['UI 2', 'Quality 4'] },
    requirement: 'The states, times, logs and events of a run can be seen.',
    by: '`agent-runner describe`, `agent-runner ps --watch`',
    tests: [
      [
        'test/cli/describe.test.ts',
        'how long each step took, the end of the log without what a terminal obeys, and the events',
      ],
      [PS, 'adds a line for each change that shows, under the same columns'],
    ],
    decided:
      'Otherwise: commands show them, not a page. The log is lost with the pod. Events are kept as long as the cluster keeps them.',
  },
  {
    ids: { platform: ['UI 1'] },
    requirement: 'Sessions are listed, and one can be looked at.',
    by: '`agent-runner ps`, `agent-runner describe`',
    tests: [
      [PS, 'the newest attempt of each run, by the number of its task'],
      ['test/cli/describe.test.ts', 'what the pod says about its run and its result'],
    ],
    decided: 'Otherwise: they list runs in a terminal. There are no sessions yet, and no page.',
  },
];
