import type { ColumnType, Generated } from "kysely";

/** Written as JSON text, read as what it parses to. */
type JsonColumn = ColumnType<unknown, string, string>;
type NullableJsonColumn = ColumnType<unknown, string | null | undefined, string | null>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type DefaultTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface Tenants {
  id: string;
  name: string;
  egress_allow: ColumnType<unknown, string | undefined, string>;
  suspended_at: NullableTimestamp;
  created_at: DefaultTimestamp;
  retention_days: number | null;
  audit_seq: ColumnType<string, number | undefined, number>;
  audit_hash: Generated<string>;
  deletion: NullableJsonColumn;
  request_key: string | null;
  request_hash: string | null;
}

export interface ApiKeys {
  tenant_id: string;
  id: string;
  name: string;
  role: string;
  key_hash: string;
  created_at: DefaultTimestamp;
  revoked_at: NullableTimestamp;
  groups: Generated<string[]>;
  request_key: string | null;
  request_hash: string | null;
  derived_from: number | null;
}

export interface AuditLog {
  tenant_id: string;
  id: string;
  at: DefaultTimestamp;
  actor: string;
  action: string;
  subject: string;
  details: NullableJsonColumn;
  seq: ColumnType<string, never, never>;
  salt: ColumnType<string | null, never, never>;
  content_hash: ColumnType<string, never, never>;
  previous_hash: ColumnType<string, never, never>;
  hash: ColumnType<string, never, never>;
  living_tenant: ColumnType<string | null, never, never>;
  pseudonymised_at: ColumnType<Date | null, never, never>;
}

export interface Blobs {
  tenant_id: string;
  hash: string;
  bytes: Buffer;
  created_at: DefaultTimestamp;
  used_at: DefaultTimestamp;
}

export interface SavedViews {
  tenant_id: string;
  id: string;
  list: string;
  name: string;
  filter: JsonColumn;
  created_at: DefaultTimestamp;
  created_by: string | null;
}

export interface WorkflowDefinitions {
  tenant_id: string;
  id: string;
  key: string;
  name: string;
  document: JsonColumn;
  source_text: string | null;
  revision: Generated<number>;
  published_version: number | null;
  paused_at: NullableTimestamp;
  paused_by: string | null;
  pause_note: string | null;
  concurrency_limit: number | null;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
}

export interface WorkflowDefinitionVersions {
  tenant_id: string;
  workflow_id: string;
  version: number;
  document: JsonColumn;
  source_text: string | null;
  definition_hash: string;
  program: JsonColumn;
  program_hash: string;
  semantics: number;
  payload_schema: NullableJsonColumn;
  bounds: NullableJsonColumn;
  calls: ColumnType<unknown, string | undefined, string>;
  published_by: string | null;
  published_at: DefaultTimestamp;
}

export interface WorkflowRuns {
  tenant_id: string;
  id: string;
  workflow_id: string | null;
  workflow_key: string;
  workflow_version: number | null;
  status: string;
  state: NullableJsonColumn;
  state_text: ColumnType<string | null, never, never>;
  engine: string | null;
  temporal_workflow_id: string | null;
  temporal_run_id: string | null;
  definition_hash: string | null;
  program_hash: string | null;
  runtime_semantics_version: number | null;
  parent_run_id: string | null;
  root_run_id: string | null;
  restarted_from: string | null;
  lost_programs: string[] | null;
  trigger: string | null;
  trigger_event_id: string | null;
  trigger_metadata_json: NullableJsonColumn;
  input_json: NullableJsonColumn;
  search_text: string | null;
  offered_event_ids: Generated<string[]>;
  output_json: NullableJsonColumn;
  error_json: NullableJsonColumn;
  final_state_hash: string | null;
  node_path: string | null;
  step_count: Generated<number>;
  journal_seq: Generated<number>;
  fence_epoch: Generated<number>;
  fence_ordinal: Generated<number>;
  fence_history_length: Generated<number>;
  segment_token: string | null;
  segment_tries: Generated<number>;
  ended_outside: NullableJsonColumn;
  ended_outside_epoch: number | null;
  idempotency_key: string | null;
  request_hash: string | null;
  started_by: string | null;
  queued_reason: string | null;
  held_for: string | null;
  fuel_used: Generated<string>;
  cancel_requested_at: NullableTimestamp;
  cancel_requested_by: string | null;
  confirmed_at: NullableTimestamp;
  checked_at: NullableTimestamp;
  created_at: DefaultTimestamp;
  started_at: NullableTimestamp;
  completed_at: NullableTimestamp;
  updated_at: DefaultTimestamp;
}

