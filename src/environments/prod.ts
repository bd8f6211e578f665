import { ANTHROPIC } from './endpoints.js';
import type { EnvironmentInput } from './environment.js';

/** For the organisation's own work: the largest pods, and the profile github alone. */
export const prod: EnvironmentInput = {
  name: 'prod',
  namespace: { name: 'agent-runner-prod' },
  externalSecret: {
    secretStore: { name: 'secret-store-prod' },
    remoteRef: { key: 'agentic-sdlc-prod' },
  },
  git: { repositories: ['https://github.com/my-org/'] },
  pod: {
    // Until pod.image.digest names the image that you have built, no run is admitted.
    image: { requireDigest: true },
    resources: {
      requests: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '8Gi' },
      limits: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '40Gi' },
    },
    workspaceSize: '20Gi',
    priorityClassName: 'agent-runner-prod-runs',
  },
  quota: {
    requests: { cpu: '40', memory: '80Gi', 'ephemeral-storage': '160Gi' },
    limits: { cpu: '80', memory: '160Gi', 'ephemeral-storage': '800Gi' },
    priorityClass: { create: true },
  },
  task: { sandboxTest: true },
  egress: { endpoints: ANTHROPIC },
  // A release is installed by a person, in working hours, from a tag that does not move.
  gitops: {
    targetRevision: 'v0.1.0',
    syncWindows: [{ kind: 'allow', schedule: '0 8 * * 1-4', duration: '8h' }],
  },
};
