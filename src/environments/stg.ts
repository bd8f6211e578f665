import { defineEnvironment } from './environment.js';

/** Rehearses production on one organisation's repositories. */
export const stg = defineEnvironment({
  name: 'stg',
  namespace: { name: 'agent-runner-stg' },
  externalSecret: {
    secretStore: { name: 'secret-store-stg' },
    remoteRef: { key: 'agentic-sdlc-stg' },
  },
  git: { repositories: ['https://github.com/my-org/'] },
  pod: {
    image: { tag: '0.1.0-stg' },
    resources: {
      requests: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '4Gi' },
      limits: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '20Gi' },
    },
  },
  quota: { priorityClass: { create: true } },
});
