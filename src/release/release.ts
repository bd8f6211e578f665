import { createHash } from 'node:crypto';
import { App, Yaml } from 'cdk8s';
import { stringify } from 'yaml';
import { GitopsChart } from '../charts/gitops-chart.js';
import { releaseName } from '../charts/runner-chart.js';
import { CHART_NAME } from '../helm/name.js';
import { argoFolder } from '../run/names.js';
import type { Environment } from '../schema/environment.js';
import { isMap } from '../schema/fields.js';
import { chartYaml, type Files } from './chart.js';
import { defaultValues, NOT_IN_THE_CHART } from './values.js';

/** A release of an environment: its values together with the chart, so that Helm can install the folder as it is. */
export function releaseFiles(environment: Environment, chart: Files, version: string): Files {
  const values = Object.entries(environment).filter(([name]) => !NOT_IN_THE_CHART.includes(name));
  const own = { [CHART_NAME]: different(Object.fromEntries(values), defaultValues()) };
  const dependency = { name: CHART_NAME, version };
  // Helm shows only the notes of the installed chart, not those of its dependency.
  const given = `"Values" (index .Values "${CHART_NAME}") "Release" .Release`;
  const notes = `{{ include "${CHART_NAME}.notes" (dict ${given}) }}\n`;
  return new Map([
    ['Chart.yaml', chartYaml(releaseName(environment), version, [dependency])],
    ['Chart.lock', lock(version)],
    ['values.yaml', stringify(own, { lineWidth: 0, version: '1.1' })],
    ['argocd.yaml', argoCdYaml(environment)],
    ['templates/NOTES.txt', notes],
    ...[...chart].map(([path, text]): [string, string] => [`charts/${CHART_NAME}/${path}`, text]),
  ]);
}

function argoCdYaml(environment: Environment): string {
  const chart = new GitopsChart(new App(), argoFolder(environment.name), { environment, source: 'release' });
  return Yaml.stringify(...chart.toJson());
}

/** The lock that `helm dependency update` would write. The chart is in the folder, so there is nothing to fetch. */
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

/** The values that differ from the defaults. */
function different(values: Plain, defaults: Plain): Plain {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const known = defaults[key];
      if (JSON.stringify(value) === JSON.stringify(known)) return [];
      return isMap(value) && isMap(known) ? [[key, different(value, known)]] : [[key, value]];
    }),
  );
}
