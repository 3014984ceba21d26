import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { recordAudit } from "./audit.ts";
import { instant } from "./instants.ts";
import type { PlatformDb, TenantDb } from "./store.ts";
import { countTenantRows, withoutTimeLimit } from "./tenant-rows.ts";
import type { DeletionMode, LeftInTemporal, TenantDeletion } from "./tenants.ts";

/** What a finished deletion leaves: kept as the last entry of the tenant's audit log. */
export interface DeletionProof {
  readonly tenantId: string;
  readonly status: "deleted";
  readonly mode: DeletionMode;
  readonly requestedAt: string;
  readonly completedAt: string;
  readonly executions: {
    readonly canceled: number;
    readonly terminated: number;
    readonly removed: number;
    readonly open: number;
    readonly schedules: number;
    /** As Temporal was asked when it had been told to delete everything. */
    readonly left: LeftInTemporal;
  };
  readonly keysErased: number;
  readonly tables: { readonly table: string; readonly deleted: number; readonly left: number }[];
  readonly audit: { readonly kept: number; readonly pseudonymised: number };
}

/** Why a deletion was refused. */
export interface TenantInUse {
  readonly openRuns: number;
  readonly byStatus: { readonly [status: string]: number };
}

const ended = sql.raw(`('SUCCEEDED', 'FAILED', 'CANCELED')`);

/**
 * Suspends the tenant and notes that it is to be deleted; one that is being deleted goes on as it does, but `terminate` ends its grace.
 * Holding the tenant's row it knows of every run: one that is being inserted has to wait for it.
 * @returns undefined when there is no such tenant
 */
export async function beginDeletion(
  db: TenantDb,
  request: { readonly mode: DeletionMode; readonly graceMs: number; readonly by: string },
): Promise<TenantDeletion | { readonly inUse: TenantInUse } | undefined> {
  const { rows } = await sql<{ deletion: TenantDeletion | null; now: Date }>`
    select deletion, now() as now from tenants where id = ${db.tenantId} for update`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { mode, graceMs, by } = request;
  if (row.deletion !== null) {
    if (mode !== "terminate" || row.deletion.mode === "terminate") return row.deletion;
    return writeDeletion(db, { ...row.deletion, mode, graceEndsAt: instant(row.now) });
  }
  const inUse = await openRunsOf(db);
  if (mode === "refuse" && inUse.openRuns > 0) return { inUse };
  const begun: TenantDeletion = {
    mode,
    stage: "runs",
    requestedAt: instant(row.now),
    graceEndsAt: instant(new Date(row.now.getTime() + (mode === "cancel" ? graceMs : 0))),
    canceled: 0,
    terminated: 0,
    removed: 0,
    schedules: 0,
    keysErased: 0,
    rows: {},
  };
  await sql`update tenants set suspended_at = coalesce(suspended_at, now()) where id = ${db.tenantId}`.execute(db);
  await writeDeletion(db, begun);
  const subject = `tenant:${db.tenantId}`;
  await recordAudit(db, { actor: by, action: "tenant.delete-request", subject, details: { mode, graceMs } });
  return begun;
}

export async function openRunsOf(db: TenantDb): Promise<TenantInUse> {
  const { rows } = await sql<{ status: string; count: number }>`select status, count(*)::int as count from workflow_runs
    where status not in ${ended} group by status order by status`.execute(db);
  return {
    openRuns: rows.reduce((sum, { count }) => sum + count, 0),
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
  };
}

/**
 * Changes what is noted of a deletion under way. The tenant's row is locked first: a request and a worker carry on the same deletion at a time,
 * and neither may write back what the other has just replaced.
 * @returns undefined when the tenant is not being deleted, or is gone
 */
export async function noteDeletion(
  db: TenantDb,
  change: (now: TenantDeletion) => TenantDeletion,
): Promise<TenantDeletion | undefined> {
  const now = await lockDeletion(db);
  return now === undefined ? undefined : writeDeletion(db, change(now));
}

async function lockDeletion(db: TenantDb): Promise<TenantDeletion | undefined> {
  const { rows } = await sql<{ deletion: TenantDeletion | null }>`
    select deletion from tenants where id = ${db.tenantId} for update`.execute(db);
  return rows[0]?.deletion ?? undefined;
}

async function writeDeletion(db: TenantDb, deletion: TenantDeletion): Promise<TenantDeletion> {
  await sql`update tenants set deletion = ${JSON.stringify(deletion)}::json where id = ${db.tenantId}`.execute(db);
  return deletion;
}

/** Runs whose execution may be open, in the order of their ids. */
export async function unendedRuns(
  db: TenantDb,
  afterId: string | undefined,
  limit: number,
): Promise<{ readonly id: string; readonly status: string; readonly cancelRequested: boolean }[]> {
  const { rows } = await sql<{ id: string; status: string; cancelRequested: boolean }>`
    select id, status, cancel_requested_at is not null as "cancelRequested" from workflow_runs
    where (confirmed_at is null and engine = 'temporal' or status not in ${ended})
      and (${afterId ?? null}::uuid is null or id > ${afterId ?? null}::uuid) order by id limit ${limit}`.execute(db);
  return rows;
}

