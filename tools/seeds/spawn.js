// @ts-check
// How a run is started: the scripts, their arguments and variables.
import { specs } from './requirement.js';

const COMMANDS = 'test/cli/commands.test.ts';
const SPAWN = 'test/cli/spawn-task.test.ts';
const MANY = 'test/cli/spawn-many.test.ts';
const NAMES = 'test/run/names.test.ts';

/** @type {import('./requirement.js').Requirement[]} */
export const SPAWNING = [
  {
    ids: { prd: ['Must 3.1', 'T2.4'], spec: ['Component 5'], readme: ['Script 1', 'Spawn 1'] },
    requirement: 'A helper script starts the pod of a task.',
    by: '`scripts/spawn-pod.sh`, which is `spawn-task`',
    tests: [[COMMANDS, 'scripts/spawn-pod.sh and scripts/tail-logs.sh take the original arguments']],
  },
  {
    ids: { oldSpec: ['Spawn 1'], spec: ['Flow 2', 'Spawn 1'] },
    requirement: 'The arguments are task id, branch, repository and, as the fourth, the context directory.',
    by: '`spawn-task`; also as `--task-id`, `--branch`, `--repo`, `--context-dir`',
    tests: [
      [SPAWN, 'takes arguments, flags and the original scripts’ leading word alike'],
      [SPAWN, 'takes the original default context for no context'],
    ],
    decided:
      'Otherwise: the fourth is the feature directory of the repository, as the path of a clone in the pod says nothing ' +
      'about the task.',
  },
  {
    ids: { oldSpec: ['Flow 2'] },
    requirement: 'The script takes a task and a branch, and no repository.',
    by: '`spawn-task` with `git.defaultRepo`',
    tests: [['test/run/request.test.ts', 'takes from the settings what the request leaves open']],
  },
  {
    ids: { oldSpec: ['Spawn 2'] },
    requirement: 'A call without all of its arguments is refused.',
    by: '`spawn-task`: exit code 2, and nothing is created',
    tests: [
      [
        SPAWN,
        'wrong input is refused with exit code 2, and the message says what, and what is allowed › all problems at once',
      ],
    ],
    decided:
      'Otherwise: only the task is always needed. The environment has a default branch, and may have a default repository.',
  },
  {
    ids: { oldSpec: ['Spawn 3', 'Log 3'], spec: ['Spawn 2', 'Log 3'], readme: ['Variable 1'] },
    requirement: '`NAMESPACE` names the namespace, with a fixed default.',
    by: '`-n`, `NAMESPACE`, `--env`, `ENVIRONMENT`, else the namespace of the context',
    tests: [
      [SPAWN, 'the precedence of a setting › is the variable before the default'],
      [SPAWN, 'the precedence of a setting › is the flag before the variable'],
    ],
    decided: 'Otherwise: a fixed default would be a namespace that no environment makes.',
  },
  {
    ids: { prd: ['Must 3.3'], spec: ['Spawn 3'], readme: ['Spawn 3'] },
    requirement: '`ENVIRONMENT` chooses dev, stg or prod.',
    by: '`--env`, `ENVIRONMENT`',
    tests: [
      [SPAWN, 'renders for %s'],
      [SPAWN, 'the precedence of a setting › is the variable before the default'],
    ],
  },
  {
    ids: { prd: ['Must 3.4'], spec: ['Spawn 4'], readme: ['Spawn 2'] },
    requirement: '`SSH_SECRET_NAME` names a Secret with an SSH key for the repository.',
    by: '`--credential`, `SSH_SECRET_NAME`; `git.credentials`',
    tests: [
      [SPAWN, 'maps SSH_SECRET_NAME to the credential, behind --credential'],
      [
        'test/runner/ssh.test.ts',
        'is cloned, pushed to and asked for the commit with the key of the Secret, which the log never shows',
      ],
    ],
    decided:
      'Otherwise: it names one of the credentials of the environment. Any Secret of the namespace would be more than a ' +
      'run may have.',
  },
  {
    ids: { prd: ['T2.2'], oldSpec: ['Spawn 4', 'Kit 4'], spec: ['Spawn 5', 'Kit 4'] },
    requirement:
      'The pod comes from a template of the chart with `task.*` values, rendered by Helm and applied by kubectl.',
    by: '`src/charts/run-chart.ts`, from the ConfigMap `agent-runner-settings` of the namespace',
    tests: [
      ['test/charts/run-chart.test.ts', 'gives the pod of the construct, %s, as the API server takes it'],
      ['test/cluster/helm.test.ts', 'gives what values say to every run'],
    ],
    decided:
      'Otherwise: one Pod is created. A user needs neither Helm nor the chart, and a spawn cannot change what ' +
      'the chart installs. The values that differ by task are arguments.',
  },
  {
    ids: { oldSpec: ['Spawn 5'] },
    requirement: 'The script prints the name and the namespace of the pod.',
    by: '`spawn-task`; `--json` for programs',
    tests: [
      [MANY, 'again creates only what is missing'],
      [MANY, 'creates a pod for each, and says so for each'],
    ],
  },
  {
    ids: { oldSpec: ['Spawn 6'], readme: ['Spawn 4'] },
    requirement: 'The pod of task-001 is called agent-task-001.',
    by: '`src/run/names.ts`: `agent-<task>-<10 hex>-<attempt>`',
    tests: [
      [NAMES, 'is made of the slug, ten digits of the run, and the attempt'],
      [NAMES, 'is a DNS label of at most 63 characters for any task, even at the 9999th attempt'],
      ['test/cluster/run.test.ts', 'can be read again later, by task or by the pod without its hex'],
    ],
    decided:
      'Otherwise: two features may have such a task, and a task may be tried again. The commands take the name without ' +
      'hex and attempt.',
  },
  {
    ids: specs('Pod 5'),
    requirement: 'The pod gets `GIT_REPO` and `GIT_BRANCH`, from default values where none is given.',
    by: '`src/run/input.ts`, `git.defaultRepo`, `git.defaultBranch`',
    tests: [
      ['test/run/input.test.ts', 'has a variable for each field, the four of the original contract first'],
      ['test/run/request.test.ts', 'takes from the settings what the request leaves open'],
    ],
  },
  {
    ids: { readme: ['Variable 3', 'Variable 4'] },
    requirement: '`GIT_REPO` and `GIT_BRANCH` set repository and branch; the branch is `main` by default.',
    by: 'arguments of `spawn-task`; `git.defaultBranch`',
    tests: [
      [SPAWN, 'is the settings’ own for a branch that is not given'],
      ['test/run/input.test.ts', 'has a variable for each field, the four of the original contract first'],
    ],
    decided: 'Otherwise: they are variables of the pod. Of the user’s shell the command takes arguments only.',
  },
  {
    ids: { ...specs('Pod 4'), readme: ['Variable 2'] },
    requirement: '`OPENCODE_SERVER_PASSWORD` comes from a Secret.',
    by: '`src/runner/opencode/launch.ts`',
    tests: [
      [
        'test/runner/opencode/opencode.test.ts',
        'OpenCode is started with › an environment of its own, with nothing of the program’s',
      ],
    ],
    decided: 'Otherwise: the program makes a password for each run. Nobody else needs it, so no store has it.',
  },
  {
    ids: { prd: ['T2.5'], readme: ['Spawn 5'] },
    requirement: 'kubectl starts the pod of a task without a script.',
    by: '`spawn-task --dry-run=server -o json | kubectl create -f -`',
    tests: [
      ['test/cluster/refusals.test.ts', 'when a pod that is no run has the name'],
      ['test/cluster/rbac.test.ts', 'runs no program of their own'],
    ],
    decided:
      'Otherwise: `kubectl run` with an image and variables is refused, since SpawnPolicy admits only pods that are runs.',
  },
];
