-- Tenants, who may act for them, what they did, and their content-addressed bytes.
-- Every table of a tenant: keys led by tenant_id, row-level security forced, one policy text.

create table tenants (
  id          uuid primary key,
  name        text not null,
  -- Where outbound calls may go although the guard would refuse: hosts, CIDRs, ports.
  egress_allow jsonb not null default '[]',
  quotas      jsonb not null default '{}',
  suspended_at timestamptz,
  created_at  timestamptz not null default now()
);
grant select, insert, update on tenants to mainspring_app;

create table api_keys (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  name        text not null,
  role        text not null check (role in ('viewer', 'operator', 'author', 'admin')),
  -- SHA-256 of the whole key; the key itself is shown once and stored nowhere.
  key_hash    text not null,
  created_at  timestamptz not null default now(),
  revoked_at  timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, key_hash)
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy tenant_isolation on api_keys
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on api_keys to mainspring_app;

create table audit_log (
  tenant_id   uuid not null,
  id          uuid not null,
  at          timestamptz not null default clock_timestamp(),
  actor       text not null,
  action      text not null,
  subject     text not null,
  details     json,
  primary key (tenant_id, id)
);
create index audit_log_by_time on audit_log (tenant_id, at desc, id desc);
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant_isolation on audit_log
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
-- Append-only: nobody is granted more, and the owner is stopped by the trigger.
grant select, insert on audit_log to mainspring_app;
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_log_is_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create trigger audit_log_is_not_truncated before truncate on audit_log
  for each statement execute function refuse_change();

create table blobs (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  hash        text not null check (hash ~ '^[0-9a-f]{64}$'),
  bytes       bytea not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, hash)
);
-- What is stored is compressed or encrypted by whoever stores it, or not worth the time.
alter table blobs alter column bytes set storage external;
alter table blobs enable row level security;
alter table blobs force row level security;
create policy tenant_isolation on blobs
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert on blobs to mainspring_app;
