import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerExecution } from "./executions.ts";
import { newId } from "./ids.ts";
import { writeProvisional } from "./journal.ts";
import {
  launchRefused,
  lockStart,
  markCancelRequested,
  runByIdempotencyKey,
  runForStart,
  startFailed,
  startSucceeded,
  voidQueuedStart,
} from "./launch.ts";
import { endedOutside } from "./run-ends.ts";
import { getRun, runForOpen } from "./runs.ts";
import type { RunRow } from "./runs.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase();
  tenant = await testTenant(database.store);
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";
async function run(id: string): Promise<RunRow> {
  const row = await tenant.run((db) => getRun(db, id));
  if (row === undefined) throw new Error("no such run");
  return row;
}

async function owed(id: string): Promise<boolean> {
  return (await database.dispatcher.dueStarts(10_000)).some((due) => due.id === id);
}

async function toCheck(olderThanMs = 0): Promise<string[]> {
  return (await database.reconciler.runsToCheck({ limit: 10_000, olderThanMs })).map(({ runId }) => runId);
}

test("[ENG-13] [ENG-03] a run is accepted QUEUED with everything it pins, and its start is owed", async () => {
  const id = await acceptedRun(tenant, {
    workflowKey: "orders",
    version: 3,
    definitionHash: "dh",
    programHash: "ph",
    semantics: 1,
    input: { b: 1, a: [0.1] },
    startedBy: "me",
  });
  expect(await run(id)).toMatchObject({
    status: "QUEUED",
    engine: "temporal",
    temporalWorkflowId: `workflow-runtime-v2:run:${id}`,
    workflowKey: "orders",
    version: 3,
    definitionHash: "dh",
    programHash: "ph",
    semantics: 1,
    rootRunId: id,
    parentRunId: null,
    startedAt: null,
    trigger: "manual",
    startedBy: "me",
  });
  expect(await tenant.run((db) => runForStart(db, id))).toMatchObject({
    runId: id,
    definitionHash: "dh",
    semantics: 1,
    status: "QUEUED",
  });
  expect(await owed(id)).toBe(true);
  expect(await toCheck()).not.toContain(id);
  expect(await tenant.run((db) => runForOpen(db, id))).toMatchObject({
    tenantId: tenant.id,
    input: { b: 1, a: [0.1] },
    version: 3,
  });
});

test("[RUN-10] lineage is read from the trigger", async () => {
  const original = newId();
  expect(await run(await acceptedRun(tenant, { trigger: { replayOfRunId: original } }))).toMatchObject({
    trigger: "replay",
    replayOfRunId: original,
  });
  expect(await run(await acceptedRun(tenant, { trigger: { restartedFromRunId: original } }))).toMatchObject({
    trigger: "restart",
    restartedFrom: original,
  });
  expect(await run(await acceptedRun(tenant, { parentRunId: original, rootRunId: original }))).toMatchObject({
    trigger: "child",
    parentRunId: original,
    rootRunId: original,
  });
});

test("[PRJ-03] [ENG-14] the mark of a start fills what is null and makes a QUEUED run RUNNING, once", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => startSucceeded(db, id, { temporalRunId: "t-1", at }));
  expect(await run(id)).toMatchObject({ status: "RUNNING", startedAt: at, temporalRunId: "t-1" });
  expect(await owed(id)).toBe(false);
  await tenant.run((db) => startSucceeded(db, id, { temporalRunId: "t-2", at: "2031-04-01T00:00:00.000Z" }));
  expect(await run(id)).toMatchObject({ startedAt: at, temporalRunId: "t-1" });
});

test("[PRJ-03] the launcher's mark that comes after the run's end fills its times and leaves its status", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) =>
    writeProvisional(db, {
      runId: id,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
      nextSeq: 2,
      entries: [{ seq: 1, at, kind: "run", status: "SUCCEEDED", data: { output: 1 } }],
    }),
  );
  await tenant.run((db) => startSucceeded(db, id, { temporalRunId: "t-1", at }));
  expect(await run(id)).toMatchObject({
    status: "SUCCEEDED",
    output: 1,
    startedAt: at,
    temporalRunId: "t-1",
    completedAt: at,
  });
});

test("[ENG-06] a start that does not come through stays owed, later, and the run says why", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) =>
    startFailed(db, id, { error: "Temporal cannot be reached", nextAt: new Date(Date.now() + 60_000) }),
  );
  expect(await run(id)).toMatchObject({ status: "QUEUED", queuedReason: "Temporal cannot be reached" });
  expect(await owed(id)).toBe(false);
  expect(await tenant.run((db) => lockStart(db, id))).toMatchObject({
    runId: id,
    attempts: 1,
    createdAt: expect.any(Date),
  });
});

