// @ts-check

/** @type {import('agentic-sdlc-agent-runner').EnvironmentInput} */
export const dev = {
  name: 'dev',
  // --env NAME of the commands stands for the namespace agent-runner-NAME.
  namespace: { name: 'agent-runner-dev' },
  git: { repositories: ['https://github.com/acme/'] },
  // Images that you have built and pushed. The default names do not belong to this project.
  runner: { image: { repository: 'registry.acme.example/agent-runner', tag: '0.1.0' } },
  pod: { image: { repository: 'registry.acme.example/opencode', tag: '0.1.0' } },
  externalSecret: { secretStore: { name: 'secret-store-dev' }, remoteRef: { key: 'agent-runner-dev' } },
  egress: { endpoints: [{ cidr: '160.79.104.0/23', port: 443 }] },
  // This repository: Argo CD installs dist from it.
  gitops: { repoURL: 'https://github.com/acme/runner-environments.git' },
};

/** @type {import('agentic-sdlc-agent-runner').EnvironmentInput} */
export const prod = {
  ...dev,
  name: 'prod',
  namespace: { name: 'agent-runner-prod' },
  // No run is admitted until runner.image.digest and pod.image.digest name the images.
  runner: { image: { repository: 'registry.acme.example/agent-runner', requireDigest: true } },
  pod: { image: { repository: 'registry.acme.example/opencode', requireDigest: true } },
  externalSecret: { secretStore: { name: 'secret-store-prod' }, remoteRef: { key: 'agent-runner-prod' } },
};
