import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { snapshotsOf } from "./snapshots.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase();
  tenant = await testTenant(database.store, "one");
});
afterAll(() => database?.drop());

test("[PRJ-09] [PRJ-10] snapshots of a run of an earlier engine can be read, and nobody of ours can write one", async () => {
  const runId = newId();
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("select set_config('app.tenant', $1, false)", [tenant.id]);
  await owner.query(
    "insert into workflow_runs (tenant_id, id, workflow_key, status, engine) values ($1, $2, 'old', 'SUCCEEDED', 'db')",
    [tenant.id, runId],
  );
  for (const path of ["root.steps[0]", "root.steps[1]"])
    await owner.query(
      "insert into workflow_run_snapshots (tenant_id, run_id, id, node_path, snapshot_json) values ($1, $2, $3, $4, $5)",
      [tenant.id, runId, newId(), path, JSON.stringify({ vars: { at: path } })],
    );
  await owner.end();
  const { items } = await tenant.run((db) => snapshotsOf(db, runId, {}));
  expect(items.map(({ nodePath, snapshot }) => [nodePath, snapshot])).toEqual([
    ["root.steps[0]", { vars: { at: "root.steps[0]" } }],
    ["root.steps[1]", { vars: { at: "root.steps[1]" } }],
  ]);
  for (const statement of [
    sql`insert into workflow_run_snapshots (tenant_id, run_id, id, snapshot_json) values (${tenant.id}, ${runId}, ${newId()}, '{}')`,
    sql`update workflow_run_snapshots set snapshot_json = '{}' where run_id = ${runId}`,
  ])
    await expect(tenant.run((db) => statement.execute(db))).rejects.toMatchObject({ code: "42501" });
});
