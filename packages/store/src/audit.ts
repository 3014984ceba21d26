import { sql } from "kysely";
import { newId } from "./ids.ts";
import type { TenantDb } from "./store.ts";

/** Writes down who did what. Nothing changes or removes it. @param entry.subject such as `run:<id>` */
export async function recordAudit(
  db: TenantDb,
  entry: { readonly actor: string; readonly action: string; readonly subject: string; readonly details?: unknown },
): Promise<void> {
  await sql`insert into audit_log (tenant_id, id, actor, action, subject, details)
    values (${db.tenantId}, ${newId()}, ${entry.actor}, ${entry.action}, ${entry.subject}, ${entry.details === undefined ? null : JSON.stringify(entry.details)}::json)`.execute(
    db,
  );
}
