import { ANTHROPIC, type EnvironmentInput } from '../index.js';

/** Rehearses production on one organisation's repositories. */
export const stg: EnvironmentInput = {
  name: 'stg',
  namespace: { name: 'agent-runner-stg' },
  externalSecret: {
    secretStore: { name: 'secret-store-stg' },
    remoteRef: { key: 'agentic-sdlc-stg' },
  },
  git: { repositories: ['https://github.com/my-org/'] },
  runner: { image: { tag: '0.1.0-stg' } },
  pod: { image: { tag: '0.1.0-stg' }, priorityClassName: 'agent-runner-stg-runs' },
  quota: { priorityClass: { create: true } },
  task: { sandboxTest: true },
  egress: { endpoints: ANTHROPIC },
  gitops: { automated: true },
};
