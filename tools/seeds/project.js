// @ts-check
// What is needed, what is out of scope, what was planned and measured, and the documents.
import { specs } from './requirement.js';

/** @type {import('./requirement.js').Requirement[]} */
export const PROJECT = [
  {
    ids: { prd: ['Out 1', 'Alternative 1', 'Design 9'], ...specs('Out 1') },
    requirement: 'There is no controller.',
    by: 'The commands render a Pod and create it. Nothing of the runner is left running in the cluster.',
    tests: [['test/charts/runner-chart.test.ts', 'RunnerChart › is what an environment needs']],
  },
  {
    ids: {
      prd: ['Out 2', 'Out 3', 'Out 5', 'Alternative 2', 'Alternative 3', 'Alternative 5'],
      ...specs('Out 2', 'Out 3', 'Out 5'),
    },
    requirement: 'Other agent frameworks, Beads and the Mayor pattern are out of scope.',
    by: 'OpenCode is the only agent, and tasks.md the only list of tasks: `src/runner/opencode`, `src/tasks`',
    tests: [['test/cli/bundle.test.ts', 'the program in the pod has the client of OpenCode, and no other package']],
  },
  {
    ids: { prd: ['Out 4'], ...specs('Out 4') },
    requirement: 'A web dashboard is out of scope.',
    by: '`agent-runner implement`, `agent-runner ps --watch` in a terminal',
    tests: [
      [
        'test/cli/implement/live-view.test.ts',
        'shows the table at the top of the screen and the newest lines below it',
      ],
    ],
  },
  {
    ids: { ...specs('Dependency 1'), readme: ['Prerequisite 1'] },
    requirement: 'Kubernetes 1.25 is enough; the README says 1.24.',
    by: '`docs/install.md`, `agent-runner doctor`',
    tests: [
      [
        'test/schemas.test.ts',
        'what is rendered is valid, with the CRDs of External Secrets, Argo CD, Cilium and GKE › for Kubernetes %s › it is',
      ],
      ['test/cli/doctor.test.ts', 'agent-runner doctor › finds what is wrong: %s'],
    ],
    decided:
      'Otherwise: 1.30 or later, for admission policies in CEL. With `spawnPolicy.enabled: false` 1.29, for sidecar ' +
      'containers.',
  },
  {
    ids: { readme: ['Prerequisite 2'] },
    requirement: 'Helm 3.8 is enough.',
    by: '`dist/charts`; Helm is not needed with the manifests',
    tests: [['test/helm-equivalence.test.ts', 'helm %s renders what the constructs give › for any values']],
    decided: 'Partly: Helm 3.10, 3 and 4 are tested. Older ones are not.',
  },
  {
    ids: { ...specs('Dependency 4'), readme: ['Prerequisite 3'] },
    requirement: 'kubectl is installed and configured.',
    by: '`kubectl apply` installs; the commands need its kubeconfig, and not kubectl ([connection](../reference/connection.md))',
    tests: [
      ['test/cluster-client/connect/as-kubectl.test.ts', 'a kubeconfig is read as kubectl reads it › %s'],
      ['test/cli/commands.test.ts', 'without a kubeconfig the message says which one was looked for'],
    ],
    decided: 'Otherwise: only the installation needs kubectl.',
  },
  {
    ids: { ...specs('Dependency 3'), readme: ['Prerequisite 5'] },
    requirement: 'Git of any version is installed.',
    by: '`agent-runner doctor`; `agent-runner implement` and `agent-runner merge` look first',
    tests: [['test/cli/git-ready.test.ts', 'what is lacking is told with the command that gives it']],
    decided: 'Otherwise: 2.38 or later, which can merge without a checkout.',
  },
  {
    ids: { readme: ['Prerequisite 6'] },
    requirement: 'OpenCode is installed on the developer’s machine.',
    by: '`docs/install.md`',
    tests: [['test/cluster/run.test.ts', 'ends with delivered, the commit and exit code 0']],
    decided: 'Otherwise: only the pod needs it. The commands start from any shell, and need Node 20.',
  },
  {
    ids: { ...specs('Layout 5'), readme: ['Layout 4'] },
    requirement: 'The scripts have a folder, with a README.',
    by: '`scripts/README.md`',
    tests: [
      ['test/cli/commands.test.ts', 'the scripts work through a link, as a project has them'],
      ['test/docs.test.ts', 'links to nothing that does not exist'],
    ],
  },
  {
    ids: { prd: ['T4.3'], ...specs('Layout 6'), readme: ['Layout 5'] },
    requirement: 'README, SPEC and PRD are part of the project.',
    by: '`README.md`, `ARCHITECTURE.md`, `docs/seeds/requirements.md`',
    tests: [
      ['test/docs.test.ts', 'links to nothing that does not exist'],
      [
        'test/architecture.test.ts',
        'the imports between the folders of src › are those that the picture in ARCHITECTURE.md shows',
      ],
    ],
    decided: 'Otherwise: SPEC and PRD are not kept. This page says what became of each requirement.',
  },
  {
    ids: { readme: ['Development 1', 'Layout 6'] },
    requirement: '`pip install -e .` installs the dependencies of a Python package.',
    by: '`npm ci`: `package.json`',
    tests: [['test/cli/commands.test.ts', '%s knows its version']],
    decided: 'Otherwise: the project is TypeScript.',
  },
  {
    ids: { readme: ['License 1'] },
    requirement: 'The license is MIT.',
    by: '`LICENSE`, `package.json`',
    tests: [['test/docs.test.ts', 'links to nothing that does not exist']],
  },
  {
    ids: { prd: ['Milestone 2'] },
    requirement: 'A script makes a pod, and its log can be seen.',
    by: '`scripts/spawn-pod.sh`, `scripts/tail-logs.sh`',
    tests: [['test/cluster/run.test.ts', 'streams what the agent did, without the result’s JSON']],
  },
  {
    ids: { prd: ['Milestone 3'] },
    requirement: 'A task runs from end to end by itself.',
    by: '`npm run demo`, also without a cluster',
    tests: [['test/cluster/run.test.ts', 'ends with delivered, the commit and exit code 0']],
  },
  {
    ids: { prd: ['T4.4'] },
    requirement: 'Users test it.',
    by: '',
    tests: [],
    decided: 'Not there: a test runs the commands of `docs/implement.md`, and no test with people is recorded.',
  },
  {
    ids: { prd: ['Milestone 4'] },
    requirement: 'It is ready for production.',
    by: '`docs/security.md`, `docs/reference/faults.md`, `npm run protections`',
    tests: [
      ['test/docs.test.ts', 'docs/security.md names a test for every promise'],
      ['test/faults/page.test.ts', 'docs/reference/faults.md tells of no lost work and no false claim'],
      ['test/protections.test.ts', 'the text of every protection stands once in its file, and its tests are there'],
    ],
    decided: 'Partly: it is tested. No installation in production is measured.',
  },
  {
    ids: { prd: ['Metric 1'] },
    requirement: 'More than 95 % of the pods are made.',
    by: '',
    tests: [],
    decided: 'Not there: no rate is recorded. `spawn-task` says at once which pods were not made, and why.',
  },
  {
    ids: { prd: ['Metric 2'] },
    requirement: 'More than 90 % of the tasks are completed.',
    by: '`agent-runner implement` prints the share of a feature in percent',
    tests: [
      [
        'test/cli/implement/implement.test.ts',
        'has pods do all tasks, each from what the waves before it delivered, and says what came of it',
      ],
    ],
    decided:
      'Partly: the share of one feature is printed, and no rate over features is recorded. It depends on model and tasks.',
  },
  {
    ids: { prd: ['Metric 3'] },
    requirement: 'A run takes less than 2 hours on average.',
    by: '`task.deadlineSeconds`; the result has `durationSeconds`',
    tests: [
      ['test/constructs/agent-pod-restricted.test.ts', 'ends: once, by a deadline, with time to push what there is'],
    ],
    decided: 'Partly: no run may take longer than its deadline, by default 2 hours. No average is recorded.',
  },
];
