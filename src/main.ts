import { rmSync } from 'node:fs';
import { App, YamlOutputType } from 'cdk8s';
import { RunnerChart } from './charts/runner-chart.js';
import { environments } from './environments/index.js';

// The cdk8s app: every environment as plain manifests, dist/manifests/<environment>/Kind.name.yaml.
const outdir = process.env.CDK8S_OUTDIR ?? 'dist/manifests';
rmSync(outdir, { recursive: true, force: true });

const app = new App({
  outdir,
  outputFileExtension: '.yaml',
  yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
});
for (const environment of environments) new RunnerChart(app, environment);
app.synth();
