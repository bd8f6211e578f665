{{- define "agentic-sdlc-agent-runner.notes" -}}
The Agentic SDLC Runner is installed in namespace {{ .Release.Namespace }}.
{{- if not .Values.git.repositories }}

No run is possible yet: git.repositories names no repository that runs may work on.
{{- end }}
{{- if eq .Values.pod.image.repository "agentic-sdlc/opencode" }}

Runs would take their image from Docker Hub, under a name that is not this project's: build and push your own, and give
pod.image.repository with its registry (docs/install.md, step 1).
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

Run a task (a run is not part of this chart: spawn-task renders it from the settings that were just installed; docs/install.md, step 1,
says how to install it):
  spawn-task T001 BRANCH REPOSITORY -n {{ .Release.Namespace }} --follow
{{- end }}
