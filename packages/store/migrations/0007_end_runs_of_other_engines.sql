-- Runs that an older engine left open can no longer go on: they end, and their waits close.
-- Ended runs and runs of Temporal stay as they are, and `engine` stays what it was.
-- Forced row-level security holds for the owner too, hence the pause of it.

alter table workflow_runs no force row level security;
alter table workflow_run_waits no force row level security;

update workflow_run_waits w
   set status = 'RESOLVED', resolved_at = now()
  from workflow_runs r
 where r.tenant_id = w.tenant_id and r.id = w.run_id
   and w.status = 'WAITING'
   and (r.engine is null or r.engine = 'db')
   and r.status in ('RUNNING', 'WAITING');

update workflow_runs
   set status = 'CANCELED',
       completed_at = now(),
       updated_at = now(),
       error_json = json_build_object(
         'category', 'Cancellation',
         'code', 'DB_ENGINE_REMOVED',
         'message', 'The database execution engine was removed, so this run cannot go on. Replay it to run it on Temporal.',
         'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
 where (engine is null or engine = 'db')
   and status in ('RUNNING', 'WAITING');

alter table workflow_runs force row level security;
alter table workflow_run_waits force row level security;