export interface WorkflowRunExecutions {
  tenant_id: string;
  run_id: string;
  temporal_run_id: string;
  epoch: number;
  ordinal: number;
  registered_at: DefaultTimestamp;
}

export interface Outbox {
  tenant_id: string;
  id: string;
  attempts: Generated<number>;
  last_error: string | null;
  due_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: DefaultTimestamp;
  traceparent: string | null;
}

export interface WorkflowRunJournal {
  tenant_id: string;
  run_id: string;
  seq: number;
  epoch: number;
  ordinal: number;
  history_length: number;
  provisional: boolean;
  kind: string;
  execution: number | null;
  wait_id: string | null;
  event_id: string | null;
  at: Timestamp;
  entry: JsonColumn;
}

export interface WorkflowRunSteps {
  tenant_id: string;
  run_id: string;
  execution: number;
  step_id: string;
  step_path: string;
  iteration: number[];
  type: string | null;
  attempt: number;
  live_attempt: number | null;
  status: string;
  started_at: Timestamp;
  finished_at: NullableTimestamp;
  command_id: string | null;
  input_json: NullableJsonColumn;
  output_json: NullableJsonColumn;
  error_json: NullableJsonColumn;
  next_attempt_at: NullableTimestamp;
  epoch: number;
}

export interface WorkflowRunWaits {
  tenant_id: string;
  run_id: string;
  wait_id: string;
  execution: number;
  step_id: string;
  step_path: string;
  iteration: number[];
  wait_type: string;
  event_name: string | null;
  key: string | null;
  filters: NullableJsonColumn;
  lookback_ms: number | null;
  timeout_at: NullableTimestamp;
  status: string;
  payload: NullableJsonColumn;
  opened_at: Timestamp;
  resolved_at: NullableTimestamp;
  resolved_by: string | null;
  event_id: string | null;
  created_at: DefaultTimestamp;
}

export interface WorkflowTasks {
  tenant_id: string;
  id: string;
  run_id: string;
  wait_id: string;
  execution: number;
  step_id: string;
  step_path: string;
  iteration: Generated<number[]>;
  title: string;
  description: string | null;
  context: NullableJsonColumn;
  assign_users: string[];
  assign_groups: string[];
  form_name: string | null;
  form: NullableJsonColumn;
  due_at: NullableTimestamp;
  timeout_at: NullableTimestamp;
  state: string;
  opened_at: Timestamp;
  closed_at: NullableTimestamp;
  answer: NullableJsonColumn;
  answered_by: string | null;
  overridden: Generated<boolean>;
  submission_id: string | null;
  reminders_sent: Generated<number>;
  reminders_max: number | null;
  last_reminder_at: NullableTimestamp;
  claimed_by: string | null;
  claimed_at: NullableTimestamp;
  refused_at: NullableTimestamp;
  refused_by: string | null;
  refused_for: NullableJsonColumn;
  version: Generated<number>;
  status: ColumnType<string, never, never>;
}

export interface WorkflowTriggers {
  tenant_id: string;
  workflow_id: string;
  version: number;
  trigger_id: string;
  position: number;
  event_name: string;
  trigger: JsonColumn;
}

export interface WorkflowEventTypes {
  tenant_id: string;
  name: string;
  description: string | null;
  schema: NullableJsonColumn;
  correlation_paths: JsonColumn;
  samples: JsonColumn;
  revision: Generated<number>;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
  removed_at: NullableTimestamp;
}

export interface WorkflowFormDefinitions {
  tenant_id: string;
  name: string;
  title: string;
  schema: JsonColumn;
  revision: Generated<number>;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
}

export interface WorkflowRunSnapshots {
  tenant_id: string;
  run_id: string;
  id: string;
  node_path: string | null;
  snapshot_json: JsonColumn;
  created_at: DefaultTimestamp;
}

