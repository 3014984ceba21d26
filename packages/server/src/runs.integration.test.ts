import { setTimeout as after } from "node:timers/promises";
import type { JournalEntry } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journalOfSmallRun, writeJournal } from "./testing/journals.ts";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
  await on.one.client.workflows.create({ body: { definition: smallDefinition("small") } });
  await on.one.client.workflows.publish({ params: { key: "small" } });
});
afterAll(() => on.close());

async function startOne(payload: { [name: string]: number } = { n: 1 }): Promise<{ tenantId: string; runId: string }> {
  const started = await on.one.client.runs.start({ params: { key: "small" }, body: { payload } });
  if (!("runId" in started)) throw new Error("the run has ended");
  return { tenantId: on.one.id, runId: started.runId };
}

test("a start answers 202 with the run, repeated under its idempotency key with the same run, with another body 422", async () => {
  const start = (n: number) =>
    on.one.client.runs.start({ params: { key: "small" }, body: { payload: { n } }, idempotencyKey: "order-7" });
  const first = await start(7);
  expect(first).toEqual({ runId: expect.any(String), status: "QUEUED" });
  expect(await start(7)).toEqual(first);
  await expect(start(8)).rejects.toMatchObject({ status: 422, code: "IDEMPOTENCY_CONFLICT" });
  await expect(on.one.client.runs.start({ params: { key: "no-such" } })).rejects.toMatchObject({
    status: 404,
    code: "WORKFLOW_NOT_FOUND",
  });
});

test("?wait answers 200 with the run as soon as its end is confirmed, not before", async () => {
  on.runs.executionsAreClosed = false;
  const waiting = on.one.client.runs.start({
    params: { key: "small" },
    query: { wait: 30 },
    body: { payload: { n: 2 } },
    idempotencyKey: "waited-for",
  });
  let isAnswered = false;
  void waiting.then(() => (isAnswered = true));
  const run = { tenantId: on.one.id, runId: await newest() };
  await writeJournal(on.database.store, run, [1, 2, 3, 4, 5, 6, 7]);
  await until(async () => (await on.one.client.runs.get({ params: { id: run.runId } })).status === "SUCCEEDED");
  await after(100); // longer than several looks at the execution
  expect(isAnswered).toBe(false);
  on.runs.executionsAreClosed = true;
  expect(await waiting).toMatchObject({
    id: run.runId,
    status: "SUCCEEDED",
    output: { receipt: 7 },
    confirmedAt: expect.any(String),
  });
});

test("?wait answers 202 when its time is over", async () => {
  expect(await on.one.client.runs.start({ params: { key: "small" }, query: { wait: 1 } })).toMatchObject({
    runId: expect.any(String),
  });
  await expect(on.one.client.runs.start({ params: { key: "small" }, query: { wait: 301 } })).rejects.toMatchObject({
    code: "REQUEST_INVALID",
  });
});

test("[PRJ-01] [PRJ-08] run, steps, waits, journal and timeline are read from the rows", async () => {
  const run = await startOne();
  await writeJournal(on.database.store, run, [1, 2, 3, 4]);
  const { runs } = on.one.client;
  const params = { id: run.runId };
  expect(await runs.get({ params })).toMatchObject({
    workflow: "small",
    version: 1,
    status: "WAITING",
    input: { n: 1 },
    rootRunId: run.runId,
    journalSeq: 4,
    confirmedAt: null,
  });
  const [row] = (await runs.list({ query: { runId: run.runId } })).items;
  expect(row).toMatchObject({
    why: { cause: "waiting-event", sentence: 'Step pay waits for event order.paid with key "o-1".' },
  });
  await writeJournal(on.database.store, run, [5, 6, 7]);
  expect(await runs.get({ params })).toMatchObject({
    status: "SUCCEEDED",
    output: { receipt: 7 },
    state: null,
    error: null,
  });
  expect((await runs.steps({ params })).items).toMatchObject([
    {
      stepId: "pay",
      stepPath: "root.steps[0]",
      iteration: [],
      attempt: 1,
      status: "SUCCEEDED",
      output: { paid: true },
    },
  ]);
  expect((await runs.waits({ params })).items).toMatchObject([
    { waitId: "c1", waitType: "event", eventName: "order.paid", key: "o-1", status: "RESOLVED", resolvedBy: "event" },
  ]);
  expect((await runs.timeline({ params })).items.map((item) => item.kind)).toEqual(["step", "wait"]);
  expect((await runs.invocations({ params })).items).toEqual([]);
  expect((await runs.snapshots({ params })).items).toEqual([]);
  const first = await runs.journal({ params, query: { limit: 3 } });
  expect(first.items).toEqual(journalOfSmallRun.slice(0, 3));
  const second = await runs.journal({ params, query: { limit: 10, cursor: first.nextCursor ?? undefined } });
  expect(second).toEqual({ items: journalOfSmallRun.slice(3), nextCursor: null, asOf: expect.any(String) });
  const exported = await runs.export({ params });
  expect(exported).toMatchObject({
    format: "mainspring.run/1",
    run: { id: run.runId },
    steps: [{ stepId: "pay" }],
    waits: [{ waitId: "c1" }],
    journal: journalOfSmallRun,
  });
});

