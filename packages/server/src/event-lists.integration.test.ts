import { claimEvent, eventDone, newId, recordDecision } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

test("events are listed by what became of them: by status, and those that nothing took and nothing was started by", async () => {
  const { client, id: tenantId } = on.one;
  const sent = async (id: string): Promise<string> => {
    const receipt = await client.events.accept({ body: { name: "ticket.created", id, source: "desk", payload: {} } });
    return Array.isArray(receipt) ? "" : receipt.eventId;
  };
  const done = (id: string, status: "completed" | "dead", fired = false): Promise<unknown> =>
    on.database.store.tenant(tenantId, async (db) => {
      await claimEvent(db, id, { worker: "w", claimMs: 60_000 });
      if (fired) await recordDecision(db, { outcome: "fired", eventId: id, runId: newId() });
      expect(await eventDone(db, id, { worker: "w", status })).toBe(true);
    });
  const [waiting, unmatched, started, dead] = [
    await sent("e-1"),
    await sent("e-2"),
    await sent("e-3"),
    await sent("e-4"),
  ] as const;
  await done(unmatched, "completed");
  await done(started, "completed", true);
  await done(dead, "dead");

  const ids = async (query: Parameters<typeof client.events.list>[0]): Promise<string[]> =>
    (await client.events.list(query)).items.map(({ eventId }) => eventId);
  expect(await ids({})).toEqual([dead, started, unmatched, waiting]);
  const counts = (await client.events.list()).items.map(({ runsTaken, runsStarted }) => [runsTaken, runsStarted]);
  expect(counts).toEqual([
    [0, 0],
    [0, 1],
    [0, 0],
    [0, 0],
  ]);
  expect(await ids({ query: { status: "pending" } })).toEqual([waiting]);
  expect(await ids({ query: { status: ["pending", "dead"], name: "ticket.created" } })).toEqual([dead, waiting]);
  expect(await ids({ query: { unmatched: "true" } })).toEqual([unmatched]);
  expect(await ids({ query: { unmatched: "true", status: "dead" } })).toEqual([]);
  expect((await on.other.client.events.list()).items).toEqual([]);

  // A cursor goes on with its own filter only.
  const page = await client.events.list({ query: { status: ["pending", "completed"], limit: 1 } });
  const cursor = page.nextCursor ?? "";
  expect(await ids({ query: { status: ["pending", "completed"], cursor } })).toEqual([unmatched, waiting]);
  await expect(client.events.list({ query: { status: "pending", cursor } })).rejects.toMatchObject({
    status: 422,
    code: "CURSOR_MISMATCH",
  });
});
