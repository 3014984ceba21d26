// Worked cases about calls, on the real stack; waits of the cases are shortened by one factor, 20.
import { invocationsOf } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { openOutside, type Outside } from "../acceptance/outside.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let outside: Outside;
let worker: WorkerChild;
beforeAll(async () => {
  world = await newWorld();
  outside = await openOutside();
  worker = new WorkerChild(world);
  await worker.start();
});
afterAll(async () => {
  await worker?.stop();
  await world?.close();
  await outside?.close();
});

const post = (id: string, path: string, more: object = {}, body: unknown = {}): object => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "POST", url: { $expr: `payload.baseUrl & "${path}"` }, body },
  ...more,
});
const invocations = async (runId: string) =>
  (await world.store.tenant(world.tenantId, (db) => invocationsOf(db, runId, { limit: 100 }))).items;
const callsOf = (run: string, path: string) => outside.calls(run).filter((call) => call.path === path);

test("[CAS-01] [CASE-14] cancelled while the car is in flight: flight and hotel are undone, and the late answer is kept as late", async () => {
  const undo = (id: string, path: string, more: object = {}): object => ({
    compensate: [post(id, path, more, { ref: { $expr: "vars.kept.body.ref" } })],
  });
  await world.publish({
    workflow: "trip",
    steps: [
      {
        id: "book",
        type: "control.saga",
        body: [
          post("hotel", "/hotel", { saveAs: "kept", compensate: [post("unHotel", "/un-hotel")] }),
          post("flight", "/flight", {
            saveAs: "kept",
            ...undo("unFlight", "/un-flight", { retry: { maxAttempts: 3, backoffMs: 10 } }),
          }),
          post("car", "/car", { timeoutMs: 10_000, ...undo("unCar", "/un-car") }),
        ],
      },
    ],
  });
  outside.answer("trip", {
    "POST /hotel": { body: { ref: "h" } },
    "POST /flight": { body: { ref: "f" } },
    "POST /car": { body: { ref: "c" }, afterMs: 1_000 },
    "POST /un-hotel": { body: {} },
    "POST /un-flight": (turn) => (turn < 2 ? { status: 503 } : { body: {} }),
  });
  const runId = await world.start("trip", { baseUrl: outside.baseUrl("trip") });
  await until("the car is asked for", () => (callsOf("trip", "/car").length === 1 ? true : undefined));
  await world.cancel(runId);
  const run = await world.ended(runId);
  expect(run).toMatchObject({
    status: "CANCELED",
    error: { details: { effectsMayRemain: [{ stepPath: "root.steps[0].body.steps[2]", iteration: [] }] } },
  });
  await until("the car's answer has come", async () => {
    const car = (await invocations(runId)).find(({ stepId }) => stepId === "car");
    return car?.late === null || car?.late === undefined ? undefined : true;
  });
  expect(outside.effects("trip")).toEqual([
    "POST /hotel {}",
    "POST /flight {}",
    expect.stringMatching(/^POST \/(car|un-flight)/),
    expect.stringMatching(/^POST \/(car|un-flight|un-hotel)/),
    expect.stringMatching(/^POST \/(car|un-hotel)/),
  ]);
  expect(callsOf("trip", "/un-flight").map(({ status }) => status)).toEqual([503, 503, 200]);
  expect(callsOf("trip", "/un-car")).toEqual([]);
  expect(await world.trace(runId)).toEqual([
    "book CANCELED",
    "hotel SUCCEEDED",
    "flight SUCCEEDED",
    "car CANCELED",
    "unFlight SUCCEEDED",
    "unHotel SUCCEEDED",
  ]);
  await world.expectSound(runId);
}, 60_000);

