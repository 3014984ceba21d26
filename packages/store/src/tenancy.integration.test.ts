import { readFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey, findApiKey, revokeApiKey, tenantOfApiKey } from "./api-keys.ts";
import { recordAudit } from "./audit.ts";
import { newId } from "./ids.ts";
import { openStore } from "./store.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";
import { fillTenant } from "./testing/filled-tenant.ts";

/** Tables without a tenant's rows. Adding one here is a decision. */
const exempt = ["master_keys", "schema_migrations", "tenants"];

const policyText =
  "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS \"nullif\"))";

/** Whoever else may see rows of all tenants, and how much of them. */
const writtenExceptions = [
  {
    table: "outbox",
    policy: "dispatcher_finds",
    role: "mainspring_dispatcher",
    command: "SELECT",
    columns: "due_at,id,tenant_id",
  },
  {
    table: "tenant_workflow_schedule",
    policy: "reconciler_marks",
    role: "mainspring_reconciler",
    command: "UPDATE",
    columns: "checked_at",
  },
  {
    table: "tenant_workflow_schedule",
    policy: "reconciler_reads",
    role: "mainspring_reconciler",
    command: "SELECT",
    columns: "checked_at,created_at,id,synced,tenant_id,wanted",
  },
  {
    table: "workflow_data_store",
    policy: "dispatcher_finds",
    role: "mainspring_dispatcher",
    command: "SELECT",
    columns: "due_at,id,tenant_id",
  },
  {
    table: "workflow_data_store_writes",
    policy: "dispatcher_finds",
    role: "mainspring_dispatcher",
    command: "SELECT",
    columns: "due_at,id,tenant_id",
  },
  {
    table: "workflow_event_deliveries",
    policy: "dispatcher_finds",
    role: "mainspring_dispatcher",
    command: "SELECT",
    columns: "due_at,id,tenant_id",
  },
  {
    table: "workflow_runs",
    policy: "reconciler_marks",
    role: "mainspring_reconciler",
    command: "UPDATE",
    columns: "checked_at",
  },
  {
    table: "workflow_runs",
    policy: "reconciler_reads",
    role: "mainspring_reconciler",
    command: "SELECT",
    columns: "checked_at,confirmed_at,created_at,engine,held_for,id,parent_run_id,started_at,status,tenant_id",
  },
  {
    table: "workflow_runtime_events",
    policy: "dispatcher_finds",
    role: "mainspring_dispatcher",
    command: "SELECT",
    columns: "due_at,id,tenant_id",
  },
];

let database: ClonedDatabase;
let owner: pg.Client;
beforeAll(async () => {
  database = await clonedDatabase();
  owner = await connected(database.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function tenantTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
  );
  return rows.map(({ name }) => name).filter((name) => !exempt.includes(name));
}

test("[SEC-02] every table but the written ones has forced row-level security by the one policy text", async () => {
  const tables = await tenantTables(owner);
  expect(tables.length).toBeGreaterThan(10);
  const { rows } = await owner.query(
    `
    select c.relname as table, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      (select array_agg(p.qual || '|' || p.cmd || '|' || array_to_string(p.roles, ',') || '|' || coalesce(p.with_check, 'as using')) from pg_policies p
        where p.tablename = c.relname and p.policyname = 'tenant_isolation') as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = any($1) order by 1`,
    [tables],
  );
  const policies = [`${policyText}|ALL|public|as using`];
  expect(rows).toEqual(tables.map((table) => ({ table, enabled: true, forced: true, policies })));
});

test("[SEC-02] every key and unique index, and every reference between tables of tenants, leads with the tenant", async () => {
  const { rows } = await owner.query<{ index: string; first: string }>(
    `
    select i.indexrelid::regclass::text as index, a.attname as first from pg_index i
    join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indisunique and c.relname = any($1)`,
    [await tenantTables(owner)],
  );
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter(({ first }) => first !== "tenant_id")).toEqual([]);
  const { rows: references } = await owner.query<{ name: string; columns: string }>(`
    select conname as name, (select string_agg(a.attname, ',' order by k.place) from unnest(conkey) with ordinality k(attnum, place)
      join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum) as columns
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`);
  expect(references.length).toBeGreaterThan(5);
  // An entry of the audit log outlives its tenant: it refers to it only as long as it lives.
  expect(references.filter(({ columns }) => !columns.startsWith("tenant_id"))).toEqual([
    { name: "audit_log_living_tenant_fkey", columns: "living_tenant" },
  ]);
});

