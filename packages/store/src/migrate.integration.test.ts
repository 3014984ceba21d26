import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "./ids.ts";
import { migrate, migrationsFolder } from "./migrate.ts";

let url: string;
let name: string;
let folderPath: string;
let folder: URL;
let server: pg.Client;
let client: pg.Client;

beforeEach(async () => {
  const serverUrl = env["MAINSPRING_TEST_DATABASE_URL"] ?? "";
  server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  name = `mainspring_migrate_${newId().slice(-12)}`;
  await server.query(`create database ${name}`);
  url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  client = new pg.Client({ connectionString: url });
  await client.connect();
  folderPath = await mkdtemp(join(tmpdir(), "mainspring-migrations-"));
  await cp(migrationsFolder, folderPath, { recursive: true });
  folder = pathToFileURL(`${folderPath}/`);
});
afterEach(async () => {
  await client.end();
  await server.query(`drop database ${name} with (force)`);
  await server.end();
  await rm(folderPath, { recursive: true });
});

test("applies every file once, in order, also when several begin at the same time", async () => {
  const results = await Promise.all([1, 2, 3].map(() => migrate({ ownerUrl: url, folder })));
  const applied = results.flatMap((result) => result.applied);
  expect(applied[0]).toBe("0001_tenants_and_keys.sql");
  expect(applied).toEqual([...applied].sort());
  expect(new Set(applied).size).toBe(applied.length);
  expect(await migrate({ ownerUrl: url, folder })).toEqual({ applied: [] });
});

test("refuses a file that was edited after it had been applied, one that is missing, and one that comes too late", async () => {
  await migrate({ ownerUrl: url, folder });
  const file = join(folderPath, "0002_workflows.sql");
  const text = await readFile(file, "utf8");
  await writeFile(file, `${text}\n-- a remark`);
  await expect(migrate({ ownerUrl: url, folder })).rejects.toThrow("0002_workflows.sql was edited");
  await rm(file);
  await expect(migrate({ ownerUrl: url, folder })).rejects.toThrow(
    "0002_workflows.sql was applied to this database but is not in this release",
  );
  await writeFile(file, text);
  await writeFile(join(folderPath, "0000_early.sql"), "select 1");
  await expect(migrate({ ownerUrl: url, folder })).rejects.toThrow("0000_early.sql comes before");
});

test("refuses two files of one number", async () => {
  await writeFile(join(folderPath, "0002_another.sql"), "select 1");
  await expect(migrate({ ownerUrl: url, folder })).rejects.toThrow("same number");
});

test("keeps nothing of a file that fails, and goes on from there once it is right", async () => {
  const file = join(folderPath, "9000_broken.sql");
  await writeFile(file, "create table half (a int); select from nowhere;");
  await expect(migrate({ ownerUrl: url, folder })).rejects.toThrow("9000_broken.sql failed");
  expect((await client.query("select to_regclass('half') as half")).rows).toEqual([{ half: null }]);
  await writeFile(file, "create table half (a int)");
  expect(await migrate({ ownerUrl: url, folder })).toEqual({ applied: ["9000_broken.sql"] });
});

test("gives roles a password to log in with, when told", async () => {
  const [appPassword, role] = [`p'${newId()}`, `mainspring_app`];
  // A cluster's roles are shared by all its databases: another's password must not be changed here, so this one is rolled back by the next.
  const { rows } = await server.query<{ hash: string | null }>(
    "select rolpassword as hash from pg_authid where rolname = $1",
    [role],
  );
  await migrate({ ownerUrl: url, folder, passwords: { app: appPassword } });
  try {
    const app = new pg.Client({
      connectionString: Object.assign(new URL(url), { username: role, password: appPassword }).href,
    });
    await app.connect();
    expect((await app.query("select current_user as me")).rows).toEqual([{ me: role }]);
    await app.end();
  } finally {
    const hash = rows[0]?.hash;
    await server.query(
      hash === null || hash === undefined
        ? `alter role ${role} nologin password null`
        : `alter role ${role} password '${hash}'`,
    );
  }
});

