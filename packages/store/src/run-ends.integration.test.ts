import type { JournalEntry } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerExecution } from "./executions.ts";
import { writeCarried, writeProvisional } from "./journal.ts";
import { startSucceeded } from "./launch.ts";
import { confirmEnd, endedOutside } from "./run-ends.ts";
import { deliveriesOf, offerDelivery } from "./deliveries.ts";
import { acceptEvent, listEvents } from "./inbox.ts";
import { getRun } from "./runs.ts";
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

async function toCheck(olderThanMs = 0): Promise<string[]> {
  return (await database.reconciler.runsToCheck({ limit: 10_000, olderThanMs })).map(({ runId }) => runId);
}

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
  ).toMatchObject({ epoch: 2 });
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

test("[MBX-02] what a workflow task flushed that was never completed goes with its execution: an event is not taken by a run that was ended before it took it", async () => {
  const id = await acceptedRun(tenant);
  await tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t-1", ordinal: 1 }, async () => true));
  const [taken, sent] = await Promise.all(
    ["taken", "sent"].map((eventId) =>
      tenant.run(async (db) => {
        const event = { source: "s", eventId, name: "e", payload: 1, bodyHash: "b", correlationKey: "k" };
        const accepted = await acceptEvent(db, event);
        await offerDelivery(db, { eventId: accepted.id, runId: id });
        await sql`update workflow_runtime_events set state = 'completed', due_at = null where id = ${accepted.id}`.execute(
          db,
        );
        return accepted.id;
      }),
    ),
  );
  const wait = { kind: "wait", waitId: "c1", waitType: "event", ...place } as const;
  const opened = [
    { seq: 1, at, kind: "step", status: "RUNNING", ...place },
    { seq: 2, at, ...wait, status: "WAITING", data: { event: "e", key: "k" } },
    { seq: 3, at, kind: "run", status: "WAITING" },
  ] as const;
  const took = [
    { seq: 4, at, kind: "event", eventId: taken ?? "", verdict: "taken", data: { name: "e", key: "k", waitId: "c1" } },
    { seq: 5, at, ...wait, status: "RESOLVED", data: { eventId: taken ?? "" } },
    { seq: 6, at, kind: "step", status: "SUCCEEDED", ...place },
  ] as const;
  const write = (historyLength: number, entries: readonly JournalEntry[]): Promise<"written" | "fenced"> =>
    tenant.run((db) =>
      writeProvisional(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength },
        nextSeq: (entries.at(-1)?.seq ?? 0) + 1,
        entries,
      }),
    );
  await write(5, opened);
  await write(9, took);
  const states = async (): Promise<unknown[]> =>
    Promise.all(
      [taken, sent].map(async (eventId) => {
        const [row] = await tenant.run((db) => deliveriesOf(db, eventId ?? ""));
        return [row?.state, row?.reason];
      }),
    );
  expect(await states()).toEqual([
    ["taken", null],
    ["pending", null],
  ]);
  const error = { category: "ActionError", code: "ENDED_OUTSIDE", message: "terminated" };
  const lastTask = { temporalRunId: "t-1", historyLength: 5 };
  await tenant.run((db) => endedOutside(db, id, { status: "FAILED", error, at, lastTask }));
  const ended = async (): Promise<void> => {
    expect(await run(id)).toMatchObject({ status: "FAILED", error, journalSeq: 3 });
    expect((await tenant.run((db) => waitsOf(db, id, {}))).items).toMatchObject([
      { status: "CANCELED", eventId: null },
    ]);
    expect((await tenant.run((db) => stepsOf(db, id, {}))).items).toMatchObject([{ status: "FAILED", error }]);
    const reason = "the run was ended before it took the event";
    expect(await states()).toEqual([
      ["ignored", reason],
      ["ignored", reason],
    ]);
  };
  await ended();
  // Free for others: routed again to the waits that are open now.
  const { items } = await tenant.run((db) => listEvents(db, { name: "e" }, {}));
  expect(items.map(({ state }) => state)).toEqual(["pending", "pending"]);
  expect(await write(9, took), "a straggler of that task").toBe("fenced");
  await ended();
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
  expect(await register("a1", 1, false)).toMatchObject({ epoch: 1 });
  expect(await register("a1", 1, false)).toMatchObject({ epoch: 1 });
  expect(await register("a2", 2, false, "a1")).toMatchObject({ epoch: 1 });
  expect(asked, "Temporal is not asked for these").toBe(0);
  expect(await register("ghost", 2, false)).toBe("stale");
  expect(await register("ghost", 4, false)).toBe("stale");
  expect(await register("b1", 1, true)).toMatchObject({ epoch: 2 });
  expect(await register("a3", 2, false, "a2"), "the next of a chain that was reset away").toBe("stale");
  expect(await register("b2", 2, false, "b1")).toMatchObject({ epoch: 2 });
  expect(await register("a2", 2, false)).toMatchObject({ epoch: 1 });
  expect(asked).toBe(4);
});

test("many who register at the same time agree", async () => {
  const id = await acceptedRun(tenant);
  const results = await Promise.all(
    Array.from({ length: 8 }, () =>
      tenant.run((db) => registerExecution(db, { runId: id, temporalRunId: "t", ordinal: 1 }, async () => false)),
    ),
  );
  expect(new Set(results.map((result) => (result === "stale" ? result : result.epoch)))).toEqual(new Set([1]));
});
