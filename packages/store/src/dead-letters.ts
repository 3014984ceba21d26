import { sql } from "kysely";
import { channels } from "./listen.ts";
import { instant } from "./instants.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { loadColumns, toldMissing } from "./stored-values.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

/** Something that was given up: an event that could not be routed, or the delivery of one to a run. */
export interface DeadLetter {
  readonly kind: "event" | "delivery";
  /** Ours: the event's, or the delivery's. */
  readonly id: string;
  /** Ours. */
  readonly eventId: string;
  readonly source: string;
  readonly producerId: string;
  readonly name: string;
  readonly correlationKey: string | null;
  readonly payload: unknown;
  /** Of a delivery. */
  readonly runId: string | null;
  readonly attempts: number;
  readonly error: unknown;
  /** An entry of a stream that is no event: nothing can come of it. */
  readonly refused: boolean;
  readonly acceptedAt: string;
  readonly deadAt: string;
}

export interface DeadLetterFilter {
  readonly kind?: "event" | "delivery" | undefined;
  readonly name?: string | undefined;
  readonly source?: string | undefined;
  /** Of the error. */
  readonly code?: string | undefined;
  readonly correlationKey?: string | undefined;
  readonly runId?: string | undefined;
  /** Given up at or after. */
  readonly from?: string | undefined;
  /** Given up before. */
  readonly to?: string | undefined;
}

interface Raw extends Omit<DeadLetter, "acceptedAt" | "deadAt"> {
  readonly acceptedAt: Date;
  readonly deadAt: Date;
  readonly micros: string;
}

/** The last given up first. */
export async function listDeadLetters(
  db: TenantDb,
  filter: DeadLetterFilter,
  request: PageRequest,
): Promise<Page<DeadLetter>> {
  const micros = new Map<string, string>();
  const keyOf = (row: DeadLetter): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage(
    { db, list: "dead-letters", filter, request, key: ["microseconds", "uuid"], keyOf },
    async (after, limit) => {
      const rows = await read(db, filter, {
        after: after === undefined ? undefined : [String(after[0]), String(after[1])],
        limit,
      });
      for (const row of rows) micros.set(row.id, row.micros);
      const loaded = await loadColumns(db, rows, ["payload"], toldMissing);
      return loaded.map((row) => ({
        ...withoutMicros(row),
        acceptedAt: instant(row.acceptedAt),
        deadAt: instant(row.deadAt),
      }));
    },
  );
}