test("[SEC-02] only the written policies see rows of several tenants, and only the written columns of them", async () => {
  const { rows } = await owner.query(`
    select tablename as table, policyname as policy, array_to_string(roles, ',') as role, cmd as command,
      (select string_agg(column_name, ',' order by column_name) from information_schema.column_privileges c
        where c.table_name = p.tablename and c.grantee = array_to_string(p.roles, ',') and c.privilege_type = p.cmd) as columns
    from pg_policies p where policyname <> 'tenant_isolation' order by 1, 2`);
  expect(rows).toEqual(writtenExceptions);
});

test("[SEC-02] no role of the product bypasses row-level security or owns what it uses, and no view or function looks past it", async () => {
  const { rows } = await owner.query(
    "select rolname from pg_roles where rolname like 'mainspring\\_%' and (rolsuper or rolbypassrls)",
  );
  expect(rows).toEqual([]);
  const { rows: owners } = await owner.query("select distinct tableowner from pg_tables where schemaname = 'public'");
  expect(owners).toEqual([{ tableowner: "mainspring_owner" }]);
  const { rows: views } = await owner.query("select viewname from pg_views where schemaname = 'public'");
  const { rows: functions } = await owner.query(
    "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
  );
  expect([...views, ...functions]).toEqual([]);
});

test("[SEC-02] the list of exempt tables holds no column that names a tenant", async () => {
  const { rows } = await owner.query(
    "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id' and table_name = any($1)",
    [exempt],
  );
  expect(rows).toEqual([]);
});

/** What a tenant's transaction sees, or can change, of another's rows; empty when all is well. */
async function leaks(appUrl: string, me: string, other: string, tables: readonly string[]): Promise<string[]> {
  const client = await connected(appUrl);
  try {
    const found = [];
    for (const table of tables) {
      await client.query(`begin; select set_config('app.tenant', '${me}', true)`);
      const { rows } = await client.query<{ foreign: number; own: number }>(
        `select count(*) filter (where tenant_id = $1)::int as foreign, count(*) filter (where tenant_id = $2)::int as own from ${table}`,
        [other, me],
      );
      if (rows[0]?.own === 0) found.push(`${table}: sees no row of its own`);
      if (rows[0]?.foreign !== 0) found.push(`${table}: reads`);
      const moved = await client
        .query(`update ${table} set tenant_id = tenant_id where tenant_id = $1`, [other])
        .catch((error: { code?: string }) => error);
      if ("rowCount" in moved && moved.rowCount !== 0) found.push(`${table}: writes`);
      await client.query("rollback");
      await client.query("begin");
      const { rows: untenanted } = await client.query(`select from ${table} limit 1`);
      if (untenanted.length > 0) found.push(`${table}: reads without a tenant`);
      await client.query("rollback");
    }
    return found;
  } finally {
    await client.end();
  }
}

test("[TEN-02] [SEC-02] a tenant sees and changes nothing of another in any table, and dropping any one policy is noticed", async () => {
  const one = await testTenant(database.store, "one");
  const two = await testTenant(database.store, "two");
  await fillTenant(one, owner);
  await fillTenant(two, owner);
  const tables = await tenantTables(owner);
  expect(await leaks(database.appUrl, one.id, two.id, tables)).toEqual([]);
  for (const table of tables) {
    await owner.query(`alter policy tenant_isolation on ${table} using (true)`);
    const open = await leaks(database.appUrl, one.id, two.id, tables);
    expect(open, `the policy of ${table} lets all through`).toContain(`${table}: reads`);
    await owner.query(
      `alter policy tenant_isolation on ${table} using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))`,
    );
    await owner.query(`alter table ${table} disable row level security`);
    expect(await leaks(database.appUrl, one.id, two.id, tables), `${table} without row-level security`).toContain(
      `${table}: reads`,
    );
    await owner.query(`alter table ${table} enable row level security`);
    await owner.query(`drop policy tenant_isolation on ${table}`);
    expect(await leaks(database.appUrl, one.id, two.id, tables), `${table} without its policy`).toEqual([
      `${table}: sees no row of its own`,
    ]);
    await owner.query(
      `create policy tenant_isolation on ${table} using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))`,
    );
  }
  expect(await leaks(database.appUrl, one.id, two.id, tables)).toEqual([]);
});

test("[TEN-02] rows cannot be written for another tenant", async () => {
  const [one, two] = [await testTenant(database.store), await testTenant(database.store)];
  await expect(
    one.run((db) => recordAudit(Object.assign(db, { tenantId: two.id }), { actor: "a", action: "b", subject: "c" })),
  ).rejects.toMatchObject({ code: "42501" });
});

test("a transaction leaves no tenant behind on its connection", async () => {
  const store = openStore({ url: database.appUrl, max: 1 });
  try {
    const { id } = await testTenant(database.store);
    await store.tenant(id, async () => {});
    await store.tenant(id, async () => Promise.reject(new Error("no"))).catch(() => {});
    const seen = await store.platform((db) => db.selectFrom("api_keys").select("id").execute());
    expect(seen).toEqual([]);
    await expect(store.tenant("not a tenant'; drop table tenants; --", async () => {})).rejects.toThrow("UUID");
  } finally {
    await store.close();
  }
});

