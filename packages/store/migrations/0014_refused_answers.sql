-- The last answer to a task that was refused: what it is refused for is what the person who waits for it has to know.
-- Like the claim it is no state of the run: what computes the row leaves it alone. The answer itself is not kept.
alter table workflow_tasks add column refused_at timestamptz;
alter table workflow_tasks add column refused_by text;
alter table workflow_tasks add column refused_for json;
