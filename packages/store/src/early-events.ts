import type { InboundEvent, WaitFilter } from "@mainspring/core";
import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { prepared } from "./prepared.ts";
import { lockRun } from "./run-lock.ts";
import { loadValues } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";
import { reachesEvent } from "./waits.ts";

export interface OpenedWait {
  /** The wait's id. */
  readonly commandId: string;
  readonly event: string;
  readonly key: string;
  readonly filters: readonly WaitFilter[];
  readonly lookbackMs?: number;
}

export interface EarlyEvents {
  readonly commandId: string;
  /** None or one: the oldest event that the wait may take, kept for it by a delivery row of its run. */
  readonly candidates: InboundEvent[];
}

interface EventRow {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly payload: unknown;
  readonly correlationKey: string;
  readonly acceptedAt: Date;
  readonly acceptedMicros: string;
  readonly position: number;
}

const eventsAtOnce = 50;

/**
 * What has already come for waits that were opened, and committed, before. Call it in a transaction of its own: it sees the events
 * that were accepted up to then, and events accepted later find the waits. Waits are served in the order given, each with an
 * event of its own, oldest first.
 *
 * The events looked at stay locked until the transaction ends, so that two runs cannot be given the same one. Asking again gives
 * the same answer.
 */
export async function takeEarlyEvents(
  db: TenantDb,
  opened: {
    readonly runId: string;
    readonly waits: readonly OpenedWait[];
    readonly holds: (filters: readonly WaitFilter[], event: InboundEvent) => boolean;
  },
): Promise<EarlyEvents[]> {
  // A workflow task that ran again may have withdrawn the waits since; this lock puts us before or behind its flush.
  await lockRun(db, opened.runId);
  const results: EarlyEvents[] = [];
  for (const wait of opened.waits) {
    const event = await firstThatHolds(db, opened, wait);
    if (event === undefined) {
      results.push({ commandId: wait.commandId, candidates: [] });
      continue;
    }
    await reserve(db, opened.runId, wait.commandId, event.id);
    results.push({ commandId: wait.commandId, candidates: [event] });
  }
  return results;
}

async function firstThatHolds(
  db: TenantDb,
  opened: { readonly runId: string; readonly holds: (filters: readonly WaitFilter[], event: InboundEvent) => boolean },
  wait: OpenedWait,
): Promise<InboundEvent | undefined> {
  let after: EventRow | undefined;
  for (;;) {
    const locked = await lockNextEvents(db, opened.runId, wait, after);
    // Whether others have them is asked once they are locked: before, it could change.
    const open = await stillOpen(db, opened.runId, wait, locked);
    const payloads = await loadValues(
      db,
      open.map((row) => row.payload),
    );
    for (const [i, row] of open.entries()) {
      const event: InboundEvent = {
        id: row.id,
        name: row.name,
        source: row.source,
        payload: payloads[i] ?? null,
        correlationKey: row.correlationKey,
        receivedAt: instant(row.acceptedAt),
        inbox: true,
      };
      if (opened.holds(wait.filters, event)) return event;
    }
    if (locked.length < eventsAtOnce) return undefined;
    after = locked.at(-1);
  }
}

// "no key update": whoever offers one of them to a run refers to it meanwhile, and may hold the delivery that we come to want.
async function lockNextEvents(
  db: TenantDb,
  runId: string,
  wait: OpenedWait,
  after: EventRow | undefined,
): Promise<EventRow[]> {
  const { rows } = await prepared<EventRow>`
    select e.id, e.name, e.source, e.payload, e.correlation_key as "correlationKey", e.accepted_at as "acceptedAt",
      (extract(epoch from e.accepted_at) * 1000000)::bigint::text as "acceptedMicros", e.position
    from workflow_runtime_events e
    join workflow_run_waits w on w.tenant_id = e.tenant_id and w.run_id = ${runId} and w.wait_id = ${wait.commandId} and w.status = 'WAITING'
    join workflow_runs r on r.tenant_id = e.tenant_id and r.id = w.run_id
    where e.name = ${wait.event} and e.correlation_key = ${wait.key} and (e.run_id is null or e.run_id = ${runId} or e.id = any(r.offered_event_ids))
      and (${after === undefined}::boolean or (e.accepted_at, e.position, e.id) >
        (timestamptz 'epoch' + ${after?.acceptedMicros ?? "0"}::bigint * interval '1 microsecond', ${after?.position ?? 0}::int, ${after?.id ?? null}::uuid))
      and ${reachesEvent}
    order by e.accepted_at, e.position, e.id
    limit ${eventsAtOnce} for no key update of e`.execute(db);
  return rows;
}

/** Those that no other run has, unless the wait looks back expressly or a restart offers them again, and that this run has neither taken nor kept for another wait. */
async function stillOpen(
  db: TenantDb,
  runId: string,
  wait: OpenedWait,
  events: readonly EventRow[],
): Promise<EventRow[]> {
  if (events.length === 0) return [];
  const { rows } = await prepared<{ id: string }>`
    select d.event_id as id from workflow_event_deliveries d
    left join workflow_run_waits kept on kept.tenant_id = d.tenant_id and kept.run_id = d.run_id
      and kept.wait_id = d.reserved_wait_id and kept.wait_id <> ${wait.commandId} and kept.status = 'WAITING'
    join workflow_runtime_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
    join workflow_run_waits w on w.tenant_id = d.tenant_id and w.run_id = ${runId} and w.wait_id = ${wait.commandId}
    join workflow_runs r on r.tenant_id = d.tenant_id and r.id = ${runId}
    where d.event_id = any(${events.map((event) => event.id)}::uuid[])
      and case when d.run_id = ${runId} then d.state = 'taken' or kept.wait_id is not null
        else w.lookback_ms is null and e.accepted_at < w.created_at and d.state <> 'ignored' and not e.id = any(r.offered_event_ids) end`.execute(
    db,
  );
  const spoken = new Set(rows.map((row) => row.id));
  return events.filter((event) => !spoken.has(event.id));
}

async function reserve(db: TenantDb, runId: string, waitId: string, eventId: string): Promise<void> {
  // The transition that opened the wait carries the event to the run: no signal is needed.
  await prepared`
    insert into workflow_event_deliveries as d (tenant_id, event_id, run_id, id, state, reserved_wait_id)
    values (${db.tenantId}, ${eventId}, ${runId}, ${newId()}, 'delivered', ${waitId})
    on conflict (tenant_id, event_id, run_id) do update set reserved_wait_id = excluded.reserved_wait_id,
      state = case when d.state = 'ignored' then 'delivered' else d.state end, updated_at = now()`.execute(db);
}
