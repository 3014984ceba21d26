import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";
import { loadColumns, storeOptional, storeValue } from "./stored-values.ts";

/** The type of that name is asked for the correlation key of every event, after all others. */
export const anyEvent = "*";

/** What the tenant knows of events of a name. */
export interface EventTypeRow {
  readonly name: string;
  readonly description: string | null;
  /** Of the payload; null: anything. */
  readonly schema: Json | null;
  /** Where a payload has its correlation key, in the order in which they are tried. */
  readonly correlationPaths: readonly string[];
  readonly samples: readonly Json[];
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

type Raw = Omit<EventTypeRow, "createdAt" | "updatedAt"> & { readonly createdAt: Date; readonly updatedAt: Date };

const columns = sql.raw(
  `name, description, schema, correlation_paths as "correlationPaths", samples, revision, created_at as "createdAt",
  updated_at as "updatedAt", updated_by as "updatedBy"`,
);

/** By name. @throws MainspringError CURSOR_MISMATCH */
export async function listEventTypes(db: TenantDb, request: PageRequest): Promise<Page<EventTypeRow>> {
  return readPage(
    { db, list: "event-types", filter: {}, request, key: ["text"], keyOf: (row) => [row.name] },
    async (after, limit) => {
      const { rows } = await sql<Raw>`select ${columns} from workflow_event_types
        where removed_at is null and name collate "C" > ${String(after?.[0] ?? "")} order by name collate "C" limit ${limit}`.execute(
        db,
      );
      return shown(db, rows);
    },
  );
}

export async function getEventType(db: TenantDb, name: string): Promise<EventTypeRow | undefined> {
  const { rows } = await sql<Raw>`select ${columns} from workflow_event_types
    where name = ${name} and removed_at is null`.execute(db);
  return (await shown(db, rows))[0];
}

/** What accepting an event and publishing go by. */
export type EventTypeRules = Pick<EventTypeRow, "name" | "schema" | "correlationPaths">;

/** Of those names, and of `*`. @param names left out: all of them */
export async function eventTypeRules(db: TenantDb, names?: readonly string[]): Promise<EventTypeRules[]> {
  const { rows } = await prepared<EventTypeRules>`
    select name, schema, correlation_paths as "correlationPaths" from workflow_event_types
    where removed_at is null and (${names === undefined}::boolean or name = ${anyEvent} or name = any(${[...(names ?? [])]}::text[]))
    order by name collate "C"`.execute(db);
  return loadColumns(db, rows, ["schema"]);
}

/**
 * What payloads of events are masked by: also types that were removed, as what they named sensitive is no less so since.
 * @param names left out: all that have a schema
 */
export async function eventTypeSchemas(
  db: TenantDb,
  names?: readonly string[],
): Promise<{ readonly name: string; readonly schema: Json }[]> {
  const { rows } = await prepared<{ name: string; schema: Json }>`
    select name, schema from workflow_event_types
    where schema is not null and (${names === undefined}::boolean or name = any(${[...(names ?? [])]}::text[]))
    order by name collate "C"`.execute(db);
  return loadColumns(db, rows, ["schema"]);
}

/** @returns undefined when the type is at another revision than `ifRevision` */
export async function putEventType(
  db: TenantDb,
  type: {
    readonly name: string;
    readonly description?: string;
    readonly schema?: Json;
    readonly correlationPaths: readonly string[];
    readonly samples: readonly Json[];
    readonly by: string;
    readonly ifRevision?: number;
  },
): Promise<{ readonly type: EventTypeRow; readonly created: boolean } | undefined> {
  const schema = await storeOptional(db, type.schema);
  const samples = await storeValue(db, [...type.samples]);
  const { rows } = await sql<Raw & { created: boolean }>`
    insert into workflow_event_types as t (tenant_id, name, description, schema, correlation_paths, samples, updated_by)
    select ${db.tenantId}::uuid, ${type.name}, ${type.description ?? null}, ${schema}::json, ${JSON.stringify(type.correlationPaths)}::json,
      ${samples}::json, ${type.by}
    where ${type.ifRevision ?? null}::int is null or exists (select from workflow_event_types where name = ${type.name} and removed_at is null)
    on conflict (tenant_id, name) do update set description = excluded.description, schema = excluded.schema,
      correlation_paths = excluded.correlation_paths, samples = excluded.samples, updated_by = excluded.updated_by,
      updated_at = now(), revision = t.revision + 1, removed_at = null,
      created_at = case when t.removed_at is null then t.created_at else now() end
    where ${type.ifRevision ?? null}::int is null or (t.revision = ${type.ifRevision ?? null}::int and t.removed_at is null)
    returning ${columns}, old.name is null or old.removed_at is not null as created`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { created, ...rest } = row;
  return { type: (await shown(db, [rest]))[0] as EventTypeRow, created };
}

/** Only its schema is kept, see `eventTypeSchemas`. @returns whether there was such a type */
export async function deleteEventType(db: TenantDb, name: string): Promise<boolean> {
  const { rows } = await sql`update workflow_event_types
    set removed_at = now(), description = null, correlation_paths = '[]', samples = '[]'
    where name = ${name} and removed_at is null returning name`.execute(db);
  return rows.length > 0;
}

async function shown(db: TenantDb, rows: readonly Raw[]): Promise<EventTypeRow[]> {
  const loaded = await loadColumns(db, rows, ["schema", "samples"]);
  return loaded.map((row) => ({ ...row, createdAt: instant(row.createdAt), updatedAt: instant(row.updatedAt) }));
}
