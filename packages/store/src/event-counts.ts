import { sql } from "kysely";
import type { TenantDb } from "./store.ts";

/** To how many runs an event came. */
export interface EventCounts {
  /** Runs that waited and took it. */
  readonly taken: number;
  /** Runs that it started. */
  readonly started: number;
}

/** @param ids ours; an event without either is not in the result */
export async function eventCounts(db: TenantDb, ids: readonly string[]): Promise<Map<string, EventCounts>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<EventCounts & { id: string }>`
    select e.id, (select count(*)::int from workflow_event_deliveries d where d.event_id = e.id and d.state = 'taken') as taken,
      (select count(*)::int from workflow_trigger_decisions t where t.event_id = e.id and t.outcome = 'fired') as started
    from unnest(${[...ids]}::uuid[]) e (id)`.execute(db);
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
