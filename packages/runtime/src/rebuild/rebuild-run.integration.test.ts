import { readdirSync, readFileSync } from "node:fs";
import { insertRun, newId, type StepRow, type TenantDb, type WaitRow } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataConverter } from "../temporal/data-converter.ts";
import { newWorld, type World } from "../testing/world.ts";
import { until } from "../testing/until.ts";
import { rebuildInProcess } from "./rebuild-process.ts";
import { rebuildRun } from "./rebuild-run.ts";
import type { RebuildReport } from "./report.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
  await world.publish({
    workflow: "whole",
    steps: [
      { id: "mark", type: "state.set", state: "BEGUN" },
      { id: "hear", type: "event.wait", event: "go", correlationKey: "k", timeoutMs: 60_000, saveAs: "heard" },
      {
        id: "ask",
        type: "human.task",
        title: "Ok?",
        assignTo: { users: ["u"] },
        form: { type: "object" },
        saveAs: "answer",
      },
      { id: "make", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "id" },
      {
        id: "done",
        type: "control.return",
        output: { heard: { $expr: "vars.heard" }, answer: { $expr: "vars.answer" } },
      },
    ],
  });
});
afterAll(() => world?.close());

const change = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> => world.store.tenant(world.tenantId, work);
const rebuild = (runId: string, dryRun = false): Promise<RebuildReport> => {
  const { store, client, bundle } = world;
  return rebuildRun(
    { store, client, bundle, dataConverter: dataConverter(store) },
    { tenantId: world.tenantId, runId, dryRun },
  );
};

async function finished(): Promise<string> {
  const runId = await world.start("whole");
  await world.waiting(runId);
  await world.event({ name: "go", correlationKey: "k", payload: { n: 1 } });
  const task = await until("the task is open", async () =>
    (await world.tasks(runId)).find(({ status }) => status === "OPEN"),
  );
  await world.answer(task.id, { yes: true });
  await world.ended(runId);
  return runId;
}

interface Everything {
  readonly run: object;
  readonly steps: StepRow[];
  readonly waits: WaitRow[];
  readonly tasks: object[];
  readonly journal: object[];
}
const everything = async (runId: string): Promise<Everything> => {
  const { updatedAt: _, confirmedAt: __, ...run } = await world.run(runId);
  return {
    run,
    steps: await world.steps(runId),
    waits: await world.waits(runId),
    tasks: await world.tasks(runId),
    journal: await world.journal(runId),
  };
};

test("[RBL-01] of a run that nothing befell history and rows do not differ", async () => {
  const report = await rebuild(await finished());
  expect(report).toMatchObject({ differences: [], repaired: false, executions: 1 });
  expect(report.entries).toBeGreaterThan(10);
});

test("[RBL-01] rows that were dropped, changed or added are told one by one, and restored", async () => {
  const runId = await finished();
  const before = await everything(runId);
  await change(async (db) => {
    for (const table of ["workflow_run_steps", "workflow_run_waits", "workflow_tasks", "workflow_run_journal"] as const)
      await db.deleteFrom(table).where("run_id", "=", runId).execute();
    await db
      .updateTable("workflow_runs")
      .set({ status: "FAILED", state: null, output_json: null, journal_seq: 0, step_count: 0 })
      .where("id", "=", runId)
      .execute();
  });
  const compared = await rebuild(runId, true);
  expect(new Set(compared.differences.map(({ table, kind }) => `${table} ${kind}`))).toEqual(
    new Set(["run differs", "step missing", "wait missing", "task missing", "journal missing"]),
  );
  expect(await world.steps(runId)).toEqual([]);
  const repaired = await rebuild(runId);
  expect(repaired).toMatchObject({ repaired: true, differences: compared.differences });
  expect(await everything(runId)).toEqual(before);
  await world.expectSound(runId);
  expect((await rebuild(runId)).differences).toEqual([]);
});

