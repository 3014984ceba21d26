-- What a tenant may use, and what it has used.

alter table tenants drop column quotas;

-- Null, or no row: no limit.
create table tenant_quotas (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  steps_per_month bigint check (steps_per_month >= 0),
  concurrent_runs int check (concurrent_runs >= 0),
  starts_per_minute int check (starts_per_minute >= 0),
  fuel_per_minute bigint check (fuel_per_minute >= 0),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id)
);
alter table tenant_quotas enable row level security;
alter table tenant_quotas force row level security;
create policy tenant_isolation on tenant_quotas
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update on tenant_quotas to mainspring_app;

-- Steps begun, by the journal's entries. A month has several rows, so that runs side by side do not wait for one.
create table step_usage (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  -- Its first day, in UTC.
  month       date not null,
  part        smallint not null,
  steps       bigint not null,
  primary key (tenant_id, month, part)
) with (fillfactor = 50);
alter table step_usage enable row level security;
alter table step_usage force row level security;
create policy tenant_isolation on step_usage
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update on step_usage to mainspring_app;

-- What the quota scan looks at.
create index workflow_runs_paused on workflow_runs (tenant_id, id) where status = 'PAUSED';
