import type { JournalEntry } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putBlob } from "./blobs.ts";
import type { Fence } from "./fence.ts";
import { invocationsOf } from "./invocations.ts";
import { journalOf, writeCarried, writeProvisional } from "./journal.ts";
import { newId } from "./ids.ts";
import { recordNone } from "./none-invocations.ts";
import type { NoneInvocation } from "./none-invocations.ts";
import { roundTrips } from "./pipeline.ts";
import { getRun } from "./runs.ts";
import { takeSegmentToken } from "./segments.ts";
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
const later = "2031-03-30T00:31:00.000Z";

function fence(historyLength: number, epoch = 1, ordinal = 1): Fence {
  return { epoch, ordinal, historyLength };
}

function step(
  seq: number,
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "WAITING",
  execution = seq,
  data?: object,
): JournalEntry {
  return {
    seq,
    at: seq === execution ? at : later,
    kind: "step",
    status,
    stepId: `s${execution}`,
    stepPath: `root.steps[${execution}]`,
    iteration: [execution, 0],
    execution,
    ...(data === undefined ? {} : { data }),
  };
}

function wait(
  seq: number,
  waitId: string,
  execution: number,
  status: "WAITING" | "RESOLVED" = "WAITING",
  data: object = { event: "paid", key: "k-1" },
): JournalEntry {
  return {
    seq,
    at: status === "WAITING" ? at : later,
    kind: "wait",
    waitId,
    waitType: "event",
    status,
    stepId: `s${execution}`,
    stepPath: `root.steps[${execution}]`,
    iteration: [],
    execution,
    data,
  };
}

const provisional = (
  runId: string,
  historyLength: number,
  nextSeq: number,
  entries: readonly JournalEntry[],
  more: { readonly segmentToken?: string; readonly invocations?: readonly NoneInvocation[] } = {},
): Promise<string> =>
  tenant.run((db) => writeProvisional(db, { runId, fence: fence(historyLength), nextSeq, entries, ...more }));
const carried = (runId: string, historyLength: number, entries: readonly JournalEntry[], epoch = 1): Promise<void> =>
  tenant.run((db) => writeCarried(db, { runId, fence: fence(historyLength, epoch), entries }));
const seqsOf = async (runId: string): Promise<number[]> =>
  (await tenant.run((db) => journalOf(db, runId))).map(({ seq }) => seq);

test("[PRJ-05] [ACT-16] a step execution is one row, from its start to its end", async () => {
  const runId = await acceptedRun(tenant);
  await carried(runId, 5, [step(1, "RUNNING", 1, { type: "action.call", commandId: "c1" })]);
  const begun = {
    execution: 1,
    stepId: "s1",
    stepPath: "root.steps[1]",
    iteration: [1, 0],
    type: "action.call",
    commandId: "c1",
    attempt: 1,
    startedAt: at,
  };
  const steps = async (): Promise<unknown[]> => (await tenant.run((db) => stepsOf(db, runId, {}))).items;
  expect(await steps()).toMatchObject([{ ...begun, status: "RUNNING", finishedAt: null, output: null, error: null }]);
  await carried(runId, 8, [step(2, "SUCCEEDED", 1, { output: { a: 1 }, attempt: 3 }), step(3, "RUNNING")]);
  expect(await steps()).toMatchObject([
    { ...begun, attempt: 3, status: "SUCCEEDED", finishedAt: later, output: { a: 1 } },
    { execution: 3, status: "RUNNING" },
  ]);
  expect(await tenant.run((db) => getRun(db, runId))).toMatchObject({
    nodePath: "root.steps[3]",
    stepCount: 2,
    journalSeq: 3,
  });
});

test("an output that stands in the tenant's blobs is read from there", async () => {
  const runId = await acceptedRun(tenant);
  const bytes = new TextEncoder().encode(JSON.stringify({ big: "value" }));
  const hash = await tenant.run((db) => putBlob(db, bytes));
  await carried(runId, 5, [
    step(1, "RUNNING"),
    step(2, "SUCCEEDED", 1, { outputReference: { hash, bytes: bytes.length } }),
  ]);
  expect((await tenant.run((db) => stepsOf(db, runId, {}))).items).toMatchObject([{ output: { big: "value" } }]);
});

