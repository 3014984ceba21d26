-- An API key, and a tenant, is made once for each Idempotency-Key.

alter table api_keys
  add column request_key  text,
  -- Of what was asked for, and by whom.
  add column request_hash text,
  -- The tenant's key that the secret was derived from, so that the same request can be given the same answer for a while.
  add column derived_from int;
create unique index api_keys_by_request on api_keys (tenant_id, request_key) where request_key is not null;

alter table tenants
  add column request_key  text,
  add column request_hash text;
create unique index tenants_by_request on tenants (request_key) where request_key is not null;
