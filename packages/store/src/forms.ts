import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { loadColumns, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** A form that the tenant has under a name. */
export interface FormRow {
  readonly name: string;
  readonly title: string;
  readonly schema: Json;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

type Raw = Omit<FormRow, "createdAt" | "updatedAt"> & { readonly createdAt: Date; readonly updatedAt: Date };

const columns = sql.raw(
  `name, title, schema, revision, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`,
);

/** A form that every tenant has, unless it has one of its own of the name. */
export interface SystemFormRow {
  readonly name: string;
  readonly title: string;
  readonly schema: Json;
}

/** The tenant's, and the system's that they do not stand in for, by name. @throws MainspringError CURSOR_MISMATCH */
export async function listForms(
  db: TenantDb,
  request: PageRequest,
  system: readonly SystemFormRow[],
): Promise<Page<ListedForm>> {
  return readPage(
    { db, list: "forms", filter: {}, request, key: ["text"], keyOf: (row) => [row.name] },
    async (after, limit) => {
      const { rows } = await sql<Listed>`select * from (
          select name, title, schema, revision, updated_at as "updatedAt", updated_by as "updatedBy" from workflow_form_definitions
          union all
          select s.name, s.title, s.schema, null, null, null from json_to_recordset(${JSON.stringify(system)}::json) as s(name text, title text, schema json)
          where not exists (select from workflow_form_definitions own where own.name = s.name)) forms
        where name collate "C" > ${String(after?.[0] ?? "")} order by name collate "C" limit ${limit}`.execute(db);
      const loaded = await loadColumns(db, rows, ["schema"]);
      return loaded.map((row) => ({ ...row, updatedAt: instantOrNull(row.updatedAt) }));
    },
  );
}

/** A row of the list: without revision it is the system's. */
export type ListedForm = Omit<FormRow, "createdAt" | "revision" | "updatedAt"> & {
  readonly revision: number | null;
  readonly updatedAt: string | null;
};
type Listed = Omit<ListedForm, "updatedAt"> & { readonly updatedAt: Date | null };

export async function getForm(db: TenantDb, name: string): Promise<FormRow | undefined> {
  const { rows } = await sql<Raw>`select ${columns} from workflow_form_definitions where name = ${name}`.execute(db);
  return (await shown(db, rows))[0];
}

/** All of them, for publishing to know. */
export async function formsOf(db: TenantDb): Promise<Pick<FormRow, "name" | "schema">[]> {
  const { rows } = await sql<Raw>`select ${columns} from workflow_form_definitions order by name collate "C"`.execute(
    db,
  );
  return shown(db, rows);
}

/** @returns undefined when the form is at another revision than `ifRevision` */
export async function putForm(
  db: TenantDb,
  form: {
    readonly name: string;
    readonly title: string;
    readonly schema: Json;
    readonly by: string;
    readonly ifRevision?: number;
  },
): Promise<{ readonly form: FormRow; readonly created: boolean } | undefined> {
  const text = await storeValue(db, form.schema);
  const { rows } = await sql<Raw & { created: boolean }>`
    insert into workflow_form_definitions as f (tenant_id, name, title, schema, updated_by)
    select ${db.tenantId}::uuid, ${form.name}, ${form.title}, ${text}::json, ${form.by}
    where ${form.ifRevision ?? null}::int is null or exists (select from workflow_form_definitions where name = ${form.name})
    on conflict (tenant_id, name) do update set title = excluded.title, schema = excluded.schema, updated_by = excluded.updated_by,
      updated_at = now(), revision = f.revision + 1
    where f.revision = coalesce(${form.ifRevision ?? null}::int, f.revision)
    returning ${columns}, old.name is null as created`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { created, ...rest } = row;
  return { form: (await shown(db, [rest]))[0] as FormRow, created };
}

/** @returns whether there was such a form */
export async function deleteForm(db: TenantDb, name: string): Promise<boolean> {
  const { rows } = await sql`delete from workflow_form_definitions where name = ${name} returning name`.execute(db);
  return rows.length > 0;
}

async function shown(db: TenantDb, rows: readonly Raw[]): Promise<FormRow[]> {
  const loaded = await loadColumns(db, rows, ["schema"]);
  return loaded.map((row) => ({ ...row, createdAt: instant(row.createdAt), updatedAt: instant(row.updatedAt) }));
}
