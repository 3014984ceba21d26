import {
  deliveriesOf,
  getEvent,
  listDeadLetters,
  listEvents,
  offerDelivery,
  type DeliveryRow,
  type InboxRow,
} from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { deliverOnce, eventTriesMax, routeOnce } from "./route-event.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.publish({
    workflow: "listener",
    steps: [
      {
        id: "wait",
        type: "event.wait",
        event: { $expr: "payload.event" },
        correlationKey: { $expr: "payload.key" },
        filters: [{ path: "n", op: ">", value: 1 }],
        timeoutMs: 120_000,
        saveAs: "came",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.came.n" } },
    ],
  });
});
afterAll(() => world?.close());

async function listener(event: string, key: string): Promise<string> {
  const runId = await world.start("listener", { event, key });
  await until("its wait is open", async () =>
    (await world.waits(runId)).some(({ status }) => status === "WAITING") ? true : undefined,
  );
  return runId;
}
const inbox = async (id: string): Promise<InboxRow> =>
  (await world.store.tenant(world.tenantId, (db) => getEvent(db, id))) as InboxRow;
const deliveries = (id: string): Promise<DeliveryRow[]> =>
  world.store.tenant(world.tenantId, (db) => deliveriesOf(db, id));
const processed = (id: string): Promise<InboxRow> =>
  until(`event ${id} is processed`, async () => ((await inbox(id)).state === "completed" ? inbox(id) : undefined));

test("[ING-01] [ING-07] [ING-10] [ING-15] an event is kept with its key and reaches each run that waits for it, once", async () => {
  const worker = await world.startWorker();
  const [one, two, other] = [
    await listener("paid", "o-1"),
    await listener("paid", "o-1"),
    await listener("paid", "o-2"),
  ];
  const id = await world.event({ name: "paid", id: "e-1", payload: { n: 7, correlationKey: "o-1" } });
  expect([(await world.ended(one)).output, (await world.ended(two)).output]).toEqual([7, 7]);
  expect(await processed(id)).toMatchObject({
    source: "default",
    eventId: "e-1",
    name: "paid",
    payload: { n: 7, correlationKey: "o-1" },
    correlationKey: "o-1",
    correlationHow: "payload.correlationKey",
    acceptedAt: expect.any(String),
    completedAt: expect.any(String),
  });
  const told = await until("both verdicts are in", async () => {
    const rows = await deliveries(id);
    return rows.every(({ state }) => state === "taken") ? rows : undefined;
  });
  expect(told.map(({ runId }) => runId).sort()).toEqual([one, two].sort());
  expect((await world.run(other)).status).toBe("WAITING");
  await worker.stop();
});

test("[ING-08] [ING-06] an event without a key is completed as CORRELATION_MISSING, and no run is told", async () => {
  const worker = await world.startWorker();
  const runId = await listener("keyless", "e-key");
  const id = await world.event({ name: "keyless", id: "e-key", payload: { n: 9 } });
  expect(await processed(id)).toMatchObject({ correlationKey: null, error: { code: "CORRELATION_MISSING" } });
  expect(await deliveries(id)).toEqual([]);
  expect((await world.run(runId)).status).toBe("WAITING");
  await worker.stop();
});

test("[ING-13] [MBX-02] filters are the run's business: it is told, refuses, and the event is there for another", async () => {
  const worker = await world.startWorker();
  const runId = await listener("filtered", "f-1");
  const id = await world.event({ name: "filtered", payload: { n: 1 }, correlationKey: "f-1" });
  const [verdict] = await until("the run has refused", async () => {
    const rows = await deliveries(id);
    return rows[0]?.state === "ignored" ? rows : undefined;
  });
  expect(verdict).toMatchObject({ runId, state: "ignored" });
  expect((await world.run(runId)).status).toBe("WAITING");
  await world.event({ name: "filtered", payload: { n: 2 }, correlationKey: "f-1" });
  expect((await world.ended(runId)).output).toBe(2);
  await worker.stop();
});

