import { recordDecision } from "./decisions.ts";
import { instant, instantOrNull } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { newId } from "./ids.ts";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import type { VerdictProjection } from "./projection/events.ts";
import { routedAgain } from "./route-again.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

export type DeliveryState = "pending" | "delivered" | "taken" | "ignored" | "failed";

/** What became of one event for one run. */
export interface DeliveryRow {
  readonly id: string;
  /** Ours. */
  readonly eventId: string;
  readonly runId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly reason: string | null;
  readonly error: unknown;
  readonly waitId: string | null;
  /** Set while look-back keeps the event for this wait. */
  readonly reservedWaitId: string | null;
  readonly dueAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface Raw extends Omit<DeliveryRow, "dueAt" | "createdAt" | "updatedAt"> {
  readonly dueAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = prepared`id, event_id as "eventId", run_id as "runId", state, attempts, reason, error_json as error, wait_id as "waitId",
  reserved_wait_id as "reservedWaitId", due_at as "dueAt", created_at as "createdAt", updated_at as "updatedAt"`;

// Whoever offers also delivers; only when nothing is heard of that does somebody else.
const firstTrySeconds = 10;

/**
 * One row, and so one signal, for each event and run, however often it is offered. Who is answered `new` sends the signal and reports
 * by `deliveryDone`; after 10 s without a report the row is due for others.
 */
export async function offerDelivery(
  db: TenantDb,
  offer: { readonly eventId: string; readonly runId: string },
): Promise<"new" | "exists"> {
  const { rows } = await prepared`
    insert into workflow_event_deliveries (tenant_id, event_id, run_id, id, state, due_at)
    values (${db.tenantId}, ${offer.eventId}, ${offer.runId}, ${newId()}, 'pending', now() + ${firstTrySeconds} * interval '1 second')
    on conflict (tenant_id, event_id, run_id) do nothing returning id`.execute(db);
  return rows.length > 0 ? "new" : "exists";
}

/** Locks a delivery that is due, for the transaction; undefined when it is not, or somebody else is at it. @param id the delivery's */
export async function lockDelivery(db: TenantDb, id: string): Promise<DeliveryRow | undefined> {
  const { rows } = await prepared<Raw>`select ${columns} from workflow_event_deliveries
    where id = ${id} and due_at is not null and due_at <= now() for update skip locked`.execute(db);
  return rows.map(shown)[0];
}

/**
 * The signal was sent, or failed. A verdict that the run has given meanwhile stands.
 * @param done.nextAt of a failure: when it is tried again; left out: it is not
 */
export async function deliveryDone(
  db: TenantDb,
  done: {
    readonly eventId: string;
    readonly runId: string;
    readonly state: "delivered" | "failed" | "ignored";
    readonly reason?: string;
    readonly error?: unknown;
    readonly nextAt?: Moment;
  },
): Promise<void> {
  const changed: Prepared<{ eventId: string }> = prepared`
    update workflow_event_deliveries set state = ${done.state}, attempts = attempts + 1, reason = ${done.reason ?? null},
      error_json = ${done.error === undefined ? null : JSON.stringify(done.error)}::json, due_at = ${done.nextAt ?? null}::timestamptz, updated_at = now()
    where event_id = ${done.eventId} and run_id = ${done.runId} and verdict_seq is null and state in ('pending', 'failed', 'delivered')
    returning event_id as "eventId"`;
  if (done.state === "ignored") {
    await prepared`with freed as (${changed}), ${routedAgain(db)}`.execute(db.unread);
  } else if (done.state === "failed" && done.nextAt === undefined) {
    const { rows } = await changed.execute(db);
    if (rows.length === 0) return;
    const values = { what: "delivery", runId: done.runId, reason: done.reason ?? null };
    await recordDecision(db, { outcome: "dead-lettered", eventId: done.eventId, runId: done.runId, values });
  } else {
    await changed.execute(db.unread);
  }
}

/** Oldest first. @param eventId ours */
export async function deliveriesOf(db: TenantDb, eventId: string): Promise<DeliveryRow[]> {
  const { rows } =
    await prepared<Raw>`select ${columns} from workflow_event_deliveries where event_id = ${eventId} order by created_at, run_id`.execute(
      db,
    );
  return rows.map(shown);
}

/**
 * Puts a run's verdicts on its deliveries, or takes them back where the run has none any more. An event that turns `ignored` is
 * routed again, for waits that found it spoken for.
 */
export async function applyVerdicts(
  db: TenantDb,
  runId: string,
  change: { readonly verdicts: readonly VerdictProjection[]; readonly none: readonly string[] },
): Promise<void> {
  // An id that is none of ours came past the inbox: nothing stands behind it.
  const none = change.none.filter(isUuid);
  if (none.length > 0) {
    await prepared`update workflow_event_deliveries set state = 'delivered', reason = null, wait_id = null, verdict_seq = null, updated_at = now()
      where run_id = ${runId} and event_id = any(${none}::uuid[]) and verdict_seq is not null`.execute(db.unread);
  }
  const verdicts = change.verdicts
    .filter(({ eventId }) => isUuid(eventId))
    .map(({ verdict, ...rest }) => ({ ...rest, id: newId(), state: verdict === "kept" ? "delivered" : verdict }));
  if (verdicts.length === 0) return;
  await prepared`with changed as (
    insert into workflow_event_deliveries as d (tenant_id, event_id, run_id, id, state, reason, wait_id, verdict_seq)
    select ${db.tenantId}::uuid, e.id, ${runId}::uuid, r.id, r.state, r.reason, r."waitId", r.seq
    from json_to_recordset(${JSON.stringify(verdicts)}::json) as r("eventId" uuid, id uuid, state text, reason text, "waitId" text, seq int)
    cross join lateral (select id from workflow_runtime_events where id = r."eventId" offset 0) e -- else all events are read for a few
    on conflict (tenant_id, event_id, run_id) do update set
      state = excluded.state, reason = excluded.reason, wait_id = excluded.wait_id, verdict_seq = excluded.verdict_seq,
      due_at = null, reserved_wait_id = null, updated_at = now()
    -- The same word again, as with an entry written twice, leaves alone what look-back has kept since.
    where d.verdict_seq is distinct from excluded.verdict_seq or (d.reserved_wait_id is null and d.state <> excluded.state)
    returning d.event_id as "eventId", old.state is distinct from 'ignored' and new.state = 'ignored' as "isFree"),
    freed as (select "eventId" from changed where "isFree"), ${routedAgain(db)}`.execute(db.unread);
}

/**
 * Gives back what was kept for waits that have closed, or are no more, without the run having said anything about it.
 * @param closed.exceptEvents those that closed such a wait: their verdict is on its way
 */
export async function releaseReservations(
  db: TenantDb,
  runId: string,
  closed: { readonly waitIds: readonly string[]; readonly exceptEvents: readonly string[] },
): Promise<void> {
  if (closed.waitIds.length === 0) return;
  await prepared`with freed as (
    update workflow_event_deliveries set state = 'ignored', reason = 'the wait closed without it', reserved_wait_id = null, due_at = null, updated_at = now()
    where run_id = ${runId} and reserved_wait_id = any(${closed.waitIds}::text[])
      and state = 'delivered' and (attempts = 0 or verdict_seq is not null) -- else a signal is on its way, and the run will answer
      and not event_id::text = any(${closed.exceptEvents}::text[])
    returning event_id as "eventId"), ${routedAgain(db)}`.execute(db.unread);
}

/**
 * What a run was offered and said nothing about, once its execution was ended from outside: it never will. The events are free for others.
 * Whoever reports a signal to it later changes nothing any more.
 */
export async function releaseUnanswered(db: TenantDb, runId: string): Promise<void> {
  await prepared`with freed as (
    update workflow_event_deliveries set state = 'ignored', reason = 'the run was ended before it took the event', reserved_wait_id = null,
      due_at = null, updated_at = now()
    where run_id = ${runId} and verdict_seq is null and (state in ('pending', 'delivered') or (state = 'failed' and due_at is not null))
    returning event_id as "eventId"), ${routedAgain(db)}`.execute(db.unread);
}

function shown(raw: Raw): DeliveryRow {
  return {
    ...raw,
    dueAt: instantOrNull(raw.dueAt),
    createdAt: instant(raw.createdAt),
    updatedAt: instant(raw.updatedAt),
  };
}
