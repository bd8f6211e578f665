import { stringify } from 'yaml';
import type { Environment } from '../environments/environment.js';
import { CHART_NAME } from './name.js';
import { templates } from './templates.js';
import { defaultValues, valuesSchema, valuesYaml } from './values.js';

/** Files by their path below a folder. */
export type Files = ReadonlyMap<string, string>;

/** The chart, derived from the constructs. */
export function chartFiles(version: string): Files {
  return new Map([
    ['Chart.yaml', chartYaml(CHART_NAME, version)],
    ['values.yaml', valuesYaml()],
    ['values.schema.json', valuesSchema()],
    ['templates/_helpers.tpl', `${HELPERS}${NOTES}`],
    ['templates/NOTES.txt', `{{ include "${CHART_NAME}.notes" . }}\n`],
    ...[...templates()].map(([name, text]): [string, string] => [`templates/${name}`, text]),
  ]);
}

/** A release of an environment: its values, and the chart beside them, so that it installs as it is. */
export function releaseFiles(environment: Environment, chart: Files, version: string): Files {
  const dependency = { name: CHART_NAME, version, repository: `file://../../charts/${CHART_NAME}` };
  const { namespace: _, ...values } = environment;
  return new Map([
    [
      'Chart.yaml',
      `${chartYaml(`${CHART_NAME}-${environment.name}`, version)}${stringify({ dependencies: [dependency] })}`,
    ],
    ['values.yaml', stringify({ [CHART_NAME]: different(values, defaultValues()) }, { lineWidth: 0, version: '1.1' })],
    // Helm shows the notes of the chart that is installed alone.
    [
      'templates/NOTES.txt',
      `{{ include "${CHART_NAME}.notes" (dict "Values" (index .Values "${CHART_NAME}") "Release" .Release) }}\n`,
    ],
    ...[...chart].map(([path, text]): [string, string] => [`charts/${CHART_NAME}/${path}`, text]),
  ]);
}

/** What of the values is not the default already. */
function different(values: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const known = defaults[key];
      if (JSON.stringify(value) === JSON.stringify(known)) return [];
      return isMap(value) && isMap(known) ? [[key, different(value, known)]] : [[key, value]];
    }),
  );
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const chartYaml = (name: string, version: string): string =>
  stringify({
    apiVersion: 'v2',
    name,
    description: 'Namespace-wide parts of the Agentic SDLC Runner: what spawn-task needs to run [ASYNC] tasks in pods',
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.25.0-0',
    keywords: ['opencode', 'spec-kit', 'coding-agent'],
    annotations: { 'artifacthub.io/license': 'MIT', 'artifacthub.io/category': 'ai-machine-learning' },
  });

const HELPERS = `{{- define "${CHART_NAME}.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "${CHART_NAME}.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "${CHART_NAME}.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "${CHART_NAME}.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "${CHART_NAME}.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/name: {{ include "${CHART_NAME}.name" . | quote }}
app.kubernetes.io/part-of: ${CHART_NAME}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}
`;

const NOTES = `
{{- define "${CHART_NAME}.notes" -}}
The Agentic SDLC Runner is installed in namespace {{ .Release.Namespace }}.
{{- if not .Values.git.repositories }}

No run is possible yet: git.repositories names no repository that runs may work on.
{{- end }}

Hold the namespace to the restricted Pod Security standard:
  kubectl label namespace {{ .Release.Namespace }} --overwrite pod-security.kubernetes.io/enforce=restricted
{{- range .Values.git.credentials }}
{{- if eq .source "existing" }}
Create the Secret {{ .name }}: docs/install.md, step 3.
{{- end }}
{{- end }}

Run a task:
  npx -p ${CHART_NAME} spawn-task T001 BRANCH REPOSITORY -n {{ .Release.Namespace }} --follow
{{- end }}
`;
