-- When an event happened, as its producer says: told, and never decided by, for clocks differ.
alter table workflow_runtime_events add column occurred_at timestamptz;
-- The trace in which it was accepted, a W3C `traceparent`: what it starts goes on in it.
alter table workflow_runtime_events add column traceparent text;

-- The Idempotency-Key that a schedule was made with, and a hash of what was asked for: asked again, it is the same schedule.
alter table tenant_workflow_schedule add column request_key text;
alter table tenant_workflow_schedule add column request_hash text;
create unique index tenant_workflow_schedule_by_request on tenant_workflow_schedule (tenant_id, request_key) where request_key is not null;
