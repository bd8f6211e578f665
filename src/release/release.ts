import { createHash } from 'node:crypto';
import { App, Yaml } from 'cdk8s';
import { stringify } from 'yaml';
import { GitopsChart } from '../charts/gitops-chart.js';
import { releaseName } from '../charts/runner-chart.js';
import type { Environment } from '../environments/environment.js';
import { CHART_NAME } from '../helm/name.js';
import { chartYaml, type Files } from './chart.js';
import { defaultValues, NOT_IN_THE_CHART } from './values.js';

/** A release of an environment: its values, and the chart beside them, so that it installs as it is. */
export function releaseFiles(environment: Environment, chart: Files, version: string): Files {
  const values = Object.entries(environment).filter(([name]) => !NOT_IN_THE_CHART.includes(name));
  const own = { [CHART_NAME]: different(Object.fromEntries(values), defaultValues()) };
  const dependency = { name: CHART_NAME, version };
  // Helm shows the notes of the chart that is installed alone.
  const notes = `{{ include "${CHART_NAME}.notes" (dict "Values" (index .Values "${CHART_NAME}") "Release" .Release) }}\n`;
  return new Map([
    ['Chart.yaml', chartYaml(releaseName(environment), version, [dependency])],
    ['Chart.lock', lock(version)],
    ['values.yaml', stringify(own, { lineWidth: 0, version: '1.1' })],
    ['argocd.yaml', Yaml.stringify(...new GitopsChart(new App(), environment, 'release').toJson())],
    ['templates/NOTES.txt', notes],
    ...[...chart].map(([path, text]): [string, string] => [`charts/${CHART_NAME}/${path}`, text]),
  ]);
}

/** What `helm dependency update` would write: the chart lies in the folder, so that there is nothing to fetch. */
function lock(version: string): string {
  const dependency = { name: CHART_NAME, version, repository: '' };
  // https://github.com/helm/helm/blob/v3.10.1/internal/resolver/resolver.go, HashReq
  const digest = createHash('sha256')
    .update(JSON.stringify([[dependency], [dependency]]))
    .digest('hex');
  return stringify({
    dependencies: [dependency],
    digest: `sha256:${digest}`,
    generated: '1970-01-01T00:00:00Z',
  });
}

type Plain = Readonly<Record<string, unknown>>;

/** What of the values is not the default already. */
function different(values: Plain, defaults: Plain): Plain {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const known = defaults[key];
      if (JSON.stringify(value) === JSON.stringify(known)) return [];
      return isMap(value) && isMap(known) ? [[key, different(value, known)]] : [[key, value]];
    }),
  );
}

const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
