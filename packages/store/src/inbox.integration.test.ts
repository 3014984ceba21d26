import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptEvent, claimEvent, eventDone, getEvent, listEvents } from "./inbox.ts";
import { newId } from "./ids.ts";
import { writeCarried } from "./journal.ts";
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

const at = "2031-03-30T00:30:00.000Z";
async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Not within 10 s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("[ING-02] [ING-20] an event is taken in once for its source and id, and one with another body is a conflict", async () => {
  const event = {
    source: "default",
    eventId: newId(),
    name: "paid",
    payload: { amount: 9 },
    bodyHash: "b-1",
    correlationKey: "k",
    correlationHow: "explicit",
    userId: "u",
  };
  const first = await tenant.run((db) => acceptEvent(db, event));
  expect(first.result).toBe("accepted");
  expect(await tenant.run((db) => acceptEvent(db, event))).toEqual({ result: "duplicate", id: first.id });
  expect(await tenant.run((db) => acceptEvent(db, { ...event, bodyHash: "b-2" }))).toEqual({
    result: "conflict",
    id: first.id,
  });
  expect(await tenant.run((db) => acceptEvent(db, { ...event, source: "shop" }))).toMatchObject({ result: "accepted" });
  expect(await (await testTenant(database.store)).run((db) => acceptEvent(db, event))).toMatchObject({
    result: "accepted",
  });
  const { bodyHash, ...shown } = event;
  expect(bodyHash).toBe("b-1");
  expect(await tenant.run((db) => getEvent(db, first.id))).toMatchObject({ ...shown, state: "pending", attempts: 0 });
  const results = await Promise.all(
    Array.from({ length: 8 }, () => tenant.run((db) => acceptEvent(db, { ...event, eventId: "same" }))),
  );
  expect(results.filter(({ result }) => result === "accepted")).toHaveLength(1);
  expect((await tenant.run((db) => listEvents(db, { source: "default", eventId: "same" }, {}))).items).toHaveLength(1);
});

test("[ING-21] [ING-22] an event is processed by one worker at a time, whose claim expires", async () => {
  const { id } = await tenant.run((db) =>
    acceptEvent(db, { source: "s", eventId: newId(), name: "e", payload: 1, bodyHash: "b" }),
  );
  const claim = (worker: string, claimMs = 60_000): Promise<unknown> =>
    tenant.run((db) => claimEvent(db, id, { worker, claimMs }));
  const due = async (): Promise<boolean> =>
    (await database.dispatcher.dueEvents(10_000)).some((event) => event.id === id);
  expect(await due()).toBe(true);
  const claims = await Promise.all(["a", "b", "c", "d"].map((worker) => claim(worker)));
  expect(claims.filter((row) => row !== undefined)).toHaveLength(1);
  const [winner] = claims.filter((row) => row !== undefined) as { worker: string; state: string; attempts: number }[];
  expect(winner).toMatchObject({ state: "processing", attempts: 1 });
  expect(await due()).toBe(false);
  expect(await claim("late"), "another has it").toBeUndefined();
  expect(await tenant.run((db) => eventDone(db, id, { worker: "another", status: "completed" }))).toBe(false);
  expect(
    await tenant.run((db) =>
      eventDone(db, id, {
        worker: winner?.worker ?? "",
        status: "failed",
        error: { code: "X" },
        nextAt: new Date(Date.now() - 1),
      }),
    ),
  ).toBe(true);
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "failed",
    error: { code: "X" },
    worker: winner?.worker,
  });
  expect(await due()).toBe(true);
  expect(await claim("e", -1)).toMatchObject({ attempts: 2 });
  expect(await due(), "the claim has expired").toBe(true);
  expect(await claim("f")).toMatchObject({ worker: "f", attempts: 3 });
  expect(await tenant.run((db) => eventDone(db, id, { worker: "e", status: "completed" })), "without the claim").toBe(
    false,
  );
  expect(await tenant.run((db) => eventDone(db, id, { worker: "f", status: "completed" }))).toBe(true);
  expect(await tenant.run((db) => getEvent(db, id))).toMatchObject({
    state: "completed",
    dueAt: null,
    error: null,
    completedAt: expect.any(String),
  });
  expect(await claim("g")).toBeUndefined();
});

test("events of one name and key are processed one after the other in the order of their acceptance, others beside them", async () => {
  const accept = async (name: string, correlationKey?: string): Promise<string> => {
    const event = { source: "s", eventId: newId(), name, payload: 1, bodyHash: "b", correlationKey };
    return (await tenant.run((db) => acceptEvent(db, event))).id;
  };
  const claim = async (id: string): Promise<boolean> =>
    (await tenant.run((db) => claimEvent(db, id, { worker: "w", claimMs: 60_000 }))) !== undefined;
  const end = (id: string, status: "completed" | "failed"): Promise<boolean> =>
    tenant.run((db) => eventDone(db, id, { worker: "w", status, nextAt: new Date(Date.now() + 60_000) }));
  const [first, second, third] = [await accept("moved", "k"), await accept("moved", "k"), await accept("moved", "k")];
  const besides = [await accept("moved", "other"), await accept("else", "k"), await accept("moved")];
  expect(await claim(second)).toBe(false); // the first has not begun
  expect(await claim(first)).toBe(true);
  expect(await claim(second)).toBe(false); // it is under way
  for (const id of besides) expect(await claim(id)).toBe(true);
  expect(await end(first, "completed")).toBe(true);
  expect(await claim(third)).toBe(false);
  expect(await claim(second)).toBe(true);
  // One that is tried again later holds up nobody meanwhile.
  expect(await end(second, "failed")).toBe(true);
  expect(await claim(third)).toBe(true);
});

test("what is accepted is told on its channel, also after the listening connection broke", async () => {
  const told: string[] = [];
  const stop = await database.dispatcher.listen("outbox", (payload) => told.push(payload));
  const journal: string[] = [];
  const stopJournal = await database.dispatcher.listen("journal", (payload) => journal.push(payload));
  try {
    const id = await acceptedRun(tenant);
    await eventually("told of the start", () => told.includes(tenant.id));
    await tenant.run((db) =>
      writeCarried(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength: 5 },
        entries: [{ seq: 1, at, kind: "state", data: 1 }],
      }),
    );
    await eventually("told of the entry", () => journal.includes(`${tenant.id}:${id}`));
    const { default: pg } = await import("pg");
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mainspring listen outbox' and datname = current_database()",
    );
    await owner.end();
    await eventually("told to look after the reconnection", () => told.includes(""));
    told.length = 0;
    await acceptedRun(tenant);
    await eventually("told again", () => told.includes(tenant.id));
    expect(told).toContain(tenant.id);
  } finally {
    await stop();
    await stopJournal();
  }
});
