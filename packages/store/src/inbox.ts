import { canonicalHash, type Json } from "@mainspring/core";
import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import { onceFor, recordDecision } from "./decisions.ts";
import { newId } from "./ids.ts";
import { instant, instantOrNull } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { channels } from "./listen.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { loadColumns, storeValue, toldMissing } from "./stored-values.ts";
import { rememberEventLonger } from "./run-deletion.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

const prepared = sql.raw(preparedMark);

export interface NewEvent {
  /** Named by the producer, never the transport. */
  readonly source: string;
  /** The producer's id. */
  readonly eventId: string;
  readonly name: string;
  readonly payload: Json;
  readonly userId?: string;
  /** SHA-256 of what must be equal for two events with one id to count as the same event. */
  readonly bodyHash: string;
  readonly correlationKey?: string;
  readonly correlationHow?: string;
  /** Only waits of this run may take it. */
  readonly runId?: string;
  /** What could not be kept as it came, as `<pointer> <code>` each. */
  readonly adjusted?: readonly string[];
  /** Place in the request's array: all of these are accepted at one time, and this is their order. */
  readonly position?: number;
  /** When it happened, as the producer says. */
  readonly occurredAt?: string;
  /** The trace in which it is accepted: a W3C `traceparent`. */
  readonly traceparent?: string;
}

export type InboxState = "pending" | "processing" | "completed" | "failed" | "dead";

export interface InboxRow {
  /** Ours. */
  readonly id: string;
  readonly source: string;
  readonly eventId: string;
  readonly name: string;
  readonly payload: unknown;
  readonly userId: string | null;
  readonly correlationKey: string | null;
  readonly correlationHow: string | null;
  readonly runId: string | null;
  readonly state: InboxState;
  readonly attempts: number;
  /** What of it could not be kept as it came. */
  readonly adjusted: readonly string[] | null;
  /** Who has it, or had it last. */
  readonly worker: string | null;
  readonly error: unknown;
  /** An entry of a stream that is no event. */
  readonly refused: boolean;
  /** When it happened, as its producer says; nothing is decided by it. */
  readonly occurredAt: string | null;
  /** The trace in which it was accepted. */
  readonly traceparent: string | null;
  readonly acceptedAt: string;
  readonly dueAt: string | null;
  /** When `worker` took it. */
  readonly claimedAt: string | null;
  readonly completedAt: string | null;
  readonly deadAt: string | null;
}

interface Raw extends Omit<InboxRow, "occurredAt" | "acceptedAt" | "dueAt" | "claimedAt" | "completedAt" | "deadAt"> {
  readonly occurredAt: Date | null;
  readonly acceptedAt: Date;
  readonly dueAt: Date | null;
  readonly claimedAt: Date | null;
  readonly completedAt: Date | null;
  readonly deadAt: Date | null;
  readonly micros?: string;
}

const columns =
  sql.raw(`id, source, event_id as "eventId", name, payload, user_id as "userId", correlation_key as "correlationKey",
  correlation_how as "correlationHow", run_id as "runId", adjusted, state, attempts, worker, error_json as error, refused, accepted_at as "acceptedAt",
  occurred_at as "occurredAt", traceparent, due_at as "dueAt", claimed_at as "claimedAt", completed_at as "completedAt", dead_at as "deadAt"`);

/**
 * Writes an event to the inbox, once for each tenant, source and producer's id.
 * @returns `id`: our id of the row, whether it was written now or before; `conflict`: this id came before with another body
 */
export async function acceptEvent(
  db: TenantDb,
  event: NewEvent,
): Promise<{ result: "accepted" | "duplicate" | "conflict"; id: string }> {
  const { rows } = await sql<{ id: string }>`${prepared}
    insert into workflow_runtime_events (tenant_id, id, source, event_id, name, payload, user_id, body_hash, correlation_key, correlation_how, run_id, position, adjusted,
      occurred_at, traceparent)
    values (${db.tenantId}, ${newId()}, ${event.source}, ${event.eventId}, ${event.name}, ${await storeValue(db, event.payload)}::json,
      ${event.userId ?? null}, ${event.bodyHash}, ${event.correlationKey ?? null}, ${event.correlationHow ?? null}, ${event.runId ?? null}, ${event.position ?? 0},
      ${event.adjusted === undefined ? null : JSON.stringify(event.adjusted)}::json, ${event.occurredAt ?? null}::timestamptz, ${event.traceparent ?? null})
    on conflict (tenant_id, source, event_id) do nothing
    returning id, pg_notify(${channels.inbox}, ${db.tenantId})`.execute(db);
  const accepted = rows[0];
  if (accepted !== undefined) return { result: "accepted", id: accepted.id };
  const earlier = await sql<{
    id: string;
    bodyHash: string;
  }>`select id, body_hash as "bodyHash" from workflow_runtime_events
    where source = ${event.source} and event_id = ${event.eventId}`.execute(db);
  const row = earlier.rows[0];
  if (row === undefined) throw new Error("An event vanished while it was accepted again.");
  // What was refused under this id was never an event: the first one that can be accepted gets the id.
  if (await stepAside(db, row.id)) return acceptEvent(db, event);
  await rememberEventLonger(db, row.id);
  return { result: row.bodyHash === event.bodyHash ? "duplicate" : "conflict", id: row.id };
}

