import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ApiObject, App } from 'cdk8s';
import { parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { RunnerChart } from '../../src/charts/runner-chart.js';
import type { Environment } from '../../src/schema/environment.js';

export const CHART = 'agentic-sdlc-agent-runner';
export const VERSION = '1.2.3';

/** A helm that was not built by its own makefile takes Kubernetes to be very old. */
export const KUBERNETES = ['--kube-version', '1.34.0'];

export type Plain = Record<string, unknown> & { kind: string; metadata: { name: string } };

/** What helm prints for a chart, with values that are written to a file first. */
export function template(helm: string, chart: string, release: string, namespace: string, values?: object): string {
  const args = ['template', release, chart, '--namespace', namespace, ...KUBERNETES];
  if (values) {
    // YAML takes some characters for line breaks that JSON does not.
    const escaped = (one: string) => `\\U${(one.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
    const file = `${chart}-values.yaml`;
    writeFileSync(file, JSON.stringify(values).replace(/[\u{7f}-\u{10ffff}]/gu, escaped));
    args.push('--values', file);
  }
  return execFileSync(helm, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The objects that helm renders, with JSON documents read: their spelling is Helm's own. */
export function rendered(...args: Parameters<typeof template>): Map<string, Plain> {
  const documents = parseAllDocuments(template(...args), { version: '1.1', customTags: asGoReads }).map(
    (one) => one.toJS({ maxAliasCount: 0 }) as Plain | null,
  );
  return byName(documents.filter((one) => one !== null));
}

/** The objects that the constructs give for the same values. */
export function direct(
  environment: Environment,
  release: string,
  fullname = release,
  name = CHART,
): Map<string, Plain> {
  const chart = new RunnerChart(new App(), environment.name, {
    environment,
    name: fullname,
    withNamespace: false,
    labels: {
      ...environment.commonLabels,
      'app.kubernetes.io/instance': release,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/part-of': CHART,
      'helm.sh/chart': `${CHART}-${VERSION}`,
    },
  });
  // Not chart.toJson(), which would validate: not every value that the schema allows is one that a CRD allows.
  return byName(chart.node.findAll().flatMap((node) => (ApiObject.isApiObject(node) ? [node.toJson() as Plain] : [])));
}

/** For Go, `e0` and `.` are texts: a number has a digit, and does not start with its exponent. */
function asGoReads(tags: Tags): Tags {
  return tags.map((tag) => {
    const { tag: name, test } = tag as ScalarTag;
    if (name !== 'tag:yaml.org,2002:float' || !test || test.test('.nan')) return tag;
    return { ...(tag as ScalarTag), test: new RegExp(`^(?![eE])(?=.*[0-9])(?:${test.source})`) };
  });
}

/** A policy whose values are read: JSON is the one part of it that has a spelling. */
function withValuesRead(policy: Plain): Plain {
  const { variables = [], ...spec } = policy.spec as { variables?: { name: string; expression: string }[] };
  const read = variables.map(({ name, expression }) =>
    expression.startsWith('{') ? { name, expression: JSON.parse(expression) } : { name, expression },
  );
  return { ...policy, spec: { ...spec, variables: read } };
}

function byName(objects: readonly Plain[]): Map<string, Plain> {
  const read = (object: Plain): Plain => {
    if (object.kind === 'ValidatingAdmissionPolicy') return withValuesRead(object);
    if (object.kind !== 'ConfigMap') return object;
    const data = Object.entries(object.data as Record<string, string>).map(([key, text]) => [
      key,
      key.endsWith('.json') ? JSON.parse(text) : text,
    ]);
    return { ...object, data: Object.fromEntries(data) };
  };
  const entries = objects.map((object) => [`${object.kind}/${object.metadata.name}`, read(object)] as const);
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