test("[ENG-15] a start that is refused for good leaves the run FAILED at stage launch", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => launchRefused(db, id, { error: { code: "LAUNCH_REFUSED", message: "no" } }));
  expect(await run(id)).toMatchObject({
    status: "FAILED",
    error: { code: "LAUNCH_REFUSED", stage: "launch" },
    confirmedAt: expect.any(String),
    completedAt: expect.any(String),
  });
  expect(await owed(id)).toBe(false);
});

test("one start is made by one relay at a time", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run(async (db) => {
    expect(await lockStart(db, id)).toMatchObject({ runId: id });
    expect(await tenant.run((other) => lockStart(other, id))).toBeUndefined();
  });
});

test("relay, run, request and cancel at one start get out of each other's way", async () => {
  const rounds = Array.from({ length: 25 }, async () => {
    const id = await acceptedRun(tenant);
    const relay = tenant.run(async (db) => {
      const start = await lockStart(db, id);
      await sql`select pg_sleep(0.002)`.execute(db); // the call to Temporal
      if (start !== undefined) await startSucceeded(db, id, { temporalRunId: "t", at });
    });
    const opened = tenant.run(async (db) => {
      await registerExecution(db, { runId: id, temporalRunId: "t", ordinal: 1 }, async () => true);
      await startSucceeded(db, id, { temporalRunId: "t", at });
    });
    const refused = tenant.run((db) => launchRefused(db, id, { error: {} }));
    const voided = tenant.run((db) => voidQueuedStart(db, id));
    await Promise.all([relay, opened, refused, voided]);
    return (await run(id)).status;
  });
  for (const status of await Promise.all(rounds)) expect(["RUNNING", "FAILED", "CANCELED"]).toContain(status);
});

test("[RUN-04] cancelling a QUEUED run voids its start in one, but not once it was started", async () => {
  const id = await acceptedRun(tenant);
  expect(await tenant.run((db) => voidQueuedStart(db, id))).toBe(true);
  expect(await run(id)).toMatchObject({
    status: "CANCELED",
    error: { category: "Cancellation" },
    cancelRequestedAt: expect.any(String),
    confirmedAt: expect.any(String),
  });
  expect(await owed(id)).toBe(false);
  expect(await tenant.run((db) => voidQueuedStart(db, id))).toBe(false);

  const started = await acceptedRun(tenant);
  let voiding: Promise<boolean> | undefined;
  await tenant.run(async (db) => {
    await lockStart(db, started);
    voiding = tenant.run((other) => voidQueuedStart(other, started));
    await startSucceeded(db, started, { temporalRunId: "t", at });
  });
  expect(await voiding).toBe(false);
  expect(await run(started)).toMatchObject({ status: "RUNNING" });
});

test("a second cancel keeps the first one's time, and an ended run is not cancelled", async () => {
  const id = await acceptedRun(tenant);
  expect(await tenant.run((db) => markCancelRequested(db, id, "ann", at))).toEqual({ cancelRequestedAt: at });
  expect(await tenant.run((db) => markCancelRequested(db, id, "bob", "2031-05-01T00:00:00.000Z"))).toEqual({
    cancelRequestedAt: at,
  });
  expect(await run(id)).toMatchObject({ cancelRequestedBy: "ann" });
  await tenant.run((db) => endedOutside(db, id, { status: "CANCELED", error: { code: "CANCELED" }, at }));
  expect(await tenant.run((db) => markCancelRequested(db, id, "bob", at))).toBe("ended");
  expect(await tenant.run((db) => markCancelRequested(db, newId(), "bob", at))).toBeUndefined();
});

test("an idempotency key stands for one run of its tenant", async () => {
  const id = await acceptedRun(tenant, { idempotencyKey: "k-1", requestHash: "h" });
  expect(await tenant.run((db) => runByIdempotencyKey(db, "k-1"))).toEqual({ runId: id, requestHash: "h" });
  await expect(acceptedRun(tenant, { idempotencyKey: "k-1" })).rejects.toMatchObject({ code: "23505" });
  const other = await testTenant(database.store);
  await acceptedRun(other, { idempotencyKey: "k-1" });
});

test("[FAI-01] tenants take turns, however many starts one of them has", async () => {
  const [flooding, quiet] = [await testTenant(database.store), await testTenant(database.store)];
  for (let i = 0; i < 30; i += 1) await acceptedRun(flooding);
  const last = await acceptedRun(quiet);
  const firstTen = await database.dispatcher.dueStarts(10);
  expect(firstTen).toHaveLength(10);
  expect(firstTen.map(({ id }) => id)).toContain(last);
});