test("[PRJ-06] [WAI-10] a wait is one row, with what it waits for and what resolved it", async () => {
  const runId = await acceptedRun(tenant);
  await carried(runId, 5, [
    step(1, "RUNNING"),
    wait(2, "c1", 1, "WAITING", {
      event: "paid",
      key: "k-1",
      filters: [{ path: "a", op: "=", value: 1 }],
      timeoutAt: later,
      lookbackMs: 5000,
    }),
  ]);
  const waits = async (): Promise<unknown[]> => (await tenant.run((db) => waitsOf(db, runId, {}))).items;
  const opened = {
    waitId: "c1",
    waitType: "event",
    eventName: "paid",
    key: "k-1",
    filters: [{ path: "a", op: "=", value: 1 }],
    timeoutAt: later,
    lookbackMs: 5000,
    openedAt: at,
  };
  expect(await waits()).toMatchObject([{ ...opened, status: "WAITING", resolvedAt: null }]);
  await carried(runId, 8, [
    wait(3, "c1", 1, "RESOLVED", { resolvedBy: "event", eventId: "e-1", payload: { amount: 9 } }),
  ]);
  expect(await waits()).toMatchObject([
    { ...opened, status: "RESOLVED", resolvedAt: later, resolvedBy: "event", eventId: "e-1", payload: { amount: 9 } },
  ]);
});

test("[PRJ-04] the run's row follows its last word", async () => {
  const runId = await acceptedRun(tenant);
  const run = (): Promise<unknown> => tenant.run((db) => getRun(db, runId));
  await provisional(runId, 5, 3, [
    { seq: 1, at, kind: "run", status: "RUNNING" },
    { seq: 2, at, kind: "run", status: "WAITING" },
  ]);
  expect(await run()).toMatchObject({ status: "WAITING", completedAt: null });
  await provisional(runId, 8, 5, [
    { seq: 3, at, kind: "state", data: "half way" },
    { seq: 4, at: later, kind: "run", status: "SUCCEEDED", data: { output: { ok: true }, stateHash: "sh" } },
  ]);
  expect(await run()).toMatchObject({
    status: "SUCCEEDED",
    state: "half way",
    output: { ok: true },
    completedAt: later,
    finalStateHash: "sh",
  });
  // The workflow task ran again with more history: it was not the end after all.
  expect(await provisional(runId, 11, 4, [{ seq: 3, at: later, kind: "state", data: "on" }])).toBe("written");
  expect(await run()).toMatchObject({
    status: "WAITING",
    state: "on",
    output: null,
    completedAt: null,
    finalStateHash: null,
    journalSeq: 3,
  });
});

test("a zombie's flush writes nothing, and neither does one of an execution before", async () => {
  const runId = await acceptedRun(tenant);
  await provisional(runId, 20, 3, [step(1, "RUNNING"), step(2, "RUNNING")]);
  expect(await provisional(runId, 19, 2, [step(1, "FAILED")])).toBe("fenced");
  await tenant.run((db) =>
    writeProvisional(db, { runId, fence: fence(3, 1, 2), nextSeq: 4, entries: [step(3, "RUNNING")] }),
  );
  expect(await provisional(runId, 500, 2, [])).toBe("fenced");
  expect(await seqsOf(runId)).toEqual([1, 2, 3]);
  expect(
    await tenant.run((db) => writeProvisional(db, { runId: newId(), fence: fence(1), nextSeq: 1, entries: [] })),
    "no such run",
  ).toBe("fenced");
});

