import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerExecution } from "./executions.ts";
import { acceptEvent, claimEvent, eventDone, getEvent, listEvents } from "./inbox.ts";
import { newId } from "./ids.ts";
import { journalOf, writeCarried, writeProvisional } from "./journal.ts";
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
import { confirmEnd, endedOutside } from "./run-ends.ts";
import { getRun, runForOpen, runInput } from "./runs.ts";
import type { RunRow } from "./runs.ts";
import { stepsOf } from "./steps.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";
import { waitsOf } from "./waits.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase();
  tenant = await testTenant(database.store);
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";
const place = { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 1 };

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

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Not within 10 s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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

test("[ENG-16] the reconciler is given runs that were started and not confirmed, each once in a while", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => startSucceeded(db, id, { temporalRunId: "t", at: new Date() }));
  expect(await toCheck(60_000), "just started").not.toContain(id);
  expect(await toCheck()).toContain(id);
  expect(await toCheck(60_000), "just looked at").not.toContain(id);
  const given = await Promise.all([toCheck(), toCheck(), toCheck()]);
  expect(given.flat().filter((runId) => runId === id).length, "several ask at once").toBeGreaterThan(0);

  await tenant.run((db) =>
    writeProvisional(db, {
      runId: id,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
      nextSeq: 2,
      entries: [{ seq: 1, at, kind: "run", status: "SUCCEEDED" }],
    }),
  );
  expect(await toCheck(), "ended, not confirmed").toContain(id);
  await tenant.run((db) => confirmEnd(db, id, at));
  expect(await run(id)).toMatchObject({ confirmedAt: at });
  expect(await toCheck()).not.toContain(id);
});

test("a late copy of the last write leaves a confirmed end confirmed, and another end is unconfirmed", async () => {
  const id = await acceptedRun(tenant);
  const end = { seq: 1, at, kind: "run", status: "SUCCEEDED" } as const;
  const write = { runId: id, fence: { epoch: 1, ordinal: 1, historyLength: 5 }, nextSeq: 2, entries: [end] };
  await tenant.run((db) => writeProvisional(db, write));
  await tenant.run((db) => confirmEnd(db, id, at));
  await tenant.run((db) => writeProvisional(db, write));
  expect(await run(id)).toMatchObject({ status: "SUCCEEDED", confirmedAt: at });
  await tenant.run((db) =>
    writeProvisional(db, {
      ...write,
      fence: { epoch: 1, ordinal: 1, historyLength: 8 },
      entries: [{ ...end, status: "FAILED", data: { error: { category: "ActionError", code: "X", message: "", at } } }],
    }),
  );
  expect(await run(id)).toMatchObject({ status: "FAILED", error: { code: "X" }, confirmedAt: null });
  await tenant.run((db) =>
    writeProvisional(db, { ...write, fence: { epoch: 1, ordinal: 1, historyLength: 11 }, nextSeq: 1, entries: [] }),
  );
  expect(await run(id)).toMatchObject({ status: "QUEUED", error: null, completedAt: null, confirmedAt: null });
  await tenant.run((db) => confirmEnd(db, id, at));
  expect(await run(id)).toMatchObject({ confirmedAt: null });
});

test("what Temporal ended closes all that was open, stays so when stragglers come in, and is void after a reset", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t-1", ordinal: 1 }, async () => true));
  const fence = { epoch: 1, ordinal: 1, historyLength: 5 };
  const wait = {
    kind: "wait",
    waitId: "c1",
    waitType: "event",
    status: "WAITING",
    ...place,
    data: { event: "e", key: "k" },
  } as const;
  const entries = [
    { seq: 1, at, kind: "step", status: "RUNNING", ...place },
    { seq: 2, at, ...wait },
    { seq: 3, at, kind: "run", status: "WAITING" },
  ] as const;
  await tenant.run((db) => writeProvisional(db, { runId: id, fence, nextSeq: 4, entries }));
  const error = { category: "ControlError", code: "ENDED_OUTSIDE", message: "terminated by ann" };
  await tenant.run((db) => endedOutside(db, id, { status: "FAILED", error, at }));
  const closed = async (): Promise<void> => {
    expect(await run(id)).toMatchObject({ status: "FAILED", error, completedAt: at, confirmedAt: expect.any(String) });
    expect((await tenant.run((db) => stepsOf(db, id, {}))).items[0]).toMatchObject({
      status: "FAILED",
      error,
      finishedAt: at,
    });
    expect((await tenant.run((db) => waitsOf(db, id, {}))).items[0]).toMatchObject({
      status: "CANCELED",
      resolvedAt: at,
      resolvedBy: "end",
    });
  };
  await closed();
  await tenant.run((db) =>
    writeCarried(db, { runId: id, fence: { ...fence, historyLength: 9 }, entries: [...entries] }),
  );
  await closed();
  expect(await toCheck()).not.toContain(id);

  expect(
    await tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t-2", ordinal: 1 }, async () => true)),
  ).toEqual({ epoch: 2 });
  expect(await run(id)).toMatchObject({ status: "WAITING", error: null, completedAt: null, confirmedAt: null });
  expect((await tenant.run((db) => waitsOf(db, id, {}))).items[0]).toMatchObject({
    status: "WAITING",
    resolvedAt: null,
  });
  expect((await tenant.run((db) => stepsOf(db, id, {}))).items[0]).toMatchObject({
    status: "RUNNING",
    error: null,
    finishedAt: null,
  });
  await tenant.run((db) =>
    writeProvisional(db, {
      runId: id,
      fence: { epoch: 2, ordinal: 1, historyLength: 4 },
      nextSeq: 3,
      entries: [{ seq: 2, at, kind: "run", status: "SUCCEEDED" }],
    }),
  );
  expect(await run(id)).toMatchObject({ status: "SUCCEEDED", journalSeq: 2 });
  expect((await tenant.run((db) => waitsOf(db, id, {}))).items).toEqual([]);
});