test("[MIG-03] [MIG-04] [MIG-05] [TST-03] ends what another engine left open, closes its waits, and leaves everything else as it is", async () => {
  await migrate({ ownerUrl: url, folder, upTo: 6 });
  const tenantId = newId();
  await client.query("insert into tenants (id, name) values ($1, 'one')", [tenantId]);
  const runs = [];
  for (const engine of [null, "db", "temporal"]) {
    for (const status of ["QUEUED", "RUNNING", "WAITING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELED"]) {
      const id = newId();
      runs.push({ id, engine, status });
      await client.query(
        `insert into workflow_runs (tenant_id, id, workflow_key, status, engine, error_json, completed_at)
         values ($1, $2, 'w', $3, $4, '{"code":"OLD"}', case when $3 in ('SUCCEEDED', 'FAILED', 'CANCELED') then timestamptz '2020-01-01' end)`,
        [tenantId, id, status, engine],
      );
      for (const waitStatus of ["WAITING", "CANCELED"]) {
        await client.query(
          `insert into workflow_run_waits (tenant_id, run_id, wait_id, execution, step_id, step_path, wait_type, status, opened_at)
           values ($1, $2, $3, 1, 's', 'root.steps[0]', 'event', $3, now())`,
          [tenantId, id, waitStatus],
        );
      }
    }
  }
  const state = async (): Promise<unknown[]> =>
    (
      await client.query(
        `select r.*, (select json_agg(w order by w.wait_id) from workflow_run_waits w where w.run_id = r.id) as waits from workflow_runs r order by id`,
      )
    ).rows;
  const before = await state();

  expect((await migrate({ ownerUrl: url, folder })).applied).toContain("0007_end_runs_of_other_engines.sql");
  const after = (await state()) as {
    id: string;
    engine: string | null;
    status: string;
    completed_at: Date | null;
    error_json: { code: string; message: string };
    waits: { wait_id: string; status: string; resolved_at: string | null }[];
  }[];
  for (const [i, row] of after.entries()) {
    const was = runs.find(({ id }) => id === row.id);
    if (was === undefined) throw new Error("A run appeared.");
    if (was.engine !== "temporal" && (was.status === "RUNNING" || was.status === "WAITING")) {
      expect(row).toMatchObject({ status: "CANCELED", engine: was.engine, completed_at: expect.any(Date) });
      expect(row.error_json.code).toBe("DB_ENGINE_REMOVED");
      expect(row.error_json.message).toContain("database execution engine was removed");
      expect(row.waits).toMatchObject([
        { wait_id: "CANCELED", status: "CANCELED", resolved_at: null },
        { wait_id: "WAITING", status: "RESOLVED", resolved_at: expect.any(String) },
      ]);
    } else {
      expect(row).toMatchObject(before[i] ?? {}); // later migrations have added columns
    }
  }
  expect(after.filter(({ error_json }) => error_json.code === "DB_ENGINE_REMOVED")).toHaveLength(4);
  const { rows: unforced } = await client.query(
    "select relname from pg_class where relrowsecurity and not relforcerowsecurity",
  );
  expect(unforced).toEqual([]);
});

test("triggers of versions that were published before are known, and events of before start nothing", async () => {
  await migrate({ ownerUrl: url, folder, upTo: 15 });
  const [tenantId, workflowId, done, open] = [newId(), newId(), newId(), newId()];
  await client.query("insert into tenants (id, name) values ($1, 'one')", [tenantId]);
  await client.query(
    "insert into workflow_definitions (tenant_id, id, key, name, document, published_version) values ($1, $2, 'w', 'w', '{}', 2)",
    [tenantId, workflowId],
  );
  const programs = [
    { triggers: [{ id: "old", event: "e" }] },
    {
      triggers: [
        { id: "a", event: "e", when: { kind: "literal", value: true } },
        { id: "b", event: "f" },
      ],
    },
    {},
    { triggers: null },
  ];
  for (const [i, program] of programs.entries())
    await client.query(
      `insert into workflow_definition_versions (tenant_id, workflow_id, version, document, definition_hash, program, program_hash, semantics)
       values ($1, $2, $3, '{}', 'd', $4, 'p', 2)`,
      [tenantId, workflowId, i + 1, JSON.stringify(program)],
    );
  for (const [id, completedAt] of [
    [done, "2020-01-01T00:00:00Z"],
    [open, null],
  ])
    await client.query(
      `insert into workflow_runtime_events (tenant_id, id, source, event_id, name, payload, body_hash, completed_at) values ($1, $2, 's', $3, 'e', '{}', 'b', $4)`,
      [tenantId, id, id, completedAt],
    );
  await migrate({ ownerUrl: url, folder });
  const { rows: triggers } = await client.query(
    "select version, trigger_id, event_name, trigger from workflow_triggers order by version, position",
  );
  expect(triggers).toEqual([
    { version: 1, trigger_id: "old", event_name: "e", trigger: { id: "old", event: "e" } },
    {
      version: 2,
      trigger_id: "a",
      event_name: "e",
      trigger: { id: "a", event: "e", when: { kind: "literal", value: true } },
    },
    { version: 2, trigger_id: "b", event_name: "f", trigger: { id: "b", event: "f" } },
  ]);
  const { rows: events } = await client.query<{ id: string; decided: boolean }>(
    "select id, triggers_decided_at is not null as decided from workflow_runtime_events",
  );
  expect(Object.fromEntries(events.map(({ id, decided }) => [id, decided]))).toEqual({ [done]: true, [open]: false });
});