test("entries that an action carried stand against a flush of the same epoch, which removes only what was provisional", async () => {
  const runId = await acceptedRun(tenant);
  await provisional(
    runId,
    10,
    6,
    [1, 2, 3, 4, 5].map((seq) => step(seq, "RUNNING")),
  );
  await carried(runId, 13, [step(3, "WAITING")]);
  await carried(runId, 13, [step(7, "RUNNING")]);
  expect(await provisional(runId, 16, 3, [step(2, "WAITING")])).toBe("written");
  expect(await seqsOf(runId)).toEqual([1, 2, 3, 7]);
  expect(await provisional(runId, 19, 4, [step(3, "FAILED")])).toBe("written");
  expect((await tenant.run((db) => journalOf(db, runId)))[2]).toMatchObject({ status: "WAITING" });
  expect(await tenant.run((db) => getRun(db, runId))).toMatchObject({ stepCount: 4, journalSeq: 7 });
});

test("after a reset what the old epoch said behind the point is gone, carried or not, and what it says late is not heard", async () => {
  const runId = await acceptedRun(tenant);
  await carried(
    runId,
    10,
    [1, 2, 3, 4].map((seq) => step(seq, "RUNNING")),
  );
  await tenant.run((db) =>
    writeProvisional(db, { runId, fence: fence(4, 2), nextSeq: 3, entries: [step(2, "FAILED")] }),
  );
  expect(await seqsOf(runId)).toEqual([1, 2]);
  await carried(runId, 99, [step(3, "RUNNING")]);
  expect(await seqsOf(runId)).toEqual([1, 2]);
  expect(
    (await tenant.run((db) => stepsOf(db, runId, {}))).items.map(({ execution, status }) => [execution, status]),
  ).toEqual([
    [1, "RUNNING"],
    [2, "FAILED"],
  ]);
});

test("a row that was overwritten is taken from its old subject too, wherever that one's entries lie", async () => {
  const runId = await acceptedRun(tenant);
  // A try that failed saw the wait in one step, the true history has it in another.
  await provisional(runId, 10, 4, [step(1, "RUNNING"), step(2, "RUNNING"), wait(3, "c1", 1)]);
  await provisional(runId, 13, 5, [wait(4, "c1", 2)]);
  await provisional(runId, 16, 5, [{ seq: 3, at: later, kind: "state", data: 1 }]);
  expect((await tenant.run((db) => waitsOf(db, runId, {}))).items).toMatchObject([{ waitId: "c1", execution: 2 }]);
  await provisional(runId, 19, 4, []);
  expect((await tenant.run((db) => waitsOf(db, runId, {}))).items).toEqual([]);
});

test("a segment commits only while its token stands; after three that did not, none may", async () => {
  const runId = await acceptedRun(tenant);
  const take = (token: string, historyLength = 10): Promise<string> =>
    tenant.run((db) => takeSegmentToken(db, { runId, fence: fence(historyLength), token }));
  expect(await take("a")).toBe("taken");
  expect(await take("b")).toBe("taken");
  expect(await provisional(runId, 10, 2, [step(1, "FAILED")], { segmentToken: "a" })).toBe("fenced");
  expect(await provisional(runId, 10, 2, [step(1, "RUNNING")], { segmentToken: "b" })).toBe("written");
  expect(await provisional(runId, 10, 2, [step(1, "RUNNING")], { segmentToken: "b" }), "sent again").toBe("written");
  expect([
    await take("c", 13),
    await take("d", 13),
    await take("e", 13),
    await take("f", 13),
    await take("g", 13),
  ]).toEqual(["taken", "taken", "taken", "exhausted", "exhausted"]);
  expect(await provisional(runId, 13, 3, [step(2, "FAILED")], { segmentToken: "e" })).toBe("fenced");
  expect(await take("z", 9)).toBe("fenced");
  // The calls went as activities then: what they carry shows that the workflow task was completed.
  await carried(runId, 13, [step(2, "RUNNING")]);
  expect(await take("h", 16)).toBe("taken");
});

