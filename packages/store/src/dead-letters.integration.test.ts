import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listDeadLetters, redeliverEvent } from "./dead-letters.ts";
import { deliveriesOf, deliveryDone, offerDelivery } from "./deliveries.ts";
import { newId } from "./ids.ts";
import { acceptEvent, claimEvent, eventDone, getEvent, keepRefused } from "./inbox.ts";
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

const claim = { worker: "w-1", claimMs: 60_000 };
async function accepted(name: string): Promise<string> {
  const event = { source: "shop", eventId: newId(), name, payload: { n: 1 }, bodyHash: "b", correlationKey: "k-1" };
  return (await tenant.run((db) => acceptEvent(db, event))).id;
}
async function dead(name: string): Promise<string> {
  const id = await accepted(name);
  await tenant.run((db) => claimEvent(db, id, claim));
  const error = { code: "ROUTING_FAILED", message: "the broker is away" };
  expect(await tenant.run((db) => eventDone(db, id, { worker: "w-1", status: "dead", error }))).toBe(true);
  return id;
}
const decisions = (eventId: string): Promise<{ outcome: string; values: unknown }[]> =>
  tenant.run(
    async (db) =>
      (
        await sql<{ outcome: string; values: unknown }>`
        select outcome, "values" from workflow_trigger_decisions where event_id = ${eventId} order by id`.execute(db)
      ).rows,
  );

test("[ING-21] [OPS-10] an event that is given up is dead with worker, times, error, payload and key", async () => {
  const id = await dead("given.up");
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "dead",
    worker: "w-1",
    attempts: 1,
    claimedAt: expect.any(String),
    deadAt: expect.any(String),
    dueAt: null,
    payload: { n: 1 },
    correlationKey: "k-1",
    error: { code: "ROUTING_FAILED" },
  });
});

test("[DLV-01] dead letters are events and deliveries, the last given up first, in pages, and filters hold together", async () => {
  const [one, two] = [await dead("letters.a"), await dead("letters.b")];
  const runId = await acceptedRun(tenant);
  const third = await accepted("letters.a");
  await tenant.run((db) => offerDelivery(db, { eventId: third, runId }));
  await tenant.run((db) => deliveryDone(db, { eventId: third, runId, state: "failed", reason: "no answer" }));
  // Failed too, and tried again later: nobody has given it up.
  const fourth = await accepted("letters.a");
  await tenant.run((db) => offerDelivery(db, { eventId: fourth, runId }));
  const nextAt = new Date(Date.now() + 60_000);
  await tenant.run((db) => deliveryDone(db, { eventId: fourth, runId, state: "failed", reason: "not yet", nextAt }));
  const list = (filter: object, request: object = {}) => tenant.run((db) => listDeadLetters(db, filter, request));
  const ofLetters = (items: readonly { eventId: string }[]) =>
    items.map(({ eventId }) => eventId).filter((id) => [one, two, third, fourth].includes(id));

  const all = await list({});
  expect(ofLetters(all.items)).toEqual([third, two, one]);
  const first = await list({}, { limit: 1 });
  expect(first.items).toMatchObject([
    { kind: "delivery", eventId: third, runId, error: { code: "SIGNAL_FAILED", message: "no answer" } },
  ]);
  const rest = await list({}, { limit: 1, cursor: first.nextCursor ?? "" });
  expect(rest.items).toMatchObject([
    { kind: "event", eventId: two, id: two, payload: { n: 1 }, correlationKey: "k-1" },
  ]);
  expect(ofLetters((await list({ name: "letters.a" })).items)).toEqual([third, one]);
  expect(ofLetters((await list({ name: "letters.a", kind: "event" })).items)).toEqual([one]);
  expect(ofLetters((await list({ runId })).items)).toEqual([third]);
  expect(ofLetters((await list({ code: "ROUTING_FAILED", source: "shop" })).items)).toEqual([two, one]);
  expect((await list({ code: "NO_SUCH" })).items).toEqual([]);
  expect((await list({ from: "2200-01-01T00:00:00Z" })).items).toEqual([]);
  await expect(list({ name: "letters.a" }, { cursor: first.nextCursor })).rejects.toThrow(/cursor/i);
  expect(await decisions(third)).toMatchObject([{ outcome: "dead-lettered", values: { what: "delivery", runId } }]);
});

