import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, YamlOutputType } from 'cdk8s';
import { RunnerChart } from './charts/runner-chart.js';
import { environments } from './environments/index.js';
import { chartFiles, type Files, releaseFiles } from './helm/chart.js';
import { CHART_NAME } from './helm/name.js';

// The cdk8s app. It writes what lies in dist: manifests/<environment>, where `cdk8s synth` looks for them, and beside them
// the Helm chart and a release of it for each environment.
const output = process.env.CDK8S_OUTDIR ?? 'dist/manifests';
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const work = mkdtempSync(join(tmpdir(), 'agent-runner-synth-'));

function write(folder: string, files: Files): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

try {
  const app = new App({
    outdir: join(work, 'manifests'),
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  });
  for (const environment of environments) new RunnerChart(app, environment);
  app.synth();

  const chart = chartFiles(version);
  write(join(work, 'charts', CHART_NAME), chart);
  for (const environment of environments) {
    write(join(work, 'releases', `${CHART_NAME}-${environment.name}`), releaseFiles(environment, chart, version));
  }

  // What was there is replaced only by what is whole.
  for (const [folder, target] of [
    ['manifests', output],
    ['charts', join(dirname(output), 'charts')],
    ['releases', join(dirname(output), 'releases')],
  ] as const) {
    rmSync(target, { recursive: true, force: true });
    cpSync(join(work, folder), target, { recursive: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
