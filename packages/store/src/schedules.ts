import type { CompiledSchedule, Json, ScheduleSpec } from "@mainspring/core";
import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

export type ScheduleState = "active" | "paused" | "disabled" | "completed";
export type ScheduleOverlap = "skip" | "allow" | "cancel-other";

/** A tick that is started beside Temporal's: for a time that was due before the spec changed, or because somebody asked for it again. */
export interface OwedTick {
  readonly nominalAt: string;
  readonly kind: "catch-up" | "backfill";
  readonly by?: string;
}

export interface ScheduleRow {
  readonly id: string;
  readonly workflowId: string;
  readonly workflowKey: string;
  readonly name: string;
  readonly kind: CompiledSchedule["kind"];
  readonly spec: ScheduleSpec;
  readonly compiled: CompiledSchedule;
  readonly compiledUntil: string;
  readonly specHash: string;
  readonly payload: Json;
  readonly overlap: ScheduleOverlap;
  readonly catchUpMs: number;
  readonly jitterMs: number;
  readonly businessDays: string | null;
  readonly note: string | null;
  readonly state: ScheduleState;
  readonly stateNote: string | null;
  readonly stateBy: string | null;
  readonly stateAt: string;
  readonly disabledReason: Json;
  readonly misfit: Json;
  readonly boundVersion: number;
  readonly temporalScheduleId: string;
  readonly wanted: number;
  readonly synced: number;
  readonly syncError: string | null;
  readonly lastNominalAt: string | null;
  readonly lastFiredAt: string | null;
  readonly lastRunId: string | null;
  readonly nextAt: string | null;
  readonly accountedUntil: string;
  readonly owed: readonly OwedTick[];
  readonly revision: number;
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

type Dates =
  | "compiledUntil"
  | "stateAt"
  | "lastNominalAt"
  | "lastFiredAt"
  | "nextAt"
  | "accountedUntil"
  | "createdAt"
  | "updatedAt";
type Raw = Omit<ScheduleRow, Dates | "catchUpMs" | "jitterMs"> & {
  readonly [D in "lastNominalAt" | "lastFiredAt" | "nextAt"]: Date | null;
} & { readonly [D in "compiledUntil" | "stateAt" | "accountedUntil" | "createdAt" | "updatedAt"]: Date } & {
  readonly catchUpMs: string | number;
  readonly jitterMs: string | number;
};

const columns =
  sql.raw(`s.id, s.workflow_id as "workflowId", w.key as "workflowKey", s.name, s.kind, s.spec, s.compiled,
  s.compiled_until as "compiledUntil", s.spec_hash as "specHash", s.payload, s.overlap, s.catch_up_ms as "catchUpMs",
  s.jitter_ms as "jitterMs", s.business_days as "businessDays", s.note, s.state, s.state_note as "stateNote", s.state_by as "stateBy",
  s.state_at as "stateAt", s.disabled_reason as "disabledReason", s.misfit, s.bound_version as "boundVersion",
  s.temporal_schedule_id as "temporalScheduleId", s.wanted, s.synced, s.sync_error as "syncError",
  s.last_nominal_at as "lastNominalAt", s.last_fired_at as "lastFiredAt", s.last_run_id as "lastRunId", s.next_at as "nextAt",
  s.accounted_until as "accountedUntil", s.owed, s.revision, s.created_at as "createdAt", s.created_by as "createdBy",
  s.updated_at as "updatedAt", s.updated_by as "updatedBy"`);
const tables = sql.raw(
  "tenant_workflow_schedule s join workflow_definitions w on w.tenant_id = s.tenant_id and w.id = s.workflow_id",
);

/** What an author decides; everything else follows from it. */
export interface ScheduleContent {
  readonly name: string;
  readonly kind: CompiledSchedule["kind"];
  readonly spec: ScheduleSpec;
  readonly compiled: CompiledSchedule;
  readonly compiledUntil: Moment;
  readonly specHash: string;
  readonly payload: Json;
  readonly overlap: ScheduleOverlap;
  readonly catchUpMs: number;
  readonly jitterMs: number;
  readonly businessDays: string | null;
  readonly note: string | null;
}

export async function insertSchedule(
  db: TenantDb,
  schedule: ScheduleContent & {
    readonly id: string;
    readonly workflowId: string;
    readonly state: ScheduleState;
    readonly boundVersion: number;
    readonly temporalScheduleId: string;
    readonly nextAt: Moment | null;
    /** Nominal times up to it are none of its own. */
    readonly since: Moment;
    readonly by: string;
    /** The `Idempotency-Key` that it is made with, and a hash of what is asked for. */
    readonly request?: { readonly key: string; readonly hash: string };
  },
): Promise<void> {
  const s = schedule;
  await sql`insert into tenant_workflow_schedule (tenant_id, id, workflow_id, name, kind, spec, compiled, compiled_until, spec_hash, payload, overlap,
      catch_up_ms, jitter_ms, business_days, note, state, state_by, bound_version, temporal_schedule_id, next_at, accounted_until, created_by, updated_by,
      request_key, request_hash)
    values (${db.tenantId}, ${s.id}, ${s.workflowId}, ${s.name}, ${s.kind}, ${JSON.stringify(s.spec)}::json, ${JSON.stringify(s.compiled)}::json,
      ${s.compiledUntil}, ${s.specHash}, ${JSON.stringify(s.payload)}::json, ${s.overlap}, ${s.catchUpMs}, ${s.jitterMs}, ${s.businessDays}, ${s.note},
      ${s.state}, ${s.by}, ${s.boundVersion}, ${s.temporalScheduleId}, ${s.nextAt}, ${s.since}, ${s.by}, ${s.by},
      ${s.request?.key ?? null}, ${s.request?.hash ?? null})`.execute(db);
}

/** The schedule that was made with an `Idempotency-Key`, as long as it is there. */
export async function scheduleByRequest(
  db: TenantDb,
  key: string,
): Promise<{ readonly id: string; readonly hash: string } | undefined> {
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, request_hash as hash from tenant_workflow_schedule where request_key = ${key}`.execute(db);
  return rows[0];
}

/** @param id any text @param options.locked to the end of the transaction nobody else changes it */
export async function getSchedule(
  db: TenantDb,
  id: string,
  options: { readonly locked?: true } = {},
): Promise<ScheduleRow | undefined> {
  if (!isUuid(id)) return undefined;
  const lock = options.locked === true ? sql`for update of s` : sql``;
  const { rows } = await sql<Raw>`select ${columns} from ${tables} where s.id = ${id} ${lock}`.execute(db);
  return rows.map(shown)[0];
}

export interface ScheduleFilter {
  /** Its key. */
  readonly workflow?: string | undefined;
  readonly state?: readonly ScheduleState[] | undefined;
}

/** Newest first. @throws MainspringError CURSOR_MISMATCH */
export async function listSchedules(
  db: TenantDb,
  filter: ScheduleFilter,
  request: PageRequest,
): Promise<Page<ScheduleRow>> {
  return readPage(
    { db, list: "schedules", filter, request, key: ["uuid"], keyOf: (row) => [row.id] },
    async (after, limit) => {
      const conditions = [
        sql`true`,
        filter.workflow !== undefined && sql`w.key = ${filter.workflow}`,
        filter.state !== undefined && filter.state.length > 0 && sql`s.state = any(${[...filter.state]}::text[])`,
        after !== undefined && sql`s.id < ${after[0]}::uuid`,
      ].filter((condition) => condition !== false);
      const { rows } = await sql<Raw>`select ${columns} from ${tables} where ${sql.join(conditions, sql` and `)}
        order by s.id desc limit ${limit}`.execute(db);
      return rows.map(shown);
    },
  );
}

/** How many schedules of a tenant are in a state, and how many of all Temporal has not followed yet. */
export interface ScheduleCounts {
  readonly states: { readonly [state in ScheduleState]: number };
  readonly behind: number;
}

export async function countSchedules(db: TenantDb): Promise<ScheduleCounts> {
  const { rows } = await sql<{ state: ScheduleState; count: number; behind: number }>`
    select state, count(*)::int as count, count(*) filter (where wanted > synced)::int as behind
    from tenant_workflow_schedule group by state`.execute(db);
  const of = (state: ScheduleState): number => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    states: {
      active: of("active"),
      paused: of("paused"),
      disabled: of("disabled"),
      completed: of("completed"),
    },
    behind: rows.reduce((sum, row) => sum + row.behind, 0),
  };
}

/** Each left out stays as it is. */
export interface ScheduleChanges extends Partial<ScheduleContent> {
  readonly state?: ScheduleState;
  readonly stateNote?: string | null;
  readonly stateBy?: string;
  readonly disabledReason?: Json;
  readonly misfit?: Json;
  readonly boundVersion?: number;
  readonly nextAt?: Moment | null;
  readonly accountedUntil?: Moment;
  readonly owed?: readonly OwedTick[];
  /** Temporal must follow. */
  readonly resync?: true;
  /** Whoever changed what an author decides: the revision rises. */
  readonly by?: string;
}

export async function changeSchedule(db: TenantDb, id: string, changes: ScheduleChanges): Promise<void> {
  const c = changes;
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  const sets = [
    c.name !== undefined && sql`name = ${c.name}`,
    c.kind !== undefined && sql`kind = ${c.kind}`,
    c.spec !== undefined && sql`spec = ${JSON.stringify(c.spec)}::json`,
    c.compiled !== undefined && sql`compiled = ${JSON.stringify(c.compiled)}::json`,
    c.compiledUntil !== undefined && sql`compiled_until = ${c.compiledUntil}`,
    c.specHash !== undefined && sql`spec_hash = ${c.specHash}`,
    c.payload !== undefined && sql`payload = ${JSON.stringify(c.payload)}::json`,
    c.overlap !== undefined && sql`overlap = ${c.overlap}`,
    c.catchUpMs !== undefined && sql`catch_up_ms = ${c.catchUpMs}`,
    c.jitterMs !== undefined && sql`jitter_ms = ${c.jitterMs}`,
    c.businessDays !== undefined && sql`business_days = ${c.businessDays}`,
    c.note !== undefined && sql`note = ${c.note}`,
    c.state !== undefined &&
      sql`state_at = case when state = ${c.state} then state_at else now() end, state = ${c.state}`,
    c.stateNote !== undefined && sql`state_note = ${c.stateNote}`,
    c.stateBy !== undefined && sql`state_by = ${c.stateBy}`,
    c.disabledReason !== undefined && sql`disabled_reason = ${json(c.disabledReason)}::json`,
    c.misfit !== undefined && sql`misfit = ${json(c.misfit)}::json`,
    c.boundVersion !== undefined && sql`bound_version = ${c.boundVersion}`,
    c.nextAt !== undefined && sql`next_at = ${c.nextAt}`,
    c.accountedUntil !== undefined &&
      sql`accounted_until = greatest(accounted_until, ${c.accountedUntil}::timestamptz)`,
    c.owed !== undefined && sql`owed = ${JSON.stringify(c.owed)}::json`,
    c.resync === true && sql`wanted = wanted + 1`,
    c.by !== undefined && sql`revision = revision + 1, updated_by = ${c.by}, updated_at = now()`,
  ].filter((set) => set !== false);
  if (sets.length === 0) return;
  await sql`update tenant_workflow_schedule set ${sql.join(sets)} where id = ${id}`.execute(db);
}

/** @returns whether there was one */
export async function deleteSchedule(db: TenantDb, id: string): Promise<boolean> {
  const { rows } = await sql`delete from tenant_workflow_schedule where id = ${id} returning id`.execute(db);
  return rows.length > 0;
}

/** Temporal has followed the row as it was at `wanted`, or could not. @returns whether the row has moved on since */
export async function scheduleSynced(
  db: TenantDb,
  id: string,
  synced: { readonly wanted: number } | { readonly error: string },
): Promise<{ readonly isCurrent: boolean }> {
  const { rows } =
    "error" in synced
      ? await sql<{ current: boolean }>`update tenant_workflow_schedule set sync_error = ${synced.error}
          where id = ${id} returning false as current`.execute(db)
      : await sql<{
          current: boolean;
        }>`update tenant_workflow_schedule set synced = greatest(synced, ${synced.wanted}), sync_error = null
          where id = ${id} returning wanted <= ${synced.wanted} as current`.execute(db);
  return { isCurrent: rows[0]?.current ?? true };
}

export async function scheduleFired(
  db: TenantDb,
  id: string,
  fired: { readonly nominalAt: Moment; readonly runId: string },
): Promise<void> {
  await sql`update tenant_workflow_schedule set last_fired_at = now(), last_run_id = ${fired.runId},
      last_nominal_at = greatest(last_nominal_at, ${fired.nominalAt}::timestamptz) where id = ${id}`.execute(db);
}

/** The run of the latest nominal time that has not ended, of the schedule's own. */
export async function openRunOfSchedule(
  db: TenantDb,
  scheduleId: string,
): Promise<{ readonly runId: string; readonly nominalAt: string } | undefined> {
  const { rows } = await sql<{ runId: string; nominalAt: Date }>`
    select r.id as "runId", d.nominal_at as "nominalAt" from (
      select run_id, nominal_at from workflow_trigger_decisions
      where schedule_id = ${scheduleId} and outcome = 'fired' order by nominal_at desc, id desc limit ${recentFires}) d
    join workflow_runs r on r.id = d.run_id
    where r.status not in ('SUCCEEDED', 'FAILED', 'CANCELED') order by d.nominal_at desc limit 1`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { runId: row.runId, nominalAt: instant(row.nominalAt) };
}

const recentFires = 100;

/** Nominal times within a span that have their decision already. */
export async function decidedTimes(
  db: TenantDb,
  scheduleId: string,
  span: { readonly after: Moment; readonly until: Moment },
): Promise<{ readonly nominalAt: string; readonly outcome: string }[]> {
  const { rows } = await sql<{ nominalAt: Date; outcome: string }>`
    select nominal_at as "nominalAt", outcome from workflow_trigger_decisions
    where schedule_id = ${scheduleId} and nominal_at > ${span.after} and nominal_at <= ${span.until} order by nominal_at`.execute(
    db,
  );
  return rows.map(({ nominalAt, outcome }) => ({ nominalAt: instant(nominalAt), outcome }));
}

/** Makes room for a start where a time was decided otherwise: what is decided last counts. */
export async function forgetDecision(db: TenantDb, onceKey: string): Promise<string | undefined> {
  const { rows } = await sql<{ outcome: string }>`delete from workflow_trigger_decisions
    where once_key = ${onceKey} and outcome <> 'fired' returning outcome`.execute(db);
  return rows[0]?.outcome;
}

export async function decisionAt(db: TenantDb, onceKey: string): Promise<string | undefined> {
  const { rows } = await sql<{ outcome: string }>`select outcome from workflow_trigger_decisions
    where once_key = ${onceKey}`.execute(db);
  return rows[0]?.outcome;
}

/** Schedules of a workflow, locked: whoever publishes changes them. */
export async function schedulesOf(db: TenantDb, workflowId: string): Promise<ScheduleRow[]> {
  const { rows } = await sql<Raw>`select ${columns} from ${tables} where s.workflow_id = ${workflowId}
    order by s.id for update of s`.execute(db);
  return rows.map(shown);
}

/**
 * Takes a workflow's schedules away, as unpublishing does; deleting a workflow takes them with it. Their Temporal Schedules are orphans
 * then, which the reconciler removes, and a tick of one finds nothing to start.
 * @returns their ids
 */
export async function removeSchedules(db: TenantDb, workflowId: string): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`delete from tenant_workflow_schedule where workflow_id = ${workflowId} returning id`.execute(db);
  return rows.map(({ id }) => id);
}

export async function scheduleIds(db: TenantDb, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from tenant_workflow_schedule
    where id = any(${ids.filter(isUuid)}::uuid[])`.execute(db);
  return rows.map(({ id }) => id);
}

function shown(row: Raw): ScheduleRow {
  return {
    ...row,
    catchUpMs: Number(row.catchUpMs),
    jitterMs: Number(row.jitterMs),
    compiledUntil: instant(row.compiledUntil),
    stateAt: instant(row.stateAt),
    lastNominalAt: instantOrNull(row.lastNominalAt),
    lastFiredAt: instantOrNull(row.lastFiredAt),
    nextAt: instantOrNull(row.nextAt),
    accountedUntil: instant(row.accountedUntil),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}
