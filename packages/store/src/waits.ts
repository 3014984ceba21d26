import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { WaitProjection } from "./projection/waits.ts";
import { loadColumns, storeOptional } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** What the API shows of a wait. */
export interface WaitRow {
  readonly waitId: string;
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly waitType: string;
  readonly eventName: string | null;
  readonly key: string | null;
  readonly filters: unknown;
  readonly lookbackMs: number | null;
  readonly timeoutAt: string | null;
  readonly status: string;
  readonly payload: unknown;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly eventId: string | null;
}

/** Waits of a run in the order of their step executions. */
export async function waitsOf(db: TenantDb, runId: string, request: PageRequest): Promise<Page<WaitRow>> {
  const keyOf = (row: WaitRow): [number, string] => [row.execution, row.waitId];
  return readPage(
    { db, list: "waits", filter: { runId }, request, key: ["integer", "text"], keyOf },
    async (after, limit) => {
      const { rows } = await sql<
        Omit<WaitRow, "timeoutAt" | "openedAt" | "resolvedAt"> & {
          timeoutAt: Date | null;
          openedAt: Date;
          resolvedAt: Date | null;
        }
      >`
      select wait_id as "waitId", execution, step_id as "stepId", step_path as "stepPath", iteration, wait_type as "waitType",
        event_name as "eventName", key, filters, lookback_ms as "lookbackMs", timeout_at as "timeoutAt", status, payload,
        opened_at as "openedAt", resolved_at as "resolvedAt", resolved_by as "resolvedBy", event_id as "eventId"
      from workflow_run_waits
      where run_id = ${runId} and (execution, wait_id) > (${Number(after?.[0] ?? -1)}::int, ${String(after?.[1] ?? "")}::text)
      order by execution, wait_id limit ${limit}`.execute(db);
      const loaded = await loadColumns(db, rows, ["payload"]);
      return loaded.map((row) => ({
        ...row,
        timeoutAt: instantOrNull(row.timeoutAt),
        openedAt: instant(row.openedAt),
        resolvedAt: instantOrNull(row.resolvedAt),
      }));
    },
  );
}

/** A run to be told of an event. */
export interface WaitingRun {
  readonly runId: string;
  readonly temporalWorkflowId: string;
  readonly waitType: string;
}

/**
 * Runs with an open wait for an event of this name and key. A wait that was opened after the event's acceptance counts only where
 * its look-back reaches the event, for by then the run has looked for itself; so an event that is routed late finds whom it would
 * have found in time.
 * @param event.eventId ours; left out: every open wait of this name and key counts
 * @param event.runId of an addressed event: no other run counts
 */
export async function waitingRuns(
  db: TenantDb,
  event: {
    readonly name: string;
    readonly key: string;
    readonly runId?: string | undefined;
    readonly eventId?: string | undefined;
  },
): Promise<WaitingRun[]> {
  const { rows } = await prepared<WaitingRun>`
    select w.run_id as "runId", r.temporal_workflow_id as "temporalWorkflowId", max(w.wait_type) as "waitType"
    from workflow_run_waits w
    join workflow_runs r on r.tenant_id = w.tenant_id and r.id = w.run_id
    left join workflow_runtime_events e on e.tenant_id = w.tenant_id and e.id = ${event.eventId ?? null}::uuid
    where w.status = 'WAITING' and w.event_name = ${event.name} and w.key = ${event.key}
      and r.temporal_workflow_id is not null
      and (${event.runId ?? null}::uuid is null or w.run_id = ${event.runId ?? null}::uuid)
      and (e.id is null or ${reachesEvent})
    group by w.run_id, r.temporal_workflow_id
    order by w.run_id`.execute(db);
  return rows;
}

/**
 * Whether wait `w` of run `r` may take event `e`. Not the event that started the run. Accepted at the wait's opening or later: yes.
 * Before it: within the wait's own look-back, taken by others or not; without one, since the run's creation less 60 s (a replay's
 * or restart's: since its creation), unless another run has it. What a restart offers again it may take in any case.
 */
export const reachesEvent = prepared<boolean>`
  r.trigger_event_id is distinct from e.id
  and (e.id = any(r.offered_event_ids) or e.accepted_at >= w.created_at
    or (w.lookback_ms is not null and e.accepted_at >= w.created_at - w.lookback_ms * interval '1 millisecond')
    or (w.lookback_ms is null
      and e.accepted_at >= r.created_at - case when r.restarted_from is null and r.trigger is distinct from 'replay' then interval '60 seconds' else interval '0' end
      and not exists (select from workflow_event_deliveries d
        where d.tenant_id = e.tenant_id and d.event_id = e.id and d.run_id <> r.id and d.state <> 'ignored')))`;

/** Writes computed rows. `created_at` stays while the wait stays for the same event and key. */
export async function writeWaitRows(
  db: TenantDb,
  runId: string,
  rows: { readonly present: readonly WaitProjection[]; readonly absent: readonly string[] },
): Promise<void> {
  const texts = [];
  for (const { payload, ...wait } of rows.present)
    texts.push({ ...wait, payloadJson: await storeOptional(db, payload) });
  if (rows.absent.length > 0) {
    await prepared`delete from workflow_run_waits where run_id = ${runId} and wait_id = any(${rows.absent}::text[])`.execute(
      db.unread,
    );
  }
  if (rows.present.length === 0) return;
  await prepared`
    insert into workflow_run_waits as w (tenant_id, run_id, wait_id, execution, step_id, step_path, iteration, wait_type, event_name, key,
      filters, lookback_ms, timeout_at, status, payload, opened_at, resolved_at, resolved_by, event_id)
    select ${db.tenantId}::uuid, ${runId}::uuid, r."waitId", r.execution, r."stepId", r."stepPath", r.iteration, r."waitType", r."eventName", r.key,
      r."filtersJson"::json, r."lookbackMs", r."timeoutAt", r.status, r."payloadJson"::json, r."openedAt", r."resolvedAt", r."resolvedBy", r."eventId"
    from json_to_recordset(${JSON.stringify(texts)}::json) as r("waitId" text, execution int, "stepId" text, "stepPath" text, iteration int[],
      "waitType" text, "eventName" text, key text, "filtersJson" text, "lookbackMs" double precision, "timeoutAt" timestamptz, status text,
      "payloadJson" text, "openedAt" timestamptz, "resolvedAt" timestamptz, "resolvedBy" text, "eventId" text)
    on conflict (tenant_id, run_id, wait_id) do update set
      execution = excluded.execution, step_id = excluded.step_id, step_path = excluded.step_path, iteration = excluded.iteration,
      wait_type = excluded.wait_type, event_name = excluded.event_name, key = excluded.key, filters = excluded.filters,
      lookback_ms = excluded.lookback_ms, timeout_at = excluded.timeout_at, status = excluded.status, payload = excluded.payload,
      opened_at = excluded.opened_at, resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by, event_id = excluded.event_id,
      created_at = case when (w.event_name, w.key) is not distinct from (excluded.event_name, excluded.key) then w.created_at else excluded.created_at end`.execute(
    db.unread,
  );
}

/** Closes what a run left open that ended without saying so. Returns the ids of these waits. */
export async function closeOpenWaits(db: TenantDb, runId: string, at: Moment): Promise<string[]> {
  const { rows } = await sql<{
    waitId: string;
  }>`update workflow_run_waits set status = 'CANCELED', resolved_at = ${at}, resolved_by = 'end'
    where run_id = ${runId} and status = 'WAITING' returning wait_id as "waitId"`.execute(db);
  return rows.map((row) => row.waitId);
}
