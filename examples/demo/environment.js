// @ts-check

/**
 * An environment whose repositories and model are servers of the demo's own. The Secrets exist: there is no secret store.
 * @param {{ git: string, model: string, namespace?: string, image?: string, endpoints?: { cidr: string, port: number }[] }} servers
 */
export const demoEnvironment = ({
  git,
  model,
  namespace = 'agent-runner-demo',
  image = 'agentic-sdlc/opencode',
  endpoints = [],
}) =>
  /** @satisfies {import('../../src/environments/environment.js').EnvironmentInput} */ ({
    name: 'demo',
    namespace: { name: namespace },
    externalSecret: { secretStore: { name: 'unused' }, remoteRef: { key: 'unused' } },
    git: { repositories: [`${git}/`], credentials: [{ source: 'existing', name: 'git', type: 'token' }] },
    model: {
      provider: 'scripted',
      name: 'model',
      baseURL: model,
      sdk: '@ai-sdk/openai-compatible',
      credential: { name: 'model', source: 'existing' },
    },
    pod: {
      image: { repository: image, tag: 'dev' },
      resources: {
        requests: { cpu: '100m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
        limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '4Gi' },
      },
      workspaceSize: '1Gi',
      terminationGracePeriodSeconds: 20,
    },
    rbac: { groups: { viewer: ['demo-viewers'], maintainer: ['demo-maintainers'] } },
    egress: { github: false, endpoints },
    task: { deadlineSeconds: 600 },
  });
