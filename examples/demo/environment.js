// @ts-check

/**
 * An environment with the demo's own Git server and model. There is no secret store: the Secrets exist already.
 * @param {{ git: string, model: string, namespace?: string, image?: string, runnerImage?: string, endpoints?: { cidr: string, port: number }[] }} servers
 */
export const demoEnvironment = ({
  git,
  model,
  namespace = 'agent-runner-demo',
  image = 'agentic-sdlc/opencode',
  runnerImage = 'agentic-sdlc/agent-runner',
  endpoints = [],
}) =>
  /** @satisfies {import('../../src/schema/environment.js').EnvironmentInput} */ ({
    name: 'demo',
    namespace: { name: namespace },
    externalSecret: { secretStore: { name: 'unused' }, remoteRef: { key: 'unused' } },
    git: { repositories: [`${git}/`], credentials: [{ source: 'existing', name: 'git', type: 'token' }] },
    model: {
      provider: 'scripted',
      name: 'model',
      baseURL: model,
      sdk: '@ai-sdk/openai-compatible',
      models: [{ name: 'model', limit: { context: 200_000, output: 32_000 } }],
      credential: { name: 'model', source: 'existing' },
    },
    runner: {
      image: { repository: runnerImage, tag: 'dev' },
      resources: {
        requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '256Mi' },
        limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '4Gi' },
      },
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
