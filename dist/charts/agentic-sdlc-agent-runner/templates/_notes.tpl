{{- define "agentic-sdlc-agent-runner.notes" -}}
The Agentic SDLC Runner is installed in namespace {{ .Release.Namespace }}.
{{- if not .Values.git.repositories }}

No run is possible yet: git.repositories names no repository that runs may work on.
{{- end }}

Hold the namespace to the restricted Pod Security standard:
  kubectl label namespace {{ .Release.Namespace }} --overwrite pod-security.kubernetes.io/enforce=restricted
{{- range append .Values.git.credentials .Values.model.credential }}
{{- if eq .source "existing" }}
Create the Secret {{ .name }}: docs/install.md, step 3.
{{- end }}
{{- end }}

See whether the Secrets of the store are ready:
  kubectl -n {{ .Release.Namespace }} get externalsecret

Run a task (a run is not part of this chart: spawn-task renders it from the settings that were just installed):
  npx -p agentic-sdlc-agent-runner spawn-task T001 BRANCH REPOSITORY -n {{ .Release.Namespace }} --follow
{{- end }}