// The two kinds are read apart, so that each comes from its index, and only as many as are shown.
async function read(
  db: TenantDb,
  filter: DeadLetterFilter,
  page: { readonly after: readonly [string, string] | undefined; readonly limit: number },
): Promise<Raw[]> {
  // No stored text has it, and Postgres refuses to look for it.
  if (JSON.stringify(filter).includes("\\u0000")) return [];
  const {
    name = null,
    source = null,
    code = null,
    correlationKey = null,
    runId = null,
    from = null,
    to = null,
  } = filter;
  if (runId !== null && !isUuid(runId)) return [];
  const { after, limit } = page;
  const within = (at: ReturnType<typeof sql.ref>, id: ReturnType<typeof sql.ref>) => sql`
    (${from}::timestamptz is null or ${at} >= ${from}::timestamptz) and (${to}::timestamptz is null or ${at} < ${to}::timestamptz)
    and (${after === undefined}::boolean or (${at}, ${id}) < (timestamptz 'epoch' + ${after?.[0] ?? "0"}::bigint * interval '1 microsecond', ${after?.[1] ?? null}::uuid))`;
  const ofEvent = sql`
    (${name}::text is null or e.name = ${name}) and (${source}::text is null or e.source = ${source})
    and (${correlationKey}::text is null or e.correlation_key = ${correlationKey})`;
  const { rows } = await sql<Raw>`
    select kind, id, "eventId", source, "producerId", name, "correlationKey", payload, "runId", attempts, error, refused, "acceptedAt", at as "deadAt",
      (extract(epoch from at) * 1000000)::bigint::text as micros
    from (
      (select 'event' as kind, e.id, e.id as "eventId", e.source, e.event_id as "producerId", e.name, e.correlation_key as "correlationKey", e.payload,
        e.run_id as "runId", e.attempts, e.error_json as error, e.refused, e.accepted_at as "acceptedAt", e.dead_at as at
      from workflow_runtime_events e
      where e.dead_at is not null and e.state = 'dead' and coalesce(${filter.kind ?? null}::text, 'event') = 'event'
        and (${code}::text is null or e.error_json ->> 'code' = ${code}) and (${runId}::uuid is null or e.run_id = ${runId}::uuid)
        and ${ofEvent} and ${within(sql.ref("e.dead_at"), sql.ref("e.id"))}
      order by e.dead_at desc, e.id desc limit ${limit})
      union all
      (select 'delivery', d.id, d.event_id, e.source, e.event_id, e.name, e.correlation_key, e.payload, d.run_id, d.attempts,
        coalesce(d.error_json, json_build_object('code', 'SIGNAL_FAILED', 'message', d.reason)), false, e.accepted_at, d.updated_at
      from workflow_event_deliveries d join workflow_runtime_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
      where d.state = 'failed' and d.due_at is null and coalesce(${filter.kind ?? null}::text, 'delivery') = 'delivery'
        and (${code}::text is null or coalesce(d.error_json ->> 'code', 'SIGNAL_FAILED') = ${code}) and (${runId}::uuid is null or d.run_id = ${runId}::uuid)
        and ${ofEvent} and ${within(sql.ref("d.updated_at"), sql.ref("d.id"))}
      order by d.updated_at desc, d.id desc limit ${limit})) letters
    order by at desc, id desc limit ${limit}`.execute(db);
  return rows;
}

/** At most 10,000 of each kind are counted. */
export async function countDeadLetters(db: TenantDb): Promise<number> {
  const { rows } = await sql<{ count: number }>`select
    (select count(*) from (select from workflow_runtime_events where dead_at is not null and state = 'dead' limit ${countedMax}) e)::int
    + (select count(*) from (select from workflow_event_deliveries where state = 'failed' and due_at is null limit ${countedMax}) d)::int as count`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

const countedMax = 10_000;

export type Redelivered =
  | {
      readonly result: "redelivered";
      /** Whether the event is routed again: to waits and triggers that it has not come to yet. */
      readonly routed: boolean;
      /** Deliveries that had failed and are tried again. */
      readonly deliveries: number;
    }
  /** `refused`: it never was an event. `forgotten`: its content went with its run. */
  | { readonly result: "not found" | "refused" | "forgotten" };

/**
 * Has done what is not done of an event: deliveries that failed are tried again, and it is routed again to the waits that are open now and
 * the triggers that have not decided. What a run was told, and what a trigger decided, stays as it is.
 * @param id ours
 */
export async function redeliverEvent(db: TenantDb, id: string): Promise<Redelivered> {
  if (!isUuid(id)) return { result: "not found" };
  const { rows } = await sql<{ state: string; refused: boolean; forgotten: boolean }>`
    select state, refused, forget_at is not null as forgotten from workflow_runtime_events where id = ${id} for update`.execute(
    db,
  );
  const [event] = rows;
  if (event === undefined) return { result: "not found" };
  if (event.refused) return { result: "refused" };
  if (event.forgotten) return { result: "forgotten" };
  const deliveries = await sql`update workflow_event_deliveries set due_at = now(), attempts = 0, updated_at = now()
    where event_id = ${id} and state = 'failed' and verdict_seq is null returning id`.execute(db);
  const routed =
    await sql`update workflow_runtime_events set state = 'pending', due_at = now(), attempts = 0, dead_at = null, error_json = null
    where id = ${id} and state in ('dead', 'failed', 'completed')
    returning id, pg_notify(${channels.inbox}, ${db.tenantId})`.execute(db);
  return { result: "redelivered", routed: routed.rows.length > 0, deliveries: deliveries.rows.length };
}