test("a stream brings each entry once and in order while it is written, waits at a gap, and ends when the end is confirmed", async () => {
  on.runs.executionsAreClosed = false;
  const run = await startOne();
  const seen: number[] = [];
  const done = (async () => {
    for await (const entry of on.one.client.runs.stream(run.runId)) seen.push(entry.seq);
  })();
  await writeJournal(on.database.store, run, [1, 2]);
  await until(() => seen.length === 2);
  await writeJournal(on.database.store, run, [4]);
  await after(100); // a gap: nothing of it may come
  expect(seen).toEqual([1, 2]);
  await writeJournal(on.database.store, run, [3, 4]);
  await until(() => seen.length === 4);
  await writeJournal(on.database.store, run, [5, 6, 7]);
  await until(() => seen.length === 7);
  let hasEnded = false;
  void done.then(() => (hasEnded = true));
  await after(100); // the row has ended, its execution has not been seen closed
  expect(hasEnded).toBe(false);
  on.runs.executionsAreClosed = true;
  await done;
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a stream goes on after the seq that it is given, by header or query", async () => {
  const run = await startOne();
  await writeJournal(on.database.store, run, [1, 2, 3, 4, 5, 6, 7]);
  const entries: JournalEntry[] = [];
  for await (const entry of on.one.client.runs.stream(run.runId, { afterSeq: 5 })) entries.push(entry);
  expect(entries).toEqual(journalOfSmallRun.slice(5));
  const reply = await fetch(`${on.url}/api/v1/runs/${run.runId}/stream?afterSeq=6`, {
    headers: { authorization: `Bearer ${on.one.keys.viewer}` },
  });
  expect(reply.headers.get("content-type")).toBe("text/event-stream");
  const text = await reply.text();
  expect(text).toContain(`event: entry\nid: 7\ndata: ${JSON.stringify(journalOfSmallRun[6])}\n\n`);
  expect(text).toMatch(/event: end\nid: 7\ndata: \{"status":"SUCCEEDED","seq":7\}\n\n$/);
});

test("[TEN-02] a stream of another tenant's run is not there, and one that resumes behind the last entry ends in order", async () => {
  on.runs.executionsAreClosed = true;
  const run = await startOne();
  await writeJournal(on.database.store, run, [1, 2, 3, 4, 5, 6, 7]);
  const ask = (key: string, lastEventId: string): Promise<Response> =>
    fetch(`${on.url}/api/v1/runs/${run.runId}/stream`, {
      headers: { authorization: `Bearer ${key}`, "last-event-id": lastEventId },
    });
  const foreign = await ask(on.other.keys.admin, "0");
  expect([foreign.status, await foreign.json()]).toMatchObject([404, { code: "RUN_NOT_FOUND" }]);
  // A number beyond all entries, and beyond what the database counts with.
  const own = await ask(on.one.keys.viewer, "999999999999999");
  expect(own.headers.get("content-type")).toContain("text/event-stream");
  const text = await own.text();
  expect(text).toContain("event: end\n");
  expect(text).not.toContain("event: entry\n");
});

test("a stream that its reader leaves is given up", async () => {
  const run = await startOne();
  const stop = new AbortController();
  const streams = async (): Promise<number> =>
    Number(/^mainspring_http_streams (\d+)$/m.exec(await (await fetch(`${on.url}/metrics`)).text())?.[1]);
  const before = await streams();
  const reading = on.one.client.runs.stream(run.runId, { signal: stop.signal }).next();
  await until(async () => (await streams()) === before + 1);
  stop.abort(new Error("left"));
  await expect(reading).rejects.toThrow("left");
  await until(async () => (await streams()) === before);
});

