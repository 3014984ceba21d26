{{- define "mainspring.image" -}}
{{ .root.Values.image.prefix }}mainspring-{{ .of }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "mainspring.pod" -}}
automountServiceAccountToken: false
terminationGracePeriodSeconds: 35
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "mainspring.hardened" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "mainspring.env" -}}
- { name: DATABASE_URL_FILE, value: /keys/product/app-database-url }
- { name: DISPATCHER_DATABASE_URL_FILE, value: /keys/product/dispatcher-database-url }
- { name: RECONCILER_DATABASE_URL_FILE, value: /keys/product/reconciler-database-url }
- { name: MAINSPRING_MASTER_KEYS_FILE, value: /keys/product/master-keys }
{{- if .Values.redis }}
- { name: REDIS_URL_FILE, value: /keys/product/redis-url }
{{- end }}
- { name: TEMPORAL_ADDRESS, value: {{ .Values.temporal.address | quote }} }
- { name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }} }
- { name: MAINSPRING_HOST, value: 0.0.0.0 }
{{- range $name, $value := .Values.env }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- define "mainspring.keys" -}}
- { key: app-database-url, path: app-database-url }
- { key: dispatcher-database-url, path: dispatcher-database-url }
- { key: reconciler-database-url, path: reconciler-database-url }
- { key: master-keys, path: master-keys }
{{- if .Values.redis }}
- { key: redis-url, path: redis-url }
{{- end }}
{{- end }}

{{- define "mainspring.mounts" -}}
- { name: keys, mountPath: /keys/product, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- end }}
