import { afterAll, beforeAll, expect, test } from "vitest";
import { openDispatcher } from "@mainspring/store";
import { routeOnce } from "../ingestion/route-event.ts";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { temporalClient } from "../temporal/connect.ts";

let world: World;
let why: AsksWhy;
beforeAll(async () => {
  world = await newWorld();
  why = asksWhy(world, { "ticket.closed": ["payload.ticket.id"] });
  await world.startWorker();
  await world.publish({
    workflow: "patient",
    steps: [
      {
        id: "reply",
        type: "event.wait",
        event: "customer.replied",
        correlationKey: { $expr: "payload.ticket" },
        filters: [{ path: "total", op: ">=", value: 10 }],
        timeoutMs: 7_200_000,
        saveAs: "reply",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.reply.total" } },
    ],
  });
});
afterAll(() => world?.close());

test("[WHY-01] waiting-event: for what, with which key, until when, and the near misses", async () => {
  const runId = await world.start("patient", { ticket: "T-1182" });
  await world.waiting(runId);
  await world.event({ name: "customer.replied", correlationKey: "T-9", payload: { total: 12 } });
  const otherKey = await world.event({ name: "customer.replied", correlationKey: "T-1128", payload: { total: 12 } });
  const otherName = await world.event({ name: "customer.wrote", correlationKey: "T-1182", payload: { total: 12 } });
  const filtered = await world.event({ name: "customer.replied", correlationKey: "T-1182", payload: { total: 3 } });
  const answer = await why.leads(runId, "waiting-event");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^It waits for customer\.replied with key "T-1182" until \w{3} \d+ \w{3} \d\d:\d\d UTC \(2 h\)\.$/,
  );
  expect(answer.next).toBe((await world.waits(runId))[0]?.timeoutAt);
  expect(answer.since).toBe((await world.waits(runId))[0]?.openedAt);
  expect(evidenceOf(answer, "expected")).toMatchObject([
    { event: "customer.replied", key: "T-1182", filters: [{ path: "total", op: ">=", value: 10 }] },
  ]);
  expect(evidenceOf(answer, "near-miss")).toMatchObject([
    { eventId: filtered, differs: "filter", filter: { path: "total", op: ">=", value: 10, found: 3 } },
    { eventId: otherKey, differs: "key", key: "T-1128" },
    { differs: "key", key: "T-9" },
    { eventId: otherName, differs: "name", name: "customer.wrote" },
  ]);
  expect(answer.remedy).toContain("filters");
  await world.event({ name: "customer.replied", correlationKey: "T-1182", payload: { total: 10 } });
  await why.goes(runId, "waiting-event");
  expect((await why.leads(runId, "ended")).also).toEqual([]);
});

test("[WHY-01] waiting-event: an event that came before the look-back is named", async () => {
  await world.publish({
    workflow: "short-sighted",
    steps: [
      { id: "paid", type: "event.wait", event: "paid", correlationKey: "k-early", lookbackMs: 0, saveAs: "paid" },
    ],
  });
  const early = await world.event({ name: "paid", correlationKey: "k-early" });
  const runId = await world.start("short-sighted");
  await world.waiting(runId);
  const answer = await why.leads(runId, "waiting-event");
  expect(evidenceOf(answer, "near-miss")).toMatchObject([{ eventId: early, differs: "look-back" }]);
  expect(answer.sentence).toBe('It waits for paid with key "k-early".');
  await world.cancel(runId);
  await why.goes(runId, "waiting-event");
});

test("[WHY-01] event-correlation-missing: how many events of that name had no key, and where one was looked for", async () => {
  await world.publish({
    workflow: "keyed",
    steps: [{ id: "closed", type: "event.wait", event: "ticket.closed", correlationKey: "c-1" }],
  });
  const runId = await world.start("keyed");
  await world.waiting(runId);
  const one = await world.event({ name: "ticket.closed", payload: { ticket: {} } });
  await world.event({ name: "ticket.closed", payload: { ticket: {} } });
  const answer = await why.leads(runId, "event-correlation-missing");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toContain("2 events of the name ticket.closed had no correlation key");
  expect(answer.sentence).toContain('It waits for ticket.closed with key "c-1"');
  expect(evidenceOf(answer, "keyless-events")).toMatchObject([{ count: 2 }]);
  expect((evidenceOf(answer, "keyless-events")[0] as { eventIds: string[] }).eventIds).toContain(one);
  expect(evidenceOf(answer, "paths-tried")).toEqual([
    ["correlationKey", "payload.workflowCorrelationKey", "payload.correlationKey", "payload.ticket.id"],
  ]);
  await world.event({ name: "ticket.closed", correlationKey: "c-1" });
  await why.goes(runId, "event-correlation-missing");
});

test("[WHY-01] waiting-time: until when, and how that was computed", async () => {
  await world.publish({ workflow: "sleeper", steps: [{ id: "nap", type: "time.wait", durationMs: 90_000 }] });
  const runId = await world.start("sleeper");
  await world.waiting(runId);
  const answer = await why.leads(runId, "waiting-time");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(/^It sleeps until .* UTC \(1 min 30 s\)\.$/);
  expect(evidenceOf(answer, "plan")).toMatchObject([
    { until: (await world.waits(runId))[0]?.timeoutAt, plan: "1 min 30 s" },
  ]);
  await world.cancel(runId);
  await why.goes(runId, "waiting-time");
});

test("[WHY-01] event-delivery-failing: the event is there, its signal fails, and why", async () => {
  const alone = await newWorld();
  const asks = asksWhy(alone);
  try {
    const worker = await alone.startWorker();
    await alone.publish({
      workflow: "unreached",
      steps: [{ id: "go", type: "event.wait", event: "go", correlationKey: "g-1" }],
    });
    const runId = await alone.start("unreached");
    await alone.waiting(runId);
    await worker.stop();
    await alone.event({ name: "go", correlationKey: "g-1" });
    // An ingestion worker that reaches the database and not Temporal.
    const dispatcher = openDispatcher({ url: alone.database.dispatcherUrl });
    const cutOff = temporalClient(alone.store, { address: "127.0.0.1:1", namespace: alone.namespace });
    const silent = { info: () => undefined, warn: () => undefined };
    await until("the event is routed", async () =>
      (await routeOnce({
        store: alone.store,
        dispatcher,
        client: cutOff,
        log: silent,
        worker: "cut-off",
        claimMs: 5_000,
      })) > 0
        ? true
        : undefined,
    );
    await dispatcher.close();
    await cutOff.connection.close();
    const answer = await asks.leads(runId, "event-delivery-failing");
    expect(answer.also).toEqual([]);
    expect(answer.sentence).toContain('go with key "g-1" has come, and its delivery was tried 1 time');
    expect(evidenceOf(answer, "delivery")).toMatchObject([{ attempts: 1 }]);
    expect((evidenceOf(answer, "delivery")[0] as { reason: string }).reason).not.toBe("");
    await alone.startWorker();
    await asks.goes(runId, "event-delivery-failing");
    expect((await alone.ended(runId)).status).toBe("SUCCEEDED");
  } finally {
    await alone.close();
  }
});
