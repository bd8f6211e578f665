// @ts-check
// What the PRD of the platform has beyond a run: its server, page, objects and pull requests.

const NO_SERVER =
  'Not there: the API server of Kubernetes is the only control plane. Nothing else has to be run, secured and upgraded.';
const NO_PAGE = 'Planned: a page that the user’s own machine serves. Today commands do it.';
const PULL_REQUEST =
  'Planned: today `agent-runner describe --url` prints the page on which a person opens the pull request.';

/** @type {import('./requirement.js').Requirement[]} */
export const PLATFORM = [
  {
    ids: { platform: ['Solution 1', 'Control 1', 'Milestone 4'] },
    requirement: 'A server in Go has a REST API for sessions, runs and artifacts.',
    by: '',
    tests: [],
    decided: NO_SERVER,
  },
  {
    ids: { platform: ['Control 2', 'Milestone 3'] },
    requirement: 'PostgreSQL keeps the metadata.',
    by: '',
    tests: [],
    decided: 'Not there: labels, annotations and the termination message of a pod, and trailers in Git, say all of it.',
  },
  {
    ids: { platform: ['Control 3', 'Resource 1', 'Resource 2', 'Milestone 1', 'Milestone 2'] },
    requirement: 'An operator manages pods by the custom resources Session and HarnessRun.',
    by: '',
    tests: [],
    decided: NO_SERVER,
  },
  {
    ids: { platform: ['Solution 2', 'Journey 1.3', 'Data 1', 'Resource 3', 'Acceptance 1'] },
    requirement: 'Each run of a repository has a pod that is made for it and ends with it.',
    by: '`spawn-task`, `src/constructs/agent-pod.ts`',
    tests: [
      ['test/cli/spawn-many.test.ts', 'creates a pod for each, and says so for each'],
      ['test/constructs/agent-pod-restricted.test.ts', 'ends: once, by a deadline, with time to push what there is'],
    ],
    decided: 'Otherwise: a command makes it, not a controller, so that the API server knows which user did.',
  },
  {
    ids: { platform: ['Journey 1.1'] },
    requirement: 'The user chooses a repository and a branch, or the default one, and starts a run.',
    by: '`spawn-task`, also with `--prompt` for work that is in no tasks.md',
    tests: [
      ['test/run/request.test.ts', 'takes from the settings what the request leaves open'],
      ['test/cli/spawn-task.test.ts', 'passes prompt, base, context and log format to the pod'],
    ],
  },
  {
    ids: { platform: ['Acceptance 2', 'Entity 2', 'Resource 5'] },
    requirement: 'A run ends as succeeded, failed or cancelled. Its state, times and egress are kept.',
    by: '`src/run/outcomes.ts`, `src/cluster/run-state.ts`, `agent-runner ps -o wide`',
    tests: [
      ['test/run/outcomes.test.ts', 'has the thirteen ways in which a run can end'],
      ['test/cli/ps.test.ts', 'more about each with -o wide, on one line whatever its message holds'],
      [
        'test/cluster/faults.test.ts',
        'by whoever cancels it: the outcome is cancelled, names who, and its work is on the branch',
      ],
    ],
    decided:
      'Partly: there are thirteen outcomes. The URL of a pull request is not one of the facts, since none is opened.',
  },
  {
    ids: { platform: ['Entity 1'] },
    requirement: 'A session has a repository, a default branch, an owner and times.',
    by: '',
    tests: [],
    decided: 'Planned: sessions. Today the run has these facts: `agent-runner describe`.',
  },
  {
    ids: { platform: ['Resource 6'] },
    requirement: 'The controller saves and restores artifacts.',
    by: '',
    tests: [],
    decided: 'Planned: the program in the pod will do it. There is no controller.',
  },
  {
    ids: { platform: ['GitHub 1.1'] },
    requirement: 'The branch is made from within the pod.',
    by: '`src/runner/save/push.ts`',
    tests: [['test/cluster/run.test.ts', "leaves the agent's change on the branch and nothing else"]],
  },
  {
    ids: { platform: ['Journey 1.5', 'GitHub 1.2', 'Acceptance 3.1', 'Milestone 9'] },
    requirement: 'A run opens a pull request.',
    by: '',
    tests: [],
    decided: PULL_REQUEST,
  },
  {
    ids: { platform: ['GitHub 2', 'Acceptance 3.2'] },
    requirement: 'The URL of the pull request and the last state of the run are recorded and shown.',
    by: '`agent-runner describe`, `agent-runner describe --url`',
    tests: [
      ['test/cli/describe.test.ts', 'what the pod says about its run and its result'],
      ['test/cli/describe-url.test.ts', 'describe --url prints › the branch and what it adds to the feature'],
    ],
    decided: 'Partly: the state, the branch and the page that compares it. Pull requests are planned.',
  },
  {
    ids: { platform: ['Assumption 5', 'Non-goal 1'] },
    requirement: 'GitHub is the only Git host; GitLab comes later.',
    by: '`git.repositories`, `src/run/repository.ts`',
    tests: [
      ['test/cli/describe-url.test.ts', 'the pages of %s'],
      ['test/run/repository.test.ts', 'parseRepository › reads %s'],
    ],
    decided: 'Otherwise: any host that Git reaches by HTTPS or SSH. Its addresses are named in `egress.endpoints`.',
  },
  {
    ids: { platform: ['Choice 2', 'SDK 1'] },
    requirement: 'OpenCode is driven by its SDKs for Go and TypeScript, not by scripts.',
    by: '`src/runner/opencode/connection.ts`: the SDK for TypeScript',
    tests: [
      ['test/image.test.ts', 'OpenCode has the version of its client, everywhere'],
      ['test/cli/bundle.test.ts', 'the program in the pod has the client of OpenCode, and no other package'],
    ],
    decided: 'Otherwise: the program is TypeScript, so that one SDK does.',
  },
  {
    ids: { platform: ['SDK 2'] },
    requirement: 'The server makes the tokens for attaching by the SDK.',
    by: '',
    tests: [],
    decided: NO_SERVER,
  },
  {
    ids: { platform: ['SDK 3'] },
    requirement: 'The page streams and steers an attached run by the SDK.',
    by: '',
    tests: [],
    decided: NO_PAGE,
  },
  {
    ids: { platform: ['Goal 3', 'Solution 4', 'UI 3', 'Milestone 8'] },
    requirement: 'A page starts and manages sessions and runs.',
    by: '',
    tests: [],
    decided: NO_PAGE,
  },
  {
    ids: { platform: ['Assumption 1', 'Non-goal 2'] },
    requirement: 'It runs in one cluster of the user’s own; several clusters are out of scope.',
    by: '`gitops.server`, `--context`',
    tests: [['test/cluster/refusals.test.ts', 'spawn-task creates nothing and says why › when the context is unknown']],
    decided: 'Otherwise: each environment may be in another cluster. Nothing spans two.',
  },
  {
    ids: { platform: ['Quality 3.1'] },
    requirement: 'Runs outlive a restart of the control plane.',
    by: 'the kubelet runs the pod; the commands connect again: `src/cluster/retry.ts`',
    tests: [
      [
        'test/cluster/logs.test.ts',
        '… logs are followed at once: each line once and in order, though connections are cut and the cluster restarts',
      ],
      ['test/cli/implement/implement.test.ts', 'tries again what the cluster does not answer, and says so'],
    ],
  },
  {
    ids: { platform: ['Quality 6'] },
    requirement: 'Many runs at the same time do not overload the cluster.',
    by: '`quota.pods`, default 20; `agent-runner implement --parallel`, default 8; `bench/RESULTS.md`',
    tests: [
      ['test/cli/implement/waves.test.ts', 'the waves of a plan › have no more runs alive than they may'],
      ['test/constructs/agent-quota.test.ts', 'counts living pods: those that have ended leave room'],
    ],
    decided: 'Partly: you set the number. No load of the API server is set as a target or measured as one.',
  },
  {
    ids: { platform: ['Milestone 7'] },
    requirement: 'Templates of network policies, with a choice for each run.',
    by: '`src/constructs/agent-network-policy.ts`, `--egress`',
    tests: [
      [
        'test/constructs/agent-network-policy.test.ts',
        'lets runs reach all that the environment names, each on its port',
      ],
      ['test/cluster/egress.test.ts', 'is with the profile %s what its policy allows, and nothing else'],
    ],
  },
  {
    ids: { platform: ['Milestone 5'] },
    requirement: 'The base image, and a token for GitHub in the run.',
    by: '`docker/Dockerfile.opencode`, `git.credentials`',
    tests: [
      ['test/cluster/image.test.ts', 'the image %s has all that an agent’s image needs'],
      ['test/cluster/external-secrets.test.ts', 'a run is delivered with the Secrets that External Secrets made'],
    ],
    decided: 'Partly: the image with toolchains is planned.',
  },
];
