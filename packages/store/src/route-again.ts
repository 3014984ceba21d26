import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/**
 * Makes events due once more that were done with, for the waits that are open now: the end of a statement that begins with
 * `with freed as (…),` and changes deliveries there, returning `"eventId"` for each event that is free, null for one that is not. So a
 * writer need not hear of them first.
 */
export function routedAgain(db: TenantDb): Prepared<unknown> {
  // Locked in the order in which waits that open lock the events they look at. What state an event is in is asked of the row as it is once it
  // is locked: whoever had it may have been waited for.
  return prepared`locked as (select e.id from workflow_runtime_events e where e.id = any(array(select "eventId" from freed))
      order by e.accepted_at, e.position, e.id for no key update)
    update workflow_runtime_events e set
      again = e.again or e.state = 'processing',
      due_at = case when e.state = 'completed' then now() else e.due_at end,
      state = case when e.state = 'completed' then 'pending' else e.state end
    from locked where e.id = locked.id
    returning pg_notify(${channels.inbox}, ${db.tenantId})`;
}