/**
 * Keeps an entry that came as an event and is none, so that people can look at it: a row that is `dead` from the start, one for each id and
 * content. It never takes an id away from a real event: one that was accepted under this id keeps it, and one that comes later gets it.
 * @param refused.entry names where the entry stood, such as its stream and its id there; used as the id where the entry's own is missing or taken
 * @throws NoPlaceError when an event has that for its id as well
 */
export async function keepRefused(
  db: TenantDb,
  refused: {
    readonly source: string;
    /** As far as it can be read. */
    readonly eventId?: string | undefined;
    readonly entry: string;
    readonly name: string;
    readonly payload: Json;
    readonly userId?: string | undefined;
    readonly correlationKey?: string | undefined;
    readonly error: { readonly code: string; readonly message: string; readonly [detail: string]: Json };
  },
): Promise<{ result: "kept" | "exists"; id: string }> {
  const { source, entry, name, payload, userId = null, correlationKey = null, error } = refused;
  const bodyHash = refusedMark + canonicalHash({ name, payload, userId, correlationKey, code: error.code });
  const payloadJson = await storeValue(db, payload);
  for (const eventId of [refused.eventId ?? entry, entry]) {
    const { rows } = await sql<{ id: string }>`
      insert into workflow_runtime_events (tenant_id, id, source, event_id, name, payload, user_id, body_hash, correlation_key, state, due_at, refused, error_json, dead_at)
      values (${db.tenantId}, ${newId()}, ${source}, ${eventId}, ${name}, ${payloadJson}::json, ${userId}, ${bodyHash},
        ${correlationKey}, 'dead', null, true, ${JSON.stringify(error)}::json, now())
      on conflict (tenant_id, source, event_id) do nothing returning id`.execute(db);
    const [row] = rows;
    if (row !== undefined) {
      await recordDecision(db, { outcome: "dead-lettered", eventId: row.id, values: { ...error, refused: true } });
      return { result: "kept", id: row.id };
    }
    const standing = await sql<{ id: string; isSame: boolean }>`
      select id, refused and (body_hash = ${bodyHash} or event_id = ${entry}) as "isSame" from workflow_runtime_events
      where source = ${source} and event_id = ${eventId}`.execute(db);
    const [same] = standing.rows;
    if (same?.isSame === true) return { result: "exists", id: same.id };
  }
  throw new NoPlaceError(`Nothing of the entry ${entry} could be kept: an event has that for its id.`);
}

/** It stays so, however often it is tried. */
export class NoPlaceError extends Error {}

const refusedMark = "refused:";

/** Frees the id that a refused row has. @returns false when the row is no refused one, or has freed its id before */
async function stepAside(db: TenantDb, id: string): Promise<boolean> {
  const { rows } = await sql`update workflow_runtime_events set event_id = ${refusedMark} || id
    where id = ${id} and refused and event_id not like ${`${refusedMark}%`} returning id`.execute(db);
  return rows.length > 0;
}

/**
 * @param id ours; what cannot be an id names no event
 * @param options.toShow it is only looked at: a payload that is missing from `blobs` is told in its place, and no error
 */
export async function getEvent(
  db: TenantDb,
  id: string,
  options: { readonly toShow?: true } = {},
): Promise<InboxRow | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await sql<Raw>`select ${columns} from workflow_runtime_events where id = ${id}`.execute(db);
  return (await shown(db, rows, options.toShow === true ? toldMissing : undefined))[0];
}