export interface WorkflowActionInvocations {
  tenant_id: string;
  key: string;
  id: string;
  run_id: string;
  command_id: string;
  step_id: string;
  step_path: string;
  iteration: number[];
  execution: number;
  action: string;
  effect: string;
  status: string;
  input_json: NullableJsonColumn;
  input_hash: string;
  output_json: NullableJsonColumn;
  error_json: NullableJsonColumn;
  owner: string;
  deadline_at: NullableTimestamp;
  temporal_attempt: Generated<number>;
  reported_attempts: Generated<number>;
  last_reported_attempt: Generated<number>;
  held_attempts: ColumnType<unknown, string | undefined, string>;
  late_json: NullableJsonColumn;
  reused_from: string | null;
  seq: number | null;
  epoch: number | null;
  provisional: Generated<boolean>;
  started_at: Timestamp;
  finished_at: NullableTimestamp;
  forget_at: NullableTimestamp;
}

export interface WorkflowPlans {
  tenant_id: string;
  id: string;
  kind: string;
  plan: JsonColumn;
  created_by: string | null;
  created_at: DefaultTimestamp;
  expires_at: Timestamp;
}

export interface WorkflowRuntimeEvents {
  tenant_id: string;
  id: string;
  source: string;
  event_id: string;
  name: string;
  payload: JsonColumn;
  user_id: string | null;
  body_hash: string;
  correlation_key: string | null;
  correlation_how: string | null;
  run_id: string | null;
  state: Generated<string>;
  due_at: NullableTimestamp;
  attempts: Generated<number>;
  worker: string | null;
  again: Generated<boolean>;
  error_json: NullableJsonColumn;
  accepted_at: DefaultTimestamp;
  position: Generated<number>;
  adjusted: NullableJsonColumn;
  completed_at: NullableTimestamp;
  claimed_at: NullableTimestamp;
  dead_at: NullableTimestamp;
  refused: Generated<boolean>;
  forget_at: NullableTimestamp;
  triggers_decided_at: NullableTimestamp;
  occurred_at: NullableTimestamp;
  traceparent: string | null;
}

export interface WorkflowEventDeliveries {
  tenant_id: string;
  event_id: string;
  run_id: string;
  id: string;
  state: string;
  due_at: NullableTimestamp;
  attempts: Generated<number>;
  reason: string | null;
  error_json: NullableJsonColumn;
  reserved_wait_id: string | null;
  wait_id: string | null;
  verdict_seq: number | null;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
}

export interface WorkflowTriggerDecisions {
  tenant_id: string;
  id: string;
  once_key: string | null;
  outcome: string;
  event_id: string | null;
  schedule_id: string | null;
  nominal_at: NullableTimestamp;
  workflow_id: string | null;
  workflow_key: string | null;
  workflow_version: number | null;
  trigger_id: string | null;
  run_id: string | null;
  values: NullableJsonColumn;
  created_at: DefaultTimestamp;
}

export interface TenantWorkflowSchedule {
  tenant_id: string;
  id: string;
  workflow_id: string;
  name: string;
  kind: string;
  spec: JsonColumn;
  compiled: JsonColumn;
  compiled_until: Timestamp;
  spec_hash: string;
  payload: JsonColumn;
  overlap: string;
  catch_up_ms: string;
  jitter_ms: string;
  business_days: string | null;
  note: string | null;
  state: string;
  state_note: string | null;
  state_by: string | null;
  state_at: DefaultTimestamp;
  disabled_reason: NullableJsonColumn;
  misfit: NullableJsonColumn;
  bound_version: number;
  temporal_schedule_id: string;
  wanted: Generated<number>;
  synced: Generated<number>;
  sync_error: string | null;
  last_nominal_at: NullableTimestamp;
  last_fired_at: NullableTimestamp;
  last_run_id: string | null;
  next_at: NullableTimestamp;
  accounted_until: Timestamp;
  owed: JsonColumn;
  revision: Generated<number>;
  checked_at: NullableTimestamp;
  created_at: DefaultTimestamp;
  created_by: string | null;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
  request_key: string | null;
  request_hash: string | null;
}

export interface TenantKeys {
  tenant_id: string;
  version: number;
  master_key: string;
  wrapped: Buffer;
  created_at: DefaultTimestamp;
}

