-- When a tenant does business: each change is a version of its own, since runs record which one counted. And what children need.

create table business_calendars (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  name        text not null,
  version     int not null check (version > 0),
  -- null: removed with this version. A name that is used again goes on counting.
  document    json,
  created_at  timestamptz not null default now(),
  created_by  text,
  primary key (tenant_id, name, version)
);
insert into business_calendars (tenant_id, name, version, document, created_by)
  select id, 'default', 1, '{"zone":"UTC","week":{"mon-fri":["09:00-17:00"]}}', 'installation' from tenants;
alter table business_calendars enable row level security;
alter table business_calendars force row level security;
create policy tenant_isolation on business_calendars
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
-- A version is never changed.
grant select, insert on business_calendars to mainspring_app;

-- Programs of published versions under other runtime semantics than they were published with: a called workflow that declares none
-- follows its parent's.
create table workflow_programs (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  program_hash text not null,
  definition_hash text not null,
  program     json not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, program_hash)
);
alter table workflow_programs enable row level security;
alter table workflow_programs force row level security;
create policy tenant_isolation on workflow_programs
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert on workflow_programs to mainspring_app;

-- The workflows that a version calls: `[{stepId, workflow, version}]`, as publishing has bound them.
alter table workflow_definition_versions add column calls json not null default '[]';

-- Children that were opened and never started: their parent is gone.
create index workflow_runs_children_queued on workflow_runs (created_at) where parent_run_id is not null and status = 'QUEUED';
grant select (parent_run_id, created_at) on workflow_runs to mainspring_reconciler;
