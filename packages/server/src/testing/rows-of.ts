import { asOwner } from "@mainspring/store/testing";
import type { TestServer } from "./test-server.ts";

/** Every row of a tenant, as the database's owner sees it: of each table a count and one hash. */
export async function rowsOf(on: TestServer, tenantId: string): Promise<{ readonly [table: string]: unknown }> {
  const tables = (await asOwner(
    on.database,
    "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id' order by 1",
  )) as readonly { readonly name: string }[];
  const found: { [table: string]: unknown } = {};
  for (const { name } of tables) {
    const [row] = await asOwner(
      on.database,
      `select count(*)::int as rows, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from ${name} t where tenant_id = $1`,
      [tenantId],
    );
    found[name] = row;
  }
  return found;
}