test("a run that had ended is open again from the moment its reset execution shows itself", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t-1", ordinal: 1 }, async () => true));
  await tenant.run((db) =>
    writeProvisional(db, {
      runId: id,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
      nextSeq: 2,
      entries: [{ seq: 1, at, kind: "run", status: "SUCCEEDED", data: { output: 1 } }],
    }),
  );
  await tenant.run((db) => confirmEnd(db, id, at));
  await tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t-2", ordinal: 1 }, async () => true));
  expect(await run(id)).toMatchObject({ status: "RUNNING", output: null, completedAt: null, confirmedAt: null });
});

test("executions: the next of a chain keeps the epoch, a reset raises it, a straggler of another branch is stale", async () => {
  const id = await acceptedRun(tenant);
  let asked = 0;
  const register = (
    temporalRunId: string,
    ordinal: number,
    current: boolean,
    continuedFrom?: string,
  ): Promise<unknown> =>
    tenant.run((db) =>
      registerExecution(
        db,
        { runId: id, temporalRunId, ordinal, ...(continuedFrom === undefined ? {} : { continuedFrom }) },
        async () => {
          asked += 1;
          return current;
        },
      ),
    );
  expect(await register("a1", 1, false)).toEqual({ epoch: 1 });
  expect(await register("a1", 1, false)).toEqual({ epoch: 1 });
  expect(await register("a2", 2, false, "a1")).toEqual({ epoch: 1 });
  expect(asked, "Temporal is not asked for these").toBe(0);
  expect(await register("ghost", 2, false)).toBe("stale");
  expect(await register("ghost", 4, false)).toBe("stale");
  expect(await register("b1", 1, true)).toEqual({ epoch: 2 });
  expect(await register("a3", 2, false, "a2"), "the next of a chain that was reset away").toBe("stale");
  expect(await register("b2", 2, false, "b1")).toEqual({ epoch: 2 });
  expect(await register("a2", 2, false)).toEqual({ epoch: 1 });
  expect(asked).toBe(4);
});

test("many who register at the same time agree", async () => {
  const id = await acceptedRun(tenant);
  const results = await Promise.all(
    Array.from({ length: 8 }, () =>
      tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t", ordinal: 1 }, async () => false)),
    ),
  );
  expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(new Set(['{"epoch":1}']));
});

test("values come back as they were stored: numbers, the order of keys, long ones, and ones that look like our references", async () => {
  const values: Json[] = [
    { z: 1, a: 2, "10": 3 },
    [1e21, 0.1, 5e-324, 1.7976931348623157e308, 9007199254740991, 1e-7],
    -0,
    '日本 \u2028 \ud83d\ude00 \\ "',
    { $stored: "x".repeat(64), bytes: 3 },
    { $blob: "x", bytes: 1 },
    { long: "ä".repeat(20_000), list: Array.from({ length: 3000 }, (_, i) => ({ i })) },
    null,
    false,
    "",
    [],
  ];
  for (const input of values) {
    const id = await acceptedRun(tenant, { input });
    const stored = await tenant.run((db) => runInput(db, id));
    expect(JSON.stringify(stored)).toBe(JSON.stringify(input));
    expect(JSON.stringify((await run(id)).input)).toBe(JSON.stringify(input));
    const entry = { seq: 1, at, kind: "state", data: input } as const;
    await tenant.run((db) =>
      writeProvisional(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength: 5 },
        nextSeq: 2,
        entries: [entry],
      }),
    );
    expect(JSON.stringify(await tenant.run((db) => journalOf(db, id)))).toBe(JSON.stringify([entry]));
    expect(JSON.stringify((await run(id)).state)).toBe(JSON.stringify(input));
  }
  const { rows } = await tenant.run((db) =>
    sql<{ longest: number }>`select max(length(input_json::text)) as longest from workflow_runs`.execute(db),
  );
  expect(rows[0]?.longest).toBeLessThan(33_000);
});

