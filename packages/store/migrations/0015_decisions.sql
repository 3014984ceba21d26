-- Why something started, or did not: written at the time, with the values that decided.

create table workflow_trigger_decisions (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  -- At most one decision is ever made for it, such as one event and one trigger, or one schedule and one nominal time.
  once_key    text,
  -- `fired`, or a cause of "not started".
  outcome     text not null,
  -- What asked: an event of the inbox, a schedule's tick; null for a request that was refused before anything was stored.
  event_id    uuid,
  schedule_id uuid,
  nominal_at  timestamptz,
  -- The candidate; null where there was none. No foreign keys: a decision outlives what it is about.
  workflow_id uuid,
  workflow_key text,
  workflow_version int,
  trigger_id  text,
  -- The run that was started; of `overlap-skipped` the run in its way is in `values`.
  run_id      uuid,
  -- What the decision was made from: evaluated conditions, issues with pointers, limits and counts.
  "values"    json,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, once_key)
);
create index workflow_trigger_decisions_by_event on workflow_trigger_decisions (tenant_id, event_id, id) where event_id is not null;
create index workflow_trigger_decisions_by_schedule on workflow_trigger_decisions (tenant_id, schedule_id, nominal_at, id) where schedule_id is not null;
create index workflow_trigger_decisions_by_workflow on workflow_trigger_decisions (tenant_id, workflow_key, created_at desc, id desc);
create index workflow_trigger_decisions_by_time on workflow_trigger_decisions (tenant_id, created_at desc, id desc);
alter table workflow_trigger_decisions enable row level security;
alter table workflow_trigger_decisions force row level security;
create policy tenant_isolation on workflow_trigger_decisions
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, delete on workflow_trigger_decisions to mainspring_app;