/** Executions of the tenant's runs, those too of which only the run is known (then without an id), in the order of the runs' ids. */
export async function executionsOfRuns(
  db: TenantDb,
  afterRunId: string | undefined,
  runs: number,
): Promise<{ readonly runId: string; readonly temporalRunIds: readonly string[] }[]> {
  const { rows } = await sql<{ runId: string; temporalRunIds: string[] }>`
    select r.id as "runId", array(select e.temporal_run_id from workflow_run_executions e where e.run_id = r.id) as "temporalRunIds"
    from workflow_runs r where ${afterRunId ?? null}::uuid is null or r.id > ${afterRunId ?? null}::uuid
    order by r.id limit ${runs}`.execute(db);
  return rows;
}

/** Ids of the schedules that there are, and of those that are gone but have decided something, in their order. */
export async function schedulesOfTenant(db: TenantDb): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from tenant_workflow_schedule
    union select schedule_id from workflow_trigger_decisions where schedule_id is not null order by 1`.execute(db);
  return rows.map(({ id }) => id);
}

/** Counts what will be deleted, and erases the tenant's keys with all that is sealed under them. */
export async function eraseKeys(db: TenantDb): Promise<TenantDeletion | undefined> {
  const deletion = await lockDeletion(db);
  if (deletion === undefined || deletion.stage === "rows") return deletion;
  const counted = await countTenantRows(db);
  const { rows: sealed } = await sql<{
    name: string;
  }>`select distinct conrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid = 'tenant_keys'::regclass`.execute(db);
  for (const { name } of sealed) await sql`delete from ${sql.table(name)} where tenant_id = ${db.tenantId}`.execute(db);
  const keys = await sql`delete from tenant_keys returning true as erased`.execute(db);
  return writeDeletion(db, { ...deletion, stage: "rows", rows: counted, keysErased: keys.rows.length });
}

/** Tables that can be large, each before what refers to it without being deleted with it. */
const large = [
  "workflow_runs",
  "workflow_runtime_events",
  "workflow_action_invocations",
  "workflow_trigger_decisions",
  "workflow_data_store_writes",
  "workflow_data_store",
  "blobs",
] as const;
const deletedAtOnce = 500;

/** A part of the rows of the large tables. @returns whether there may be more */
export async function deleteSomeRows(db: TenantDb): Promise<boolean> {
  await withoutTimeLimit(db);
  for (const table of large) {
    const { rows } = await sql`delete from ${sql.table(table)} where tenant_id = ${db.tenantId}
      and ctid = any(array(select ctid from ${sql.table(table)} where tenant_id = ${db.tenantId} limit ${deletedAtOnce}))
      returning true as deleted`.execute(db);
    if (rows.length > 0) return true;
  }
  return false;
}

/**
 * Deletes the tenant with whatever is left of it, looks into every table, and writes the proof down.
 * @returns undefined when it was deleted before
 * @throws Error when a table still has a row of it: nothing was deleted then
 */
export async function finishDeletion(db: TenantDb): Promise<DeletionProof | undefined> {
  await withoutTimeLimit(db);
  const { rows } = await sql<{ deletion: TenantDeletion | null }>`
    delete from tenants where id = ${db.tenantId} and deletion is not null returning deletion`.execute(db);
  const deletion = rows[0]?.deletion ?? undefined;
  if (deletion === undefined) return undefined;
  const { audit_log: kept = 0, ...left } = await countTenantRows(db);
  const tables = Object.entries(left).map(([table, remaining]) => ({
    table,
    deleted: deletion.rows[table] ?? 0,
    left: remaining,
  }));
  const notEmpty = tables.filter((one) => one.left > 0).map(({ table }) => table);
  if (notEmpty.length > 0) throw new Error(`Rows of the tenant are left in ${notEmpty.join(", ")}`);
  const { rows: log } = await sql<{ pseudonymised: number; now: Date }>`
    select count(pseudonymised_at)::int as pseudonymised, now() as now from audit_log where tenant_id = ${db.tenantId}`.execute(
    db,
  );
  const { mode, requestedAt, canceled, terminated, removed, schedules, left: inTemporal, keysErased } = deletion;
  if (inTemporal === undefined) throw new Error("Nobody has asked Temporal what is left of the tenant");
  const proof: DeletionProof = {
    tenantId: db.tenantId,
    status: "deleted",
    mode,
    requestedAt,
    completedAt: instant(log[0]?.now ?? new Date()),
    executions: { canceled, terminated, removed, open: inTemporal.open, schedules, left: inTemporal },
    keysErased,
    tables,
    audit: { kept, pseudonymised: log[0]?.pseudonymised ?? 0 },
  };
  const subject = `tenant:${db.tenantId}`;
  await recordAudit(db, { actor: "platform", action: "tenant.delete", subject, details: proof });
  return proof;
}

/** Of a tenant that was deleted. */
export async function proofOfDeletion(db: TenantDb): Promise<DeletionProof | undefined> {
  const { rows } = await sql<{ details: Json }>`select a.details from audit_log a where a.action = 'tenant.delete'
    and not exists (select from tenants where id = ${db.tenantId}) order by a.seq desc limit 1`.execute(db);
  return rows[0]?.details as DeletionProof | undefined;
}

/** For whoever goes on with what was interrupted. */
export async function tenantsBeingDeleted(db: PlatformDb): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from tenants where deletion is not null order by id`.execute(db);
  return rows.map(({ id }) => id);
}
