import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

/** A filter of a list that somebody has given a name. */
export interface SavedView {
  readonly id: string;
  /** Such as `runs`. */
  readonly list: string;
  readonly name: string;
  readonly filter: Json;
  readonly createdAt: string;
  readonly createdBy: string | null;
}

type Raw = Omit<SavedView, "createdAt"> & { readonly createdAt: Date };
const columns = sql.raw(`id, list, name, filter, created_at as "createdAt", created_by as "createdBy"`);

/** By name. A tenant has few: they come at once. */
export async function listSavedViews(db: TenantDb, list?: string): Promise<SavedView[]> {
  const { rows } = await sql<Raw>`select ${columns} from saved_views
    where ${list ?? null}::text is null or list = ${list ?? null} order by list collate "C", name collate "C"`.execute(
    db,
  );
  return rows.map(shown);
}

/** @returns undefined when the list has a view of this name */
export async function insertSavedView(
  db: TenantDb,
  view: { readonly list: string; readonly name: string; readonly filter: Json; readonly by: string },
): Promise<SavedView | undefined> {
  const { rows } = await sql<Raw>`insert into saved_views (tenant_id, id, list, name, filter, created_by)
    values (${db.tenantId}, ${newId()}, ${view.list}, ${view.name}, ${JSON.stringify(view.filter)}::json, ${view.by})
    on conflict (tenant_id, list, name) do nothing returning ${columns}`.execute(db);
  return rows.map(shown)[0];
}

/** @returns whether there was one */
export async function deleteSavedView(db: TenantDb, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  const { rows } = await sql`delete from saved_views where id = ${id} returning id`.execute(db);
  return rows.length > 0;
}

function shown(row: Raw): SavedView {
  return { ...row, createdAt: instant(row.createdAt) };
}
