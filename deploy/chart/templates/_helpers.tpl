{{- define "statusprobe.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "statusprobe.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := include "statusprobe.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "statusprobe.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "statusprobe.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "statusprobe.selectorLabels" -}}
app.kubernetes.io/name: {{ include "statusprobe.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "statusprobe.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "statusprobe.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: statusprobe
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "statusprobe.image" -}}
{{- $reference := printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- if .Values.image.digest }}
{{- $reference = printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- end }}
{{- $reference }}
{{- end }}

{{- define "statusprobe.webPort" -}}
{{- regexFind "[0-9]+$" .Values.addons.web.address }}
{{- end }}

{{- /* Whether the page can be reached from outside its Pod. */}}
{{- define "statusprobe.webIsOpen" -}}
{{- if and .Values.addons.web.enabled (not (regexMatch "^(127\\.|localhost:|\\[::1\\])" .Values.addons.web.address)) }}true{{ end }}
{{- end }}

{{- define "statusprobe.subject" -}}
- kind: ServiceAccount
  name: {{ include "statusprobe.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/*
A role with its binding. root: the chart's context; name; rules: a file below files/rules;
namespaces: where it holds; none: in the whole cluster.
*/}}
{{- define "statusprobe.grant" -}}
{{- $grant := . }}
{{- if not .namespaces }}
{{- include "statusprobe.role" (dict "grant" $grant "kind" "ClusterRole" "namespace" "") }}
{{- end }}
{{- range .namespaces }}
{{- include "statusprobe.role" (dict "grant" $grant "kind" "Role" "namespace" .) }}
{{- end }}
{{- end }}

{{- define "statusprobe.role" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .grant.name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "statusprobe.labels" .grant.root | nindent 4 }}
rules:
  {{- .grant.root.Files.Get (printf "files/rules/%s.yaml" .grant.rules) | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  name: {{ .grant.name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "statusprobe.labels" .grant.root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .grant.name }}
subjects:
  {{- include "statusprobe.subject" .grant.root | nindent 2 }}
{{- end }}

{{/*
The links of operator.links as an alert can fill them in: by its labels, and by asking Prometheus when the failure began.
One that takes more, such as a Pod, is left out.
*/}}
{{- define "statusprobe.alertLinks" -}}
{{- $since := "max(statusprobe_failing_since_timestamp_seconds{namespace=%q,name=%q})" }}
{{- $asked := "{{ printf `%s` $labels.namespace $labels.name | query | first | value | printf `%%.0f` }}" }}
{{- $links := list }}
{{- range .Values.operator.links }}
{{- $url := .url | replace "{namespace}" "{{ $labels.namespace }}" | replace "{statusProbe}" "{{ $labels.name }}" }}
{{- $url = $url | replace "{fromSeconds}" (printf $asked (printf "%s - 900" $since)) | replace "{toSeconds}" (printf $asked (printf "%s + 2700" $since)) }}
{{- $url = $url | replace "{fromMilliseconds}" (printf $asked (printf "(%s - 900) * 1000" $since)) | replace "{toMilliseconds}" (printf $asked (printf "(%s + 2700) * 1000" $since)) }}
{{- if not (regexMatch "[{](pod|workload|fromISO|toISO|traceID|xrayTraceID)[}]" .url) }}
{{- $links = append $links (printf "%s: %s" .name $url) }}
{{- end }}
{{- end }}
{{- join "\n" $links }}
{{- end }}
