import type { InboundEvent, JournalEntry } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveriesOf, deliveryDone, offerDelivery } from "./deliveries.ts";
import { takeEarlyEvents } from "./early-events.ts";
import type { OpenedWait } from "./early-events.ts";
import { acceptEvent, claimEvent, eventDone, getEvent } from "./inbox.ts";
import { newId } from "./ids.ts";
import { writeProvisional } from "./journal.ts";
import { chance } from "./testing/simulated-run.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";
import { waitingRuns } from "./waits.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase({ max: 16 });
  tenant = await testTenant(database.store);
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";

function accept(
  key: string,
  options: {
    readonly payload?: number;
    readonly name?: string;
    readonly position?: number;
    readonly runId?: string;
  } = {},
): Promise<string> {
  const { payload = 1, name = "paid", position, runId } = options;
  return tenant.run(
    async (db) =>
      (
        await acceptEvent(db, {
          source: "test",
          eventId: newId(),
          name,
          payload,
          bodyHash: "b",
          correlationKey: key,
          ...(position === undefined ? {} : { position }),
          ...(runId === undefined ? {} : { runId }),
        })
      ).id,
  );
}

/** A run's view of one wait: its flush and its look-back, in two transactions. */
class Waiter {
  readonly runId: string;
  #seq = 0;
  #command = 0;
  #history = 5;
  constructor(runId: string) {
    this.runId = runId;
  }
  async open(
    key: string,
    options: { readonly lookbackMs?: number; readonly name?: string; readonly count?: number } = {},
  ): Promise<OpenedWait[]> {
    const { lookbackMs, name = "paid", count = 1 } = options;
    const waits = Array.from({ length: count }, () => ({
      commandId: `c${(this.#command += 1)}`,
      event: name,
      key,
      filters: [],
      ...(lookbackMs === undefined ? {} : { lookbackMs }),
    }));
    await this.write(
      waits.map(({ commandId }) => ({
        kind: "wait",
        waitId: commandId,
        waitType: "event",
        status: "WAITING",
        data: { event: name, key, ...(lookbackMs === undefined ? {} : { lookbackMs }) },
      })),
    );
    return waits;
  }
  look(waits: readonly OpenedWait[], holds: (event: InboundEvent) => boolean = () => true): Promise<string[]> {
    return tenant.run(async (db) =>
      (await takeEarlyEvents(db, { runId: this.runId, waits, holds: (_, event) => holds(event) })).flatMap(
        ({ candidates }) => candidates.map(({ id }) => id),
      ),
    );
  }
  async openAndLook(key: string, options: { readonly lookbackMs?: number } = {}): Promise<string[]> {
    return this.look(await this.open(key, options));
  }
  close(wait: OpenedWait, eventId?: string): Promise<void> {
    return this.write([
      {
        kind: "wait",
        waitId: wait.commandId,
        waitType: "event",
        status: "RESOLVED",
        data: eventId === undefined ? { resolvedBy: "timeout" } : { resolvedBy: "event", eventId },
      },
    ]);
  }
  verdict(eventId: string, verdict: "taken" | "ignored"): Promise<void> {
    return this.write([{ kind: "event", eventId, verdict }]);
  }
  /** Another try of the same workflow task, with more history, that says nothing of what the one before said last. */
  async withdraw(entries: number): Promise<void> {
    this.#seq -= entries;
    await this.write([]);
  }
  async write(entries: readonly object[]): Promise<void> {
    const place = { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 1 };
    const placed = entries.map(
      (entry) => ({ ...("waitId" in entry ? place : {}), ...entry, seq: (this.#seq += 1), at }) as JournalEntry,
    );
    this.#history += 3;
    const fence = { epoch: 1, ordinal: 1, historyLength: this.#history };
    const written = await tenant.run((db) =>
      writeProvisional(db, { runId: this.runId, fence, nextSeq: this.#seq + 1, entries: placed }),
    );
    if (written !== "written") throw new Error(`The flush was ${written}.`);
  }
}

async function waiter(run: Parameters<typeof acceptedRun>[1] = {}): Promise<Waiter> {
  return new Waiter(await acceptedRun(tenant, run));
}

async function age(eventId: string, seconds: number): Promise<void> {
  await tenant.run((db) =>
    sql`update workflow_runtime_events set accepted_at = accepted_at - ${seconds} * interval '1 second' where id = ${eventId}`.execute(
      db,
    ),
  );
}

async function ageRun(runId: string, seconds: number): Promise<void> {
  await tenant.run((db) =>
    sql`update workflow_runs set created_at = created_at - ${seconds} * interval '1 second' where id = ${runId}`.execute(
      db,
    ),
  );
}

test("[MBX-01] an event that came before its wait is found, the oldest first, once", async () => {
  const key = newId();
  const [first, second] = [await accept(key), await accept(key)];
  const run = await waiter();
  const [wait] = await run.open(key);
  expect(await run.look([wait as OpenedWait])).toEqual([first]);
  expect(await run.look([wait as OpenedWait]), "asking again gives the same answer").toEqual([first]);
  await run.verdict(first, "taken");
  await run.close(wait as OpenedWait, first);
  expect(await run.openAndLook(key)).toEqual([second]);
});

test("[CAS-01] [CASE-20] two waits that are opened together get two different events, in their order", async () => {
  const key = newId();
  const events = [await accept(key), await accept(key), await accept(key)];
  const run = await waiter();
  expect(await run.look(await run.open(key, { count: 2 }))).toEqual(events.slice(0, 2));
});

test("[CAS-01] events of one acceptance are ordered by their position", async () => {
  const key = newId();
  const ids = await tenant.run(async (db) => {
    const ids = [];
    for (const position of [2, 0, 1])
      ids.push(
        (
          await acceptEvent(db, {
            source: "test",
            eventId: newId(),
            name: "paid",
            payload: position,
            bodyHash: "b",
            correlationKey: key,
            position,
          })
        ).id,
      );
    return ids;
  });
  const run = await waiter();
  expect(await run.look(await run.open(key, { count: 3 }))).toEqual([ids[1], ids[2], ids[0]]);
});

test("[CAS-01] look-back by default reaches 60 s behind the run's creation and no further", async () => {
  const [near, far] = [newId(), newId()];
  const [nearEvent, farEvent] = [await accept(near), await accept(far)];
  await age(nearEvent, 59);
  await age(farEvent, 62);
  const run = await waiter();
  expect(await run.openAndLook(near)).toEqual([nearEvent]);
  expect(await run.openAndLook(far)).toEqual([]);
});

test.each(["replayOfRunId", "restartedFromRunId"])(
  "look-back of a run with %s begins at its creation",
  async (lineage) => {
    const key = newId();
    const before = await accept(key);
    await age(before, 1);
    const run = await waiter({ trigger: { [lineage]: newId() } });
    const after = await accept(key);
    expect(await run.openAndLook(key)).toEqual([after]);
    expect(before).not.toBe(after);
  },
);

test("[CAS-01] [CASE-18] the event that started a run is never taken by a wait of it", async () => {
  const key = newId();
  const starter = await accept(key);
  const run = await waiter({ trigger: { type: "event", eventId: starter } });
  expect(await run.openAndLook(key)).toEqual([]);
  await run.open(key);
  expect(await tenant.run((db) => waitingRuns(db, { name: "paid", key, eventId: starter }))).toEqual([]);
  expect(await (await waiter()).openAndLook(key)).toEqual([starter]);
});

test("[CAS-01] an event that another run has is not found by default, and is with a look-back of one's own", async () => {
  const key = newId();
  const event = await accept(key);
  const first = await waiter();
  expect(await first.openAndLook(key)).toEqual([event]);
  expect(await (await waiter()).openAndLook(key)).toEqual([]);
  expect(await (await waiter()).openAndLook(key, { lookbackMs: 60_000 })).toEqual([event]);
});

test("[CAS-01] a look-back in milliseconds is inclusive and counts from the opening; zero finds nothing from before", async () => {
  const key = newId();
  const event = await accept(key);
  await age(event, 600);
  expect(await (await waiter()).openAndLook(key, { lookbackMs: 590_000 })).toEqual([]);
  expect(await (await waiter()).openAndLook(key, { lookbackMs: 660_000 })).toEqual([event]);
  const run = await waiter();
  await ageRun(run.runId, 3600);
  const waits = await run.open(key, { lookbackMs: 0 });
  expect(await run.look(waits)).toEqual([]);
  const later = await accept(key);
  expect(await run.look(waits)).toEqual([later]);
});

test("a run takes an event at most once, whatever its look-back", async () => {
  const key = newId();
  const event = await accept(key);
  const run = await waiter();
  const [wait] = await run.open(key);
  await run.look([wait as OpenedWait]);
  await run.verdict(event, "taken");
  await run.close(wait as OpenedWait, event);
  expect(await run.openAndLook(key, { lookbackMs: 600_000 })).toEqual([]);
});

test("filters are applied to each event in order until one holds; the others stay free", async () => {
  const key = newId();
  const events = [];
  for (let payload = 0; payload < 120; payload += 1) events.push(await accept(key, { payload }));
  const run = await waiter();
  expect(await run.look(await run.open(key), (event) => event.payload === 110)).toEqual([events[110]]);
  expect(await (await waiter()).openAndLook(key)).toEqual([events[0]]);
});

test("[ING-23] an addressed event is found only by the run that it names", async () => {
  const key = newId();
  const [run, other] = [await waiter(), await waiter()];
  const event = await accept(key, { runId: run.runId });
  expect(await other.openAndLook(key)).toEqual([]);
  expect(await run.openAndLook(key)).toEqual([event]);
});

test("[TEN-01] an event of another tenant is not found, whatever its key", async () => {
  const key = newId();
  const other = await testTenant(database.store, "two");
  await other.run((db) =>
    acceptEvent(db, { source: "test", eventId: newId(), name: "paid", payload: 1, bodyHash: "b", correlationKey: key }),
  );
  expect(await (await waiter()).openAndLook(key)).toEqual([]);
});

test("a verdict of the run is projected onto its delivery, and taken back with the entry that said so", async () => {
  const key = newId();
  const event = await accept(key);
  const run = await waiter();
  await run.look(await run.open(key));
  await run.verdict(event, "taken");
  const state = async (): Promise<unknown> =>
    (await tenant.run((db) => deliveriesOf(db, event))).map((row) => row.state);
  expect(await state()).toEqual(["taken"]);
  await run.withdraw(1);
  expect(await state()).toEqual(["delivered"]);
  await run.verdict(event, "ignored");
  expect(await state()).toEqual(["ignored"]);
});

test("a copy of an event that comes after it was taken does not undo its verdict", async () => {
  const key = newId();
  const event = await accept(key);
  const run = await waiter();
  await run.look(await run.open(key));
  await run.verdict(event, "taken");
  await run.verdict(event, "ignored");
  expect(await tenant.run((db) => deliveriesOf(db, event))).toMatchObject([{ state: "taken" }]);
});

test("an event that its run ignores is routed again, and reaches a wait that found it spoken for", async () => {
  const key = newId();
  const event = await accept(key);
  const first = await waiter();
  expect(await first.openAndLook(key)).toEqual([event]);
  await tenant.run(async (db) => {
    await claimEvent(db, event, { worker: "w1", claimMs: 60_000 });
    await eventDone(db, event, { worker: "w1", status: "completed" });
  });
  const second = await waiter();
  expect(await second.openAndLook(key)).toEqual([]);
  const routed = (): Promise<string[]> =>
    tenant.run(async (db) => (await waitingRuns(db, { name: "paid", key, eventId: event })).map(({ runId }) => runId));
  expect(await routed(), "spoken for").not.toContain(second.runId);

  await first.verdict(event, "ignored");
  expect(await tenant.run((db) => getEvent(db, event))).toMatchObject({ state: "pending" });
  expect(await routed()).toContain(second.runId);
  expect(await tenant.run((db) => offerDelivery(db, { eventId: event, runId: second.runId }))).toBe("new");
  expect(await tenant.run((db) => offerDelivery(db, { eventId: event, runId: first.runId })), "told once").toBe(
    "exists",
  );
});

test("what was kept for a wait is given back when the wait closes without it, or is no more", async () => {
  const key = newId();
  const event = await accept(key);
  const first = await waiter();
  const [wait] = await first.open(key);
  await first.look([wait as OpenedWait]);
  await first.close(wait as OpenedWait);
  const second = await waiter();
  expect(await second.openAndLook(key)).toEqual([event]);
  await second.withdraw(1);
  expect(await second.look([{ commandId: "c1", event: "paid", key, filters: [] }]), "the wait was withdrawn").toEqual(
    [],
  );
  expect(await (await waiter()).openAndLook(key)).toEqual([event]);
});

test("a wait that is just being withdrawn is given nothing", async () => {
  const key = newId();
  const event = await accept(key);
  const run = await waiter();
  const waits = await run.open(key);
  const order: string[] = [];
  let looking: Promise<string[]> | undefined;
  await tenant.run(async (db) => {
    await writeProvisional(db, {
      runId: run.runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 50 },
      nextSeq: 1,
      entries: [],
    });
    looking = run.look(waits).finally(() => order.push("looked"));
    // Others get on meanwhile; the look waits for this transaction.
    for (let i = 0; i < 5; i += 1) await accept(newId());
    order.push("withdrawn");
  });
  expect(await looking).toEqual([]);
  expect(order).toEqual(["withdrawn", "looked"]);
  expect(await (await waiter()).openAndLook(key)).toEqual([event]);
});

test("what a wait has taken is not given back with it, though the verdict comes later", async () => {
  const key = newId();
  const event = await accept(key);
  const first = await waiter();
  const [wait] = await first.open(key);
  await first.look([wait as OpenedWait]);
  await first.close(wait as OpenedWait, event);
  expect(await (await waiter()).openAndLook(key)).toEqual([]);
});

test("an event that is routed late finds whom it would have found in time", async () => {
  const [key, old] = [newId(), newId()];
  const event = await accept(key);
  const oldEvent = await accept(old);
  await age(oldEvent, 120);
  const run = await waiter();
  await run.open(key);
  await run.open(key, { lookbackMs: 0 });
  await run.open(old);
  const routed = (name: string, eventId: string): Promise<unknown[]> =>
    tenant.run((db) => waitingRuns(db, { name: "paid", key: name, eventId }));
  expect(await routed(key, event)).toMatchObject([
    { runId: run.runId, waitType: "event", temporalWorkflowId: `workflow-runtime-v2:run:${run.runId}` },
  ]);
  expect(await routed(old, oldEvent)).toEqual([]);
  const strict = await waiter();
  const late = newId();
  const lateEvent = await accept(late);
  await strict.open(late, { lookbackMs: 0 });
  expect(await routed(late, lateEvent)).toEqual([]);
});

test("a delivery that failed is due again, and a verdict given meanwhile stands", async () => {
  const key = newId();
  const event = await accept(key);
  const run = await waiter();
  await run.open(key);
  await tenant.run((db) => offerDelivery(db, { eventId: event, runId: run.runId }));
  const [delivery] = await tenant.run((db) => deliveriesOf(db, event));
  const due = async (): Promise<boolean> =>
    (await database.dispatcher.dueDeliveries(1000)).some(({ id }) => id === delivery?.id);
  expect(await due(), "whoever offered it is at it").toBe(false);
  const failed = { eventId: event, runId: run.runId, state: "failed", reason: "away" } as const;
  await tenant.run((db) => deliveryDone(db, { ...failed, nextAt: new Date(Date.now() - 1) }));
  expect(await due()).toBe(true);
  await tenant.run((db) =>
    deliveryDone(db, {
      eventId: event,
      runId: run.runId,
      state: "failed",
      reason: "away",
      nextAt: new Date(Date.now() + 60_000),
    }),
  );
  expect(await due()).toBe(false);
  await run.verdict(event, "taken");
  await tenant.run((db) => deliveryDone(db, { eventId: event, runId: run.runId, state: "delivered" }));
  expect(await tenant.run((db) => deliveriesOf(db, event))).toMatchObject([
    { state: "taken", attempts: 2, dueAt: null },
  ]);
});

test("[MBX-02] of 2,000 racing pairs of an event and the opening of its wait, every one is seen by at least one side and spoken for once", async () => {
  const pairs = 2_000;
  const atOnce = 8;
  const random = chance(17);
  let seenByWait = 0;
  let seenByEvent = 0;
  let seenByBoth = 0;
  const race = async (): Promise<void> => {
    const key = newId();
    const run = await waiter();
    const eventSide = async (): Promise<{ id: string; runs: string[] }> => {
      // Some transactions later or earlier, so that the two meet everywhere.
      for (let i = random.below(7); i > 0; i -= 1) await tenant.run(async () => {});
      const id = await accept(key);
      const runs = await tenant.run(async (db) => {
        const news = [];
        for (const { runId } of await waitingRuns(db, { name: "paid", key, eventId: id }))
          if ((await offerDelivery(db, { eventId: id, runId })) === "new") news.push(runId);
        return news;
      });
      return { id, runs };
    };
    const [{ id, runs }, early] = await Promise.all([eventSide(), run.openAndLook(key)]);
    if (runs.length === 0 && early.length === 0) throw new Error(`The pair ${key} missed each other.`);
    expect(runs.every((runId) => runId === run.runId)).toBe(true);
    expect(early.every((eventId) => eventId === id)).toBe(true);
    expect(await tenant.run((db) => deliveriesOf(db, id))).toHaveLength(1);
    if (runs.length > 0 && early.length > 0) seenByBoth += 1;
    else if (early.length > 0) seenByWait += 1;
    else seenByEvent += 1;
  };
  for (let done = 0; done < pairs; done += atOnce) await Promise.all(Array.from({ length: atOnce }, race));
  process.stdout.write(
    `  ${pairs} pairs: seen by the wait alone ${seenByWait}, by the event alone ${seenByEvent}, by both ${seenByBoth}\n`,
  );
  expect(Math.min(seenByWait, seenByEvent, seenByBoth), "the race is one").toBeGreaterThan(0);
  expect(seenByWait + seenByEvent + seenByBoth).toBe(pairs);
}, 240_000);

test("two runs that open a wait on one key at the same time are given two different events", async () => {
  for (let i = 0; i < 60; i += 1) {
    const key = newId();
    const events = [await accept(key), await accept(key), await accept(key)];
    const runs = await Promise.all([waiter(), waiter(), waiter()]);
    const found = (await Promise.all(runs.map((run) => run.openAndLook(key)))).flat();
    expect(found.toSorted()).toEqual(events.toSorted());
  }
});