/** @param ids ours */
export async function payloadsOf(
  db: TenantDb,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly payload: unknown }[]> {
  const { rows } = await sql<{
    id: string;
    payload: unknown;
  }>`select id, payload from workflow_runtime_events where id = any(${[...ids]}::uuid[])`.execute(db);
  return loadColumns(db, rows, ["payload"]);
}

/**
 * Counts a failed try of a due event that could not even be claimed, as when its payload is missing from `blobs`. The payload is not read.
 * @returns undefined when it is not due any more, or somebody else has it
 */
export async function claimFailed(
  db: TenantDb,
  id: string,
  failed: {
    readonly worker: string;
    readonly error: { readonly code: string; readonly message: string };
    readonly triesMax: number;
    /** Of the next try. */
    readonly nextAt: (attempts: number) => Date;
  },
): Promise<{ readonly outcome: "failed" | "dead"; readonly attempts: number } | undefined> {
  const { rows: due } = await sql<{ attempts: number }>`select attempts + 1 as attempts from workflow_runtime_events
    where id = ${id} and due_at <= now() and state in ('pending', 'failed', 'processing') for no key update skip locked`.execute(
    db,
  );
  const attempts = due[0]?.attempts;
  if (attempts === undefined) return undefined;
  const outcome = attempts < failed.triesMax ? "failed" : "dead";
  const nextAt = outcome === "failed" ? failed.nextAt(attempts) : null;
  await sql`update workflow_runtime_events set state = ${outcome}, attempts = ${attempts}, worker = ${failed.worker}, claimed_at = clock_timestamp(),
      again = false, due_at = ${nextAt}::timestamptz, dead_at = case when ${outcome} = 'dead' then now() end, error_json = ${JSON.stringify(failed.error)}::json
    where id = ${id}`.execute(db);
  if (outcome === "dead")
    await recordDecision(db, {
      outcome: "dead-lettered",
      onceKey: onceFor.dead(id),
      eventId: id,
      values: { attempts, error: failed.error },
    });
  return { outcome, attempts };
}

