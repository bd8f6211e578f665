import { readFileSync } from 'node:fs';
import { ApiObject, App } from 'cdk8s';
import { stringify } from 'yaml';
import { RunnerChart } from '../charts/runner-chart.js';
import { CHART_NAME } from '../helm/name.js';
import { RELEASE, type Values } from '../helm/sentinels.js';
import { templates } from '../helm/templates.js';
import type { Environment } from '../schema/environment.js';
import { chartReadme } from './readme.js';
import { validateTemplate } from './validate.js';
import { chartSchema, HELM_OWN, valuesSchema, valuesYaml } from './values.js';

/** Contents of files, by their path below a folder. */
export type Files = ReadonlyMap<string, string>;

/** The chart, derived from the constructs. */
export function chartFiles(version: string): Files {
  return new Map([
    ['Chart.yaml', chartYaml(CHART_NAME, version)],
    ['README.md', chartReadme()],
    ['values.yaml', valuesYaml()],
    ['values.schema.json', valuesSchema()],
    ['templates/_helpers.tpl', writtenByHand('_helpers.tpl')],
    ['templates/_notes.tpl', writtenByHand('_notes.tpl')],
    ['templates/NOTES.txt', `{{ include "${CHART_NAME}.notes" . }}\n`],
    ['templates/_validate.tpl', validateTemplate()],
    ['templates/validate.yaml', `{{- include "${CHART_NAME}.validate" . }}\n`],
    ...[...templates(chartSchema, objectsOf, HELM_OWN)].map(([name, text]): [string, string] => [
      `templates/${name}`,
      text,
    ]),
  ]);
}

/** `Chart.yaml`: the metadata of a chart and its dependencies. */
export function chartYaml(name: string, version: string, dependencies?: readonly object[]): string {
  return stringify({
    apiVersion: 'v2',
    name,
    description:
      'Everything a namespace needs so that spawn-task can run [ASYNC] tasks of spec-kit, each in its own pod',
    type: 'application',
    version,
    appVersion: version,
    // The first version with sidecars: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
    kubeVersion: '>=1.29.0-0',
    keywords: ['opencode', 'spec-kit', 'coding-agent'],
    annotations: { 'artifacthub.io/license': 'MIT', 'artifacthub.io/category': 'ai-machine-learning' },
    ...(dependencies && { dependencies }),
  });
}

/** The objects of a release of the chart, by their path in the construct tree. */
function objectsOf(values: Values): Map<string, unknown> {
  const environment = { ...values, namespace: { name: RELEASE.namespace } } as unknown as Environment;
  const named = { name: RELEASE.fullname, labels: RELEASE.labels };
  const chart = new RunnerChart(new App(), environment.name, { environment, ...named, withNamespace: false });
  // Not chart.toJson(), which would validate: a sentinel is not a duration, for example.
  return new Map(
    chart.node.findAll().flatMap((node) => (ApiObject.isApiObject(node) ? [[node.node.path, node.toJson()]] : [])),
  );
}

const writtenByHand = (name: string): string =>
  readFileSync(new URL(`../../src/release/templates/${name}`, import.meta.url), 'utf8');
