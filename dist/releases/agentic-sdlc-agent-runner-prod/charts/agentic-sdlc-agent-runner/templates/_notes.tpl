{{- define "agentic-sdlc-agent-runner.notes" -}}
The Agentic SDLC Runner is installed in namespace {{ .Release.Namespace }}.
{{- if not .Values.git.repositories }}

No run is possible yet: git.repositories is empty. Set it to the repositories that runs may work on.
{{- end }}
{{- $default := dict "runner.image.repository" "agentic-sdlc/agent-runner" "pod.image.repository" "agentic-sdlc/opencode" }}
{{- $given := dict "runner.image.repository" .Values.runner.image.repository "pod.image.repository" .Values.pod.image.repository }}
{{- range $name, $repository := $default }}
{{- if eq $repository (get $given $name) }}

Runs would pull {{ $repository }} from Docker Hub, where this name does not belong to this project. Build and push your own
image, and give its name with the registry in {{ $name }} (docs/install.md, step 1).
{{- end }}
{{- end }}

Enforce the restricted Pod Security standard in the namespace:
  kubectl label namespace {{ .Release.Namespace }} --overwrite pod-security.kubernetes.io/enforce=restricted
{{- range append .Values.git.credentials .Values.model.credential }}
{{- if eq .source "existing" }}
Create the Secret {{ .name }}: docs/install.md, step 3.
{{- end }}
{{- end }}

Check whether the Secrets of the store are ready:
  kubectl -n {{ .Release.Namespace }} get externalsecret

Run a task. spawn-task renders the run from the settings that this release has installed. To install spawn-task, see
docs/install.md, step 1:
  spawn-task T001 BRANCH REPOSITORY -n {{ .Release.Namespace }} --follow
{{- end }}