test("[ING-11] a signal that fails does not hold up the others, and its delivery says why", async () => {
  const worker = await world.startWorker({ waits: { reconcileEveryMs: 600_000 } });
  const [gone, live] = [await listener("mixed", "m-1"), await listener("mixed", "m-1")];
  const execution = world.client.workflow.getHandle(`workflow-runtime-v2:run:${gone}`);
  // Its wait is there before it has looked back: terminated in between, it might find the event yet, and would write that it took it.
  await until("it has looked back", async () => {
    const { raw } = await execution.describe();
    return (raw.pendingWorkflowTask ?? null) === null ? true : undefined;
  });
  await execution.terminate("by hand");
  const id = await world.event({ name: "mixed", payload: { n: 3 }, correlationKey: "m-1" });
  expect((await world.ended(live)).output).toBe(3);
  const rows = await until("both are told of", async () => {
    const told = await deliveries(id);
    return told.length === 2 && told.every(({ state }) => state === "taken" || state === "ignored") ? told : undefined;
  });
  expect(Object.fromEntries(rows.map(({ runId, state }) => [runId, state]))).toEqual({
    [gone]: "ignored",
    [live]: "taken",
  });
  expect(rows.find(({ runId }) => runId === gone)?.reason).toMatch(/ended/);
  await worker.stop();
});

test("[ING-21] [OPS-10] an event that cannot even be read holds up neither its tenant nor others, and is given up after its last try", async () => {
  const large = "x".repeat(40_000);
  const lost = await world.event({ name: "lost", payload: { large }, correlationKey: "l-1" });
  const beside = await world.event({ name: "beside", payload: {}, correlationKey: "l-1" });
  await asOwner(
    world.database,
    "delete from blobs where hash = (select payload ->> '$stored' from workflow_runtime_events where id = $1)",
    [lost],
  );
  const quiet = { info: () => undefined, warn: () => undefined };
  const { store, client, database } = world;
  const parts = { store, client, dispatcher: database.dispatcher, log: quiet, worker: "test", claimMs: 60_000 };
  const row = async (id: string) =>
    (
      await asOwner(
        world.database,
        "select state, attempts, error_json as error from workflow_runtime_events where id = $1",
        [id],
      )
    )[0] as { state: string; attempts: number; error: { message: string } | null };
  await routeOnce(parts);
  expect(await row(beside)).toMatchObject({ state: "completed", error: null });
  expect(await row(lost)).toMatchObject({
    state: "failed",
    attempts: 1,
    error: { code: "ROUTING_FAILED", message: expect.stringContaining("missing from blobs") },
  });
  for (let attempt = 2; attempt <= eventTriesMax; attempt += 1) {
    await asOwner(world.database, "update workflow_runtime_events set due_at = now() where id = $1", [lost]);
    await routeOnce(parts);
    expect((await row(lost)).attempts).toBe(attempt);
  }
  expect((await row(lost)).state).toBe("dead");
  // Whoever looks is told, and sees the others.
  const { items } = await world.store.tenant(world.tenantId, (db) => listDeadLetters(db, { name: "lost" }, {}));
  expect(items).toMatchObject([{ eventId: lost, payload: expect.stringContaining("missing from blobs") }]);
  const listed = await world.store.tenant(world.tenantId, (db) => listEvents(db, { correlationKey: "l-1" }, {}));
  expect(listed.items.map(({ id }) => id).sort()).toEqual([lost, beside].sort());
  await expect(inbox(lost)).rejects.toThrow("missing from blobs");
  const decisions = await asOwner(
    world.database,
    "select outcome from workflow_trigger_decisions where event_id = $1 and outcome = 'dead-lettered'",
    [lost],
  );
  expect(decisions).toHaveLength(1);
});

test("[ING-21] a signal that cannot even be made holds up no other, and is tried again later", async () => {
  const { store, client, database, tenantId } = world;
  const runId = await world.start("listener", { event: "unheard", key: "u-1" });
  const [lost, beside] = [
    await world.event({ name: "unheard", payload: { large: "y".repeat(40_000) }, correlationKey: "u-2" }),
    await world.event({ name: "unheard", payload: { n: 2 }, correlationKey: "u-2" }),
  ];
  await asOwner(
    database,
    "delete from blobs where hash = (select payload ->> '$stored' from workflow_runtime_events where id = $1)",
    [lost],
  );
  for (const eventId of [lost, beside]) await store.tenant(tenantId, (db) => offerDelivery(db, { eventId, runId }));
  await asOwner(database, "update workflow_event_deliveries set due_at = now() where run_id = $1", [runId]);
  const quiet = { info: () => undefined, warn: () => undefined };
  await deliverOnce({ store, client, dispatcher: database.dispatcher, log: quiet, worker: "test", claimMs: 60_000 });
  const [failed] = await deliveries(lost);
  expect(failed).toMatchObject({ state: "failed", attempts: 1, reason: expect.stringContaining("missing from blobs") });
  expect(Date.parse(failed?.dueAt ?? "")).toBeGreaterThan(Date.parse(failed?.updatedAt ?? ""));
  expect(await deliveries(beside)).toMatchObject([{ state: "delivered", attempts: 1 }]);
});

