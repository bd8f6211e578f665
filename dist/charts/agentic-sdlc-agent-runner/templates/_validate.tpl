{{/* Whether the last of several quantities is less than the sum of the others. */}}
{{- define "agentic-sdlc-agent-runner.exceeds" -}}
{{- $factors := dict
  "" 1.000
  "m" 0.001
  "k" 1000.000
  "M" 1000000.000
  "G" 1000000000.000
  "T" 1000000000000.000
  "Ki" 1024.000
  "Mi" 1048576.000
  "Gi" 1073741824.000
  "Ti" 1099511627776.000
}}
{{- $amounts := list }}
{{- range . }}
{{- $amounts = append $amounts (mulf (regexFind "^[0-9.]+" . | float64) (get $factors (regexFind "[A-Za-z]*$" .))) }}
{{- end }}
{{- $sum := 0.0 }}
{{- range initial $amounts }}
{{- $sum = addf $sum . }}
{{- end }}
{{- if gt $sum (last $amounts) }}yes{{ end }}
{{- end }}

{{/* Host and path of a repository or prefix: the same for HTTPS and SSH. Plain HTTP keeps its scheme. */}}
{{- define "agentic-sdlc-agent-runner.identity" -}}
{{- $url := regexReplaceAll "^[^@/:]+@([^/:]+):/*" . "ssh://${1}/" }}
{{- $url = regexReplaceAll "^(ssh://[^/]*):22/|^(https://[^/]*):443/|^(http://[^/]*):80/" $url "${1}${2}${3}/" }}
{{- $url = regexReplaceAll "^(https|ssh)://([^@/]*@)?" $url "" }}
{{- regexReplaceAll "([.]git)?/*$" $url "" }}/
{{- end }}

