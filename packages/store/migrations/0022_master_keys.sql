-- The master keys that the processes of this installation have used, each with a value that it has sealed: whoever cannot open the one that
-- was introduced last has other keys than the rest, and does not start. No key stands here, and no tenant.

create table master_keys (
  -- The beginning of the key's SHA-256.
  id           text primary key,
  check_value  bytea not null,
  introduced   bigint generated always as identity
);
grant select, insert on master_keys to mainspring_app;

-- The trace in which a run was accepted, for whoever hands it over: a W3C `traceparent`.
alter table outbox add column traceparent text;