test("[ING-02] [ING-20] an event is taken in once for its source and id, and one with another body is a conflict", async () => {
  const event = {
    source: "default",
    eventId: newId(),
    name: "paid",
    payload: { amount: 9 },
    bodyHash: "b-1",
    correlationKey: "k",
    correlationHow: "explicit",
    userId: "u",
  };
  const first = await tenant.run((db) => acceptEvent(db, event));
  expect(first.result).toBe("accepted");
  expect(await tenant.run((db) => acceptEvent(db, event))).toEqual({ result: "duplicate", id: first.id });
  expect(await tenant.run((db) => acceptEvent(db, { ...event, bodyHash: "b-2" }))).toEqual({
    result: "conflict",
    id: first.id,
  });
  expect(await tenant.run((db) => acceptEvent(db, { ...event, source: "shop" }))).toMatchObject({ result: "accepted" });
  expect(await (await testTenant(database.store)).run((db) => acceptEvent(db, event))).toMatchObject({
    result: "accepted",
  });
  const { bodyHash, ...shown } = event;
  expect(bodyHash).toBe("b-1");
  expect(await tenant.run((db) => getEvent(db, first.id))).toMatchObject({ ...shown, state: "pending", attempts: 0 });
  const results = await Promise.all(
    Array.from({ length: 8 }, () => tenant.run((db) => acceptEvent(db, { ...event, eventId: "same" }))),
  );
  expect(results.filter(({ result }) => result === "accepted")).toHaveLength(1);
  expect((await tenant.run((db) => listEvents(db, { source: "default", eventId: "same" }, {}))).items).toHaveLength(1);
});

test("[ING-21] [ING-22] an event is processed by one worker at a time, whose claim expires", async () => {
  const { id } = await tenant.run((db) =>
    acceptEvent(db, { source: "s", eventId: newId(), name: "e", payload: 1, bodyHash: "b" }),
  );
  const claim = (worker: string, claimMs = 60_000): Promise<unknown> =>
    tenant.run((db) => claimEvent(db, id, { worker, claimMs }));
  const due = async (): Promise<boolean> =>
    (await database.dispatcher.dueEvents(10_000)).some((event) => event.id === id);
  expect(await due()).toBe(true);
  const claims = await Promise.all(["a", "b", "c", "d"].map((worker) => claim(worker)));
  expect(claims.filter((row) => row !== undefined)).toHaveLength(1);
  const [winner] = claims.filter((row) => row !== undefined) as { worker: string; state: string; attempts: number }[];
  expect(winner).toMatchObject({ state: "processing", attempts: 1 });
  expect(await due()).toBe(false);
  expect(await tenant.run((db) => eventDone(db, id, { worker: "another", status: "completed" }))).toBe(false);
  expect(
    await tenant.run((db) =>
      eventDone(db, id, {
        worker: winner?.worker ?? "",
        status: "failed",
        error: { code: "X" },
        nextAt: new Date(Date.now() - 1),
      }),
    ),
  ).toBe(true);
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "failed",
    error: { code: "X" },
    worker: null,
  });
  expect(await due()).toBe(true);
  expect(await claim("e", -1)).toMatchObject({ attempts: 2 });
  expect(await due(), "the claim has expired").toBe(true);
  expect(await claim("f")).toMatchObject({ worker: "f", attempts: 3 });
  expect(await tenant.run((db) => eventDone(db, id, { worker: "e", status: "completed" })), "without the claim").toBe(
    false,
  );
  expect(await tenant.run((db) => eventDone(db, id, { worker: "f", status: "completed" }))).toBe(true);
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "completed",
    dueAt: null,
    error: null,
    completedAt: expect.any(String),
  });
  expect(await claim("g")).toBeUndefined();
});

test("what is accepted is told on its channel, also after the listening connection broke", async () => {
  const told: string[] = [];
  const stop = await database.dispatcher.listen("outbox", (payload) => told.push(payload));
  const journal: string[] = [];
  const stopJournal = await database.dispatcher.listen("journal", (payload) => journal.push(payload));
  try {
    const id = await acceptedRun(tenant);
    await eventually("told of the start", () => told.includes(tenant.id));
    await tenant.run((db) =>
      writeCarried(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength: 5 },
        entries: [{ seq: 1, at, kind: "state", data: 1 }],
      }),
    );
    await eventually("told of the entry", () => journal.includes(`${tenant.id}:${id}`));
    const { default: pg } = await import("pg");
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mainspring listen outbox' and datname = current_database()",
    );
    await owner.end();
    await eventually("told to look after the reconnection", () => told.includes(""));
    told.length = 0;
    await acceptedRun(tenant);
    await eventually("told again", () => told.includes(tenant.id));
    expect(told).toContain(tenant.id);
  } finally {
    await stop();
    await stopJournal();
  }
});
