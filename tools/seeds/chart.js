// @ts-check
// Helm, the environments, Argo CD, and where the files are.
import { specs } from './requirement.js';

const DIST = 'test/dist.test.ts';
const EQUAL = 'test/helm-equivalence.test.ts';
const HELM = 'test/cluster/helm.test.ts';
const ARGO = 'test/cluster/argo-cd.test.ts';
const GITOPS = 'test/charts/gitops-chart.test.ts';
const RUNNER = 'test/charts/runner-chart.test.ts';
const VALUES = 'test/release/values.test.ts';
const CHART = '`dist/charts/agentic-sdlc-agent-runner`';

/** @type {import('./requirement.js').Requirement[]} */
export const CHARTS = [
  {
    ids: {
      prd: ['F7', 'Must 1.1', 'T1.1', 'Milestone 1'],
      ...specs('Component 1', 'Layout 2'),
      readme: ['Feature 1', 'Layout 2'],
    },
    requirement: 'A Helm chart with Chart.yaml, values.yaml, README.md and templates installs the runner.',
    by: CHART,
    tests: [
      [HELM, 'installs a release by the documented command, and once more without a change'],
      [DIST, 'every environment has its manifests and its release, and there is one chart and one audit policy'],
      [EQUAL, 'helm %s renders what the constructs give › for any values'],
    ],
    decided: 'Otherwise: it lies below `dist`, since its templates are derived from the constructs.',
  },
  {
    ids: { prd: ['T1.4'], ...specs('Acceptance 1') },
    requirement: 'The chart is installed in dev, stg and prod.',
    by: '`dist/releases/agentic-sdlc-agent-runner-dev`, and those of stg and prod',
    tests: [
      [HELM, 'installs a release by the documented command, and once more without a change'],
      [EQUAL, 'helm %s renders what the constructs give › for the release of %s, from its folder alone'],
      [
        'test/cluster/helm-values.test.ts',
        'the API server takes what the chart renders for any values that the chart takes',
      ],
    ],
    decided: 'Partly: on a cluster the release of dev is installed; those of stg and prod are rendered and compared.',
  },
  {
    ids: { prd: ['T1.2'], ...specs('Template 1', 'Namespace 1') },
    requirement: 'A template makes the namespace, with labels, where a value says so.',
    by: '`src/constructs/agent-namespace.ts`, in `dist/manifests/dev/Namespace.agent-runner-dev.yaml`',
    tests: [
      [
        'test/constructs/agent-namespace.test.ts',
        'enforces restricted in a pinned version from the minimal definition, and warns by the newest',
      ],
      [GITOPS, 'makes the namespace of the release of %s with the labels that the manifests have'],
    ],
    decided:
      'Otherwise: the manifests and Argo CD make it, the chart does not. With Helm, `--create-namespace` makes it, and ' +
      'an uninstall leaves it with the runs in it.',
  },
  {
    ids: { prd: ['Must 1.4', 'Design 2'], ...specs('Template 2', 'RBAC 2', 'RBAC 3') },
    requirement: 'The chart makes ServiceAccounts, Roles that manage pods, and RoleBindings.',
    by: '`src/constructs/runner-rbac.ts`, `src/constructs/agent-service-account.ts`, `rbac.groups`',
    tests: [
      ['test/constructs/runner-rbac.test.ts', 'binds every group to the Role of its name'],
      ['test/cluster/rbac.test.ts', 'what each role may do is what docs/security.md says'],
      [RUNNER, 'RunnerChart › is what an environment needs'],
    ],
    decided:
      'Otherwise: people get the Roles. The ServiceAccount of the runs has none, for a run needs nothing of the API server.',
  },
  {
    ids: { ...specs('Template 3'), prd: ['Design 4'] },
    requirement: 'A ConfigMap holds the configuration that is no secret.',
    by: '`src/constructs/agent-config.ts`: `agent-runner-settings`',
    tests: [
      [RUNNER, 'holds the settings that the commands render runs from'],
      ['test/charts/opencode-config.test.ts', 'names no key and no address: the runner adds those of its own door'],
    ],
  },
  {
    ids: specs('Template 5'),
    requirement: 'The chart has a template of the pod.',
    by: '`src/constructs/agent-pod.ts`',
    tests: [['test/cli/commands.test.ts', 'the bundle renders the same pod as the source']],
    decided: 'Otherwise: the commands have it. The chart gives them the settings, so that no spawn needs Helm.',
  },
  {
    ids: { prd: ['Must 1.2'], ...specs('Template 6') },
    requirement: 'Helper templates are in _helpers.tpl.',
    by: '`dist/charts/agentic-sdlc-agent-runner/templates/_helpers.tpl`',
    tests: [[EQUAL, 'helm %s renders what the constructs give › under names of the user’s own']],
  },
  {
    ids: specs('Layout 3'),
    requirement: 'Each kind of object has a template of a given name.',
    by: '`dist/charts/agentic-sdlc-agent-runner/templates`',
    tests: [
      ['test/helm/templates.test.ts', 'there is a file for each kind, with a document for each object'],
      [
        EQUAL,
        'every template reads as if it were written by hand: no line is longer than 240 characters, and no sentinel is left',
      ],
    ],
    decided: 'Otherwise: the files are named after the kinds, as externalsecret.yaml, and rbac.yaml is two files.',
  },
  {
    ids: {
      prd: ['F9', 'Must 2.1', 'T2.3'],
      ...specs('Component 2', 'Component 3', 'Component 4', 'Layout 4'),
      readme: ['Feature 3', 'Layout 3'],
    },
    requirement: 'dev, stg and prod each have a release with Chart.yaml, values.yaml and argocd.yaml.',
    by: '`src/environments`, `dist/releases`',
    tests: [
      [DIST, 'every environment has its manifests and its release, and there is one chart and one audit policy'],
      [VALUES, 'of %s over the defaults are the environment'],
      [
        'test/render.test.ts',
        'a fourth environment is one definition: manifests, release and Argo CD application appear, and nothing else changes',
      ],
    ],
    decided: 'Otherwise: they lie below `dist`, and hold the chart, so that they can be installed as they are.',
  },
  {
    ids: {
      prd: ['Deploy 1', 'Deploy 2', 'Deploy 3'],
      ...specs('Helm 1', 'Helm 2', 'Helm 3'),
      readme: ['Deploy 1', 'Deploy 2', 'Deploy 3'],
    },
    requirement: '`helm upgrade --install` of a release’s folder with `--create-namespace` installs dev, stg or prod.',
    by: '`dist/releases`, `docs/install.md`',
    tests: [
      [HELM, 'installs a release by the documented command, and once more without a change'],
      [
        EQUAL,
        'helm %s renders what the constructs give › after helm dependency update, which finds nothing to do and changes no file',
      ],
    ],
    decided: 'Otherwise: the folder begins with `dist/`. `helm dependency update` works and is not needed.',
  },
  {
    ids: { prd: ['Must 2.3'], readme: ['Security 4'] },
    requirement: 'Each environment has a namespace, and namespaces are apart.',
    by: '`namespace.name`, `src/constructs/agent-network-policy.ts`',
    tests: [
      ['test/environments.test.ts', 'environment $name renders into its own namespace'],
      ['test/schema/environment.test.ts', 'refuses two of one name, and two in one namespace'],
      ['test/constructs/agent-network-policy.test.ts', 'AgentNetworkPolicy › lets nobody in'],
    ],
  },
  {
    ids: {
      prd: ['NF5', 'Must 2.2', 'T3.3', 'Term 7'],
      ...specs('Acceptance 9'),
      readme: ['Feature 4', 'GitOps 1'],
    },
    requirement: 'An Argo CD Application of each environment installs it from Git.',
    by: '`dist/manifests/argocd-dev`, `dist/releases/agentic-sdlc-agent-runner-dev/argocd.yaml`, and those of stg and prod',
    tests: [
      [ARGO, 'syncs by itself to Synced and Healthy'],
      [ARGO, 'leaves the run alone through every sync'],
      [GITOPS, 'installs the release of the environment with its values, under the name that Helm would give it'],
    ],
  },
  {
    ids: { readme: ['GitOps 2'] },
    requirement: 'The Application belongs to the project `default`.',
    by: '`src/constructs/argo-application.ts`: an AppProject for each environment',
    tests: [
      [GITOPS, 'permits every object of the environment, and nothing else'],
      [ARGO, 'refuses what the project does not allow'],
    ],
    decided: 'Otherwise: the project `default` of Argo CD allows every kind of object.',
  },
  {
    ids: { readme: ['GitOps 3'] },
    requirement: 'prod syncs by itself, prunes and undoes changes by hand.',
    by: '`gitops.automated`, `gitops.targetRevision`, `gitops.syncWindows`',
    tests: [
      [GITOPS, 'leaves the %s of prod to a person, from a tag'],
      [GITOPS, 'lets %s sync by itself, with prune and self-heal'],
      [ARGO, 'does not sync by itself'],
    ],
    decided: 'Otherwise: dev and stg do. prod waits for a person, inside its windows, and stays on a tag.',
  },
  {
    ids: { readme: ['GitOps 4'] },
    requirement: 'The Application makes the namespace.',
    by: '`src/constructs/argo-application.ts`',
    tests: [
      ['test/constructs/argo-application.test.ts', 'makes a managed namespace with its labels and annotations'],
      [ARGO, 'holds the namespace to the restricted Pod Security standard'],
    ],
  },
  {
    ids: { readme: ['Parameter 1'] },
    requirement: 'The value `namespace.name` sets the namespace; the default is that of the release.',
    by: '`helm -n`; `namespace.name` of the environment',
    tests: [
      [VALUES, 'name neither namespace nor Argo CD, which are not of the chart'],
      ['test/helm/templates.test.ts', 'what the release says › is taken from it: the namespace, the name, the labels'],
    ],
    decided: 'Otherwise: it is no value. The chart always installs into the namespace of the release.',
  },
  {
    ids: { readme: ['Parameter 2'] },
    requirement:
      'The value `serviceAccount.annotations` annotates the ServiceAccount, for Workload Identity; by default it is empty.',
    by: '`serviceAccount.annotations`, `serviceAccount.workloadIdentity`',
    tests: [
      [RUNNER, "passes on the environment's identity, to the account of the secret store alone"],
      [VALUES, 'holds the defaults'],
    ],
    decided: 'Otherwise: it annotates the ServiceAccount of the secret store. That of the runs has no identity.',
  },
  {
    ids: { readme: ['Parameter 5', 'Parameter 6', 'Build 2'], ...specs('Pod 3') },
    requirement:
      'The values `pod.image.repository` and `pod.image.tag` name the image, by default agentic-sdlc/opencode and 0.1.0.',
    by: '`pod.image.repository`, `pod.image.tag`, `pod.image.digest`; `runner.image` for the program',
    tests: [
      [
        'test/constructs/agent-pod-restricted.test.ts',
        'takes the images and the resources of the environment, each for its container',
      ],
      ['test/charts/run-settings.test.ts', 'names each image by its digest where there is one'],
      [VALUES, 'holds what an environment has where nothing is given'],
    ],
  },
  {
    ids: { readme: ['Parameter 7'], ...specs('Pod 6') },
    requirement: 'The value `pod.resources` sets requests and limits.',
    by: '`pod.resources`, `runner.resources`',
    tests: [
      ['test/constructs/agent-pod-restricted.test.ts', 'has %s of everything'],
      [
        'test/constructs/agent-pod-restricted.test.ts',
        'takes the images and the resources of the environment, each for its container',
      ],
    ],
  },
  {
    ids: { readme: ['Parameter 8'] },
    requirement: 'The chart’s README has all values.',
    by: '`dist/charts/agentic-sdlc-agent-runner/README.md`, `docs/reference/environments.md`',
    tests: [[VALUES, "the chart's README has the value %s"]],
  },
  {
    ids: { readme: ['Development 2', 'Development 3'] },
    requirement: '`helm template` and `helm lint` check the chart.',
    by: CHART,
    tests: [
      [EQUAL, 'helm %s renders what the constructs give › and lints without a warning'],
      [EQUAL, 'helm %s renders what the constructs give › for the default values'],
    ],
  },
  {
    ids: { readme: ['Uninstall 1'] },
    requirement: '`helm uninstall` takes an environment away.',
    by: '`docs/upgrade.md`',
    tests: [[HELM, 'goes back, and leaves nothing when it is uninstalled']],
  },
  {
    ids: { prd: ['Alternative 4'] },
    requirement: 'Helm takes the place of plain YAML.',
    by: '`dist/manifests`, `dist/charts`',
    tests: [
      [
        'test/cluster/manifests.test.ts',
        'are installed by the documented command, on a cluster that has nothing of them',
      ],
      [EQUAL, 'helm %s renders what the constructs give › for any values'],
    ],
    decided: 'Otherwise: both are rendered from the same constructs, and are compared.',
  },
  {
    ids: { prd: ['Design 8'] },
    requirement: 'The deployment follows the directives of the team for Kubernetes.',
    by: '`docs/seeds/standards.md`',
    tests: [
      ['test/docs.test.ts', 'names no test that does not exist'],
      ['test/scan/scan.test.ts', 'find nothing in its %s, with a run of each profile'],
    ],
    decided: 'Partly: where a directive is not followed, that page says why.',
  },
];