test("[RBL-01] a run whose own row is gone comes back with what history knows of it, to its tenant alone", async () => {
  const runId = await finished();
  const before = await everything(runId);
  await change((db) => db.deleteFrom("workflow_runs").where("id", "=", runId).execute());
  const other = {
    store: world.store,
    client: world.client,
    bundle: world.bundle,
    dataConverter: dataConverter(world.store),
  };
  await expect(rebuildRun(other, { tenantId: "01a21672-4b9c-7741-9758-a6155c90a635", runId })).rejects.toMatchObject({
    code: "RUN_NOT_FOUND",
  });
  const { differences } = await rebuild(runId);
  expect(new Set(differences.map(({ table, kind }) => `${table} ${kind}`))).toEqual(
    new Set(["run missing", "step missing", "wait missing", "task missing", "journal missing"]),
  );
  const after = await everything(runId);
  expect({ ...after, run: null }).toEqual({ ...before, run: null });
  const {
    createdAt: _,
    startedBy: __,
    trigger: ___,
    triggerMetadata: ____,
    startedAt: _____,
    ...known
  } = before.run as { [name: string]: unknown };
  expect(after.run).toMatchObject(known);
  await world.expectSound(runId);
  expect((await world.run(runId)).confirmedAt).not.toBeNull();
});

test("[RBL-01] what somebody changed or slipped in is found", async () => {
  const runId = await finished();
  const before = await everything(runId);
  await change(async (db) => {
    await db
      .updateTable("workflow_run_steps")
      .set({ status: "FAILED" })
      .where("run_id", "=", runId)
      .where("step_id", "=", "make")
      .execute();
    await db
      .updateTable("workflow_run_journal")
      .set({ entry: '{"kind":"late"}' })
      .where("run_id", "=", runId)
      .where("seq", "=", 3)
      .execute();
    await db
      .insertInto("workflow_run_waits")
      .values({
        tenant_id: world.tenantId,
        run_id: runId,
        wait_id: "c99",
        execution: 99,
        step_id: "x",
        step_path: "root",
        iteration: [],
        wait_type: "time",
        status: "WAITING",
        opened_at: new Date(),
      })
      .execute();
  });
  const { differences } = await rebuild(runId);
  expect(differences.map(({ table, key, kind }) => [table, kind, table === "step" ? "" : key]).sort()).toEqual([
    ["journal", "differs", "3"],
    ["step", "differs", ""],
    ["wait", "extra", "c99"],
  ]);
  expect(await everything(runId)).toEqual(before);
});

test("[RBL-01] an open run is rebuilt too and goes on", async () => {
  const runId = await world.start("whole");
  await world.waiting(runId);
  await change((db) => db.deleteFrom("workflow_run_waits").where("run_id", "=", runId).execute());
  const { differences } = await rebuild(runId);
  expect(differences).toMatchObject([{ table: "wait", kind: "missing" }]);
  await world.event({ name: "go", correlationKey: "k", payload: { n: 2 } });
  const task = await until("the task is open", async () =>
    (await world.tasks(runId)).find(({ status }) => status === "OPEN"),
  );
  await world.answer(task.id, {});
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  await world.expectSound(runId);
});

test("[RBL-01] a process of its own rebuilds too, and passes on why not", async () => {
  const runId = await finished();
  await change((db) => db.deleteFrom("workflow_run_steps").where("run_id", "=", runId).execute());
  const request = { tenantId: world.tenantId, runId };
  expect(await rebuildInProcess(world.env, { ...request, dryRun: true })).toMatchObject({
    dryRun: true,
    repaired: false,
  });
  const { differences, repaired } = await rebuildInProcess(world.env, request);
  expect([new Set(differences.map(({ table }) => table)), repaired]).toEqual([new Set(["step"]), true]);
  await expect(
    rebuildInProcess(world.env, { ...request, runId: "01a21672-4b9c-7741-9758-a6155c90a633" }),
  ).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  if (process.platform === "linux")
    await until("no process of these is left", () => Promise.resolve(processesFor(runId) === 0 ? true : undefined));
});

/** Processes that were started for a run. */
function processesFor(runId: string): number {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(runId);
    } catch {
      return false; // ended meanwhile
    }
  }).length;
}

test("[RBL-01] without a run, or a history of it, nothing is touched", async () => {
  await expect(rebuild("01a21672-4b9c-7741-9758-a6155c90a633")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  const queued = newId();
  await change((db) =>
    insertRun(db, {
      id: queued,
      workflowKey: "whole",
      version: 1,
      definitionHash: "0".repeat(64),
      programHash: "0".repeat(64),
      semantics: 2,
      input: {},
      startDueAt: new Date(Date.now() + 3_600_000),
    }),
  );
  await expect(rebuild(queued)).rejects.toMatchObject({ code: "HISTORY_NOT_FOUND" });
});
