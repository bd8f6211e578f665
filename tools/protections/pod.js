// @ts-check
// What the pod of a run may not do.
import { protections } from './protection.js';

export const POD = [
  ...protections('src/constructs/agent-pod-spec.ts', 'test/constructs/agent-pod-restricted.test.ts', [
    ['the root file system is read-only', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'],
    ['no process gains privileges', 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'],
    ['no container is privileged', 'privileged: false', 'privileged: true'],
    ['every capability is dropped', "capabilities: { drop: ['ALL'] }", 'capabilities: {}'],
    ['the pod does not run as root', 'securityContext: {\n      runAsNonRoot: true,', 'securityContext: {'],
    [
      'no container runs as root',
      'readOnlyRootFilesystem: true,\n    runAsNonRoot: true,',
      'readOnlyRootFilesystem: true,',
    ],
    ['the user is a number, and not 0', 'export const USER = 10001', 'export const USER = 0'],
    [
      'the pod has the seccomp profile of the runtime',
      "fsGroupChangePolicy: 'OnRootMismatch',\n      seccompProfile: { type: 'RuntimeDefault' },",
      "fsGroupChangePolicy: 'OnRootMismatch',",
    ],
    [
      'each container has the seccomp profile of the runtime',
      "capabilities: { drop: ['ALL'] },\n    seccompProfile: { type: 'RuntimeDefault' },",
      "capabilities: { drop: ['ALL'] },\n    seccompProfile: { type: 'Unconfined' },",
    ],
    ['no token is in the pod', 'automountServiceAccountToken: false', 'automountServiceAccountToken: true'],
    ['no variable tells of Services', 'enableServiceLinks: false', 'enableServiceLinks: true'],
    ['a run is not restarted', "restartPolicy: 'Never'", "restartPolicy: 'Always'"],
    ['a run has a deadline', 'activeDeadlineSeconds: settings.deadlineSeconds,', ''],
    [
      'the agent has limits',
      'command: AGENT_COMMAND,\n    resources,',
      'command: AGENT_COMMAND,\n    resources: { ...resources, limits: {} as typeof resources.limits },',
    ],
    [
      'the runner has limits',
      'resources: runner.resources,',
      'resources: { ...runner.resources, limits: {} as typeof runner.resources.limits },',
    ],
    [
      'the agent has no variables',
      'command: AGENT_COMMAND,',
      "command: AGENT_COMMAND,\n    env: [{ name: 'A', value: 'b' }],",
    ],
    [
      'the agent has no Git credential',
      "{ name: 'tmp', mountPath: PATHS.temporary },",
      "{ name: 'tmp', mountPath: PATHS.temporary },\n      { name: 'git-credential', mountPath: `${PATHS.home}/git`, readOnly: true },",
    ],
    [
      'the agent does not see the volume of the runner',
      "{ name: 'home', mountPath: PATHS.home },",
      "{ name: 'home', mountPath: PATHS.home },\n      { name: 'runner', mountPath: `${PATHS.home}/runner` },",
    ],
    ['the agent does not write what starts and stops it', 'PATHS.control, readOnly: true', 'PATHS.control'],
    ['the agent runs the script of the settings', 'command: AGENT_COMMAND,', "command: ['opencode'],"],
    ['the pod ends as its runner ends', "restartPolicy: 'Always',", ''],
    [
      'the containers share no processes',
      'enableServiceLinks: false,',
      'enableServiceLinks: false,\n    shareProcessNamespace: true,',
    ],
    [
      'the workspace has a size',
      "'workspace', emptyDir: { sizeLimit: settings.workspaceSize }",
      "'workspace', emptyDir: {}",
    ],
    [
      'what the runner keeps has a size',
      "'control', emptyDir: { sizeLimit: settings.workspaceSize }",
      "'control', emptyDir: {}",
    ],
    ['the home of the runner has a size', 'emptyDir: { sizeLimit: RUNNER_SIZE }', 'emptyDir: {}'],
    ['the home has a size', 'emptyDir: { sizeLimit: settings.homeSize }', 'emptyDir: {}'],
    ['/tmp has a size', 'emptyDir: { sizeLimit: settings.temporarySize }', 'emptyDir: {}'],
    ['the files of a Secret are for the group alone', 'SECRET_MODE = 0o440', 'SECRET_MODE = 0o444'],
    ['the Git credential is mounted read-only', 'PATHS.gitCredential, readOnly: true', 'PATHS.gitCredential'],
    ["the model's key is mounted read-only", 'PATHS.modelCredential, readOnly: true', 'PATHS.modelCredential'],
    [
      'the runner has its configuration read-only',
      "PATHS.config, readOnly: true },\n      { name: 'pod-info'",
      "PATHS.config },\n      { name: 'pod-info'",
    ],
    [
      'the agent has its configuration read-only',
      'PATHS.config, readOnly: true },\n    ],\n  };',
      'PATHS.config },\n    ],\n  };',
    ],
    ['who cancelled is mounted read-only', 'PATHS.podInfo, readOnly: true', 'PATHS.podInfo'],
    [
      'no credential is a variable',
      'env: toEnvironment(input)',
      "envFrom: [{ secretRef: { name: 'git' } }],\n    env: toEnvironment(input)",
    ],
    [
      'the termination message is a file',
      "terminationMessagePolicy: 'File'",
      "terminationMessagePolicy: 'FallbackToLogsOnError'",
    ],
  ]),
  ...protections('src/constructs/agent-pod-spec.ts', 'test/constructs/agent-pod-input.test.ts', [
    ['the kubelet expands nothing in what a user gives', 'value: literal(value)', 'value'],
  ]),
  ...protections('src/constructs/agent-pod.ts', 'test/constructs/agent-pod.test.ts', [
    ['a pod mounts no other Secret than those of git.credentials', 'secrets.includes(gitCredential)', 'true'],
    ['a pod asks for no egress that the environment does not allow', 'settings.egress.includes(egress)', 'true'],
  ]),
  ...protections('src/charts/run-settings.ts', 'test/charts/run-settings.test.ts', [
    ['an image with a digest is named by it', 'digest ? `${repository}@${digest}` : ', ''],
  ]),
  ...protections('docker/Dockerfile.opencode', 'test/image.test.ts', [
    ['no program of the image has a setuid bit', '-exec chmod a-s {} +', '-print'],
  ]),
  ...protections('docker/Dockerfile.runner', 'test/image.test.ts', [
    ["no program of the runner's image has a setuid bit", '-exec chmod a-s {} +', '-print'],
  ]),
  ...protections('tools/lock.js', 'test/lock.test.ts', [
    ['what npm does not check is known', "!/^sha512-[\\w+/]{86}==$/.test(integrity ?? '')", 'false'],
  ]),
  ...protections('src/charts/opencode-config.ts', 'test/charts/opencode-config.test.ts', [
    [
      "OpenCode's configuration has no address of the model's API",
      '...(sdk && { npm: sdk }),',
      '...(sdk && { npm: sdk }),\n        options: { baseURL: model.baseURL },',
    ],
    ['OpenCode asks no provider but the one of the environment', 'enabled_providers: [provider],', ''],
    ['OpenCode shares no session', "share: 'disabled'", "share: 'auto'"],
    ['OpenCode does not replace itself', 'autoupdate: false', 'autoupdate: true'],
  ]),
];
