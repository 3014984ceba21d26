-- Limits on starts, and the starts that are held for them or because their workflow is paused.

alter table workflow_definitions add column pause_note text;
-- How many runs of it may be under way at once; null: as many as the tenant may have.
alter table workflow_definitions add column concurrency_limit int check (concurrency_limit >= 0);

-- Why the start of a QUEUED run is held; null: it is not.
alter table workflow_runs add column held_for text check (held_for in ('workflow-paused', 'concurrency-limited', 'over-limit'));
-- What counts against a limit: runs that no other called, from the moment that their start is let go until their end is confirmed.
create index workflow_runs_under_way on workflow_runs (tenant_id, workflow_id)
  where parent_run_id is null and confirmed_at is null and held_for is null and engine = 'temporal';
-- The line of those that are held, in the order of their acceptance.
create index workflow_runs_held on workflow_runs (tenant_id, workflow_id, created_at, id) where held_for is not null;
grant select (held_for) on workflow_runs to mainspring_reconciler;

-- The fuel of its expressions and steps, as far as it was told; counted only where the tenant has a limit of it.
alter table workflow_runs add column fuel_used bigint not null default 0;

-- A held start is due at no time.
alter table outbox alter column due_at drop not null;

-- What was used in each second, of the last minute or so.
create table minute_usage (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  second      timestamptz not null,
  -- Runs side by side do not wait for one row.
  part        smallint not null,
  starts      int not null default 0,
  fuel        bigint not null default 0,
  primary key (tenant_id, second, part)
);
alter table minute_usage enable row level security;
alter table minute_usage force row level security;
create policy tenant_isolation on minute_usage
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on minute_usage to mainspring_app;

-- Whatever ends a run, those that are held behind it hear of it.
create function tell_of_end() returns trigger language plpgsql as $$
begin
  if exists (select from workflow_runs where tenant_id = new.tenant_id and held_for is not null) then
    perform pg_notify('mainspring_ends', new.tenant_id::text);
  end if;
  return null;
end $$;
create trigger workflow_runs_tell_of_end after update on workflow_runs for each row
  when (new.parent_run_id is null and ((old.completed_at is null and new.completed_at is not null)
    or (old.confirmed_at is null and new.confirmed_at is not null)))
  execute function tell_of_end();
