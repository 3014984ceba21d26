import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { loadValue, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** So long what was shown can be carried out as it was shown. */
export const planKeptMs = 15 * 60_000;

export type PlanKind = "restart" | "bulk";

/** Keeps what somebody was shown. The same plan again is kept anew. */
export async function keepPlan(
  db: TenantDb,
  plan: { readonly kind: PlanKind; readonly id: string; readonly plan: Json; readonly createdBy?: string },
): Promise<void> {
  await sql`delete from workflow_plans where expires_at <= now()`.execute(db);
  await sql`insert into workflow_plans (tenant_id, kind, id, plan, created_by, expires_at)
    values (${db.tenantId}, ${plan.kind}, ${plan.id}, ${await storeValue(db, plan.plan)}::json, ${plan.createdBy ?? null},
      now() + ${planKeptMs}::double precision * interval '1 millisecond')
    on conflict (tenant_id, kind, id) do update set plan = excluded.plan, created_by = excluded.created_by, expires_at = excluded.expires_at`.execute(
    db,
  );
}

/** undefined: there is none, or it is too old. */
export async function planOf(db: TenantDb, kind: PlanKind, id: string): Promise<Json | undefined> {
  const { rows } = await sql<{
    plan: unknown;
  }>`select plan from workflow_plans where kind = ${kind} and id = ${id} and expires_at > now()`.execute(db);
  return rows[0] === undefined ? undefined : loadValue(db, rows[0].plan);
}