test("[SAG-01] the worker killed while it undoes: what was done is undone once, last first", async () => {
  const step = (id: string): object =>
    post(id, `/${id}`, { compensate: [post(`un-${id}`, `/un-${id}`, { retry: { maxAttempts: 3, backoffMs: 10 } })] });
  await world.publish({
    workflow: "undone-killed",
    steps: [{ id: "trip", type: "control.saga", body: [step("one"), step("two"), post("three", "/refused")] }],
  });
  outside.answer("undone", {
    "POST /one": { body: {} },
    "POST /two": { body: {} },
    "POST /refused": { status: 409 },
    "POST /un-one": { body: {} },
    "POST /un-two": { body: {} },
  });
  const fell: number[] = [];
  // The third effect is the first undoing: it has happened, and nobody knows.
  outside.onEffect("undone", async (number) => {
    if (number < 3) return;
    fell.push(number);
    await worker.kill();
    await worker.start();
  });
  const runId = await world.start("undone-killed", { baseUrl: outside.baseUrl("undone") });
  const run = await world.ended(runId, 90_000);
  expect(run.error).toMatchObject({ code: "HTTP_409", stepId: "three" });
  expect(fell).toEqual([3, 4]);
  expect(outside.effects("undone")).toEqual(["POST /one {}", "POST /two {}", "POST /un-two {}", "POST /un-one {}"]);
  expect(await world.trace(runId)).toEqual([
    "trip FAILED",
    "one SUCCEEDED",
    "two SUCCEEDED",
    "three FAILED",
    "un-two SUCCEEDED",
    "un-one SUCCEEDED",
  ]);
  await world.expectSound(runId);
}, 120_000);

test("[CASE-15] four tries are four, under one key, also with the worker killed in the second; late answers change nothing", async () => {
  await world.publish({
    workflow: "slow-call",
    steps: [
      post(
        "call",
        "/work",
        {
          timeoutMs: 500,
          saveAs: "w",
          retry: { maxAttempts: 4, backoffMs: 500, backoffMultiplier: 1, retryOn: ["TimeoutError"] },
        },
        { stay: 7 },
      ),
    ],
  });
  for (const [name, kills] of [
    ["slow", false],
    ["slow-killed", true],
  ] as const) {
    outside.answer(name, { "POST /work": { body: { done: true }, afterMs: 2_000 } });
    const runId = await world.start("slow-call", { baseUrl: outside.baseUrl(name) });
    if (kills) {
      await until("the second try is under way", () => (callsOf(name, "/work").length === 2 ? true : undefined));
      await worker.kill();
      await worker.start();
    } else {
      const seen = new Set<string>();
      await until(
        "it has been seen between its tries",
        async () => {
          // The last try and the run may end in one write.
          const hasFailed = (await world.run(runId)).status === "FAILED";
          const [step] = await world.steps(runId);
          if (step !== undefined) seen.add(`${step.status} ${step.attempt}`);
          return hasFailed ? true : undefined;
        },
        { everyMs: 10 },
      );
      expect([...seen]).toEqual(expect.arrayContaining(["RETRYING 1", "RETRYING 2", "RETRYING 3", "FAILED 4"]));
    }
    const run = await world.ended(runId);
    expect(run.error).toMatchObject({ category: "TimeoutError", attempt: 4, nodePath: "root.steps[0]" });
    const calls = callsOf(name, "/work");
    expect(calls).toHaveLength(kills ? 5 : 4);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
    // The last answer comes 1.5 s after the run's end.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(callsOf(name, "/work")).toHaveLength(calls.length);
    expect(await world.run(runId)).toMatchObject({ status: "FAILED", completedAt: run.completedAt });
    expect((await world.stateAt(runId)).vars).toEqual({});
    expect((await world.steps(runId)).map(({ status, attempt }) => [status, attempt])).toEqual([["FAILED", 4]]);
    await world.expectSound(runId);
  }
}, 90_000);

