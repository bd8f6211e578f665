// @ts-check
// A cdk8s app that uses single constructs: a namespace with its quota, and one run in it.
import { AgentNamespace, AgentPod, AgentQuota, defineEnvironment, runSettings } from 'agentic-sdlc-agent-runner';
import { App, Chart } from 'cdk8s';

const environment = defineEnvironment({
  name: 'team',
  namespace: { name: 'team-agents' },
  git: { repositories: ['https://git.example.com/team/'] },
});
const { pods, requests, limits } = environment.quota;

const app = new App();
const chart = new Chart(app, 'team', { namespace: environment.namespace.name, disableResourceNameHashes: true });
const namespace = new AgentNamespace(chart, 'Namespace', environment.namespace);
new AgentQuota(chart, 'Quota', { pods, requests, limits, container: environment.pod.resources });
const run = AgentPod.forRequest(chart, 'Run', {
  settings: runSettings(environment),
  request: { task: 'T001', branch: '001-login', repo: 'https://git.example.com/team/shop' },
});
run.apiObject.addDependency(namespace.apiObject);
app.synth();
console.log(`pod ${run.name} in namespace ${namespace.name}`);
