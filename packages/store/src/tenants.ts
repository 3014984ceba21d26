import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { defaultCalendar } from "./calendars.ts";
import { newId } from "./ids.ts";
import type { PlatformDb, TenantDb } from "./store.ts";

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  /** Hosts, CIDRs and ports that outbound calls may reach although the guard would refuse. */
  readonly egressAllow: Json[];
  readonly suspended: boolean;
}

/** With the calendar that every tenant begins with. @param tenant.id left out: a new one */
export async function createTenant(
  db: PlatformDb,
  tenant: { readonly id?: string; readonly name: string; readonly egressAllow?: readonly Json[] },
): Promise<{ id: string }> {
  const id = tenant.id ?? newId();
  await sql`insert into tenants (id, name, egress_allow) values (${id}, ${tenant.name}, ${JSON.stringify(tenant.egressAllow ?? [])}::jsonb)`.execute(
    db,
  );
  // The policies see one tenant at a time; for this row it is the new one.
  await sql`select set_config('app.tenant', ${id}, true)`.execute(db);
  await sql`insert into business_calendars (tenant_id, name, version, document, created_by)
    values (${id}, ${defaultCalendar.name}, 1, ${JSON.stringify(defaultCalendar.document)}::json, 'installation')`.execute(
    db,
  );
  await sql`select set_config('app.tenant', '', true)`.execute(db);
  return { id };
}

/** The tenant of the transaction; undefined when it does not exist. */
export async function getTenant(db: TenantDb): Promise<TenantRow | undefined> {
  const { rows } =
    await sql<TenantRow>`select id, name, egress_allow as "egressAllow", suspended_at is not null as suspended
    from tenants where id = ${db.tenantId}`.execute(db);
  return rows[0];
}

/** For the platform's administrator: any tenant. */
export async function findTenant(db: PlatformDb, id: string): Promise<TenantRow | undefined> {
  const { rows } =
    await sql<TenantRow>`select id, name, egress_allow as "egressAllow", suspended_at is not null as suspended
    from tenants where id = ${id}`.execute(db);
  return rows[0];
}

/** What is left out stays. @returns undefined when there is no such tenant */
export async function updateTenant(
  db: PlatformDb,
  id: string,
  change: { readonly egressAllow?: readonly Json[]; readonly suspended?: boolean },
): Promise<TenantRow | undefined> {
  await sql`update tenants set
      egress_allow = coalesce(${change.egressAllow === undefined ? null : JSON.stringify(change.egressAllow)}::jsonb, egress_allow),
      suspended_at = case ${change.suspended ?? null}::boolean when true then coalesce(suspended_at, now()) when false then null else suspended_at end
    where id = ${id}`.execute(db);
  return findTenant(db, id);
}
