-- What starts a run when an event comes in, and what is known of events of a name.

-- The triggers of every version: which of them count is said by the workflow's published version alone, so publishing, going back and
-- unpublishing rebind them without touching this table.
create table workflow_triggers (
  tenant_id   uuid not null,
  workflow_id uuid not null,
  version     int not null,
  trigger_id  text not null,
  -- Place in the definition: triggers of one workflow are evaluated in this order.
  position    int not null,
  event_name  text not null,
  -- As compiled: `{id, event, when?, payload?}`.
  trigger     json not null,
  primary key (tenant_id, workflow_id, version, trigger_id),
  foreign key (tenant_id, workflow_id, version) references workflow_definition_versions (tenant_id, workflow_id, version) on delete cascade
);
create index workflow_triggers_by_event on workflow_triggers (tenant_id, event_name, workflow_id, version);
alter table workflow_triggers enable row level security;
alter table workflow_triggers force row level security;
create policy tenant_isolation on workflow_triggers
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, delete on workflow_triggers to mainspring_app;

-- Versions that were published before.
alter table workflow_definition_versions no force row level security;
alter table workflow_triggers no force row level security;
insert into workflow_triggers (tenant_id, workflow_id, version, trigger_id, position, event_name, trigger)
select v.tenant_id, v.workflow_id, v.version, t.trigger ->> 'id', t.position::int, t.trigger ->> 'event', t.trigger
  from workflow_definition_versions v
  cross join lateral json_array_elements(
    case when json_typeof(v.program -> 'triggers') = 'array' then v.program -> 'triggers' else '[]'::json end)
    with ordinality as t(trigger, position)
 where t.trigger ->> 'id' is not null and t.trigger ->> 'event' is not null
on conflict do nothing;
alter table workflow_triggers force row level security;
alter table workflow_definition_versions force row level security;

-- Set once every trigger that listened to the event has a decision: whatever has the event routed again later, for a wait or by an operator,
-- none is asked a second time, and none that was published since.
alter table workflow_runtime_events add column triggers_decided_at timestamptz;
alter table workflow_runtime_events no force row level security;
update workflow_runtime_events set triggers_decided_at = completed_at where completed_at is not null;
alter table workflow_runtime_events force row level security;

create table workflow_event_types (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  -- Of the events; `*` is asked after all others for the correlation key, and holds nobody's payload to its schema.
  name        text not null,
  description text,
  -- What a payload must be like; null: anything.
  schema      json,
  -- Where a payload has its correlation key, in the order in which they are tried.
  correlation_paths json not null default '[]',
  -- Payloads to show and to try with.
  samples     json not null default '[]',
  revision    int not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, name)
);
alter table workflow_event_types enable row level security;
alter table workflow_event_types force row level security;
create policy tenant_isolation on workflow_event_types
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_event_types to mainspring_app;
