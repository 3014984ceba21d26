-- Rules that start runs by time. Each stands for a Temporal Schedule, which is made to follow its row.

create table tenant_workflow_schedule (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  workflow_id uuid not null,
  name        text not null,
  kind        text not null check (kind in ('cron', 'interval', 'once')),
  -- As it was written: {cron, zone}, {everyMs, offsetMs} or {at}.
  spec        json not null,
  -- What Temporal is given, and expected fires are computed from.
  compiled    json not null,
  -- Until then changes of the clocks are accounted for in `compiled`.
  compiled_until timestamptz not null,
  -- Of all that Temporal is given.
  spec_hash   text not null,
  payload     json not null,
  overlap     text not null check (overlap in ('skip', 'allow', 'cancel-other')),
  catch_up_ms bigint not null,
  jitter_ms   bigint not null,
  -- A calendar: fires on local days without business hours start nothing.
  business_days text,
  note        text,
  state       text not null check (state in ('active', 'paused', 'disabled', 'completed')),
  state_note  text,
  state_by    text,
  state_at    timestamptz not null default now(),
  -- Why it was disabled: {code, message, ...}.
  disabled_reason json,
  -- Why the payload does not fit the published version, whatever the state: the issues.
  misfit      json,
  -- The published version that the payload was last compared with.
  bound_version int not null,
  temporal_schedule_id text not null,
  -- Rises with each change that Temporal must follow; the other one is how far it has.
  wanted      int not null default 1,
  synced      int not null default 0,
  sync_error  text,
  -- Of nominal times: that last fired, that comes next.
  last_nominal_at timestamptz,
  last_fired_at timestamptz,
  last_run_id uuid,
  next_at     timestamptz,
  -- All nominal times up to it have their decision.
  accounted_until timestamptz not null,
  -- Ticks that are to be started beside Temporal's: [{nominalAt, kind, by}], after a change of the spec or for a backfill.
  owed        json not null default '[]',
  revision    int not null default 1,
  checked_at  timestamptz,
  created_at  timestamptz not null default now(),
  created_by  text,
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, id),
  foreign key (tenant_id, workflow_id) references workflow_definitions (tenant_id, id) on delete cascade
);
create index tenant_workflow_schedule_by_workflow on tenant_workflow_schedule (tenant_id, workflow_id);
create index tenant_workflow_schedule_to_check on tenant_workflow_schedule (coalesce(checked_at, created_at));
alter table tenant_workflow_schedule enable row level security;
alter table tenant_workflow_schedule force row level security;
create policy tenant_isolation on tenant_workflow_schedule
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on tenant_workflow_schedule to mainspring_app;
create policy reconciler_reads on tenant_workflow_schedule for select to mainspring_reconciler using (true);
create policy reconciler_marks on tenant_workflow_schedule for update to mainspring_reconciler using (true);
grant select (tenant_id, id, wanted, synced, checked_at, created_at), update (checked_at) on tenant_workflow_schedule to mainspring_reconciler;
