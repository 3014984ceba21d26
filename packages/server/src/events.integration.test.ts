import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

test("[ING-18] [ING-20] an event is stored when its receipt comes, and is found by either id", async () => {
  const { events } = on.one.client;
  const receipt = await events.accept({
    body: { name: "order.paid", id: "e-1", payload: { order: { id: "o-1" } }, correlationKey: "o-1", userId: "ann" },
  });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  expect(receipt).toEqual({ eventId: expect.any(String), duplicate: false });
  const event = await events.get({ params: { id: receipt.eventId } });
  expect(event).toMatchObject({
    eventId: receipt.eventId,
    id: "e-1",
    source: "default",
    name: "order.paid",
    userId: "ann",
    correlationKey: "o-1",
    correlationHow: "explicit",
    status: "pending",
  });
  expect((await events.list({ query: { source: "default", id: "e-1" } })).items).toEqual([event]);
  expect((await events.deliveries({ params: { id: receipt.eventId } })).items).toEqual([]);
  await expect(events.get({ params: { id: "0190a0a0-0000-7000-8000-000000000001" } })).rejects.toMatchObject({
    status: 404,
    code: "EVENT_NOT_FOUND",
  });
});

test("[ING-02] the same id of the same source counts once; with another body it is a conflict, of another source another event", async () => {
  const { events } = on.one.client;
  const send = (payload: { [name: string]: number }, source?: string) =>
    events.accept({ body: { name: "a", id: "once", payload, ...(source === undefined ? {} : { source }) } });
  const first = await send({ x: 1, y: 2 });
  if (Array.isArray(first)) throw new Error("one event has one receipt");
  expect(await send({ y: 2, x: 1 })).toEqual({ eventId: first.eventId, duplicate: true });
  await expect(send({ x: 2 })).rejects.toMatchObject({
    status: 409,
    code: "EVENT_CONFLICT",
    issues: [{ pointer: "/id" }],
  });
  expect(await send({ x: 2 }, "shop")).toMatchObject({ duplicate: false });
});

test("a number as a correlation key is its shortest decimal", async () => {
  const receipt = await on.one.client.events.accept({ body: { name: "a", id: "number", correlationKey: 12.0 } });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  expect(await on.one.client.events.get({ params: { id: receipt.eventId } })).toMatchObject({ correlationKey: "12" });
  expect(await on.one.client.events.accept({ body: { name: "a", id: "number", correlationKey: "12" } })).toMatchObject({
    duplicate: true,
  });
});

test("several events are accepted all or none, with a receipt for each in their order", async () => {
  const { events } = on.one.client;
  const receipts = await events.accept({
    body: [
      { name: "a", id: "z" },
      { name: "a", id: "m" },
      { name: "a", id: "z" },
    ],
  });
  expect(receipts).toMatchObject([{ duplicate: false }, { duplicate: false }, { duplicate: true }]);
  const [z, , again] = receipts as { eventId: string }[];
  expect(again?.eventId).toBe(z?.eventId);
  await expect(
    events.accept({
      body: [
        { name: "a", id: "fresh" },
        { name: "a", id: "m", payload: { other: 1 } },
      ],
    }),
  ).rejects.toMatchObject({ status: 409, issues: [{ pointer: "/1/id" }] });
  expect((await events.list({ query: { id: "fresh" } })).items).toEqual([]);
  await expect(events.accept({ body: [] })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});

test("two requests that bring the same events in opposite order both succeed", async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `cross-${i}`);
  const send = (order: readonly string[]) =>
    on.one.client.events.accept({ body: order.map((id) => ({ name: "a", id })) });
  const [there, back] = await Promise.all([send(ids), send(ids.toReversed())]);
  const eventIds = (receipts: unknown): string[] =>
    (receipts as { eventId: string }[]).map((receipt) => receipt.eventId).sort();
  expect(eventIds(there)).toEqual(eventIds(back));
  expect(new Set(eventIds(there)).size).toBe(60);
});

test("[ING-19] an event for a run that is unknown, or another tenant's, is refused and stores nothing", async () => {
  await on.other.client.workflows.create({ body: { definition: smallDefinition("theirs") } });
  await on.other.client.workflows.publish({ params: { key: "theirs" } });
  const theirs = await on.other.client.runs.start({ params: { key: "theirs" } });
  if (!("runId" in theirs)) throw new Error("the run has ended");
  for (const runId of [theirs.runId, "0190a0a0-0000-7000-8000-000000000001"]) {
    await expect(on.one.client.events.accept({ body: { name: "a", id: "addressed", runId } })).rejects.toMatchObject({
      status: 404,
      code: "RUN_NOT_FOUND",
    });
  }
  expect((await on.one.client.events.list({ query: { id: "addressed" } })).items).toEqual([]);
  expect(
    await on.other.client.events.accept({ body: { name: "a", id: "addressed", runId: theirs.runId } }),
  ).toMatchObject({ duplicate: false });
});

test("a payload over 256 KiB is refused with its place", async () => {
  const tooLarge = on.one.client.events.accept({
    body: [
      { name: "a", id: "small" },
      { name: "a", id: "large", payload: { text: "x".repeat(256 * 1024) } },
    ],
  });
  await expect(tooLarge).rejects.toMatchObject({
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
    issues: [{ pointer: "/1/payload" }],
  });
});

test("[TEN-01] one tenant's events are not seen by another, and ids of two tenants do not meet", async () => {
  await on.one.client.events.accept({ body: { name: "a", id: "shared", payload: { of: "one" } } });
  expect((await on.other.client.events.list({ query: { id: "shared" } })).items).toEqual([]);
  expect(
    await on.other.client.events.accept({ body: { name: "a", id: "shared", payload: { of: "other" } } }),
  ).toMatchObject({ duplicate: false });
});