{{/* The rules between values, which values.schema.json cannot state. */}}
{{- define "agentic-sdlc-agent-runner.validate" -}}
{{- $problems := list }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.pod.resources.requests.cpu .Values.pod.resources.limits.cpu) }}
{{- $problems = append $problems "pod.resources.requests.cpu must be at most pod.resources.limits.cpu" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.pod.resources.requests.memory .Values.pod.resources.limits.memory) }}
{{- $problems = append $problems "pod.resources.requests.memory must be at most pod.resources.limits.memory" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list (index .Values.pod.resources.requests "ephemeral-storage") (index .Values.pod.resources.limits "ephemeral-storage")) }}
{{- $problems = append $problems "pod.resources.requests.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.requests.cpu .Values.runner.resources.limits.cpu) }}
{{- $problems = append $problems "runner.resources.requests.cpu must be at most runner.resources.limits.cpu" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.requests.memory .Values.runner.resources.limits.memory) }}
{{- $problems = append $problems "runner.resources.requests.memory must be at most runner.resources.limits.memory" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list (index .Values.runner.resources.requests "ephemeral-storage") (index .Values.runner.resources.limits "ephemeral-storage")) }}
{{- $problems = append $problems "runner.resources.requests.ephemeral-storage must be at most runner.resources.limits.ephemeral-storage" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.limits.cpu .Values.pod.resources.limits.cpu) }}
{{- $problems = append $problems "runner.resources.limits.cpu must be at most pod.resources.limits.cpu: the LimitRange allows no container more than that" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.limits.memory .Values.pod.resources.limits.memory) }}
{{- $problems = append $problems "runner.resources.limits.memory must be at most pod.resources.limits.memory: the LimitRange allows no container more than that" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list (index .Values.runner.resources.limits "ephemeral-storage") (index .Values.pod.resources.limits "ephemeral-storage")) }}
{{- $problems = append $problems "runner.resources.limits.ephemeral-storage must be at most pod.resources.limits.ephemeral-storage: the LimitRange allows no container more than that" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.requests.cpu .Values.pod.resources.requests.cpu .Values.quota.requests.cpu) }}
{{- $problems = append $problems "runner.resources.requests.cpu and pod.resources.requests.cpu together must be at most quota.requests.cpu: no run would fit" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.requests.memory .Values.pod.resources.requests.memory .Values.quota.requests.memory) }}
{{- $problems = append $problems "runner.resources.requests.memory and pod.resources.requests.memory together must be at most quota.requests.memory: no run would fit" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list (index .Values.runner.resources.requests "ephemeral-storage") (index .Values.pod.resources.requests "ephemeral-storage") (index .Values.quota.requests "ephemeral-storage")) }}
{{- $problems = append $problems "runner.resources.requests.ephemeral-storage and pod.resources.requests.ephemeral-storage together must be at most quota.requests.ephemeral-storage: no run would fit" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.limits.cpu .Values.pod.resources.limits.cpu .Values.quota.limits.cpu) }}
{{- $problems = append $problems "runner.resources.limits.cpu and pod.resources.limits.cpu together must be at most quota.limits.cpu: no run would fit" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list .Values.runner.resources.limits.memory .Values.pod.resources.limits.memory .Values.quota.limits.memory) }}
{{- $problems = append $problems "runner.resources.limits.memory and pod.resources.limits.memory together must be at most quota.limits.memory: no run would fit" }}
{{- end }}
{{- if include "agentic-sdlc-agent-runner.exceeds" (list (index .Values.runner.resources.limits "ephemeral-storage") (index .Values.pod.resources.limits "ephemeral-storage") (index .Values.quota.limits "ephemeral-storage")) }}
{{- $problems = append $problems "runner.resources.limits.ephemeral-storage and pod.resources.limits.ephemeral-storage together must be at most quota.limits.ephemeral-storage: no run would fit" }}
{{- end }}
{{- if le (int64 .Values.task.deadlineSeconds) (int64 .Values.pod.terminationGracePeriodSeconds) }}
{{- $problems = append $problems "task.deadlineSeconds must be more than pod.terminationGracePeriodSeconds" }}
{{- end }}
{{- $names := list }}
{{- $names = append $names .Values.serviceAccount.name }}
{{- $names = append $names .Values.serviceAccount.secretsName }}
{{- if ne (len $names) (len (uniq $names)) }}
{{- $problems = append $problems "serviceAccount.name and serviceAccount.secretsName must differ: a run must not have the cloud identity" }}
{{- end }}
{{- if and .Values.quota.priorityClass.create (not .Values.pod.priorityClassName) }}
{{- $problems = append $problems "quota.priorityClass.create needs pod.priorityClassName: the name of the class" }}
{{- end }}
{{- $outside := .Values.git.defaultRepo }}
{{- range .Values.git.repositories }}
{{- if hasPrefix (include "agentic-sdlc-agent-runner.identity" .) (include "agentic-sdlc-agent-runner.identity" $.Values.git.defaultRepo) }}{{ $outside = "" }}{{ end }}
{{- end }}
{{- if $outside }}
{{- $problems = append $problems "git.defaultRepo must be below one of git.repositories: no run could work on it" }}
{{- end }}
{{- if and (not (has .Values.model.provider (list "anthropic" "cerebras" "cohere" "deepseek" "google" "groq" "mistral" "openai" "openrouter" "togetherai" "xai"))) (not .Values.model.baseURL) }}
{{- $problems = append $problems "model.baseURL is needed for this model.provider: the runner does not know the URL of its API; give the one that the provider's SDK takes, like https://my-resource.openai.azure.com/openai/v1" }}
{{- end }}
{{- $names := list }}
{{- range .Values.model.models }}{{ $names = append $names .name }}{{ end }}
{{- if ne (len $names) (len (uniq $names)) }}
{{- $problems = append $problems "model.models must name each model once" }}
{{- end }}
{{- $names := list }}
{{- range .Values.model.models }}{{ $names = append $names .name }}{{ end }}
{{- if and .Values.model.sdk .Values.model.name (not (has .Values.model.name $names)) }}
{{- $problems = append $problems "model.sdk: OpenCode does not know the models of this provider; add the one of model.name to model.models, with its limit" }}
{{- end }}
{{- $names := list }}
{{- range .Values.model.models }}{{ $names = append $names .name }}{{ end }}
{{- if and .Values.model.sdk .Values.model.smallName (not (has .Values.model.smallName $names)) }}
{{- $problems = append $problems "model.sdk: OpenCode does not know the models of this provider; add the one of model.smallName to model.models, with its limit" }}
{{- end }}
{{- if .Values.model.sdk }}
{{- range .Values.model.models }}
{{- if not .limit }}
{{- $problems = append $problems "model.sdk: each of model.models needs its limit: without it, OpenCode asks for answers of 32000 tokens" }}
{{- end }}
{{- end }}
{{- end }}
{{- $names := list }}
{{- range .Values.model.models }}{{ $names = append $names .name }}{{ end }}
{{- if and .Values.task.budget.cost .Values.model.name (not (has .Values.model.name $names)) }}
{{- $problems = append $problems "task.budget.cost: add the model of model.name to model.models, with its prices" }}
{{- end }}
{{- $names := list }}
{{- range .Values.model.models }}{{ $names = append $names .name }}{{ end }}
{{- if and .Values.task.budget.cost .Values.model.smallName (not (has .Values.model.smallName $names)) }}
{{- $problems = append $problems "task.budget.cost: add the model of model.smallName to model.models, with its prices" }}
{{- end }}
{{- if .Values.task.budget.cost }}
{{- range .Values.model.models }}
{{- if not .prices }}
{{- $problems = append $problems "task.budget.cost: each of model.models needs its prices: a run may use any of them" }}
{{- end }}
{{- end }}
{{- end }}
{{- $names := list }}
{{- range .Values.git.credentials }}{{ $names = append $names .name }}{{ end }}
{{- $names = append $names .Values.model.credential.name }}
{{- if ne (len $names) (len (uniq $names)) }}
{{- $problems = append $problems "git.credentials and model.credential must have different names, since each is a Secret" }}
{{- end }}
{{- $names := list }}
{{- range .Values.git.credentials }}{{ $names = append $names .name }}{{ end }}
{{- $names = append $names .Values.model.credential.name }}
{{- range .Values.git.credentials }}
{{- with .privateKey }}
{{- if has .name $names }}
{{- $problems = append $problems "git.credentials: privateKey.name must not be a name of git.credentials or model.credential" }}
{{- end }}
{{- end }}
{{- end }}
{{- $names := list }}
{{- range .Values.git.credentials }}{{ $names = append $names .name }}{{ end }}
{{- range .Values.rbac.credentialGroups }}
{{- if not (has .credential $names) }}
{{- $problems = append $problems "rbac.credentialGroups: each credential must be one of git.credentials" }}
{{- end }}
{{- end }}
{{- range .Values.egress.endpoints }}
{{- if regexMatch "^169[.]254[.]|^168[.]63[.]|^100[.]100[.]|^192[.]0[.](0[.]|.+/1[67]$|([0-9]|[1-5][0-9]|6[0-3])[.].+/(1[89]|2[0-3])$)|^fd00:0?ec2:|^fd20:0{0,2}ce:|^fe[89ab]" (toString .cidr) }}
{{- $problems = append $problems "egress.endpoints: no run may reach a metadata service" }}
{{- end }}
{{- end }}
{{- range .Values.egress.endpoints }}
{{- if regexMatch "^[0:]*:ffff:|^[0:]+/|^([0:]*:|2002:|0{0,2}64:ff9b:[0:]*)(a9fe:|a83f:|6464:|c000:0{0,2}[0-9a-f]{0,2}(:|/))|^0{0,2}64:ff9b:(0{0,3}1:|.*/([3-9].|10.|11[01])$)|^[0-9a-f:]+:[0-9]+[.]" (toString .cidr) }}
{{- $problems = append $problems "egress.endpoints: no run may reach a metadata service, not even by an IPv6 address that stands for it" }}
{{- end }}
{{- end }}
{{- range .Values.egress.hosts }}
{{- if regexMatch "^metadata[.]|^instance-data[.]" (toString .name) }}
{{- $problems = append $problems "egress.hosts: no run may reach a metadata service" }}
{{- end }}
{{- end }}
{{- if and .Values.egress.hosts (has .Values.egress.policy (list "kubernetes" "none")) }}
{{- $problems = append $problems "egress.hosts needs an egress.policy that opens names: cilium, gke or eks; for kubernetes, give the addresses in egress.endpoints" }}
{{- end }}
{{- if and .Values.egress.dns.addresses (has .Values.egress.policy (list "cilium")) }}
{{- $problems = append $problems "egress.dns.addresses has no effect with egress.policy cilium: name servers are pods there; for NodeLocal DNSCache, redirect to its pods and give their label in egress.dns" }}
{{- end }}
{{- range .Values.git.credentials }}
{{- if and (regexMatch "^0s$|h|^(3[1-9]|[45][0-9])m|^30m[1-9]" (toString $.Values.externalSecret.refreshInterval)) (regexMatch "^github-app$" (toString .source)) }}
{{- $problems = append $problems "externalSecret.refreshInterval must be at most 30m0s, and not 0s, for git.credentials of a GitHub App, whose tokens live for one hour" }}
{{- end }}
{{- end }}
{{- range .Values.git.credentials }}
{{- if and (regexMatch "^token$" (toString .type)) (regexMatch " " (toString .knownHosts)) }}
{{- $problems = append $problems "git.credentials: knownHosts is only for type ssh: with a token, which goes over HTTPS, nothing reads it" }}
{{- end }}
{{- end }}
{{- range .Values.pod.tolerations }}
{{- if and (regexMatch "^Exists$" (toString .operator)) (regexMatch "." (toString .value)) }}
{{- $problems = append $problems "pod.tolerations: operator Exists takes no value: leave it empty" }}
{{- end }}
{{- end }}
{{- if regexMatch "^system-" (toString .Values.pod.priorityClassName) }}
{{- $problems = append $problems "pod.priorityClassName must not be one of the cluster's own (system-…): runs would displace what the cluster needs" }}
{{- end }}
{{- if and (ne .Values.externalSecret.secretStore.provider.type "existing") (not (eq .Values.externalSecret.secretStore.kind "SecretStore")) }}
{{- $problems = append $problems "externalSecret.secretStore.provider needs externalSecret.secretStore.kind SecretStore: it creates one" }}
{{- end }}
{{- if and (eq .Values.externalSecret.secretStore.provider.type "azure") (not .Values.serviceAccount.workloadIdentity.tenantId) }}
{{- $problems = append $problems "externalSecret.secretStore.provider azure needs serviceAccount.workloadIdentity aks with its tenantId: External Secrets does not know the tenant of the cluster" }}
{{- end }}
{{- if and (eq .Values.externalSecret.secretStore.provider.type "aws") (not (eq .Values.serviceAccount.workloadIdentity.type "eks-irsa")) }}
{{- $problems = append $problems "externalSecret.secretStore.provider aws needs serviceAccount.workloadIdentity eks-irsa: External Secrets takes only the role from the ServiceAccount, and no other identity" }}
{{- end }}
{{- with $problems }}
{{- fail (printf "values that do not fit together:\n- %s" (join "\n- " (uniq .))) }}
{{- end }}
{{- end }}