test("a connection that broke is replaced, and an error swallowed inside a transaction is not taken for success", async () => {
  const errors: Error[] = [];
  const store = openStore({ url: database.appUrl, max: 1, onPoolError: (error) => errors.push(error) });
  try {
    const { id } = await testTenant(database.store);
    const broken = store.tenant(id, async (db) => {
      await db.selectFrom("api_keys").select("id").execute(); // before it there is no transaction yet
      const { rows } = await owner.query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name = 'mainspring app' and state = 'idle in transaction' and datname = current_database()",
      );
      for (const { pid } of rows) await owner.query("select pg_terminate_backend($1)", [pid]);
      return db.selectFrom("api_keys").select("id").execute();
    });
    await expect(broken).rejects.toThrow(/terminat|connection/i);
    expect(await store.tenant(id, (db) => db.selectFrom("api_keys").select("id").execute())).toEqual([]);
    await expect(
      store.tenant(id, async (db) => {
        await db
          .insertInto("api_keys")
          .values({ tenant_id: id, id: newId(), name: "n", role: "king", key_hash: "h" })
          .execute()
          .catch(() => {});
      }),
    ).rejects.toThrow("rolled back");
  } finally {
    await store.close();
  }
});

test("refuses to serve with a role that could see every tenant", async () => {
  await database.store.ready();
  const asOwner = openStore({ url: database.ownerUrl, max: 1 });
  try {
    await expect(asOwner.ready()).rejects.toThrow("can see every tenant");
  } finally {
    await asOwner.close();
  }
});

test("of an API key only the hash is kept, and it opens its own tenant only", async () => {
  const [one, two] = [await testTenant(database.store), await testTenant(database.store)];
  const { id, key } = await one.run((db) => createApiKey(db, { name: "ci", role: "author" }));
  expect(tenantOfApiKey(key)).toBe(one.id);
  expect(tenantOfApiKey("ms_x_y")).toBeUndefined();
  expect(await one.run((db) => findApiKey(db, key))).toEqual({
    id,
    name: "ci",
    role: "author",
    groups: [],
  });
  expect(await two.run((db) => findApiKey(db, key))).toBeUndefined();
  expect(await one.run((db) => findApiKey(db, `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`))).toBeUndefined();
  const { rows } = await owner.query("select * from api_keys where id = $1", [id]);
  expect(JSON.stringify(rows)).not.toContain(key.slice(-40));
  expect(await one.run((db) => revokeApiKey(db, id))).toBe("revoked");
  expect(await one.run((db) => revokeApiKey(db, id))).toBe("before");
  expect(await two.run((db) => revokeApiKey(db, id))).toBeUndefined();
  expect(await one.run((db) => findApiKey(db, key))).toBeUndefined();
});

test("[SEC-05] an audit entry can be changed or removed by nobody, its owner included", async () => {
  const tenant = await testTenant(database.store);
  await tenant.run((db) => recordAudit(db, { actor: "a", action: "b", subject: "c", details: { n: 1 } }));
  await expect(tenant.run((db) => db.updateTable("audit_log").set({ actor: "x" }).execute())).rejects.toMatchObject({
    code: "42501",
  });
  await expect(owner.query("update audit_log set actor = 'x'")).rejects.toThrow("append-only");
  await expect(owner.query("delete from audit_log")).rejects.toThrow("append-only");
  await expect(owner.query("truncate audit_log")).rejects.toThrow("append-only");
});

test("a published version and the snapshots of an older engine are written by no role that serves", async () => {
  const tenant = await testTenant(database.store);
  await expect(
    tenant.run((db) => db.updateTable("workflow_definition_versions").set({ document: "{}" }).execute()),
  ).rejects.toMatchObject({ code: "42501" });
  await expect(
    tenant.run((db) => db.updateTable("workflow_run_snapshots").set({ snapshot_json: "{}" }).execute()),
  ).rejects.toMatchObject({ code: "42501" });
});

test("every table of the migrations has its type", async () => {
  const schema = await readFile(new URL("schema.ts", import.meta.url), "utf8");
  const { rows } = await owner.query<{ table: string; column: string }>(
    "select table_name as table, column_name as column from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'",
  );
  const missing = rows.filter(({ table, column }) => {
    const name = table
      .split("_")
      .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
      .join("");
    const body = new RegExp(`export interface ${name} \\{([^}]*)\\}`).exec(schema)?.[1] ?? "";
    return !new RegExp(`^  ${column}: `, "m").test(body);
  });
  expect(missing).toEqual([]);
});
