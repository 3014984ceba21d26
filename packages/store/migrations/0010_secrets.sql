-- A key per tenant, wrapped by a master key that is never in the database, and the secrets sealed under it.

create table tenant_keys (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  -- 1, 2, 3 ...: the newest seals, all open what they have sealed.
  version     int not null check (version > 0),
  -- Which master key wrapped it: the beginning of that key's SHA-256.
  master_key  text not null,
  -- AES-256-GCM: nonce, ciphertext, tag. Additional data: tenant and version.
  wrapped     bytea not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, version)
);
alter table tenant_keys enable row level security;
alter table tenant_keys force row level security;
create policy tenant_isolation on tenant_keys
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
-- Updated when another master key wraps it; never deleted, since histories may be sealed under it.
grant select, insert, update on tenant_keys to mainspring_app;

create table secrets (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  name        text not null,
  -- Rises with each value; a value that was replaced is gone.
  version     int not null check (version > 0),
  key_version int not null,
  -- AES-256-GCM: nonce, ciphertext, tag. Additional data: tenant, name and version.
  sealed      bytea not null,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, name),
  foreign key (tenant_id, key_version) references tenant_keys (tenant_id, version)
);
alter table secrets enable row level security;
alter table secrets force row level security;
create policy tenant_isolation on secrets
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on secrets to mainspring_app;