test("a flush that goes as an activity of its own leaves the segment alone that began behind it in the same workflow task", async () => {
  const runId = await acceptedRun(tenant);
  const take = (token: string, historyLength: number): Promise<string> =>
    tenant.run((db) => takeSegmentToken(db, { runId, fence: fence(historyLength), token }));
  const flush = (historyLength: number, nextSeq: number, entries: readonly JournalEntry[]): Promise<void> =>
    tenant.run((db) => writeCarried(db, { runId, fence: fence(historyLength), nextSeq, entries }));
  expect(await take("a", 10)).toBe("taken");
  await flush(10, 2, [step(1, "RUNNING")]);
  expect(await provisional(runId, 10, 3, [step(2, "RUNNING")], { segmentToken: "a" })).toBe("written");
  expect(await seqsOf(runId)).toEqual([1, 2]);
  expect(await take("b", 13)).toBe("taken");
  await flush(16, 4, [step(3, "RUNNING")]);
  expect(await provisional(runId, 13, 4, [step(3, "FAILED")], { segmentToken: "b" }), "of a task before").toBe(
    "fenced",
  );
});

test("a flush that goes as an activity of its own brings the rows of calls whose segment could not write them", async () => {
  const runId = await acceptedRun(tenant);
  const call: NoneInvocation = {
    key: newId(),
    commandId: "c1",
    place: { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 1 },
    action: "log.write@1",
    input: 1,
    status: "SUCCEEDED",
    output: null,
    attempts: 1,
    startedAt: at,
    finishedAt: at,
  };
  const entries = [step(1, "RUNNING"), step(2, "SUCCEEDED", 1)];
  const keys = async () => (await tenant.run((db) => invocationsOf(db, runId, {}))).items.map(({ key }) => key);
  const write = { runId, fence: fence(10), nextSeq: 3, entries, invocations: [call] };
  await tenant.run((db) => writeCarried(db, write));
  expect(await keys()).toEqual([call.key]);
  // After a reset something else stands in the place of its entries: the call goes, and a late copy does not bring it back.
  await carried(runId, 13, [step(2, "FAILED", 1)], 2);
  expect(await keys()).toEqual([]);
  await tenant.run((db) => writeCarried(db, write));
  expect(await keys()).toEqual([]);
});

test("a late copy of a segment's commit brings back no call whose entries the next try of its workflow task has replaced", async () => {
  const runId = await acceptedRun(tenant);
  const call: NoneInvocation = {
    key: newId(),
    commandId: "c1",
    place: { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 1 },
    action: "log.write@1",
    input: 1,
    status: "SUCCEEDED",
    output: null,
    attempts: 1,
    startedAt: at,
    finishedAt: at,
  };
  const keys = async () => (await tenant.run((db) => invocationsOf(db, runId, {}))).items.map(({ key }) => key);
  await tenant.run((db) => takeSegmentToken(db, { runId, fence: fence(10), token: "a" }));
  const commit = (): Promise<string> =>
    provisional(runId, 10, 3, [step(1, "RUNNING"), { ...step(2, "SUCCEEDED", 1), at }], {
      segmentToken: "a",
      invocations: [call],
    });
  expect(await commit()).toBe("written");
  expect(await keys()).toEqual([call.key]);
  // The same history, and so the same fence, at a later time; a signal had come, and no segment was begun.
  await provisional(runId, 10, 3, [{ ...step(1, "RUNNING"), at: later }, step(2, "FAILED", 1)]);
  expect(await keys()).toEqual([]);
  expect(await commit()).toBe("written");
  expect(await keys()).toEqual([]);
});

test("that a call without effect has begun, written behind its end, does not open its row again; that its next try has begun does", async () => {
  const runId = await acceptedRun(tenant);
  const key = newId();
  const row = {
    key,
    runId,
    provisional: false,
    commandId: "c1",
    place: { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 1 },
    action: "log.write@1",
    input: 1,
    startedAt: at,
  };
  const status = async () => (await tenant.run((db) => invocationsOf(db, runId, {}))).items.map((one) => one.status);
  const begun = (attempts: number) => tenant.run((db) => recordNone(db, { ...row, status: "STARTED", attempts }));
  const ended = (ends: "SUCCEEDED" | "FAILED", attempts: number) =>
    tenant.run((db) => recordNone(db, { ...row, status: ends, attempts, finishedAt: later }));
  await begun(0);
  expect(await status()).toEqual(["STARTED"]);
  await ended("FAILED", 1);
  await begun(0);
  expect(await status()).toEqual(["FAILED"]);
  await begun(1);
  expect(await status()).toEqual(["STARTED"]);
  await ended("SUCCEEDED", 2);
  await begun(1);
  expect(await status()).toEqual(["SUCCEEDED"]);
});

