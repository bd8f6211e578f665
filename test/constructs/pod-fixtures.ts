import { App, Chart, Testing } from 'cdk8s';
import { AgentPod, type AgentPodProps } from '../../src/constructs/agent-pod.js';
import type { RunInput } from '../../src/run/input.js';
import { runId } from '../../src/run/names.js';
import type { RunSettings, Scheduling } from '../../src/run/settings.js';
import { settings } from '../run/fixtures.js';

const { modelCredential, ...withoutModel } = settings;
/** What differs between the containers and between the volumes, so that no test takes one for the other. */
const different = {
  runner: { ...settings.runner, imagePullPolicy: 'Never' },
  temporarySize: '3Gi',
} as const;

/** Nothing that can be left out. */
export const minimal: AgentPodProps = {
  settings: { ...withoutModel, ...different },
  input: {
    taskId: 'T001',
    repository: 'https://git.example/team/app',
    branch: '001-login',
    taskBranch: '001-login-t001',
    logFormat: 'text',
  },
  runId: runId('git.example/team/app', '001-login-t001', 'T001'),
  attempt: 1,
  gitCredential: 'git',
  egress: 'github',
};

const scheduling: Required<Scheduling> = {
  nodeSelector: { pool: 'agents' },
  tolerations: [{ key: 'agents', operator: 'Exists', value: '', effect: '' }],
  affinity: { nodeAffinity: {} },
  hostUsers: false,
  runtimeClassName: 'gvisor',
  priorityClassName: 'agents',
};
const allSettings: Required<RunSettings> = {
  ...settings,
  ...different,
  modelCredential: 'model',
  scheduling,
  imagePullSecrets: ['registry'],
  egress: ['github', 'open'],
  contextCharacters: 131_072,
  protectedPaths: { allow: ['.vscode/**'], allowNamedByTask: false },
};
const allInput: Required<Omit<RunInput, 'runName'>> = {
  ...minimal.input,
  contextPath: 'specs/001-login',
  base: 'v1.0',
  checkout: 'a'.repeat(40),
  prompt: 'Do it',
  paths: ['src/api', 'docs'],
  again: true,
  check: true,
};

/** Everything that can be given. */
export const all: Required<AgentPodProps> = {
  settings: allSettings,
  input: allInput,
  runId: minimal.runId,
  attempt: 3,
  gitCredential: 'git',
  egress: 'open',
  createdBy: 'oidc:alice@example.org',
  session: 'ses_0123',
};

/** The manifest, as it goes to the API server. */
export function render(props: AgentPodProps) {
  const chart = new Chart(new App(), 'test');
  new AgentPod(chart, 'AgentPod', props);
  const [pod, ...others] = Testing.synth(chart);
  if (others.length > 0) throw new Error('a run is one object');
  return pod;
}
