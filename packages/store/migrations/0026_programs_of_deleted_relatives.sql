-- A run that stays when one around it is deleted (its parent, a child, what it was restarted from) keeps whose program that one ran: values of
-- it may stand here, and what of them is sensitive nobody knows any more. See docs/decisions/0129-closed-when-a-relative-is-gone.md.

alter table workflow_runs add column lost_programs text[];
create index workflow_runs_lost on workflow_runs (tenant_id) where lost_programs is not null;
