import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, YamlOutputType } from 'cdk8s';
import { RunnerChart } from './charts/runner-chart.js';
import { environments } from './environments/index.js';

// The cdk8s app: every environment as plain manifests, dist/manifests/<environment>/Kind.name.yaml.
const output = process.env.CDK8S_OUTDIR ?? 'dist/manifests';
const outdir = mkdtempSync(join(tmpdir(), 'agent-runner-synth-'));
try {
  const app = new App({
    outdir,
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  });
  for (const environment of environments) new RunnerChart(app, environment);
  app.synth();
  // What was there is replaced only by what is whole.
  rmSync(output, { recursive: true, force: true });
  cpSync(outdir, output, { recursive: true });
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
