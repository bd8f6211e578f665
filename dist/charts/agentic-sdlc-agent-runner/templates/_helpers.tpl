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

{{- define "agentic-sdlc-agent-runner.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/name: {{ include "agentic-sdlc-agent-runner.name" . | quote }}
app.kubernetes.io/part-of: agentic-sdlc-agent-runner
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "agentic-sdlc-agent-runner.notes" -}}
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
  npx -p agentic-sdlc-agent-runner spawn-task T001 BRANCH REPOSITORY -n {{ .Release.Namespace }} --follow
{{- end }}
