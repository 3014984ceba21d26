import { createAcceptance, createBacklogGate } from "@mainspring/runtime/client";
import {
  claimEvent,
  deliveriesOf,
  deliveryDone,
  eventDone,
  getEvent,
  insertRun,
  keepRefused,
  listAudit,
  newId,
  offerDelivery,
} from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer, TestTenant } from "./testing/test-server.ts";

const backlogMax = 30;
let on: TestServer;
beforeAll(async () => {
  const acceptance = createAcceptance({ paths: {}, backlog: createBacklogGate(backlogMax) });
  on = await testServer({ acceptance });
});
afterAll(() => on.close());

async function accepted(tenant: TestTenant, id: string, name = "order.paid"): Promise<string> {
  const receipt = await tenant.client.events.accept({ body: { name, id, payload: { n: 1 }, correlationKey: id } });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  return receipt.eventId;
}
async function dead(tenant: TestTenant, id: string, name?: string): Promise<string> {
  const eventId = await accepted(tenant, id, name);
  const error = { code: "ROUTING_FAILED", message: "no answer" };
  await on.database.store.tenant(tenant.id, async (db) => {
    await claimEvent(db, eventId, { worker: "w", claimMs: 60_000 });
    await eventDone(db, eventId, { worker: "w", status: "dead", error });
  });
  return eventId;
}

async function publishSmall(tenant: TestTenant): Promise<{ readonly definitionHash: string }> {
  await tenant.client.workflows.create({ body: { definition: smallDefinition("listens") } });
  return tenant.client.workflows.publish({ params: { key: "listens" } });
}

test("[DLV-01] [OPS-10] dead letters are listed with error, payload and key, found by filters, and redelivered singly and by filter", async () => {
  const tenant = await on.makeTenant("Letters");
  const { deadLetters, events } = tenant.client;
  const ids = [await dead(tenant, "d-1"), await dead(tenant, "d-2"), await dead(tenant, "d-3", "order.lost")];
  const refused = await on.database.store.tenant(tenant.id, (db) =>
    keepRefused(db, {
      source: "default",
      eventId: "bad",
      entry: "s/1-0",
      name: "order.paid",
      payload: "{",
      error: { code: "BODY_NOT_JSON", message: "no JSON" },
    }),
  );
  const all = await deadLetters.list({ query: {} });
  expect(all.items.map(({ eventId }) => eventId)).toEqual([refused.id, ...ids.toReversed()]);
  expect(all.items[1]).toMatchObject({
    kind: "event",
    producerId: "d-3",
    name: "order.lost",
    correlationKey: "d-3",
    payload: { n: 1 },
    attempts: 1,
    error: { code: "ROUTING_FAILED", message: "no answer" },
    redeliverable: true,
  });
  expect(all.items[0]).toMatchObject({ redeliverable: false, payload: "{", error: { code: "BODY_NOT_JSON" } });
  expect((await deadLetters.list({ query: { name: "order.lost" } })).items).toHaveLength(1);
  expect((await deadLetters.list({ query: { code: "BODY_NOT_JSON" } })).items).toHaveLength(1);
  const first = await deadLetters.list({ query: { limit: 3 } });
  expect((await deadLetters.list({ query: { limit: 3, cursor: first.nextCursor ?? "" } })).items).toHaveLength(1);
  // Of another tenant there is nothing to be seen, and nothing to be done.
  expect((await on.other.client.deadLetters.list({ query: {} })).items).toEqual([]);
  await expect(on.other.client.events.redeliver({ params: { id: ids[0] ?? "" } })).rejects.toMatchObject({
    code: "EVENT_NOT_FOUND",
  });

  expect(await events.redeliver({ params: { id: ids[2] ?? "" } })).toEqual({
    eventId: ids[2],
    status: "pending",
    routed: true,
    deliveries: 0,
  });
  await expect(events.redeliver({ params: { id: refused.id } })).rejects.toMatchObject({
    status: 409,
    code: "EVENT_NOT_REDELIVERABLE",
  });
  expect(await deadLetters.redeliver({ body: { filter: { name: "order.paid" }, dryRun: true } })).toEqual({
    matched: 3,
    redelivered: 2,
    skipped: 1,
    more: false,
    dryRun: true,
  });
  expect((await events.get({ params: { id: ids[0] ?? "" } })).status).toBe("dead");
  expect(await deadLetters.redeliver({ body: { filter: { name: "order.paid" } } })).toMatchObject({
    redelivered: 2,
    skipped: 1,
  });
  for (const id of ids)
    expect(await events.get({ params: { id } })).toMatchObject({ status: "pending", attempts: 0, error: null });
  expect((await deadLetters.list({ query: {} })).items.map(({ eventId }) => eventId)).toEqual([refused.id]);
  const audit = await on.database.store.tenant(tenant.id, (db) => listAudit(db, {}, {}));
  expect(audit.items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["event.redeliver", "dead-letters.redeliver"]),
  );
});

