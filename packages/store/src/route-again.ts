import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/**
 * Makes events due once more that were done with, for the waits that are open now: the end of a statement that begins with
 * `with freed as (…),` where `freed` has an `"eventId"` for each event that a change of deliveries has made free. So a writer
 * need not hear of them first.
 */
export function routedAgain(db: TenantDb): Prepared<unknown> {
  // Locked in the order in which waits that open lock the events they look at. What state an event is in is asked of the row as it is once it
  // is locked: whoever had it may have been waited for. Mostly nothing is free, and then no event is looked for: a plan is made for more.
  return prepared`locked as (select e.id from workflow_runtime_events e
      where exists (select from freed) and e.id = any(array(select "eventId" from freed))
      order by e.accepted_at, e.position, e.id for no key update)
    update workflow_runtime_events e set
      again = e.again or e.state = 'processing',
      due_at = case when e.state = 'completed' then now() else e.due_at end,
      state = case when e.state = 'completed' then 'pending' else e.state end
    where exists (select from freed) and e.id = any(array(select id from locked))
    returning pg_notify(${channels.inbox}, ${db.tenantId})`;
}
