// @ts-check
// Credentials: where they come from, and who has them.
import { specs } from './requirement.js';

const CREDENTIALS = 'test/constructs/agent-credentials.test.ts';
const STORE = 'test/constructs/agent-secret-store.test.ts';
const OPERATOR = 'test/cluster/external-secrets.test.ts';
const ACCOUNT = 'test/constructs/agent-service-account.test.ts';
const RUNNER = 'test/charts/runner-chart.test.ts';
const LEAKS = 'test/cluster/leaks.test.ts';

/** @type {import('./requirement.js').Requirement[]} */
export const SECRETS = [
  {
    ids: {
      prd: ['Story 6.2', 'F8', 'Must 1.3', 'T1.3', 'Term 5'],
      ...specs('Template 4', 'Secret 1', 'Acceptance 2'),
      readme: ['Feature 2'],
    },
    requirement: 'External Secrets makes the Secrets, by an ExternalSecret of the chart.',
    by: '`src/constructs/agent-credentials.ts`',
    tests: [
      [OPERATOR, 'a run is delivered with the Secrets that External Secrets made'],
      [CREDENTIALS, 'renders one ExternalSecret from the minimal definition'],
    ],
    decided: 'Otherwise: the API is external-secrets.io/v1, since current operators do not serve v1beta1.',
  },
  {
    ids: { prd: ['Story 6.1', 'NF1', 'Metric 5'], ...specs('Secret 6'), readme: ['Security 1'] },
    requirement: 'No secret is in code, a ConfigMap or a manifest.',
    by: '`src/constructs/agent-pod-spec.ts` mounts Secrets as files of the program',
    tests: [
      [RUNNER, 'makes no Secret itself'],
      ['test/constructs/agent-pod-restricted.test.ts', 'has credentials as files of the runner alone'],
      [LEAKS, 'gets no credential into any log, result, event or commit'],
      ['test/scan/scan.test.ts', 'find no secret in anything that was ever committed'],
    ],
  },
  {
    ids: { prd: ['Story 6.3', 'Q5'] },
    requirement: 'The store can be that of Google Cloud, AWS, Azure or Vault; the user configures it.',
    by: '`externalSecret.secretStore`, `externalSecret.secretStore.provider`',
    tests: [
      [STORE, 'reads Google Secret Manager by the Workload Identity of the ServiceAccount'],
      [STORE, 'reads AWS Secrets Manager by a token of the ServiceAccount'],
      [
        STORE,
        'reads Azure Key Vault by the Workload Identity of the ServiceAccount, and writes out what the API server would',
      ],
      [STORE, 'reads the second version of the KV engine of a Vault by its Kubernetes login'],
    ],
  },
  {
    ids: { ...specs('Secret 2', 'Secret 3'), readme: ['Parameter 4'] },
    requirement: 'Values set the refresh interval, the store by name and kind, and the entry of the store.',
    by: '`externalSecret.refreshInterval`, `externalSecret.secretStore`, `externalSecret.remoteRef.key`',
    tests: [[RUNNER, "passes on the environment's store to the Secret %s"]],
    decided: 'Otherwise: the default entry is `agentic-sdlc`, without an environment and a property in its name.',
  },
  {
    ids: specs('Secret 4'),
    requirement: 'The Secret has the name of the ExternalSecret.',
    by: '`src/constructs/agent-credentials.ts`',
    tests: [[CREDENTIALS, 'AgentCredentials › takes all props']],
  },
  {
    ids: { ...specs('Secret 5'), readme: ['Store 2'] },
    requirement: 'The entry of the store has the password of the OpenCode server.',
    by: '`git.credentials`, `model.credential`: the properties `git-token` and `model-key`',
    tests: [
      [OPERATOR, 'External Secrets makes the Secrets that a run mounts › for a token: as Git over HTTPS takes it'],
      [OPERATOR, 'External Secrets makes the Secrets that a run mounts › for the model'],
    ],
    decided: 'Otherwise: the program makes that password. The store has what a run needs from outside.',
  },
  {
    ids: { readme: ['Parameter 3'] },
    requirement: 'The value `externalSecret.enabled` switches External Secrets off.',
    by: '`source: existing` in `git.credentials` and `model.credential`',
    tests: [[CREDENTIALS, 'renders nothing for Secrets that exist']],
    decided: 'Otherwise: each credential says where it comes from, so that both ways can be used at once.',
  },
  {
    ids: { readme: ['Store 1'] },
    requirement: 'An example shows a ClusterSecretStore of Google Cloud that authenticates by Workload Identity.',
    by: '`docs/install.md`, `externalSecret.secretStore.provider`',
    tests: [
      [STORE, 'reads Google Secret Manager by the Workload Identity of the ServiceAccount'],
      ['test/docs.test.ts', 'the docs have fields of an environment that may be so:\n%s'],
    ],
    decided: 'Otherwise: the runner makes a SecretStore of the namespace. A ClusterSecretStore that exists is named.',
  },
  {
    ids: {
      prd: ['NF6', 'Should 4', 'Term 6'],
      ...specs('RBAC 1'),
      readme: ['Security 2'],
    },
    requirement: 'Workload Identity of GKE and EKS is supported, by annotations of the ServiceAccount.',
    by: '`serviceAccount.workloadIdentity`; AKS as well',
    tests: [
      [ACCOUNT, 'writes %s on the account of the secret store'],
      [ACCOUNT, 'takes all props, and gives none of the identity to the runs'],
    ],
    decided: 'Otherwise: the secret store’s ServiceAccount has the identity. A run must not have it.',
  },
  {
    ids: { prd: ['Q1'], ...specs('Question 1') },
    requirement: 'A run authenticates to Git by SSH key, token or workload identity, as the values say.',
    by: '`git.credentials`, of type `token` or `ssh`, or from a GitHub App',
    tests: [
      [
        'test/runner/ssh.test.ts',
        'is cloned, pushed to and asked for the commit with the key of the Secret, which the log never shows',
      ],
      [
        OPERATOR,
        'is asked for with the rights and repositories of the environment alone, and becomes the Secret of a token',
      ],
    ],
    decided:
      'Partly: workload identity opens the secret store and not a Git host. A GitHub App gives tokens that live for one ' +
      'hour.',
  },
  {
    ids: { platform: ['Goal 4', 'Data 2', 'Journey 1.2'] },
    requirement: 'A run gets a GitHub token that the user chooses.',
    by: '`--credential`, `git.credentials`',
    tests: [
      ['test/run/request.test.ts', 'takes everything from a request that gives everything'],
      ['test/runner/credential.test.ts', 'answers for the run’s own repository, asked as %s'],
      [LEAKS, 'finds neither credential: in no file, variable, process, memory or answer that it can have'],
    ],
    decided: 'Otherwise: the program has the token, the agent does not. Any Git host will do.',
  },
  {
    ids: { platform: ['Quality 1', 'Non-goal 4'] },
    requirement: 'Tokens have the least rights and are in Kubernetes Secrets; secret managers come later.',
    by: '`source: existing`, External Secrets, or a GitHub App with two rights',
    tests: [
      [CREDENTIALS, 'renders nothing for Secrets that exist'],
      [CREDENTIALS, 'asks for the right to push and to open pull requests, and for no other'],
    ],
    decided: 'Otherwise: secret managers are there already, as the other documents ask.',
  },
  {
    ids: { platform: ['Scope 3', 'Question 3'] },
    requirement: 'It is decided who may use which token: tokens of single users, or shared ones.',
    by: '`rbac.credentialGroups`',
    tests: [
      [RUNNER, 'names groups as the API server does, in bindings and in policies'],
      ['test/cluster/admission.test.ts', 'a pod is refused by the rule › $rule: $what'],
    ],
    decided: 'Otherwise: a credential belongs to the namespace, and groups may use it. A group of one is a user’s own.',
  },
  {
    ids: { prd: ['Risk 1'], readme: ['Prerequisite 4'] },
    requirement: 'It is documented that External Secrets is needed.',
    by: '`docs/install.md`; `agent-runner doctor` reports a Secret that is not ready',
    tests: [
      [OPERATOR, 'while the store is not there, the ExternalSecret says so and its events say why'],
      ['test/cli/doctor.test.ts', 'agent-runner doctor › finds what is wrong: %s'],
    ],
    decided: 'Otherwise: it is needed only for credentials that come from a store or a GitHub App.',
  },
];