test("[CAS-01] [CASE-17] cancelled between two tries: no further try, CANCELED at once", async () => {
  await world.publish({
    workflow: "flaky",
    steps: [
      post("a", "/flaky", { retry: { maxAttempts: 5, backoffMs: 4_000, backoffMultiplier: 1 } }),
      post("b", "/after"),
    ],
  });
  outside.answer("flaky", { "POST /flaky": { status: 503 }, "POST /after": { body: {} } });
  const runId = await world.start("flaky", { baseUrl: outside.baseUrl("flaky") });
  await until("the first try has failed", async () =>
    (await world.steps(runId))[0]?.status === "RETRYING" ? true : undefined,
  );
  const askedAt = Date.now();
  await world.cancel(runId);
  const run = await world.ended(runId);
  expect(Date.now() - askedAt).toBeLessThan(3_500);
  expect(run.status).toBe("CANCELED");
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(outside.calls("flaky").map(({ path }) => path)).toEqual(["/flaky"]);
  const [step] = await world.steps(runId);
  expect(step).toMatchObject({ status: "CANCELED", attempt: 1 });
  expect((step as { readonly nextAttemptAt?: unknown }).nextAttemptAt ?? null).toBeNull();
  await world.expectSound(runId);
}, 60_000);

test("[CASE-21] the timer of a wait that took its event never comes", async () => {
  const wait = {
    id: "ask",
    type: "event.wait",
    event: "door.opened",
    correlationKey: { $expr: "payload.door" },
    timeoutMs: 1_000,
    saveAs: "d",
  };
  const out = { id: "out", type: "control.return", output: { by: { $expr: "vars.d.by" } } };
  await world.publish({ workflow: "quick-answer", steps: [wait, out] });
  await world.publish({
    workflow: "slow-answer",
    steps: [wait, { id: "rest", type: "time.wait", durationMs: 1_500 }, out],
  });
  const runs = await Promise.all([
    world.start("quick-answer", { door: "q" }),
    world.start("slow-answer", { door: "s" }),
  ]);
  await Promise.all(runs.map((runId) => world.waiting(runId)));
  await world.event({ name: "door.opened", correlationKey: "q", payload: { by: "ada" } });
  await world.event({ name: "door.opened", correlationKey: "s", payload: { by: "ada" } });
  const ended = await Promise.all(runs.map((runId) => world.ended(runId)));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const [i, run] of ended.entries()) {
    const runId = runs[i] as string;
    expect(run).toMatchObject({ status: "SUCCEEDED", output: { by: "ada" } });
    expect(await world.run(runId)).toMatchObject({ status: "SUCCEEDED", completedAt: run.completedAt });
    const [first, ...others] = await world.waits(runId);
    expect(first).toMatchObject({ waitType: "event", status: "RESOLVED", resolvedBy: "event" });
    expect(others.map(({ waitType, status }) => [waitType, status])).toEqual(i === 0 ? [] : [["time", "RESOLVED"]]);
    expect(await world.trace(runId)).toEqual(
      i === 0 ? ["ask SUCCEEDED", "out SUCCEEDED"] : ["ask SUCCEEDED", "rest SUCCEEDED", "out SUCCEEDED"],
    );
    await world.expectSound(runId);
  }
}, 60_000);

