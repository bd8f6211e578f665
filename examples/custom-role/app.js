// @ts-check
// The whole chart and an additional Role of your own: a bot that may view runs and read the settings they are rendered from.
import { defineEnvironment, RunnerChart } from 'agentic-sdlc-agent-runner';
import { ApiObject, App } from 'cdk8s';

const environment = defineEnvironment({
  name: 'dev',
  namespace: { name: 'agents-dev' },
  git: { repositories: ['https://github.com/acme/'] },
});

const app = new App();
const chart = new RunnerChart(app, 'dev', { environment });
const subjects = [{ kind: 'ServiceAccount', name: 'report-bot', namespace: 'reports' }];
const rbac = 'rbac.authorization.k8s.io';

new ApiObject(chart, 'ReportBotLooks', {
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'report-bot-looks' },
  roleRef: { apiGroup: rbac, kind: 'Role', name: chart.rbac.roles.viewer.name },
  subjects,
});
const role = new ApiObject(chart, 'ReportBot', {
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  metadata: { name: 'report-bot' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [chart.config.name], verbs: ['get'] }],
});
new ApiObject(chart, 'ReportBotReads', {
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name: role.name },
  roleRef: { apiGroup: rbac, kind: 'Role', name: role.name },
  subjects,
});
app.synth();
