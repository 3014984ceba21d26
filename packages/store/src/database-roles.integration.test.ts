import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { roleNames } from "./roles.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { fillTenant } from "./testing/filled-tenant.ts";
import { testTenant } from "./testing/test-tenant.ts";

/** Connected as each role that a process of ours connects as, past all of our own code. */
let database: ClonedDatabase;
let owner: pg.Client;
let app: pg.Client;
let finders: { readonly [role in "dispatcher" | "reconciler"]: pg.Client };
let tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
let me: string;
let other: string;

const denied = "42501";

beforeAll(async () => {
  database = await clonedDatabase();
  owner = await connected(database.ownerUrl);
  app = await connected(database.appUrl);
  finders = {
    dispatcher: await connected(database.dispatcherUrl),
    reconciler: await connected(database.reconcilerUrl),
  };
  const [one, two] = [await testTenant(database.store, "one"), await testTenant(database.store, "two")];
  await fillTenant(one, owner);
  await fillTenant(two, owner);
  [me, other] = [one.id, two.id];
  // Generated columns take no value.
  const { rows } = await owner.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '' and a.attidentity <> 'a') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped)
    group by 1 order by 1`);
  tables = rows;
});
afterAll(async () => {
  for (const client of [owner, app, ...Object.values(finders)]) await client.end();
  await database.drop();
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

type Outcome = { readonly rows: readonly { readonly [column: string]: unknown }[]; readonly count: number } | string;

/** What a statement comes to in a transaction of its own that leaves nothing behind; a text: the code of its refusal. */
async function attempt(client: pg.Client, tenant: string | undefined, statement: string): Promise<Outcome> {
  await client.query("begin");
  try {
    if (tenant !== undefined) await client.query("select set_config('app.tenant', $1, true)", [tenant]);
    const { rows, rowCount } = await client.query<{ [column: string]: unknown }>(statement);
    return { rows, count: rowCount ?? 0 };
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.query("rollback");
  }
}

const reached = (outcome: Outcome): number => (typeof outcome === "string" ? 0 : outcome.count);

test("[SEC-02] [TEN-02] as the role that serves, no table can be read, written, moved or emptied across tenants", async () => {
  expect(tables.length).toBeGreaterThan(30);
  const found: string[] = [];
  for (const { name, columns } of tables) {
    const forOther = columns.map((column) =>
      /^(tenant_id|living_tenant)$/.test(column) ? `'${other}'::uuid` : column,
    );
    const copyTo = `insert into ${name} (${columns.join(", ")}) select ${forOther.join(", ")} from ${name} where tenant_id = '${me}'`;
    const own = await attempt(app, me, `select from ${name}`);
    if (reached(own) === 0) found.push(`${name}: nothing of its own`);
    const statements = {
      reads: `select from ${name} where tenant_id = '${other}'`,
      "reads in a subquery": `select from (select max(tenant_id::text) as t from ${name}) x where t = '${other}'`,
      changes: `update ${name} set tenant_id = tenant_id where tenant_id = '${other}'`,
      removes: `delete from ${name} where tenant_id = '${other}'`,
    };
    for (const [what, statement] of Object.entries(statements))
      if (reached(await attempt(app, me, statement)) > 0) found.push(`${name}: ${what}`);
    for (const statement of [copyTo, `update ${name} set tenant_id = '${other}'`])
      if ((await attempt(app, me, statement)) !== denied) found.push(`${name}: ${statement.slice(0, 6)} for the other`);
    // Whoever forgets to say for whom sees, changes and removes nothing.
    for (const none of [undefined, ""])
      for (const statement of [
        `select from ${name}`,
        `update ${name} set tenant_id = tenant_id`,
        `delete from ${name}`,
        copyTo,
      ])
        if (reached(await attempt(app, none, statement)) > 0)
          found.push(`${name}: ${statement.slice(0, 6)} for nobody`);
    if (typeof (await attempt(app, "x' or true", `select from ${name}`)) !== "string")
      found.push(`${name}: a tenant that is none`);
    if ((await attempt(app, me, `truncate ${name} cascade`)) !== denied) found.push(`${name}: empties`);
  }
  expect(found).toEqual([]);
});

test("[SEC-02] no role that a process connects as can become another, switch the policies off or make what looks past them", async () => {
  const statements = [
    `set role ${roleNames.owner}`,
    `set session authorization ${roleNames.owner}`,
    "alter table api_keys disable row level security",
    "alter table api_keys no force row level security",
    "drop policy tenant_isolation on api_keys",
    "create policy everything on api_keys using (true)",
    "create function past() returns setof api_keys language sql security definer as 'select * from api_keys'",
    "create view past as select * from api_keys",
    `alter role ${roleNames.app} bypassrls`,
    "alter table api_keys owner to current_user",
    "copy api_keys to program 'cat'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
  ];
  for (const [role, client] of Object.entries({ app, ...finders })) {
    for (const statement of statements)
      expect(await attempt(client, me, statement), `${role}: ${statement}`).toBe(denied);
    for (const another of Object.values(roleNames).filter((name) => name !== roleNames[role as keyof typeof roleNames]))
      expect(await attempt(client, me, `set role ${another}`), `${role} as ${another}`).toBe(denied);
    // Switched off, the policies refuse the question instead of answering it.
    await client.query("set row_security = off");
    expect(await attempt(client, me, "select tenant_id from workflow_runs"), role).toBe(denied);
    await client.query("reset row_security");
  }
  // A view of one's own goes by one's own rights.
  await app.query("create temp view mine as select tenant_id from workflow_runs");
  expect(reached(await attempt(app, me, `select from mine where tenant_id = '${other}'`))).toBe(0);
  expect(reached(await attempt(app, undefined, "select from mine"))).toBe(0);
});

test("[SEC-02] the roles that find work of all tenants see what they are granted, whose it is and when, and change no tenant's rows", async () => {
  const { rows: grants } = await owner.query<{ role: string; name: string; columns: string[] }>(
    `select grantee as role, table_name as name, array_agg(column_name::text order by column_name) as columns
     from information_schema.column_privileges where grantee = any($1) and privilege_type = 'SELECT' group by 1, 2`,
    [[roleNames.dispatcher, roleNames.reconciler]],
  );
  // Nothing that people brought: no payload, no name, no key.
  const harmless = /^(tenant_id|id|due_at|status|state|engine|parent_run_id|held_for|wanted|synced|.*_at)$/;
  expect(grants.flatMap(({ columns }) => columns).filter((column) => !harmless.test(column))).toEqual([]);
  for (const [role, client] of Object.entries(finders)) {
    for (const { name, columns } of tables) {
      const granted = grants.find((one) => one.role === `mainspring_${role}` && one.name === name)?.columns ?? [];
      for (const column of columns) {
        const seen = await attempt(client, undefined, `select ${column} from ${name}`);
        if (granted.includes(column)) expect(typeof seen, `${role}: ${name}.${column}`).toBe("object");
        else expect(seen, `${role}: ${name}.${column}`).toBe(denied);
      }
      for (const statement of [`delete from ${name}`, `update ${name} set tenant_id = tenant_id`, `truncate ${name}`])
        expect(await attempt(client, me, statement), `${role}: ${statement}`).toBe(denied);
      expect(await attempt(client, me, `insert into ${name} (tenant_id) values ('${me}')`), `${role}: ${name}`).toBe(
        denied,
      );
    }
    expect(await attempt(client, me, "select * from tenants"), role).toBe(denied);
    expect(await attempt(client, me, "delete from tenants"), role).toBe(denied);
  }
});