export interface BusinessCalendars {
  tenant_id: string;
  name: string;
  version: number;
  document: NullableJsonColumn;
  created_at: DefaultTimestamp;
  created_by: string | null;
}

export interface WorkflowPrograms {
  tenant_id: string;
  program_hash: string;
  definition_hash: string;
  program: JsonColumn;
  created_at: DefaultTimestamp;
}

export interface Secrets {
  tenant_id: string;
  name: string;
  version: number;
  key_version: number;
  sealed: Buffer;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
}

export interface WebhookEndpoints {
  tenant_id: string;
  id: string;
  key: string;
  scheme: string;
  description: string | null;
  enabled: Generated<boolean>;
  event_name: NullableJsonColumn;
  correlation_key: NullableJsonColumn;
  headers: JsonColumn;
  workflow_key: string | null;
  reply_wait_ms: number | null;
  revision: Generated<number>;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
}

export interface WebhookSecrets {
  tenant_id: string;
  id: string;
  endpoint_id: string;
  slot: number;
  key_version: number;
  sealed: Buffer;
  created_at: DefaultTimestamp;
  created_by: string | null;
}

export interface WorkflowDataStore {
  tenant_id: string;
  namespace: string;
  key: string;
  id: string;
  value: JsonColumn;
  version: number;
  expires_at: NullableTimestamp;
  due_at: Generated<Date | null>;
  created_at: DefaultTimestamp;
  updated_at: DefaultTimestamp;
  updated_by: string | null;
}

export interface WorkflowDataStoreWrites {
  tenant_id: string;
  write_key: string;
  id: string;
  answer: JsonColumn;
  due_at: DefaultTimestamp;
}

export interface TenantQuotas {
  tenant_id: string;
  steps_per_month: string | null;
  concurrent_runs: number | null;
  starts_per_minute: number | null;
  fuel_per_minute: string | null;
  updated_at: DefaultTimestamp;
}

export interface MinuteUsage {
  tenant_id: string;
  second: Timestamp;
  part: number;
  starts: Generated<number>;
  fuel: Generated<string>;
}

export interface StepUsage {
  tenant_id: string;
  month: string;
  part: number;
  steps: string;
}

export interface MasterKeys {
  id: string;
  check_value: Buffer;
  introduced: Generated<string>;
}

/** The tables as kysely knows them; the migrations say what they mean. */
export interface Schema {
  tenants: Tenants;
  master_keys: MasterKeys;
  api_keys: ApiKeys;
  audit_log: AuditLog;
  blobs: Blobs;
  saved_views: SavedViews;
  workflow_definitions: WorkflowDefinitions;
  workflow_definition_versions: WorkflowDefinitionVersions;
  workflow_runs: WorkflowRuns;
  workflow_run_executions: WorkflowRunExecutions;
  outbox: Outbox;
  workflow_run_journal: WorkflowRunJournal;
  workflow_run_steps: WorkflowRunSteps;
  workflow_run_waits: WorkflowRunWaits;
  workflow_tasks: WorkflowTasks;
  workflow_form_definitions: WorkflowFormDefinitions;
  workflow_triggers: WorkflowTriggers;
  workflow_event_types: WorkflowEventTypes;
  workflow_run_snapshots: WorkflowRunSnapshots;
  workflow_action_invocations: WorkflowActionInvocations;
  workflow_runtime_events: WorkflowRuntimeEvents;
  workflow_event_deliveries: WorkflowEventDeliveries;
  workflow_trigger_decisions: WorkflowTriggerDecisions;
  tenant_workflow_schedule: TenantWorkflowSchedule;
  workflow_plans: WorkflowPlans;
  tenant_keys: TenantKeys;
  business_calendars: BusinessCalendars;
  workflow_programs: WorkflowPrograms;
  secrets: Secrets;
  webhook_endpoints: WebhookEndpoints;
  webhook_secrets: WebhookSecrets;
  tenant_quotas: TenantQuotas;
  minute_usage: MinuteUsage;
  step_usage: StepUsage;
  workflow_data_store: WorkflowDataStore;
  workflow_data_store_writes: WorkflowDataStoreWrites;
}
