{{- define "agentic-sdlc-agent-runner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "agentic-sdlc-agent-runner.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "agentic-sdlc-agent-runner.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "agentic-sdlc-agent-runner.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Labels of every object. Labels of the values cannot override these. */}}
{{- define "agentic-sdlc-agent-runner.labels" -}}
{{- $labels := dict
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/name" (include "agentic-sdlc-agent-runner.name" .)
  "app.kubernetes.io/part-of" "agentic-sdlc-agent-runner"
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
}}
{{- merge $labels .Values.commonLabels | toYaml }}
{{- end }}
