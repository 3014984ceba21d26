import { MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import type { AskedAs } from "./api-keys.ts";
import { defaultCalendar } from "./calendars.ts";
import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { PlatformDb, TenantDb } from "./store.ts";

/** What becomes of runs under way when their tenant is deleted. */
export type DeletionMode = "refuse" | "cancel" | "terminate";

/** What Temporal was found to have of a tenant. */
export interface LeftInTemporal {
  /** Executions that are open. */
  readonly open: number;
  /** Executions of whatever status, those of schedules themselves included. */
  readonly histories: number;
  readonly schedules: number;
  /** What the index still lists, some of which may be gone already. */
  readonly listed: number;
  readonly measuredAt: string;
}

/** How far the deletion of a tenant has come. */
export interface TenantDeletion {
  readonly mode: DeletionMode;
  /** `runs`: they are being ended. `executions`: what Temporal has is removed. `rows`: the database's rows are. */
  readonly stage: "runs" | "executions" | "rows";
  readonly requestedAt: string;
  /** What still runs then is terminated. */
  readonly graceEndsAt: string;
  readonly canceled: number;
  readonly terminated: number;
  /** Histories that Temporal was asked to delete. */
  readonly removed: number;
  readonly schedules: number;
  /** As Temporal was last asked. */
  readonly left?: LeftInTemporal;
  readonly keysErased: number;
  /** By table, as counted when the removal of rows began. */
  readonly rows: { readonly [table: string]: number };
}

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  /** Hosts, CIDRs and ports that outbound calls may reach although the guard would refuse. */
  readonly egressAllow: Json[];
  readonly suspended: boolean;
  /** Null: the default. */
  readonly retentionDays: number | null;
  readonly deletion: TenantDeletion | null;
  readonly createdAt: string;
}

type Raw = Omit<TenantRow, "createdAt"> & { readonly createdAt: Date };

/** Ended runs are kept so long, unless their tenant has a time of its own. */
export const retentionDaysDefault = 90;

const columns =
  sql.raw(`id, name, egress_allow as "egressAllow", suspended_at is not null as suspended, retention_days as "retentionDays",
  deletion, created_at as "createdAt"`);

/**
 * With the calendar that every tenant begins with.
 * @param tenant.id left out: a new one
 * @param tenant.request left out: each call makes a tenant
 * @returns the tenant that the same request made before, where it did
 * @throws MainspringError IDEMPOTENCY_CONFLICT
 */
export async function createTenant(
  db: PlatformDb,
  tenant: {
    readonly id?: string;
    readonly name: string;
    readonly egressAllow?: readonly Json[] | undefined;
    readonly request?: AskedAs | undefined;
  },
): Promise<{ readonly id: string }> {
  const id = tenant.id ?? newId();
  const { request } = tenant;
  const { rows } = await sql`insert into tenants (id, name, egress_allow, request_key, request_hash)
    values (${id}, ${tenant.name}, ${JSON.stringify(tenant.egressAllow ?? [])}::jsonb, ${request?.key ?? null}, ${request?.hash ?? null})
    on conflict (request_key) where request_key is not null do nothing returning id`.execute(db);
  if (rows.length === 0 && request !== undefined) return { id: await madeBefore(db, request) };
  // The policies see one tenant at a time; for this row it is the new one.
  await sql`select set_config('app.tenant', ${id}, true)`.execute(db);
  await sql`insert into business_calendars (tenant_id, name, version, document, created_by)
    values (${id}, ${defaultCalendar.name}, 1, ${JSON.stringify(defaultCalendar.document)}::json, 'installation')`.execute(
    db,
  );
  await sql`select set_config('app.tenant', '', true)`.execute(db);
  return { id };
}

async function madeBefore(db: PlatformDb, request: AskedAs): Promise<string> {
  const { rows } = await sql<{ id: string; hash: string }>`select id, request_hash as hash from tenants
    where request_key = ${request.key}`.execute(db);
  const [made] = rows;
  if (made === undefined) throw new Error("A tenant vanished while it was asked for again.");
  if (made.hash !== request.hash) throw new MainspringError("IDEMPOTENCY_CONFLICT");
  return made.id;
}

/** The tenant of the transaction; undefined when it does not exist. */
export async function getTenant(db: TenantDb): Promise<TenantRow | undefined> {
  const { rows } = await sql<Raw>`select ${columns} from tenants where id = ${db.tenantId}`.execute(db);
  return rows.map(shown)[0];
}

/** For the platform's administrator: any tenant. */
export async function findTenant(db: PlatformDb, id: string): Promise<TenantRow | undefined> {
  const { rows } = await sql<Raw>`select ${columns} from tenants where id = ${id}`.execute(db);
  return rows.map(shown)[0];
}

/** Newest first. @throws MainspringError CURSOR_MISMATCH */
export async function listTenants(db: PlatformDb, request: PageRequest): Promise<Page<TenantRow>> {
  return readPage<TenantRow & { readonly micros: string }>(
    {
      db,
      list: "tenants",
      filter: {},
      request,
      key: ["microseconds", "uuid"],
      keyOf: ({ micros, id }) => [micros, id],
    },
    async (after, limit) => {
      const { rows } = await sql<Raw & { readonly micros: string }>`
        select ${columns}, (extract(epoch from created_at) * 1000000)::bigint::text as micros from tenants
        where ${after === undefined ? sql`true` : sql`(created_at, id) < (to_timestamp(0) + ${String(after[0])}::bigint * interval '1 microsecond', ${String(after[1])}::uuid)`}
        order by created_at desc, id desc limit ${limit}`.execute(db);
      return rows.map((row) => ({ ...shown(row), micros: row.micros }));
    },
  );
}

/** What is left out stays. @returns undefined when there is no such tenant */
export async function updateTenant(
  db: PlatformDb,
  id: string,
  change: {
    readonly egressAllow?: readonly Json[];
    readonly suspended?: boolean;
    /** Null: the default counts again. */
    readonly retentionDays?: number | null;
  },
): Promise<TenantRow | undefined> {
  await sql`update tenants set
      egress_allow = coalesce(${change.egressAllow === undefined ? null : JSON.stringify(change.egressAllow)}::jsonb, egress_allow),
      retention_days = case when ${change.retentionDays !== undefined}::boolean then ${change.retentionDays ?? null}::int else retention_days end,
      suspended_at = case ${change.suspended ?? null}::boolean when true then coalesce(suspended_at, now()) when false then case when deletion is null then null else suspended_at end
        else suspended_at end
    where id = ${id}`.execute(db);
  return findTenant(db, id);
}

function shown<R extends Raw>(row: R): Omit<R, "createdAt"> & { readonly createdAt: string } {
  return { ...row, createdAt: instant(row.createdAt) };
}
