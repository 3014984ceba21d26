import type { JournalEntry } from "@mainspring/core";
import {
  acceptEvent,
  claimEvents,
  deliveriesOf,
  insertRun,
  listDecisions,
  roundTrips,
  writeProvisional,
} from "@mainspring/store";
import { clonedDatabase, type ClonedDatabase } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant } from "../testing/publish.ts";
import { interestsIn } from "./interests.ts";

let database: ClonedDatabase;
let tenantId: string;
beforeAll(async () => {
  database = await clonedDatabase();
  tenantId = await newTenant(database.store);
});
afterAll(() => database.drop());

const claim = { worker: "w", claimMs: 60_000 };

async function accepted(key: string): Promise<string> {
  const event = { source: "test", eventId: key, name: "paid", payload: 1, bodyHash: "b", correlationKey: key };
  return (await database.store.tenant(tenantId, (db) => acceptEvent(db, event))).id;
}

async function runWaitingFor(key: string): Promise<string> {
  const runId = crypto.randomUUID();
  const pinned = {
    workflowKey: "w",
    version: 1,
    definitionHash: "d",
    programHash: "p",
    semantics: 2,
    input: {},
  } as const;
  const place = { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 1 };
  const entry = { ...place, seq: 1, at: "2031-03-30T00:30:00.000Z", kind: "wait", waitId: "c1", waitType: "event" };
  const entries = [{ ...entry, status: "WAITING", data: { event: "paid", key } }] as JournalEntry[];
  await database.store.tenant(tenantId, (db) => insertRun(db, { ...pinned, id: runId }));
  await database.store.tenant(tenantId, (db) =>
    writeProvisional(db, { runId, fence: { epoch: 0, ordinal: 1, historyLength: 5 }, nextSeq: 2, entries }),
  );
  return runId;
}

test("a lone event is claimed, its run found and offered in three round trips, and committed with the last", async () => {
  const runId = await runWaitingFor("one");
  const id = await accepted("one");
  let rounds = 0;
  const count = (): void => void rounds++;
  roundTrips.subscribe(count);
  const found = await database.store.tenant(tenantId, async (db) =>
    interestsIn(db, await claimEvents(db, [id], claim)),
  );
  roundTrips.unsubscribe(count);
  expect(rounds).toBe(3);
  expect([...found]).toEqual([[id, { key: "one", runs: [runId], triggers: [], areDecided: false }]]);
  const deliveries = await database.store.tenant(tenantId, (db) => deliveriesOf(db, id));
  expect(deliveries).toMatchObject([{ runId, state: "pending" }]);
});

test("of events that are looked at together each is offered to its own run, one that nobody wants is told of, and none is offered twice", async () => {
  const runs = await Promise.all([runWaitingFor("a"), runWaitingFor("b"), runWaitingFor("b")]);
  const ids = [await accepted("a"), await accepted("b"), await accepted("nobody's")];
  const look = () =>
    database.store.tenant(tenantId, async (db) => {
      const events = await claimEvents(db, ids, { ...claim, claimMs: 0 });
      const found = await interestsIn(db, events);
      return ids.map((id) => [...(found.get(id)?.runs ?? [])].sort());
    });
  expect(await look()).toEqual([[runs[0]], [runs[1], runs[2]].sort(), []]);
  // A worker that has died had it: its deliveries are retried as such, and no second signal goes out.
  expect(await look()).toEqual([[], [], []]);
  const decisions = await database.store.tenant(tenantId, (db) => listDecisions(db, { eventId: ids[2] as string }, {}));
  expect(decisions.items).toMatchObject([{ outcome: "no-trigger" }]);
});
