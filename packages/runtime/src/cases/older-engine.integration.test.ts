// What an older engine left, or would have used, takes no part in how runs are executed.
import { getEvent } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.publish({
    workflow: "hears",
    steps: [
      { id: "hear", type: "event.wait", event: "told", correlationKey: "k", timeoutMs: 600_000, saveAs: "told" },
      { id: "rest", type: "time.wait", durationMs: 50 },
      { id: "done", type: "control.return", output: { $expr: "vars.told" } },
    ],
  });
});
afterAll(() => world?.close());

const rowsOf = (table: string, runId: string) =>
  asOwner(world.database, `select * from ${table} where ${table === "workflow_runs" ? "id" : "run_id"} = $1`, [runId]);

test("[PRJ-12] no column of runs or waits is one of leases or of resuming; columns that an older installation kept decide nothing", async () => {
  const columns = (await asOwner(
    world.database,
    "select table_name as table, column_name as name from information_schema.columns where table_schema = 'public' and table_name in ('workflow_runs', 'workflow_run_waits')",
  )) as readonly { readonly table: string; readonly name: string }[];
  expect(columns.length).toBeGreaterThan(50);
  expect(columns.filter(({ name }) => /lease|resume|locked|lock_|heartbeat|worker|owner|claim/.test(name))).toEqual([]);

  for (const table of ["workflow_runs", "workflow_run_waits"])
    await asOwner(
      world.database,
      `alter table ${table} add column lease_owner text default 'somebody else', add column lease_expires_at timestamptz default now() + interval '1 day',
        add column resume_at timestamptz default now() - interval '1 day', add column resume_token text default 'spent'`,
    );
  const runId = await world.start("hears");
  await world.startWorker();
  await world.waiting(runId);
  const held = (await rowsOf("workflow_run_waits", runId)) as readonly { readonly lease_owner: string }[];
  expect(held.map((row) => row.lease_owner)).toEqual(["somebody else"]);
  // Nobody resumes it for a `resume_at` that has passed, and nobody is kept from it by a lease that has not.
  await world.event({ name: "told", correlationKey: "k", payload: { by: "event" } });
  expect(await world.ended(runId)).toMatchObject({ status: "SUCCEEDED", output: { by: "event" } });
  const [run] = (await rowsOf("workflow_runs", runId)) as readonly { readonly [column: string]: unknown }[];
  expect(run).toMatchObject({ lease_owner: "somebody else", resume_token: "spent" });
  for (const table of ["workflow_runs", "workflow_run_waits"])
    await asOwner(
      world.database,
      `alter table ${table} drop column lease_owner, drop column lease_expires_at, drop column resume_at, drop column resume_token`,
    );
});

test("[MIG-06] runs of an older engine, open ones too, are carried into Temporal by nobody: not by a start, a due time or a matching event", async () => {
  await world.startWorker();
  const ids = (await asOwner(
    world.database,
    `insert into workflow_runs (tenant_id, id, workflow_key, workflow_version, status, engine, input_json, started_at, created_at)
     select $1, gen_random_uuid(), 'hears', 1, status, engine, '{}', now() - interval '1 day', now() - interval '1 day'
     from (values ('RUNNING', 'db'), ('WAITING', 'db'), ('WAITING', null), ('PAUSED', 'db')) left_open (status, engine) returning id`,
    [world.tenantId],
  )) as readonly { readonly id: string }[];
  for (const [i, { id }] of ids.entries())
    await asOwner(
      world.database,
      `insert into workflow_run_waits (tenant_id, run_id, wait_id, execution, step_id, step_path, wait_type, event_name, key, timeout_at, status, opened_at)
       values ($1, $2, 'c1', 1, 'hear', 'root.steps[0]', $3, 'told', 'old', now() - interval '1 hour', 'WAITING', now() - interval '1 day')`,
      [world.tenantId, id, i % 2 === 0 ? "event" : "time"],
    );
  const before = await Promise.all(
    ids.map(async ({ id }) => [await rowsOf("workflow_runs", id), await rowsOf("workflow_run_waits", id)]),
  );
  const eventId = await world.event({ name: "told", correlationKey: "old" });
  await until("the event was routed", async () => {
    const event = await world.store.tenant(world.tenantId, (db) => getEvent(db, eventId));
    return event?.state === "completed" || event?.state === "dead" || (event?.attempts ?? 0) > 0 ? true : undefined;
  });
  // A run of today goes all its way meanwhile: relay, router and reconciler have had their rounds.
  const today = await world.start("hears");
  await world.waiting(today);
  await world.event({ name: "told", correlationKey: "k" });
  await world.ended(today);
  for (const { id } of ids) expect(await world.hasExecution(id)).toBe(false);
  const after = await Promise.all(
    ids.map(async ({ id }) => [await rowsOf("workflow_runs", id), await rowsOf("workflow_run_waits", id)]),
  );
  expect(after).toEqual(before);
});

test("[PRJ-11] definitions live in workflow_definitions, their versions in workflow_definition_versions, and runs are pinned to the latter", async () => {
  const [draft] = (await asOwner(
    world.database,
    "select id, key, document, published_version from workflow_definitions where tenant_id = $1 and key = 'hears'",
    [world.tenantId],
  )) as readonly { readonly id: string; readonly document: object; readonly published_version: number }[];
  const versions = (await asOwner(
    world.database,
    "select version, document, definition_hash, program_hash from workflow_definition_versions where workflow_id = $1",
    [draft?.id],
  )) as readonly { readonly version: number; readonly definition_hash: string; readonly program_hash: string }[];
  expect(draft).toMatchObject({ document: { workflow: "hears" }, published_version: 1 });
  expect(versions).toMatchObject([{ version: 1, document: { workflow: "hears" } }]);
  const runId = await world.start("hears");
  const [run] = (await rowsOf("workflow_runs", runId)) as readonly object[];
  const { definition_hash, program_hash } = versions[0] as (typeof versions)[number];
  expect(run).toMatchObject({ workflow_id: draft?.id, workflow_version: 1, definition_hash, program_hash });
  await world.cancel(runId);
});
