-- Runs, the executions behind them, and the starts that are still owed to Temporal.
-- Values of people are `json`, not `jsonb`: the order of an object's keys is visible to expressions.

create table workflow_runs (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  workflow_id uuid,
  workflow_key text not null,
  workflow_version int,
  status      text not null check (status in ('QUEUED', 'RUNNING', 'WAITING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELED')),
  -- The business state, and what of it is filtered by.
  state       json,
  state_text  text generated always as (left(state #>> '{}', 200)) stored,
  -- 'temporal' is the only value written; 'db' and null stand on rows of an older engine.
  engine      text check (engine in ('temporal', 'db')),
  temporal_workflow_id text,
  temporal_run_id text,
  definition_hash text,
  program_hash text,
  runtime_semantics_version int,
  parent_run_id uuid,
  root_run_id uuid,
  restarted_from uuid,
  trigger     text,
  trigger_event_id uuid,
  trigger_metadata_json json,
  input_json  json,
  output_json json,
  error_json  json,
  final_state_hash text,
  node_path   text,
  step_count  int not null default 0,
  journal_seq int not null default 0,
  -- The highest fence of a write by the run itself: an older writer is refused.
  fence_epoch int not null default 0,
  fence_ordinal int not null default 0,
  fence_history_length int not null default 0,
  -- A segment commits only while its token stands.
  segment_token text,
  segment_tries int not null default 0,
  -- How an execution ended that could not say so itself (terminated in Temporal), and in which epoch that was seen.
  ended_outside json,
  ended_outside_epoch int,
  idempotency_key text,
  request_hash text,
  started_by  text,
  queued_reason text,
  cancel_requested_at timestamptz,
  cancel_requested_by text,
  confirmed_at timestamptz,
  checked_at  timestamptz,
  created_at  timestamptz not null default now(),
  started_at  timestamptz,
  completed_at timestamptz,
  updated_at  timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index workflow_runs_by_idempotency_key on workflow_runs (tenant_id, idempotency_key) where idempotency_key is not null;
create index workflow_runs_by_time on workflow_runs (tenant_id, created_at desc, id desc);
create index workflow_runs_by_status on workflow_runs (tenant_id, status, created_at desc, id desc);
create index workflow_runs_by_workflow on workflow_runs (tenant_id, workflow_key, created_at desc, id desc);
create index workflow_runs_by_state on workflow_runs (tenant_id, state_text, created_at desc, id desc) where state_text is not null;
create index workflow_runs_by_parent on workflow_runs (tenant_id, parent_run_id) where parent_run_id is not null;
-- What the reconciler looks at: started and not confirmed ended.
create index workflow_runs_unconfirmed on workflow_runs (coalesce(checked_at, started_at))
  where started_at is not null and confirmed_at is null and engine = 'temporal';
alter table workflow_runs enable row level security;
alter table workflow_runs force row level security;
create policy tenant_isolation on workflow_runs
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_runs to mainspring_app;
create policy reconciler_reads on workflow_runs for select to mainspring_reconciler using (true);
create policy reconciler_marks on workflow_runs for update to mainspring_reconciler using (true);
grant select (tenant_id, id, status, engine, started_at, confirmed_at, checked_at), update (checked_at)
  on workflow_runs to mainspring_reconciler;

-- Which Temporal execution has which place in the chain of a run: the registry behind the fence.
create table workflow_run_executions (
  tenant_id   uuid not null,
  run_id      uuid not null,
  temporal_run_id text not null,
  epoch       int not null,
  ordinal     int not null,
  registered_at timestamptz not null default now(),
  primary key (tenant_id, run_id, temporal_run_id),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
alter table workflow_run_executions enable row level security;
alter table workflow_run_executions force row level security;
create policy tenant_isolation on workflow_run_executions
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_run_executions to mainspring_app;

-- Starts that are owed. `id` is the run's.
create table outbox (
  tenant_id   uuid not null,
  id          uuid not null,
  attempts    int not null default 0,
  last_error  text,
  due_at      timestamptz not null default now(),
  created_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, id) references workflow_runs (tenant_id, id) on delete cascade
);
create index outbox_due on outbox (tenant_id, due_at, id);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy tenant_isolation on outbox
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on outbox to mainspring_app;
create policy dispatcher_finds on outbox for select to mainspring_dispatcher using (true);
grant select (tenant_id, id, due_at) on outbox to mainspring_dispatcher;