test("rows of effect-free calls stand and fall with the entries that they were written with", async () => {
  const runId = await acceptedRun(tenant);
  const call = (key: string, execution: number): NoneInvocation => ({
    key,
    commandId: `c${execution}`,
    place: { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution },
    action: "log.write@1",
    input: { n: execution },
    status: "SUCCEEDED",
    output: null,
    attempts: 1,
    startedAt: at,
    finishedAt: at,
  });
  const keys = async (): Promise<string[]> =>
    (await tenant.run((db) => invocationsOf(db, runId, {}))).items.map(({ key }) => key).sort();
  const [one, two, three] = [newId(), newId(), newId()].sort() as [string, string, string];
  await provisional(
    runId,
    10,
    5,
    [step(1, "RUNNING"), step(2, "SUCCEEDED", 1), step(3, "RUNNING"), step(4, "SUCCEEDED", 3)],
    { invocations: [call(one, 1), call(two, 3)] },
  );
  expect(await keys()).toEqual([one, two]);
  // Run again: the first call is made as before, the second is another.
  await provisional(
    runId,
    13,
    4,
    [step(1, "RUNNING"), { ...step(2, "SUCCEEDED", 1), at: "2031-03-30T00:40:00.000Z" }, step(3, "WAITING")],
    { invocations: [call(one, 1), call(three, 3)] },
  );
  expect(await keys()).toEqual([one, three]);
  await provisional(runId, 16, 1, []);
  expect(await keys()).toEqual([]);
});

test("pages of a journal, and entries after one", async () => {
  const runId = await acceptedRun(tenant);
  await carried(
    runId,
    5,
    Array.from({ length: 9 }, (_, i) => step(i + 1, "RUNNING")),
  );
  expect((await tenant.run((db) => journalOf(db, runId, { afterSeq: 3, limit: 2 }))).map(({ seq }) => seq)).toEqual([
    4, 5,
  ]);
  const { items, nextCursor } = await tenant.run((db) => stepsOf(db, runId, { limit: 6 }));
  expect(items).toHaveLength(6);
  expect(
    (await tenant.run((db) => stepsOf(db, runId, { limit: 6, cursor: nextCursor ?? "" }))).items.map(
      ({ execution }) => execution,
    ),
  ).toEqual([7, 8, 9]);
});

test("carrying four entries takes two round trips, of at most eight statements with begin, tenant and commit", async () => {
  const runId = await acceptedRun(tenant);
  const entriesOf = (n: number): JournalEntry[] => [
    step(4 * n + 1, "RUNNING"),
    step(4 * n + 2, "SUCCEEDED", 4 * n + 1, { output: 1 }),
    { seq: 4 * n + 3, at, kind: "run", status: "RUNNING" },
    step(4 * n + 4, "RUNNING"),
  ];
  for (let n = 0; n < 50; n += 1) await carried(runId, 5 + n, entriesOf(n));

  const rounds: number[] = []; // statements in each
  const count = (statements: unknown): void => void rounds.push(Number(statements));
  roundTrips.subscribe(count);
  await carried(runId, 100, entriesOf(50));
  roundTrips.unsubscribe(count);
  expect(rounds).toHaveLength(2);
  expect(rounds.reduce((a, b) => a + b)).toBeLessThanOrEqual(8);

  const times: number[] = [];
  for (let n = 51; n < 251; n += 1) {
    const started = performance.now();
    await carried(runId, 100 + n, entriesOf(n));
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const { rows } = await tenant.run((db) =>
    sql<{ n: number }>`select count(*)::int as n from workflow_run_journal where run_id = ${runId}`.execute(db),
  );
  expect(rows).toEqual([{ n: 251 * 4 }]);
  process.stdout.write(
    `  carrying 4 entries: ${rounds.join(" + ")} statements, median ${times[100]?.toFixed(2)} ms, p90 ${times[180]?.toFixed(2)} ms with begin and commit\n`,
  );
});
