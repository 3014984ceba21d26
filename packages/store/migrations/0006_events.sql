-- The inbox, and what became of each event for each run.

create table workflow_runtime_events (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  -- Named by the producer, never the transport.
  source      text not null,
  -- The producer's id.
  event_id    text not null,
  name        text not null,
  payload     json not null,
  user_id     text,
  body_hash   text not null,
  correlation_key text,
  correlation_how text,
  -- An addressed event: only this run's waits are candidates.
  run_id      uuid,
  state       text not null default 'pending' check (state in ('pending', 'processing', 'completed', 'failed', 'dead')),
  -- When somebody has to look at it: now, the next try, the end of a claim; null when nobody has.
  due_at      timestamptz default now(),
  attempts    int not null default 0,
  worker      text,
  -- Asked for again while somebody was at it.
  again       boolean not null default false,
  error_json  json,
  accepted_at timestamptz not null default now(),
  -- Within one acceptance, as in an array of events.
  position    int not null default 0,
  completed_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, source, event_id)
);
create index workflow_runtime_events_due on workflow_runtime_events (tenant_id, due_at, id) where due_at is not null;
create index workflow_runtime_events_by_time on workflow_runtime_events (tenant_id, accepted_at desc, id desc);
-- What a wait that opens looks back on.
create index workflow_runtime_events_by_key on workflow_runtime_events (tenant_id, name, correlation_key, accepted_at, position, id)
  where correlation_key is not null;
alter table workflow_runtime_events enable row level security;
alter table workflow_runtime_events force row level security;
create policy tenant_isolation on workflow_runtime_events
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_runtime_events to mainspring_app;
create policy dispatcher_finds on workflow_runtime_events for select to mainspring_dispatcher using (true);
grant select (tenant_id, id, due_at) on workflow_runtime_events to mainspring_dispatcher;

create table workflow_event_deliveries (
  tenant_id   uuid not null,
  event_id    uuid not null,
  -- The run that the event is for; `id` is what the dispatcher finds it by.
  run_id      uuid not null,
  id          uuid not null,
  state       text not null check (state in ('pending', 'delivered', 'taken', 'ignored', 'failed')),
  due_at      timestamptz,
  attempts    int not null default 0,
  reason      text,
  error_json  json,
  -- Kept for this wait by look-back until the run has said what it did.
  reserved_wait_id text,
  -- The wait that took it, and the entry that says so.
  wait_id     text,
  verdict_seq int,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id, event_id, run_id),
  unique (tenant_id, id),
  foreign key (tenant_id, event_id) references workflow_runtime_events (tenant_id, id) on delete cascade,
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
create index workflow_event_deliveries_due on workflow_event_deliveries (tenant_id, due_at, id) where due_at is not null;
create index workflow_event_deliveries_by_run on workflow_event_deliveries (tenant_id, run_id);
alter table workflow_event_deliveries enable row level security;
alter table workflow_event_deliveries force row level security;
create policy tenant_isolation on workflow_event_deliveries
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_event_deliveries to mainspring_app;
create policy dispatcher_finds on workflow_event_deliveries for select to mainspring_dispatcher using (true);
grant select (tenant_id, id, due_at) on workflow_event_deliveries to mainspring_dispatcher;
