import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, YamlOutputType } from 'cdk8s';
import { GitopsChart } from './charts/gitops-chart.js';
import { RunnerChart, releaseName } from './charts/runner-chart.js';
import type { Environment } from './environments/environment.js';
import { CHART_NAME } from './helm/name.js';
import { auditPolicy } from './release/audit-policy.js';
import { chartFiles, type Files } from './release/chart.js';
import { releaseFiles } from './release/release.js';

/**
 * Writes everything that is installed: the manifests of each environment and of its Argo CD application, the Helm chart,
 * and a release of it for each environment; and what the API server is to write down of all of them.
 */
export function render(environments: readonly Environment[], version: string, folder: string): void {
  const app = new App({
    outdir: join(folder, 'manifests'),
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  });
  for (const environment of environments) {
    new RunnerChart(app, environment);
    new GitopsChart(app, environment, 'manifests');
  }
  app.synth();
  const chart = chartFiles(version);
  writeFiles(join(folder, 'charts', CHART_NAME), chart);
  writeFiles(folder, new Map([['audit-policy.yaml', auditPolicy(environments)]]));
  for (const environment of environments) {
    writeFiles(join(folder, 'releases', releaseName(environment)), releaseFiles(environment, chart, version));
  }
}

/** Writes files below a folder, which need not be there. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
