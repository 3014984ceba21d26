-- Addresses at which other systems tell us of events, and the secrets by which their calls are known to be theirs.

create table webhook_endpoints (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  -- In the address, and the source of its events.
  key         text not null,
  scheme      text not null check (scheme in ('standard', 'github', 'stripe', 'slack')),
  description text,
  enabled     boolean not null default true,
  -- A text, or `{"$expr": ...}` over headers, query and body; null: as the scheme has it.
  event_name  json,
  -- Likewise; null: as for any event.
  correlation_key json,
  -- Headers that become part of the payload, in lower case; empty: the payload is the body.
  headers     json not null default '[]',
  -- Started by each new event, beside whatever waits for it or is triggered by it.
  workflow_key text,
  -- How long a call waits for the end of that run, to be answered with its output; null: not at all.
  reply_wait_ms int check (reply_wait_ms > 0),
  revision    int not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, id),
  unique (tenant_id, key),
  check (reply_wait_ms is null or workflow_key is not null)
);
alter table webhook_endpoints enable row level security;
alter table webhook_endpoints force row level security;
create policy tenant_isolation on webhook_endpoints
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on webhook_endpoints to mainspring_app;

-- At most two of each endpoint, both of which count: the old one stays until the other side has the new one.
create table webhook_secrets (
  tenant_id   uuid not null,
  id          uuid not null,
  endpoint_id uuid not null,
  slot        int not null check (slot in (1, 2)),
  key_version int not null,
  -- AES-256-GCM: nonce, ciphertext, tag. Additional data: tenant, endpoint and id.
  sealed      bytea not null,
  created_at  timestamptz not null default now(),
  created_by  text,
  primary key (tenant_id, id),
  unique (tenant_id, endpoint_id, slot),
  foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id) on delete cascade,
  foreign key (tenant_id, key_version) references tenant_keys (tenant_id, version)
);
alter table webhook_secrets enable row level security;
alter table webhook_secrets force row level security;
create policy tenant_isolation on webhook_secrets
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, delete on webhook_secrets to mainspring_app;

-- What of an event that others sent could not be kept as it came: `<pointer> <code>` each.
alter table workflow_runtime_events add column adjusted json;
