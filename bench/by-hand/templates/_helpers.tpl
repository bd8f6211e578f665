{{- define "runner.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "runner.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/part-of: agentic-sdlc-agent-runner
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "runner.look" -}}
- { apiGroups: [""], resources: [pods], verbs: [get, list, watch] }
- { apiGroups: [""], resources: [pods/log], verbs: [get] }
- { apiGroups: [""], resources: [events, resourcequotas, serviceaccounts], verbs: [get, list] }
- { apiGroups: [""], resources: [namespaces], verbs: [get] }
- { apiGroups: [external-secrets.io], resources: [externalsecrets], verbs: [get, list] }
- { apiGroups: [""], resources: [configmaps], resourceNames: [agent-runner-settings], verbs: [get] }
{{- end }}
