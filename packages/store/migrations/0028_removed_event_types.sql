-- An event type that is removed goes on masking the events that came under it.

alter table workflow_event_types add column removed_at timestamptz;

-- A run that is deleted looks for the events that were addressed to it, and for other runs of the event that began it.
create index workflow_runtime_events_by_run on workflow_runtime_events (tenant_id, run_id) where run_id is not null;
create index workflow_runs_by_trigger_event on workflow_runs (tenant_id, trigger_event_id) where trigger_event_id is not null;
