-- Events and deliveries that were given up: found, looked at, sent again.

alter table workflow_runtime_events
  -- When the worker named in `worker` took it last.
  add column claimed_at timestamptz,
  -- When it was given up.
  add column dead_at timestamptz,
  -- An entry of a stream that is no event: it is kept to be looked at, and nothing can come of it.
  add column refused boolean not null default false;

alter table workflow_runtime_events no force row level security;
update workflow_runtime_events set dead_at = accepted_at where state = 'dead';
alter table workflow_runtime_events force row level security;

-- Who stands before an event of the same name and key: among thousands that are done with.
create index workflow_runtime_events_open_by_key on workflow_runtime_events (tenant_id, name, correlation_key, accepted_at, position, id)
  where state in ('pending', 'processing') and correlation_key is not null;
create index workflow_runtime_events_dead on workflow_runtime_events (tenant_id, dead_at desc, id desc) where dead_at is not null;
create index workflow_event_deliveries_dead on workflow_event_deliveries (tenant_id, updated_at desc, id desc)
  where state = 'failed' and due_at is null;
