import { ANTHROPIC, type EnvironmentInput } from '../index.js';

/** For trying things out: small pods, any repository of github.com. */
export const dev: EnvironmentInput = {
  name: 'dev',
  namespace: { name: 'agent-runner-dev' },
  externalSecret: {
    secretStore: { name: 'secret-store-dev' },
    remoteRef: { key: 'agentic-sdlc-dev' },
  },
  git: { repositories: ['https://github.com/'] },
  runner: { image: { tag: '0.1.0-dev' } },
  pod: {
    image: { tag: '0.1.0-dev' },
    resources: {
      requests: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '2Gi' },
      limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '10Gi' },
    },
  },
  egress: { profiles: ['github', 'open'], endpoints: ANTHROPIC },
  task: { deadlineSeconds: 3600, cleanup: 'never' },
  gitops: { automated: true },
};
