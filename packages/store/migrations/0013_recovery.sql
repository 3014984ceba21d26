-- What recovery needs: searching without sensitive values, lineage both ways, plans that are shown before they are carried out, and what is
-- remembered of deleted runs.

alter table workflow_runs add column search_text text;
-- Events that a restarted run is offered although another run has taken them.
alter table workflow_runs add column offered_event_ids uuid[] not null default '{}';

alter table workflow_runs no force row level security;
alter table workflow_definition_versions no force row level security;
update workflow_runs r set search_text = left(r.input_json::text, 32768)
 where r.input_json is not null
   and not exists (select from workflow_definition_versions v
     where v.tenant_id = r.tenant_id and v.program_hash = r.program_hash and v.payload_schema::text like '%"sensitive"%');
alter table workflow_runs force row level security;
alter table workflow_definition_versions force row level security;

create index workflow_runs_by_root on workflow_runs (tenant_id, root_run_id) where root_run_id is not null;
create index workflow_runs_by_restarted_run on workflow_runs (tenant_id, restarted_from) where restarted_from is not null;
create index workflow_runs_by_replayed_run on workflow_runs (tenant_id, (trigger_metadata_json ->> 'replayOfRunId')) where trigger = 'replay';

-- Of a deleted run's events and authored keys as much stays as refuses a repetition; until then.
alter table workflow_runtime_events add column forget_at timestamptz;
alter table workflow_action_invocations add column forget_at timestamptz;
create index workflow_runtime_events_to_forget on workflow_runtime_events (tenant_id, forget_at) where forget_at is not null;
create index workflow_action_invocations_to_forget on workflow_action_invocations (tenant_id, forget_at) where forget_at is not null;

-- What somebody was shown before doing it.
create table workflow_plans (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          text not null,
  kind        text not null check (kind in ('restart', 'bulk')),
  plan        json not null,
  created_by  text,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  primary key (tenant_id, kind, id)
);
create index workflow_plans_by_expiry on workflow_plans (tenant_id, expires_at);
alter table workflow_plans enable row level security;
alter table workflow_plans force row level security;
create policy tenant_isolation on workflow_plans
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_plans to mainspring_app;
