import { ANTHROPIC, type EnvironmentInput } from '../index.js';

/** For the organisation's own work: the largest pods, and only the profile github. */
export const prod: EnvironmentInput = {
  name: 'prod',
  namespace: { name: 'agent-runner-prod' },
  externalSecret: {
    secretStore: { name: 'secret-store-prod' },
    remoteRef: { key: 'agentic-sdlc-prod' },
  },
  git: { repositories: ['https://github.com/my-org/'] },
  // No run is admitted until runner.image.digest and pod.image.digest name the images that you have built.
  runner: { image: { requireDigest: true } },
  pod: {
    image: { requireDigest: true },
    resources: {
      requests: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '8Gi' },
      limits: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '40Gi' },
    },
    workspaceSize: '20Gi',
    priorityClassName: 'agent-runner-prod-runs',
  },
  quota: {
    requests: { cpu: '42', memory: '85Gi', 'ephemeral-storage': '180Gi' },
    limits: { cpu: '100', memory: '180Gi', 'ephemeral-storage': '1000Gi' },
    priorityClass: { create: true },
  },
  task: { sandboxTest: true },
  egress: { endpoints: ANTHROPIC },
  // A person installs a release, in working hours, from a tag that does not move.
  gitops: {
    targetRevision: 'v0.1.0',
    syncWindows: [{ kind: 'allow', schedule: '0 8 * * 1-4', duration: '8h' }],
  },
};
