-- The ledger of effects. No reference to the run: a key is remembered longer than the run that used it.

create table workflow_action_invocations (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  -- The idempotency key, SHA-256.
  key         text not null,
  id          uuid not null,
  run_id      uuid not null,
  command_id  text not null,
  step_id     text not null,
  step_path   text not null,
  iteration   int[] not null default '{}',
  execution   int not null,
  action      text not null,
  effect      text not null check (effect in ('none', 'idempotent', 'once')),
  status      text not null check (status in ('STARTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN')),
  input_json  json,
  input_hash  text not null,
  output_json json,
  error_json  json,
  -- Who holds the claim, until when, and by which try of Temporal's.
  owner       text not null,
  deadline_at timestamptz,
  temporal_attempt int not null default 1,
  -- Outcomes that were reported, the author's tries; and Temporal's try that reported the last one.
  reported_attempts int not null default 0,
  last_reported_attempt int not null default 0,
  -- Tries of others that found the key held: they neither count nor are lost. {"<run>:<command>": try}
  held_attempts jsonb not null default '{}',
  -- What a try that had timed out brought after all. Evidence only.
  late_json   json,
  reused_from uuid,
  -- A row of an effect-free call stands and falls with the entry that it was written with.
  seq         int,
  epoch       int,
  provisional boolean not null default false,
  started_at  timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, key)
);
create index workflow_action_invocations_by_run on workflow_action_invocations (tenant_id, run_id, execution, command_id);
alter table workflow_action_invocations enable row level security;
alter table workflow_action_invocations force row level security;
create policy tenant_isolation on workflow_action_invocations
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_action_invocations to mainspring_app;
