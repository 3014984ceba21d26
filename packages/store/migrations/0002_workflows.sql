-- Workflows: a draft that is edited, and versions that never change.

create table workflow_definitions (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  key         text not null,
  name        text not null,
  -- The draft: its document, the text that it was written as, and the revision for optimistic locking.
  document    json not null,
  source_text text,
  revision    int not null default 1,
  published_version int,
  paused_at   timestamptz,
  paused_by   text,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
alter table workflow_definitions enable row level security;
alter table workflow_definitions force row level security;
create policy tenant_isolation on workflow_definitions
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_definitions to mainspring_app;

create table workflow_definition_versions (
  tenant_id   uuid not null,
  workflow_id uuid not null,
  version     int not null check (version > 0),
  document    json not null,
  source_text text,
  definition_hash text not null,
  program     json not null,
  program_hash text not null,
  semantics   int not null,
  payload_schema json,
  bounds      json,
  published_by text,
  published_at timestamptz not null default now(),
  primary key (tenant_id, workflow_id, version),
  foreign key (tenant_id, workflow_id) references workflow_definitions (tenant_id, id) on delete cascade
);
create index workflow_definition_versions_by_program on workflow_definition_versions (tenant_id, program_hash);
create index workflow_definition_versions_by_definition on workflow_definition_versions (tenant_id, definition_hash);
alter table workflow_definition_versions enable row level security;
alter table workflow_definition_versions force row level security;
create policy tenant_isolation on workflow_definition_versions
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
-- No update: a published version is immutable.
grant select, insert, delete on workflow_definition_versions to mainspring_app;