/** Events of the tenant that are not routed yet, at most `upTo` of them. */
export async function countBacklog(db: TenantDb, upTo: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`${prepared} select count(*)::int as count from (
    select from workflow_runtime_events where tenant_id = ${db.tenantId} and due_at is not null limit ${upTo}) waiting`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

export interface EventFilter {
  readonly source?: string | undefined;
  /** The producer's. */
  readonly eventId?: string | undefined;
  readonly name?: string | undefined;
  readonly correlationKey?: string | undefined;
  /** Accepted then or later. */
  readonly from?: string | undefined;
  /** Accepted before then. */
  readonly to?: string | undefined;
  /** Any of them. */
  readonly states?: readonly InboxState[] | undefined;
  /** Done with, and no run took it or was started by it. */
  readonly unmatched?: boolean | undefined;
}

/** Newest first. */
export async function listEvents(db: TenantDb, filter: EventFilter, request: PageRequest): Promise<Page<InboxRow>> {
  const micros = new Map<string, string>();
  const keyOf = (row: InboxRow): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage(
    { db, list: "events", filter, request, key: ["microseconds", "uuid"], keyOf },
    async (after, limit) => {
      // No stored text has it, and Postgres refuses to look for it.
      if (JSON.stringify(filter).includes("\\u0000")) return [];
      const { rows } = await sql<Raw & { micros: string }>`
      select ${columns}, (extract(epoch from accepted_at) * 1000000)::bigint::text as micros from workflow_runtime_events
      where (${filter.source ?? null}::text is null or source = ${filter.source ?? null})
        and (${filter.eventId ?? null}::text is null or event_id = ${filter.eventId ?? null})
        and (${filter.name ?? null}::text is null or name = ${filter.name ?? null})
        and (${filter.correlationKey ?? null}::text is null or correlation_key = ${filter.correlationKey ?? null})
        and (${filter.from ?? null}::timestamptz is null or accepted_at >= ${filter.from ?? null}::timestamptz)
        and (${filter.to ?? null}::timestamptz is null or accepted_at < ${filter.to ?? null}::timestamptz)
        and (${filter.states === undefined}::boolean or state = any(${[...(filter.states ?? [])]}::text[]))
        and (${filter.unmatched !== true}::boolean or state = 'completed'
          and not exists (select from workflow_event_deliveries d where d.event_id = workflow_runtime_events.id and d.state in ('pending', 'delivered', 'taken'))
          and not exists (select from workflow_trigger_decisions t where t.event_id = workflow_runtime_events.id and t.outcome = 'fired'))
        and (${after === undefined}::boolean or (accepted_at, id) < (timestamptz 'epoch' + ${String(after?.[0] ?? "0")}::bigint * interval '1 microsecond', ${after?.[1] ?? null}::uuid))
      order by accepted_at desc, id desc limit ${limit}`.execute(db);
      for (const row of rows) micros.set(row.id, row.micros);
      return shown(db, rows, toldMissing);
    },
  );
}

/**
 * Claims due events for one worker, until the claim expires. Events of one name and key are given out one after the other in the order of
 * their acceptance, so that runs are told of them in that order; an event that failed and waits for its next try does not hold up those behind it.
 * @returns the events that the worker has now, in the order of acceptance. Left out are those that are not due, that somebody else has locked,
 * and that stand behind another event of their name and key.
 */
export async function claimEvents(
  db: TenantDb,
  ids: readonly string[],
  claim: { readonly worker: string; readonly claimMs: number },
): Promise<InboxRow[]> {
  // Nobody is waited for: two workers, or a worker and a wait that looks back, may lock the same events in another order.
  const { rows } = await sql<Raw>`${prepared}
    with mine as (
      select e.id as mine_id from workflow_runtime_events e
      where e.id = any(${ids}::uuid[]) and e.due_at <= now() and e.state in ('pending', 'failed', 'processing')
        and not exists (select from workflow_runtime_events before
          where before.tenant_id = e.tenant_id and before.name = e.name and before.correlation_key = e.correlation_key
            and (before.accepted_at, before.position, before.id) < (e.accepted_at, e.position, e.id)
            and before.state in ('pending', 'processing'))
      for no key update skip locked)
    update workflow_runtime_events set state = 'processing', worker = ${claim.worker}, attempts = attempts + 1, again = false,
      claimed_at = clock_timestamp(), due_at = clock_timestamp() + ${claim.claimMs}::double precision * interval '1 millisecond'
    from mine where id = mine_id
    returning ${columns}`.execute(db);
  const events = await shown(db, rows);
  return events.sort((x, y) =>
    x.acceptedAt < y.acceptedAt ? -1 : x.acceptedAt > y.acceptedAt ? 1 : x.id < y.id ? -1 : 1,
  );
}

/** The same of one. */
export async function claimEvent(
  db: TenantDb,
  id: string,
  claim: { readonly worker: string; readonly claimMs: number },
): Promise<InboxRow | undefined> {
  return (await claimEvents(db, [id], claim))[0];
}

/**
 * Ends a worker's claim with what came of it. An event that was asked for again meanwhile is due again at once.
 * @param done.nextAt of `failed`: the next try
 * @returns false when the worker no longer has the claim: nothing was written
 */
export async function eventDone(
  db: TenantDb,
  id: string,
  done: {
    readonly worker: string;
    readonly status: "completed" | "failed" | "dead";
    readonly error?: unknown;
    readonly nextAt?: Moment;
  },
): Promise<boolean> {
  const { rows } = await sql<{ again: boolean }>`${prepared}
    update workflow_runtime_events set
      state = case when ${done.status} = 'completed' and again then 'pending' else ${done.status} end,
      due_at = case when ${done.status} = 'completed' and again then now()
        when ${done.status} = 'failed' then coalesce(${done.nextAt ?? null}::timestamptz, now()) end,
      completed_at = case when ${done.status} = 'completed' then now() end,
      dead_at = case when ${done.status} = 'dead' then now() end,
      error_json = ${done.error === undefined ? null : JSON.stringify(done.error)}::json, again = false
    where id = ${id} and worker = ${done.worker} and state = 'processing'
    returning old.again as again`.execute(db);
  if (rows[0]?.again === true) await sql`select pg_notify(${channels.inbox}, ${db.tenantId})`.execute(db);
  return rows.length > 0;
}

async function shown(db: TenantDb, rows: readonly Raw[], missing?: (hash: string) => Json): Promise<InboxRow[]> {
  const loaded = await loadColumns(db, rows, ["payload"], missing);
  return loaded.map((row) => ({
    ...withoutMicros(row),
    occurredAt: instantOrNull(row.occurredAt),
    acceptedAt: instant(row.acceptedAt),
    dueAt: instantOrNull(row.dueAt),
    claimedAt: instantOrNull(row.claimedAt),
    completedAt: instantOrNull(row.completedAt),
    deadAt: instantOrNull(row.deadAt),
  }));
}
