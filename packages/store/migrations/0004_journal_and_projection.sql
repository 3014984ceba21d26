-- The journal, and the rows that are computed from it.

create table workflow_run_journal (
  tenant_id   uuid not null,
  run_id      uuid not null,
  seq         int not null check (seq > 0),
  -- The fence of the write that the row comes from.
  epoch       int not null,
  ordinal     int not null,
  history_length int not null,
  -- Written by a local activity: its workflow task may yet fail and say something else.
  provisional boolean not null,
  kind        text not null,
  -- What the entry is about: a step execution, a wait, an event.
  execution   int,
  wait_id     text,
  event_id    text,
  at          timestamptz not null,
  entry       json not null,
  primary key (tenant_id, run_id, seq),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
create index workflow_run_journal_by_execution on workflow_run_journal (tenant_id, run_id, execution, seq) where execution is not null;
create index workflow_run_journal_by_wait on workflow_run_journal (tenant_id, run_id, wait_id, seq) where wait_id is not null;
create index workflow_run_journal_by_event on workflow_run_journal (tenant_id, run_id, event_id, seq) where event_id is not null;
create index workflow_run_journal_of_run on workflow_run_journal (tenant_id, run_id, kind, seq) where kind in ('run', 'state');
alter table workflow_run_journal enable row level security;
alter table workflow_run_journal force row level security;
create policy tenant_isolation on workflow_run_journal
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_run_journal to mainspring_app;

create table workflow_run_steps (
  tenant_id   uuid not null,
  run_id      uuid not null,
  -- `seq` of the entry that started this step execution.
  execution   int not null,
  step_id     text not null,
  step_path   text not null,
  iteration   int[] not null default '{}',
  type        text,
  attempt     int not null default 1,
  -- What an attempt under way has noted: entries know of it only when it is over.
  live_attempt int,
  status      text not null check (status in ('RUNNING', 'WAITING', 'RETRYING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'SKIPPED')),
  started_at  timestamptz not null,
  finished_at timestamptz,
  command_id  text,
  -- Only where the invocation is another run's (an authored key); else the input stands there.
  input_json  json,
  output_json json,
  error_json  json,
  next_attempt_at timestamptz,
  -- Epoch of the entry that the row was last computed from: what a live attempt left does not outlive it.
  epoch       int not null,
  primary key (tenant_id, run_id, execution),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
alter table workflow_run_steps enable row level security;
alter table workflow_run_steps force row level security;
create policy tenant_isolation on workflow_run_steps
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_run_steps to mainspring_app;

create table workflow_run_waits (
  tenant_id   uuid not null,
  run_id      uuid not null,
  wait_id     text not null,
  execution   int not null,
  step_id     text not null,
  step_path   text not null,
  iteration   int[] not null default '{}',
  wait_type   text not null check (wait_type in ('time', 'event', 'human', 'child', 'quota')),
  event_name  text,
  key         text,
  filters     json,
  lookback_ms double precision,
  timeout_at  timestamptz,
  status      text not null check (status in ('WAITING', 'RESOLVED', 'CANCELED')),
  payload     json,
  opened_at   timestamptz not null,
  resolved_at timestamptz,
  resolved_by text,
  event_id    text,
  -- When the row came to be, by the clock that events are accepted by: look-back counts from here.
  created_at  timestamptz not null default now(),
  primary key (tenant_id, run_id, wait_id),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
create index workflow_run_waits_open on workflow_run_waits (tenant_id, event_name, key) where status = 'WAITING' and event_name is not null;
alter table workflow_run_waits enable row level security;
alter table workflow_run_waits force row level security;
create policy tenant_isolation on workflow_run_waits
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_run_waits to mainspring_app;

-- History of an older engine. Nothing writes it.
create table workflow_run_snapshots (
  tenant_id   uuid not null,
  run_id      uuid not null,
  id          uuid not null,
  node_path   text,
  snapshot_json json not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, run_id, id),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
alter table workflow_run_snapshots enable row level security;
alter table workflow_run_snapshots force row level security;
create policy tenant_isolation on workflow_run_snapshots
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, delete on workflow_run_snapshots to mainspring_app;
