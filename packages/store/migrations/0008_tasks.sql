-- What people are asked by runs, and the forms that a tenant has under a name.

create table workflow_tasks (
  tenant_id   uuid not null,
  id          uuid not null,
  -- Computed from the run's journal, like waits and steps; `wait_id` is the wait of type human whose key is `id`.
  run_id      uuid not null,
  wait_id     text not null,
  execution   int not null,
  step_id     text not null,
  step_path   text not null,
  iteration   int[] not null default '{}',
  title       text not null,
  description text,
  context     json,
  assign_users text[] not null,
  assign_groups text[] not null,
  form_name   text,
  -- Null until a named form has been looked up: only then can people see the task.
  form        json,
  due_at      timestamptz,
  timeout_at  timestamptz,
  state       text not null check (state in ('OPEN', 'COMPLETED', 'CANCELED', 'EXPIRED')),
  opened_at   timestamptz not null,
  closed_at   timestamptz,
  answer      json,
  answered_by text,
  overridden  boolean not null default false,
  -- Of the answer that was accepted: its repeats are answered from this row.
  submission_id text,
  reminders_sent int not null default 0,
  reminders_max int,
  last_reminder_at timestamptz,
  -- Who has taken the task is no state of the run: what computes the row leaves this alone.
  claimed_by  text,
  claimed_at  timestamptz,
  version     int not null default 1,
  status      text not null generated always as (case when state = 'OPEN' and claimed_by is not null then 'CLAIMED' else state end) stored,
  primary key (tenant_id, id),
  foreign key (tenant_id, run_id) references workflow_runs (tenant_id, id) on delete cascade
);
create index workflow_tasks_open on workflow_tasks (tenant_id, (coalesce(due_at, 'infinity')), id) where state = 'OPEN';
create index workflow_tasks_by_run on workflow_tasks (tenant_id, run_id, wait_id);
alter table workflow_tasks enable row level security;
alter table workflow_tasks force row level security;
create policy tenant_isolation on workflow_tasks
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_tasks to mainspring_app;

create table workflow_form_definitions (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  name        text not null,
  title       text not null,
  schema      json not null,
  revision    int not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  updated_by  text,
  primary key (tenant_id, name)
);
alter table workflow_form_definitions enable row level security;
alter table workflow_form_definitions force row level security;
create policy tenant_isolation on workflow_form_definitions
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on workflow_form_definitions to mainspring_app;