test("[CASE-33] [LNG-11] a large output is passed on as a reference, and an expression's is refused, typed", async () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => ({ n, text: "x".repeat(90) }));
  outside.answer("big", { "GET /rows": { body: { rows } }, "POST /sink": { body: {} } });
  const get = {
    id: "get",
    type: "action.call",
    action: "http.request@1",
    input: { method: "GET", url: { $expr: 'payload.baseUrl & "/rows"' } },
    saveAs: "res",
  };
  const pass = post("pass", "/sink", {}, { all: { $expr: "vars.res.body" } });
  const grow = post("grow", "/sink", {}, { text: { $expr: '$pad("x", 300000)' } });
  await world.publish({ workflow: "big", steps: [get, pass, grow] });
  const runId = await world.start("big", { baseUrl: outside.baseUrl("big") });
  const run = await world.ended(runId);
  expect(run.error).toMatchObject({ category: "ExpressionError", nodePath: "root.steps[2]" });
  expect(["EXPR_OUTPUT_TOO_LARGE", "EXPR_FUEL"]).toContain((run.error as { readonly code: string }).code);
  const { vars } = await world.stateAt(runId);
  expect((vars["res"] as { readonly body: unknown }).body).toEqual({
    $blob: expect.any(String),
    bytes: Buffer.byteLength(JSON.stringify({ rows })),
    contentType: "application/json",
  });
  const [sent] = callsOf("big", "/sink");
  expect(sent?.body).toEqual({ all: { rows } });
  const [history] = await chainOf(world.client, runId);
  expect(history?.events?.filter(({ workflowTaskFailedEventAttributes: failed }) => failed)).toEqual([]);
  await world.publish({
    workflow: "into-blob",
    steps: [
      get,
      { id: "look", type: "transform.assign", assign: { "vars.n": { $expr: "$count(vars.res.body.rows)" } } },
    ],
  });
  outside.answer("into", { "GET /rows": { body: { rows } } });
  const looked = await world.ended(await world.start("into-blob", { baseUrl: outside.baseUrl("into") }));
  expect(looked.error).toMatchObject({ code: "VALUE_IS_BLOB", stepId: "look" });
  await world.expectSound(runId);
}, 60_000);

test("[CASE-34] a payment in a retried step: one key per item and run, or one for all where the author says so", async () => {
  const bill = (workflow: string, more: object): object => ({
    workflow,
    steps: [
      {
        id: "loop",
        type: "control.forEach",
        items: { $expr: "payload.items" },
        body: [
          {
            id: "pay",
            type: "action.call",
            action: "http.request@1",
            input: { method: "POST", url: { $expr: 'payload.baseUrl & "/book"' }, body: { $expr: "item" } },
            retry: { maxAttempts: 3, backoffMs: 10 },
            ...more,
          },
        ],
      },
    ],
  });
  await world.publish(bill("bill", {}));
  await world.publish(bill("bill-keyed", { idempotencyKey: { $expr: '"inv-" & item.inv' } }));
  // Books, and tells so only when it is asked again.
  const booked = new Map<string, number>();
  outside.answer("bill", {
    "POST /book": (_, __, key) => {
      const times = booked.get(key ?? "") ?? 0;
      booked.set(key ?? "", times + 1);
      return times === 0 ? { status: 503 } : { body: { booked: key } };
    },
  });
  const items = [
    { inv: 1, amount: 5 },
    { inv: 1, amount: 5 },
  ];
  const payload = { baseUrl: outside.baseUrl("bill"), items };
  const first = await world.start("bill", payload);
  await until("the second item is paid", () => (booked.size === 2 ? true : undefined), { everyMs: 2 });
  await worker.kill();
  await worker.start();
  expect((await world.ended(first)).status).toBe("SUCCEEDED");
  expect(booked.size).toBe(2);
  const again = await world.replay(first);
  expect((await world.ended(again)).status).toBe("SUCCEEDED");
  expect(booked.size).toBe(4);

  booked.clear();
  const keyed = await world.start("bill-keyed", payload);
  expect((await world.ended(keyed)).status).toBe("SUCCEEDED");
  const requests = [...booked.values()];
  expect(requests).toHaveLength(1);
  const replayed = await world.replay(keyed);
  expect((await world.ended(replayed)).status).toBe("SUCCEEDED");
  expect([...booked.values()]).toEqual(requests);
  const other = await world.start("bill-keyed", { ...payload, items: [items[0], { inv: 1, amount: 6 }] } as never);
  expect((await world.ended(other)).error).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
  expect([...booked.values()]).toEqual(requests);
  for (const runId of [first, again, keyed, replayed, other]) await world.expectSound(runId);
}, 90_000);
