import { sql } from "kysely";
import type { TenantDb } from "./store.ts";

/** A table that has rows of tenants, as the database lists it: no list by hand can forget one. */
export interface TenantTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Columns of the primary key, in its order; the tenant's is the first. */
  readonly key: readonly string[];
}

/** In the order of their names. */
export async function tenantTables(db: TenantDb): Promise<TenantTable[]> {
  const { rows } = await sql<TenantTable>`
    select c.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select json_agg(a.attname order by k.place) from pg_index i, unnest(i.indkey::int2[]) with ordinality k(attnum, place)
        join pg_attribute a on a.attnum = k.attnum where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid) as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    order by c.relname`.execute(db);
  return rows;
}

/** Rows of the tenant, by table. */
export async function countTenantRows(db: TenantDb): Promise<{ [table: string]: number }> {
  await withoutTimeLimit(db);
  const counts: { [table: string]: number } = {};
  for (const { name } of await tenantTables(db)) {
    const { rows } = await sql<{ count: string }>`select count(*) as count from ${sql.table(name)}
      where tenant_id = ${db.tenantId}`.execute(db);
    counts[name] = Number(rows[0]?.count ?? 0);
  }
  return counts;
}

/** Whoever reads or removes much at once takes the time that it needs. */
export async function withoutTimeLimit(db: TenantDb): Promise<void> {
  await sql`select set_config('statement_timeout', '0', true)`.execute(db);
}

/** What never leaves the database: what opens something, also in sealed or hashed form. */
const unreadable = /(^|_)(key_hash|sealed|wrapped|salt)$/;

/**
 * A page of a table's rows as lines of JSON `{"table": .., "row": ..}`, in the order of its key. Bytes are hexadecimal, `\x..`, and what
 * opens something is left out.
 * @param after the key of the page before
 */
export async function exportTenantRows(
  db: TenantDb,
  table: TenantTable,
  after: readonly string[] | undefined,
  limit: number,
): Promise<{ readonly lines: readonly string[]; readonly next: readonly string[] | undefined }> {
  const typeOf = new Map(table.columns.map(({ name, type }) => [name, type]));
  const key = table.key.map((name) => sql`t.${sql.ref(name)}`);
  const shown = table.columns.filter(({ name }) => !unreadable.test(name)).map(({ name }) => sql.ref(name));
  const behind =
    after === undefined
      ? sql`true`
      : sql`(${sql.join(key)}) > (${sql.join(table.key.map((name, i) => sql`${after[i]}::${sql.raw(typeOf.get(name) ?? "text")}`))})`;
  // `$place` can be no column of a table.
  const { rows } = await sql<{ line: string; place: string[] }>`
    select row_to_json(shown)::text as line, page."$place" as place from (
      select array[${sql.join(key.map((column) => sql`${column}::text`))}] as "$place", ${sql.join(shown.map((column) => sql`t.${column}`))}
      from ${sql.table(table.name)} t where t.tenant_id = ${db.tenantId} and ${behind} order by ${sql.join(key)} limit ${limit}) page,
      lateral (select ${sql.join(shown.map((column) => sql`page.${column}`))}) shown`.execute(db);
  return {
    lines: rows.map(({ line }) => `{"table":${JSON.stringify(table.name)},"row":${line}}\n`),
    next: rows.length < limit ? undefined : rows.at(-1)?.place,
  };
}