test("[ING-12] [ING-20] routing only signals: wait and run stay as they are until the run itself has decided", async () => {
  const first = await world.startWorker();
  const runId = await listener("only-signals", "s-1");
  await first.stop();
  // A router without a workflow worker: the signal is in history, and nobody has looked at it.
  const id = await world.event({ name: "only-signals", payload: { n: 4 }, correlationKey: "s-1" });
  const quiet = { info: () => undefined, warn: () => undefined };
  await routeOnce({
    store: world.store,
    dispatcher: world.database.dispatcher,
    client: world.client,
    log: quiet,
    worker: "test",
    claimMs: 60_000,
  } as never);
  expect((await inbox(id)).state).toBe("completed");
  expect((await deliveries(id)).map(({ state }) => state)).toEqual(["delivered"]);
  expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["WAITING"]);
  expect((await world.run(runId)).status).toBe("WAITING");
  const second = await world.startWorker();
  expect((await world.ended(runId)).output).toBe(4);
  await second.stop();
});

test("[VER-01] [TST-18] a run that waits finishes on its version after another was published", async () => {
  const worker = await world.startWorker();
  const version = (n: number) => ({
    workflow: "versions",
    steps: [
      {
        id: "wait",
        type: "event.wait",
        event: "versions.go",
        correlationKey: { $expr: "payload.id" },
        timeoutMs: 120_000,
      },
      { id: "done", type: "control.return", output: n },
    ],
  });
  await world.publish(version(1));
  const one = await world.start("versions", { id: "v-1" });
  await world.waiting(one);
  await world.publish(version(2));
  const two = await world.start("versions", { id: "v-2" });
  for (const id of ["v-1", "v-2"]) await world.event({ name: "versions.go", correlationKey: id });
  const [old, young] = [await world.ended(one), await world.ended(two)];
  expect([old.version, old.output, young.version, young.output]).toEqual([1, 1, 2, 2]);
  expect(old.definitionHash).not.toBe(young.definitionHash);
  expect((await world.run(await world.replay(one))).version).toBe(1);
  await worker.stop();
});

test("[CASE-20] [MBX-01] of events of one key the oldest is taken first, whether they come before the wait, while it opens or after", async () => {
  await world.publish({
    workflow: "two-scans",
    steps: [
      {
        id: "loop",
        type: "control.while",
        maxIterations: 5,
        condition: { $expr: "$count(vars.scans) < 2" },
        body: [
          {
            id: "scan",
            type: "event.wait",
            event: "parcel.scanned",
            correlationKey: { $expr: "payload.parcel" },
            timeoutMs: 60_000,
            saveAs: "s",
          },
          {
            id: "add",
            type: "transform.assign",
            assign: { "vars.scans": { $expr: "$append([vars.scans], [vars.s.at])" } },
          },
        ],
      },
      { id: "done", type: "control.return", output: { $expr: "vars.scans" } },
    ],
  });
  const worker = await world.startWorker();
  const scan = async (parcel: string): Promise<string[]> => {
    const ids: string[] = [];
    for (const at of ["dock", "belt", "van"])
      ids.push(
        await world.event({ name: "parcel.scanned", id: `${parcel}-${at}`, correlationKey: parcel, payload: { at } }),
      );
    return ids;
  };
  const started = new Map<string, string>();
  const van = new Map<string, string>();
  for (let round = 0; round < 6; round++) {
    const [before, during, after] = [`before-${round}`, `during-${round}`, `after-${round}`];
    const early = await scan(before);
    started.set(before, await world.start("two-scans", { parcel: before }));
    const [runId, racing] = await Promise.all([world.start("two-scans", { parcel: during }), scan(during)]);
    started.set(during, runId);
    started.set(after, await world.start("two-scans", { parcel: after }));
    await world.waiting(started.get(after) as string);
    const late = await scan(after);
    for (const [parcel, ids] of [
      [before, early],
      [during, racing],
      [after, late],
    ] as const)
      van.set(parcel, ids[2] as string);
  }
  for (const [parcel, runId] of started) {
    const run = await world.ended(runId);
    expect(run.output, parcel).toEqual(["dock", "belt"]);
    const states = await until("the verdicts are in", async () => {
      const rows = await deliveries(van.get(parcel) as string);
      return rows.every(({ state }) => state !== "pending" && state !== "delivered")
        ? rows.map(({ state }) => state)
        : undefined;
    });
    expect(states, parcel).not.toContain("taken");
    await world.expectSound(runId);
  }
  await worker.stop();
});
