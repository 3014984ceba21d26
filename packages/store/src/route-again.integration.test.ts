import type { JournalEntry } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveriesOf, deliveryDone, offerDelivery } from "./deliveries.ts";
import { acceptEvent, claimEvent, eventDone, getEvent } from "./inbox.ts";
import { newId } from "./ids.ts";
import { writeCarried, writeProvisional } from "./journal.ts";
import { roundTrips } from "./pipeline.ts";
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
const place = { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 1 };
const claim = { worker: "w", claimMs: 60_000 };

async function accepted(key: string): Promise<string> {
  const event = { source: "test", name: "paid", payload: 1, bodyHash: "b", correlationKey: key };
  return (await tenant.run((db) => acceptEvent(db, { ...event, eventId: newId() }))).id;
}

/** A run that waits for `paid` under a key and was offered an event. */
async function waitingRun(key: string, eventId: string): Promise<string> {
  const runId = await acceptedRun(tenant);
  const entries = [
    { ...place, seq: 1, at, kind: "step", status: "RUNNING" },
    {
      ...place,
      seq: 2,
      at,
      kind: "wait",
      waitId: "c1",
      waitType: "event",
      status: "WAITING",
      data: { event: "paid", key },
    },
  ] as JournalEntry[];
  await tenant.run((db) =>
    writeProvisional(db, { runId, fence: { epoch: 0, ordinal: 1, historyLength: 5 }, nextSeq: 3, entries }),
  );
  await tenant.run((db) => offerDelivery(db, { eventId, runId }));
  return runId;
}

async function somebodyWaitsForALock(): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { rows } = await tenant.run((db) =>
      sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db),
    );
    if ((rows[0]?.n ?? 0) > 0) return;
    if (Date.now() > deadline) throw new Error("Nobody waited for a lock within 30 s.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("what a run says of an event, and the end of the wait that took it, are written in two round trips", async () => {
  const eventId = await accepted("two");
  const runId = await waitingRun("two", eventId);
  const entries = [
    { seq: 3, at, kind: "event", eventId, verdict: "taken" },
    {
      ...place,
      seq: 4,
      at,
      kind: "wait",
      waitId: "c1",
      waitType: "event",
      status: "RESOLVED",
      data: { resolvedBy: "event", eventId },
    },
    { ...place, seq: 5, at, kind: "step", status: "SUCCEEDED" },
  ] as JournalEntry[];

  let rounds = 0;
  const count = (): void => void rounds++;
  roundTrips.subscribe(count);
  await tenant.run((db) => writeCarried(db, { runId, fence: { epoch: 0, ordinal: 1, historyLength: 8 }, entries }));
  roundTrips.unsubscribe(count);

  expect(rounds).toBe(2);
  expect(await tenant.run((db) => deliveriesOf(db, eventId))).toMatchObject([{ state: "taken", dueAt: null }]);
  expect((await tenant.run((db) => waitsOf(db, runId, {}))).items).toMatchObject([{ status: "RESOLVED", eventId }]);
});

test("[ING-13] an event that one run gives back while another's worker is just ending its routing is routed again", async () => {
  const eventId = await accepted("race");
  const runId = await waitingRun("race", eventId);
  let end = (): void => undefined;
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  let hasEnded = (): void => undefined;
  const locked = new Promise<void>((resolve) => (hasEnded = resolve));
  const routing = tenant.run(async (db) => {
    await claimEvent(db, eventId, claim);
    await deliveryDone(db, { eventId, runId, state: "delivered" });
    await eventDone(db, eventId, { worker: "w", status: "completed" });
    hasEnded();
    await mayEnd;
  });
  await locked;
  // It begins while the event is still pending for all others.
  const givingBack = tenant.run((db) => deliveryDone(db, { eventId, runId, state: "ignored", reason: "it has ended" }));
  await somebodyWaitsForALock();
  end();
  await Promise.all([routing, givingBack]);

  expect(await tenant.run((db) => deliveriesOf(db, eventId))).toMatchObject([{ state: "ignored" }]);
  expect(await tenant.run((db) => getEvent(db, eventId))).toMatchObject({ state: "pending" });
  expect(await tenant.run((db) => claimEvent(db, eventId, claim))).toBeDefined();
});

test("[ING-13] an event that is given back while it is being routed is routed once more afterwards, and a dead one stays dead", async () => {
  const eventId = await accepted("processing");
  const runId = await waitingRun("processing", eventId);
  await tenant.run((db) => claimEvent(db, eventId, claim));
  await tenant.run((db) => deliveryDone(db, { eventId, runId, state: "ignored", reason: "it has ended" }));
  expect(await tenant.run((db) => getEvent(db, eventId))).toMatchObject({ state: "processing" });
  await tenant.run((db) => eventDone(db, eventId, { worker: "w", status: "completed" }));
  expect(await tenant.run((db) => getEvent(db, eventId))).toMatchObject({ state: "pending" });

  await tenant.run((db) => claimEvent(db, eventId, claim));
  await tenant.run((db) => eventDone(db, eventId, { worker: "w", status: "dead" }));
  const other = await waitingRun("processing", eventId);
  await tenant.run((db) => deliveryDone(db, { eventId, runId: other, state: "ignored", reason: "it has ended" }));
  expect(await tenant.run((db) => getEvent(db, eventId))).toMatchObject({ state: "dead", dueAt: null });
});
