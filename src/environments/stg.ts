import { ANTHROPIC } from './endpoints.js';
import type { EnvironmentInput } from './environment.js';

/** Rehearses production on one organisation's repositories. */
export const stg: EnvironmentInput = {
  name: 'stg',
  namespace: { name: 'agent-runner-stg' },
  externalSecret: {
    secretStore: { name: 'secret-store-stg' },
    remoteRef: { key: 'agentic-sdlc-stg' },
  },
  git: { repositories: ['https://github.com/my-org/'] },
  pod: { image: { tag: '0.1.0-stg' }, priorityClassName: 'agent-runner-stg-runs' },
  quota: { priorityClass: { create: true } },
  task: { sandboxTest: true },
  egress: { endpoints: ANTHROPIC },
  gitops: { automated: true },
};
