import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database.drop());

/** Tables with columns, constraints, indexes, policies, triggers and grants, one fact a line. */
const facts = `
  select c.relname as table, 1 as part, lpad(a.attnum::text, 3) as place, '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end || coalesce(case when a.attgenerated = 's' then ' generated ' else ' default ' end || pg_get_expr(d.adbin, d.adrelid), '') as fact
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  union all select conrelid::regclass::text, 2, conname, '  constraint ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
  where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n'
  union all select tablename, 3, indexname, '  ' || indexdef from pg_indexes where schemaname = 'public'
  union all select tablename, 4, policyname, '  policy ' || policyname || ' for ' || cmd || ' to ' || array_to_string(roles, ',') || ' using ' || qual from pg_policies where schemaname = 'public'
  union all select tgrelid::regclass::text, 5, tgname, '  ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select table_name, 6, grantee, '  grant ' || string_agg(lower(privilege_type), ', ' order by privilege_type) || ' to ' || grantee from information_schema.role_table_grants
  where table_schema = 'public' and grantee in ('mainspring_app', 'mainspring_dispatcher', 'mainspring_reconciler') group by table_name, grantee
  union all select table_name, 7, grantee || privilege_type, '  grant ' || lower(privilege_type) || ' (' || string_agg(column_name, ', ' order by column_name) || ') to ' || grantee from information_schema.column_privileges
  where table_schema = 'public' and grantee in ('mainspring_dispatcher', 'mainspring_reconciler') group by table_name, grantee, privilege_type
  order by 1, 2, 3`;

test("the schema is the one in schema.txt: look at what a migration changed, then run with --update", async () => {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ table: string; fact: string }>(facts);
  await owner.end();
  const lines: string[] = [];
  let table = "";
  for (const row of rows) {
    if (row.table !== table) lines.push("", (table = row.table));
    lines.push(row.fact);
  }
  await expect(`${lines.join("\n").trimStart()}\n`).toMatchFileSnapshot("../schema.txt");
});