test("[CAS-01] [RUN-04] a second cancel answers with the first time, an ended run 409", async () => {
  const run = await startOne();
  const cancel = () => on.one.client.runs.cancel({ params: { id: run.runId }, body: { reason: "mistake" } });
  await writeJournal(on.database.store, run, [1]);
  const first = await cancel();
  expect(first).toEqual({ id: run.runId, status: expect.any(String), cancelRequestedAt: expect.stringMatching(/Z$/) });
  expect(await cancel()).toEqual(first);
  const { cancelReason, cancelRequestedBy, history } = await on.one.client.runs.get({ params: { id: run.runId } });
  expect({ cancelReason, by: cancelRequestedBy }).toEqual({
    cancelReason: "mistake",
    by: expect.stringMatching(/^api-key:/),
  });
  expect(history).toEqual({ events: expect.any(Number), max: 40_000 });
  await writeJournal(on.database.store, run, [2, 3, 4, 5, 6, 7]);
  await expect(cancel()).rejects.toMatchObject({ status: 409, code: "RUN_ALREADY_ENDED" });
});

test("[RUN-08] [RUN-09] [RUN-10] a replay without a payload uses the stored input, with one exactly that, {} and null too", async () => {
  const run = await startOne({ n: 41 });
  const inputOf = async (body?: { payload?: { [name: string]: number } | null }): Promise<unknown> => {
    const { runId } = await on.one.client.runs.replay({
      params: { id: run.runId },
      ...(body === undefined ? {} : { body }),
    });
    const replayed = await on.one.client.runs.get({ params: { id: runId } });
    expect(replayed).toMatchObject({ replayOfRunId: run.runId, workflow: "small", version: 1 });
    return replayed.input;
  };
  expect(await inputOf()).toEqual({ n: 41 });
  expect(await inputOf({})).toEqual({ n: 41 });
  expect(await inputOf({ payload: {} })).toEqual({});
  expect(await inputOf({ payload: null })).toBeNull();
  expect(await inputOf({ payload: { n: 5 } })).toEqual({ n: 5 });
});

test("runs are listed newest first, page by page, and every filter holds", async () => {
  const { runs } = on.other.client;
  await on.other.client.workflows.create({ body: { definition: smallDefinition("listed") } });
  await on.other.client.workflows.publish({ params: { key: "listed" } });
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const started = await runs.start({ params: { key: "listed" }, body: { payload: { text: `100% "sure" ${n}` } } });
    if ("runId" in started) ids.unshift(started.runId);
  }
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await runs.list({ query: { limit: 2, cursor, workflow: "listed" } });
    paged.push(...page.items.map((row) => row.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(paged).toEqual(ids);
  const { nextCursor } = await runs.list({ query: { limit: 2 } });
  await expect(runs.list({ query: { limit: 2, cursor: nextCursor ?? "", workflow: "listed" } })).rejects.toMatchObject({
    code: "CURSOR_MISMATCH",
  });
  await expect(on.one.client.runs.list({ query: { limit: 2, cursor: nextCursor ?? "" } })).rejects.toMatchObject({
    code: "CURSOR_MISMATCH",
  });
  const [, second] = ids;
  await writeJournal(on.database.store, { tenantId: on.other.id, runId: second as string }, [1, 2, 3, 4]);
  expect((await runs.list({ query: { status: ["WAITING", "FAILED"] } })).items.map((row) => row.id)).toEqual([second]);
  expect((await runs.list({ query: { status: "QUEUED" } })).items).toHaveLength(4);
  expect((await runs.list({ query: { q: '0% "SURE" 3' } })).items.map((row) => row.id)).toEqual([second]);
  expect((await runs.list({ query: { from: "2999-01-01T00:00:00Z" } })).items).toEqual([]);
  await expect(runs.list({ query: { q: "ab" } })).rejects.toMatchObject({
    code: "REQUEST_INVALID",
    issues: [{ in: "query", pointer: "/q" }],
  });
});

async function newest(): Promise<string> {
  let id: string | undefined;
  await until(async () => {
    const [row] = (await on.one.client.runs.list({ query: { limit: 1, status: "QUEUED" } })).items;
    if (row === undefined) return false;
    id = (await on.one.client.runs.get({ params: { id: row.id } })).input as unknown as string;
    id = JSON.stringify(id) === '{"n":2}' ? row.id : undefined;
    return id !== undefined;
  });
  return id as string;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("it never came to hold");
    await after(10);
  }
}
