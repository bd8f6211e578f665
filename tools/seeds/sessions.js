// @ts-check
// Sessions of the agent that outlive their pod, and people who attach to them.

const ATTACH =
  'Planned: today nobody gets a shell in a run, and `kubectl attach` is for admins only (`docs/security.md`).';
const SESSION =
  'Planned: today the work of the agent is saved (`docs/saved-work.md`), and its conversation is lost with the pod.';

/** @type {import('./requirement.js').Requirement[]} */
export const SESSIONS = [
  {
    ids: { platform: ['Goal 5', 'Solution 3', 'Session 1'] },
    requirement: 'When a run ends, the session of OpenCode is saved as a bundle that nobody looks into.',
    by: '',
    tests: [],
    decided: SESSION,
  },
  {
    ids: { platform: ['Session 2', 'Risk 1', 'Question 4', 'Milestone 6'] },
    requirement: 'Bundles are on volumes of the cluster, behind an interface for other stores.',
    by: '',
    tests: [],
    decided: 'Planned: Git as the first store and a volume as the second. Today no run has a volume that outlives it.',
  },
  {
    ids: { platform: ['Session 3', 'Acceptance 5'] },
    requirement: 'A new pod gets the bundle of a session back before OpenCode starts.',
    by: '',
    tests: [],
    decided: SESSION,
  },
  {
    ids: { platform: ['Session 4', 'Entity 3'] },
    requirement: 'A bundle is opaque, with its SQLite database, and is recorded with place, checksum and size.',
    by: '',
    tests: [],
    decided:
      'Planned: messages as JSON, without known credentials. A credential cannot be taken out of a database file.',
  },
  {
    ids: { platform: ['Assumption 6', 'Journey 2', 'Quality 3.2'] },
    requirement: 'A session goes on in a new pod, also after an eviction and a restart of the control plane.',
    by: '`spawn-task` once more; `src/runner/save/salvage.ts`, `src/runner/save/checkpoints.ts`',
    tests: [
      [
        'test/runner/salvage.test.ts',
        'the next run of the task starts from the work that was saved, and delivers both',
      ],
      [
        'test/cluster/faults.test.ts',
        'by eviction, since its workspace is full: the outcome is interrupted, and its work is on the remote',
      ],
      [
        'test/runner/last-resort.test.ts',
        'loses no more than one interval: the next one starts from its checkpoint, delivers, and takes it away',
      ],
    ],
    decided:
      'Partly: the next run of the task goes on from the saved work. The conversation with the model begins again.',
  },
  {
    ids: { platform: ['Goal 8', 'Attach 2', 'Journey 4', 'Acceptance 7'] },
    requirement: 'A user attaches to a run again after a lost connection, and the pod goes on.',
    by: '`tail-logs`; `agent-runner implement` once more',
    tests: [
      ['test/cluster/detach.test.ts', 'Ctrl-C leaves the run alone and says how to see it again'],
      ['test/cluster/run.test.ts', 'can be read again later, by task or by the pod without its hex'],
      [
        'test/cluster-client/follow.test.ts',
        'reads each line once when the log is cut in the middle of a second, in any time zone',
      ],
    ],
    decided: 'Partly: one looks at the log again. To attach to OpenCode itself is planned.',
  },
  {
    ids: { platform: ['Attach 1'] },
    requirement: 'An endpoint of a run leads to the OpenCode that runs in its pod.',
    by: '',
    tests: [],
    decided: ATTACH,
  },
  {
    ids: { platform: ['Attach 3', 'Risk 4'] },
    requirement: 'Roles say who may attach, and the audit log has it.',
    by: '',
    tests: [],
    decided: ATTACH,
  },
  {
    ids: { platform: ['Attach 4', 'Acceptance 8.1'] },
    requirement: 'One user at a time drives the agent.',
    by: '',
    tests: [],
    decided: ATTACH,
  },
  {
    ids: { platform: ['Attach 5', 'Attach 9', 'Acceptance 8.2'] },
    requirement: 'More users look on, and can change nothing.',
    by: '`tail-logs`, by any number of users at the same time',
    tests: [
      ['test/constructs/runner-rbac.test.ts', 'may look at runs, their logs and the settings'],
      ['test/constructs/runner-rbac.test.ts', 'lets viewers change nothing'],
    ],
    decided: 'Partly: they see the log. There is no driver yet whose terminal they could see.',
  },
  {
    ids: { platform: ['Attach 6', 'Question 1'] },
    requirement: 'The driver can be replaced, by an action of somebody who may or when they have gone.',
    by: '',
    tests: [],
    decided: ATTACH,
  },
  {
    ids: { platform: ['Attach 7'] },
    requirement: 'The user sees the output of a run again, from where it is.',
    by: '`tail-logs`, `tail-logs --since-cursor`',
    tests: [
      ['test/cli/tail-logs.test.ts', 'says, when it is left, how to come back to what it shows'],
      [
        'test/cli/tail-logs.test.ts',
        'comes back when all have ended, with how they stand and a cursor after which nothing is new',
      ],
    ],
    decided: 'Otherwise: in a terminal.',
  },
  {
    ids: { platform: ['Attach 8'] },
    requirement: 'Attaching takes a credential that lives shortly and is for one run.',
    by: '',
    tests: [],
    decided: ATTACH,
  },
];