test("[DLV-01] redelivery repeats what is not done: failed deliveries and the routing, not what runs were told", async () => {
  const id = await dead("again.please");
  const [told, failed] = [await acceptedRun(tenant), await acceptedRun(tenant)];
  for (const runId of [told, failed]) await tenant.run((db) => offerDelivery(db, { eventId: id, runId }));
  await tenant.run((db) => deliveryDone(db, { eventId: id, runId: told, state: "delivered" }));
  await tenant.run((db) => deliveryDone(db, { eventId: id, runId: failed, state: "failed", reason: "no answer" }));
  const before = await tenant.run((db) => deliveriesOf(db, id));
  expect(await tenant.run((db) => redeliverEvent(db, id))).toEqual({
    result: "redelivered",
    routed: true,
    deliveries: 1,
  });
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "pending",
    attempts: 0,
    error: null,
    deadAt: null,
  });
  const after = await tenant.run((db) => deliveriesOf(db, id));
  expect(after.find(({ runId }) => runId === told)).toEqual(before.find(({ runId }) => runId === told));
  expect(after.find(({ runId }) => runId === failed)).toMatchObject({
    state: "failed",
    attempts: 0,
    dueAt: expect.any(String),
  });
  expect((await database.dispatcher.dueDeliveries(50)).length).toBeGreaterThan(0);
  // Already under way: nothing is doubled.
  expect(await tenant.run((db) => redeliverEvent(db, id))).toMatchObject({ routed: false });
  expect(await tenant.run((db) => redeliverEvent(db, newId()))).toEqual({ result: "not found" });
});

test("[OPS-10] what is no event is kept once, dead from the start, cannot be redelivered, and leaves its id to one that is", async () => {
  const refused = {
    source: "default",
    eventId: "bad-1",
    entry: "stream:1-0",
    name: "order.paid",
    payload: '{"n": 1e400}',
    correlationKey: "k-9",
    error: { code: "NUMBER_NOT_EXACT", message: "a number that cannot be kept" },
  };
  const kept = await tenant.run((db) => keepRefused(db, refused));
  expect(kept.result).toBe("kept");
  expect(await tenant.run((db) => keepRefused(db, refused))).toEqual({ result: "exists", id: kept.id });
  expect(await tenant.run((db) => keepRefused(db, { ...refused, entry: "stream:9-0" })), "sent twice").toEqual({
    result: "exists",
    id: kept.id,
  });
  expect(await tenant.run((db) => getEvent(db, kept.id))).toMatchObject({
    eventId: "bad-1",
    state: "dead",
    refused: true,
    payload: '{"n": 1e400}',
    correlationKey: "k-9",
    error: { code: "NUMBER_NOT_EXACT" },
  });
  expect(await tenant.run((db) => redeliverEvent(db, kept.id))).toEqual({ result: "refused" });
  expect(await decisions(kept.id)).toMatchObject([{ outcome: "dead-lettered", values: { refused: true } }]);

  const event = { source: "default", eventId: "bad-1", name: "order.paid", payload: { n: 1 }, bodyHash: "good" };
  const good = await tenant.run((db) => acceptEvent(db, event));
  expect(good.result).toBe("accepted");
  expect(await tenant.run((db) => acceptEvent(db, event))).toEqual({ result: "duplicate", id: good.id });
  expect(await tenant.run((db) => getEvent(db, kept.id))).toMatchObject({
    eventId: `refused:${kept.id}`,
    state: "dead",
  });
  // Another entry under an id that an event has.
  const second = await tenant.run((db) => keepRefused(db, { ...refused, entry: "stream:2-0" }));
  expect(await tenant.run((db) => getEvent(db, second.id))).toMatchObject({ eventId: "stream:2-0", refused: true });
  expect(await tenant.run((db) => keepRefused(db, { ...refused, entry: "stream:2-0" }))).toEqual({
    result: "exists",
    id: second.id,
  });
});
