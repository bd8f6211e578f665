// @ts-check
// Who may do what, what is written down, and what a run reaches.

const RBAC = 'test/constructs/runner-rbac.test.ts';
const ON_CLUSTER = 'test/cluster/rbac.test.ts';
const RUNNER = 'test/charts/runner-chart.test.ts';
const AUDIT = 'test/cluster/audit.test.ts';
const POLICY = 'test/constructs/agent-network-policy.test.ts';
const EGRESS = 'test/cluster/egress.test.ts';

/** @type {import('./requirement.js').Requirement[]} */
export const ACCESS = [
  {
    ids: { readme: ['Security 3'] },
    requirement: 'Roles give the least rights.',
    by: '`src/constructs/runner-rbac.ts`',
    tests: [
      [RBAC, 'RunnerRbac › %s › has no wildcard'],
      [RBAC, 'RunnerRbac › %s › has no right on %s'],
      [ON_CLUSTER, 'what each role may do is what docs/security.md says'],
    ],
  },
  {
    ids: { prd: ['Problem 4'], platform: ['Problem 1'] },
    requirement: 'Agents run in a Kubernetes cluster of the user’s own, securely.',
    by: '`docs/security.md`, `src/constructs/spawn-policy.ts`',
    tests: [
      ['test/cluster/admission.test.ts', 'a pod is refused by the rule › $rule: $what'],
      [
        'test/cluster/run.test.ts',
        'runs as an unprivileged user, without capabilities, privilege escalation or unfiltered system calls',
      ],
    ],
  },
  {
    ids: { platform: ['Auth 1', 'Assumption 4'] },
    requirement: 'Users sign in to the platform before they reach any API or page.',
    by: 'the API server of the cluster authenticates, by the user’s kubeconfig',
    tests: [
      ['test/cluster/refusals.test.ts', 'when the user may not even read the settings'],
      ['test/cluster/run.test.ts', 'records who spawned it, by the name that the API server knows them by'],
    ],
    decided: 'Otherwise: there is no other API. OIDC is the API server’s.',
  },
  {
    ids: { platform: ['Risk 2', 'Question 2'] },
    requirement: 'It is decided which identity provider and which claims give the roles.',
    by: '`rbac.groups`, `rbac.groupPrefix`',
    tests: [[RUNNER, 'names groups as the API server does, in bindings and in policies']],
    decided:
      'Otherwise: the configuration of the API server decides it. The roles are given to groups as it names them.',
  },
  {
    ids: { platform: ['Role 1', 'Scope 1'] },
    requirement: 'An admin manages the system, its credentials and the roles.',
    by: 'the environment’s file in Git; the Role `admin` of `rbac.groups`',
    tests: [
      [RBAC, 'lets admins alone clear many runs at once'],
      [ON_CLUSTER, 'gives nobody a right, themselves included'],
    ],
    decided:
      'Otherwise: settings, credentials and roles are changed in Git. The Role adds two rights to a maintainer’s: to delete many runs at once, and `kubectl attach`.',
  },
  {
    ids: { platform: ['Role 2'] },
    requirement: 'A maintainer starts and manages runs for the repositories that are allowed.',
    by: 'the Role `maintainer` of `rbac.groups`; `git.repositories`',
    tests: [
      [RBAC, 'lets maintainers spawn and cancel'],
      [
        'test/cluster/refusals.test.ts',
        'a maintainer may spawn a run and follow it, with the rights of the Role alone',
      ],
      ['test/run/request-refusals.test.ts', 'planRun refuses › a repository outside of the environment: %s'],
    ],
  },
  {
    ids: { platform: ['Role 3'] },
    requirement: 'A viewer reads sessions and runs that are allowed.',
    by: 'the Role `viewer` of `rbac.groups`',
    tests: [
      [RBAC, 'lets viewers change nothing'],
      ['test/cluster/refusals.test.ts', 'when the user may only look, naming the namespace and the role to ask for'],
    ],
    decided: 'Partly: a viewer reads all runs of the namespace, not single ones.',
  },
  {
    ids: { platform: ['Goal 7', 'Auth 2', 'Acceptance 6'] },
    requirement: 'Several users work at the same time, each within their rights.',
    by: '`src/constructs/runner-rbac.ts`, `src/constructs/spawn-policy.ts`',
    tests: [
      [ON_CLUSTER, 'what each role may do is what docs/security.md says'],
      [ON_CLUSTER, 'spawns in nobody else’s name'],
    ],
    decided: 'Partly: the rights are on runs. Sessions, artifacts and attach are not there yet.',
  },
  {
    ids: { platform: ['Auth 3.1'] },
    requirement: 'It is recorded who made a session or a run.',
    by: 'the annotation `agentic-sdlc.io/created-by`: `src/run/metadata.ts`',
    tests: [
      ['test/cluster/run.test.ts', 'records who spawned it, by the name that the API server knows them by'],
      [ON_CLUSTER, 'spawns in nobody else’s name'],
    ],
  },
  {
    ids: { platform: ['Auth 3.2', 'Scope 2', 'Entity 4'] },
    requirement: 'A session is shared with a user or a group by a binding of a role.',
    by: '',
    tests: [],
    decided: 'Not there: roles hold for a namespace. To keep groups apart, give each group an environment.',
  },
  {
    ids: { platform: ['Auth 4', 'Quality 5', 'Entity 5'] },
    requirement: 'Security events are in an audit trail: starts, stops, credentials, egress.',
    by: '`dist/audit-policy.yaml`, annotations of `src/constructs/spawn-policy.ts`',
    tests: [
      [AUDIT, 'who spawned which task, for which repository and branch, with which egress and credential'],
      [AUDIT, 'who was refused, and by which rule'],
      [AUDIT, 'an API server with dist/audit-policy.yaml writes down › who cancelled'],
      [AUDIT, 'who changed what bounds the runs, and how'],
    ],
    decided: 'Otherwise: the API server writes it, where its operator gives it the policy. No database keeps it.',
  },
  {
    ids: { platform: ['Goal 6', 'Assumption 7', 'Data 3', 'Quality 2', 'Acceptance 4', 'Resource 4'] },
    requirement: 'A run reaches only GitHub by default, and more where the user asks for it.',
    by: '`--egress`, `egress.profiles`: `src/constructs/agent-network-policy.ts`',
    tests: [
      [EGRESS, 'is with the profile %s what its policy allows, and nothing else'],
      [POLICY, 'opens the internet to runs that ask for it, where the environment allows it'],
      [
        'test/cluster/first-packets.test.ts',
        'a run reaches nothing that its policy does not name, and then what it does',
      ],
    ],
    decided:
      'Otherwise: it also reaches name servers, the API of the model and what else the environment names. `open` leaves ' +
      'out private addresses. Policies by label hold from the first packet, so that nobody has to make one for each run.',
  },
  {
    ids: { platform: ['Risk 3'] },
    requirement: 'Policies for GitHub need its right addresses, and name servers.',
    by: '`egress.policy`, `egress.github`, `egress.dns`, `npm run update:github-ranges`',
    tests: [
      ['test/github-ranges.test.ts', 'the committed file is what the tool writes, and says from when it is'],
      ['test/constructs/named-policies.test.ts', 'the policies for %s › decide about %s as plain ones do'],
    ],
  },
  {
    ids: { platform: ['Non-goal 6'] },
    requirement: 'Policy engines for egress are out of scope.',
    by: '`egress.policy`',
    tests: [['test/constructs/named-policies.test.ts', 'the policies for %s › decide about %s as plain ones do']],
    decided: 'Otherwise: what the API server and the network plugin have built in is used, and no other engine.',
  },
  {
    ids: { platform: ['Non-goal 3', 'Non-goal 5', 'Assumption 3'] },
    requirement: 'One organisation has the cluster; hard isolation of tenants is out of scope.',
    by: 'a namespace, a quota and policies for each environment',
    tests: [
      ['test/environments.test.ts', 'environment $name renders into its own namespace'],
      ['test/constructs/agent-quota.test.ts', 'bounds what all runs together ask for and use'],
    ],
  },
  {
    ids: { platform: ['Persona 1', 'Persona 2', 'Persona 3', 'Assumption 2'] },
    requirement:
      'An administrator installs it, developers run tasks and read what came of them, and a reviewer checks rights and egress.',
    by: '`docs/install.md`, `README.md`, `docs/security.md`',
    tests: [
      ['test/docs.test.ts', 'docs/security.md names a test for every promise'],
      ['test/cluster/page.test.ts', 'docs/implement.md does line by line what it says'],
    ],
  },
];