test("[DLV-01] a redelivered event sends failed signals again, and leaves alone what a run was told", async () => {
  const tenant = await on.makeTenant("Deliveries");
  const { store } = on.database;
  const { definitionHash } = await publishSmall(tenant);
  const runIds = [newId(), newId()];
  const pinned = { version: 1, definitionHash, programHash: "0".repeat(64), semantics: 2, input: {} } as const;
  for (const runId of runIds)
    await store.tenant(tenant.id, (db) => insertRun(db, { ...pinned, id: runId, workflowKey: "listens" }));
  const id = await accepted(tenant, "signals");
  await store.tenant(tenant.id, async (db) => {
    for (const runId of runIds) await offerDelivery(db, { eventId: id, runId });
    await deliveryDone(db, { eventId: id, runId: runIds[0] ?? "", state: "delivered" });
    await deliveryDone(db, { eventId: id, runId: runIds[1] ?? "", state: "failed", reason: "no answer" });
    await claimEvent(db, id, { worker: "w", claimMs: 60_000 });
    await eventDone(db, id, { worker: "w", status: "completed" });
  });
  expect((await tenant.client.deadLetters.list({ query: { kind: "delivery" } })).items).toMatchObject([
    { runId: runIds[1], eventId: id, error: { code: "SIGNAL_FAILED" } },
  ]);
  expect(await tenant.client.events.redeliver({ params: { id } })).toMatchObject({ deliveries: 1 });
  const deliveries = await store.tenant(tenant.id, (db) => deliveriesOf(db, id));
  expect(Object.fromEntries(deliveries.map(({ runId, state, dueAt }) => [runId, [state, dueAt !== null]]))).toEqual({
    [runIds[0] ?? ""]: ["delivered", false],
    [runIds[1] ?? ""]: ["failed", true],
  });
});

test("[ING-20] [WHY-02] past a tenant's backlog events are answered 429 with Retry-After, nothing of them is stored, and others are unharmed", async () => {
  const [full, other] = [await on.makeTenant("Full"), await on.makeTenant("Not full")];
  const post = (tenant: TestTenant, body: object | object[]): Promise<Response> =>
    fetch(`${on.url}/api/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.keys.operator}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const some = (from: number, count: number): object[] =>
    Array.from({ length: count }, (_, n) => ({ name: "burst", id: `burst-${from + n}` }));
  expect((await post(full, some(0, backlogMax - 1))).status).toBe(202);
  const refused = await post(full, some(100, 2));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: "BACKLOG_FULL", status: 429 });
  const { items: decisions } = await full.client.decisions.list({ query: { outcome: ["over-limit"] } });
  expect(decisions).toMatchObject([{ outcome: "over-limit", values: { code: "BACKLOG_FULL" } }]);
  const ids = async (): Promise<string[]> =>
    (await full.client.events.list({ query: { limit: 200 } })).items
      .map(({ id }) => id)
      .filter((id) => /burst-1\d\d/.test(id));
  expect(await ids()).toEqual([]);
  expect((await post(full, { name: "burst", id: "burst-150" })).status).toBe(202);
  expect((await post(full, { name: "burst", id: "burst-151" })).status).toBe(429);
  expect((await post(other, some(0, backlogMax))).status).toBe(202);
  // What is routed makes room, at once.
  const [{ eventId } = { eventId: "" }] = (await full.client.events.list({ query: { limit: 1 } })).items;
  await on.database.store.tenant(full.id, async (db) => {
    await claimEvent(db, eventId, { worker: "w", claimMs: 60_000 });
    await eventDone(db, eventId, { worker: "w", status: "completed" });
    expect((await getEvent(db, eventId))?.state).toBe("completed");
  });
  expect((await post(full, { name: "burst", id: "burst-152" })).status).toBe(202);
});
