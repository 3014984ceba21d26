-- What workflows keep between runs: values by namespace and key, with a version and, where asked for, an end.

create table workflow_data_store (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  namespace   text not null,
  key         text not null,
  id          uuid not null,
  value       json not null,
  -- 1, 2, 3 ... from each time that the key comes into being.
  version     int not null check (version > 0),
  expires_at  timestamptz,
  -- The sweep finds expired rows of all tenants by it.
  due_at      timestamptz generated always as (expires_at) stored,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, namespace, key),
  unique (tenant_id, id)
);
create index workflow_data_store_due on workflow_data_store (tenant_id, due_at, id) where due_at is not null;
alter table workflow_data_store enable row level security;
alter table workflow_data_store force row level security;
create policy tenant_isolation on workflow_data_store
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy dispatcher_finds on workflow_data_store for select to mainspring_dispatcher using (true);
grant select, insert, update, delete on workflow_data_store to mainspring_app;
grant select (tenant_id, id, due_at) on workflow_data_store to mainspring_dispatcher;

-- What a write by a run answered, under its idempotency key: the same write again gets the same answer and changes nothing.
create table workflow_data_store_writes (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  write_key   text not null,
  id          uuid not null,
  answer      json not null,
  due_at      timestamptz not null default now() + interval '30 days',
  primary key (tenant_id, write_key),
  unique (tenant_id, id)
);
create index workflow_data_store_writes_due on workflow_data_store_writes (tenant_id, due_at, id);
alter table workflow_data_store_writes enable row level security;
alter table workflow_data_store_writes force row level security;
create policy tenant_isolation on workflow_data_store_writes
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy dispatcher_finds on workflow_data_store_writes for select to mainspring_dispatcher using (true);
grant select, insert, delete on workflow_data_store_writes to mainspring_app;
grant select (tenant_id, id, due_at) on workflow_data_store_writes to mainspring_dispatcher;
