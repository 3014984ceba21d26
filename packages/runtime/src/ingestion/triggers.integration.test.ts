import type { Json } from "@mainspring/core";
import { claimEvent, getEvent, listDecisions, newId, type DecisionRow, type InboxRow } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { acceptTogether } from "./accept.ts";
import { routeOnce, type IngestionParts } from "./route-event.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const expr = (text: string) => ({ $expr: text });
const owner = (text: string, ...values: unknown[]) => asOwner(world.database, text, values);
const inbox = async (id: string): Promise<InboxRow> =>
  (await world.store.tenant(world.tenantId, (db) => getEvent(db, id))) as InboxRow;
const processed = (id: string): Promise<InboxRow> =>
  until(`event ${id} is processed`, async () => {
    const row = await inbox(id);
    return row.state === "completed" ? row : undefined;
  });
const decisions = async (eventId: string): Promise<DecisionRow[]> =>
  (await world.store.tenant(world.tenantId, (db) => listDecisions(db, { eventId }, {}))).items.toReversed();
const outcomes = async (eventId: string): Promise<string[]> =>
  (await decisions(eventId)).map(({ outcome, triggerId }) =>
    triggerId === null ? outcome : `${triggerId} ${outcome}`,
  );
const runsOf = async (workflow: string): Promise<string[]> => {
  const rows = await owner("select id from workflow_runs where workflow_key = $1 order by created_at, id", workflow);
  return rows.map((row) => (row as { readonly id: string }).id);
};
const parts = (worker = "test"): IngestionParts => ({
  store: world.store,
  dispatcher: world.database.dispatcher,
  client: world.client,
  log: { info: () => undefined, warn: () => undefined },
  worker,
  claimMs: 60_000,
});
const echo = (workflow: string, more: object) => ({
  workflow,
  steps: [{ id: "done", type: "control.return", output: expr("payload") }],
  ...more,
});

test("[ING-17] [WHY-02] an event starts a run through each published trigger that lets it pass, with the mapped payload, and every decision is kept", async () => {
  const worker = await world.startWorker();
  await world.publish(
    echo("shop", {
      payload: { type: "object", required: ["orderId"], properties: { orderId: { type: "string" } } },
      triggers: [
        {
          id: "large",
          event: "order.placed",
          when: expr("event.payload.total > 100"),
          payload: { orderId: expr("event.payload.id") },
        },
        {
          id: "small",
          event: "order.placed",
          when: expr("event.payload.total <= 100"),
          payload: { orderId: expr("event.payload.id") },
        },
        { id: "misfit", event: "order.placed", payload: { orderId: expr("event.payload.total") } },
        { id: "broken", event: "order.placed", payload: { orderId: expr("$string(event.payload.id + 1)") } },
        { id: "undecided", event: "order.placed", when: expr("event.payload.id") },
      ],
    }),
  );
  const id = await world.event({
    name: "order.placed",
    id: "o-1",
    payload: { id: "A", total: 140 },
    correlationKey: "A",
  });
  await processed(id);
  const made = await decisions(id);
  expect(made.map(({ triggerId, outcome }) => [triggerId, outcome])).toEqual([
    ["large", "fired"],
    ["small", "filtered"],
    ["misfit", "payload-invalid"],
    ["broken", "payload-invalid"],
    ["undecided", "filtered"],
  ]);
  const [large, small, misfit, broken, undecided] = made.map(({ values }) => values);
  expect(large).toEqual({ condition: true, read: { "event.payload.total": 140 } });
  expect(small).toEqual({ condition: false, read: { "event.payload.total": 140 } });
  expect(misfit).toEqual({
    issues: [{ code: expect.any(String), pointer: "/payload/orderId", message: expect.any(String) }],
  });
  expect(broken).toMatchObject({ failed: "payload", error: { code: expect.any(String), message: expect.any(String) } });
  expect(undecided).toMatchObject({ condition: "A", failed: "when", error: { code: "CONDITION_NOT_BOOLEAN" } });
  const [runId, ...others] = await runsOf("shop");
  expect(others).toEqual([]);
  expect(made[0]).toMatchObject({ runId, workflow: "shop", version: 1, event: { name: "order.placed", id: "o-1" } });
  const run = await world.ended(runId as string);
  expect(run).toMatchObject({ status: "SUCCEEDED", output: { orderId: "A" } });
  expect(run.triggerMetadata).toEqual({ type: "event", eventId: id, triggerId: "large" });
  expect(await owner("select trigger, trigger_event_id as event from workflow_runs where id = $1", runId)).toEqual([
    { trigger: "event", event: id },
  ]);
  await worker.stop();
});

test("[ING-09] an event without a key starts runs all the same, and it is told that no wait was looked up", async () => {
  const worker = await world.startWorker();
  await world.publish(echo("keyless", { triggers: [{ id: "any", event: "keyless.came" }] }));
  const id = await world.event({ name: "keyless.came", payload: { n: 1 } });
  expect(await processed(id)).toMatchObject({ error: { code: "CORRELATION_MISSING" } });
  expect(await outcomes(id)).toEqual(["correlation-missing", "any fired"]);
  const [missing] = await decisions(id);
  expect(missing?.values).toEqual({
    name: "keyless.came",
    tried: ["the event's own key", "payload.workflowCorrelationKey", "payload.correlationKey"],
  });
  expect((await world.ended((await runsOf("keyless"))[0] as string)).output).toEqual({ n: 1 });
  await worker.stop();
});

test("[WHY-02] an event that nobody listens to and nobody waits for is told to be so; one that is taken is not", async () => {
  const worker = await world.startWorker();
  const id = await world.event({ name: "nobody.listens", payload: {}, correlationKey: "n-1" });
  await processed(id);
  expect((await decisions(id)).map(({ outcome, values }) => [outcome, values])).toEqual([
    ["no-trigger", { name: "nobody.listens", correlationKey: "n-1" }],
  ]);
  await world.publish({
    workflow: "waits",
    steps: [
      { id: "w", type: "event.wait", event: "somebody.waits", correlationKey: expr("payload.key"), timeoutMs: 60_000 },
    ],
  });
  const runId = await world.start("waits", { key: "n-2" });
  await world.waiting(runId);
  const taken = await world.event({ name: "somebody.waits", payload: {}, correlationKey: "n-2" });
  await world.ended(runId);
  expect(await outcomes(taken)).toEqual([]);
  await worker.stop();
});

test("an addressed event fires no trigger", async () => {
  const worker = await world.startWorker();
  await world.publish(echo("addressed", { triggers: [{ id: "any", event: "addressed.came" }] }));
  const runId = await world.start("addressed", {});
  const accepted = await world.store.tenant(world.tenantId, (db) =>
    acceptTogether(
      db,
      [{ source: "default", id: newId(), name: "addressed.came", payload: {}, correlationKey: "a", runId }],
      { paths: {} },
    ),
  );
  const id = "receipts" in accepted ? (accepted.receipts[0]?.eventId as string) : "";
  await processed(id);
  expect(await outcomes(id)).toEqual(["no-trigger"]);
  expect(await runsOf("addressed")).toEqual([runId]);
  await worker.stop();
});

test("[ING-17] publishing takes triggers over: the version of the moment counts, and a workflow that is unpublished starts nothing and says so", async () => {
  const worker = await world.startWorker();
  const send = async (): Promise<string> => {
    const id = await world.event({ name: "moved", payload: {}, correlationKey: "m" });
    await processed(id);
    return id;
  };
  await world.publish(echo("mover", { triggers: [{ id: "one", event: "moved" }] }));
  expect(await outcomes(await send())).toEqual(["one fired"]);
  await world.publish(echo("mover", { triggers: [{ id: "two", event: "moved" }] }));
  const second = await send();
  expect((await decisions(second)).map(({ triggerId, version }) => [triggerId, version])).toEqual([["two", 2]]);
  await world.publish(echo("mover", { triggers: [{ id: "other", event: "moved.elsewhere" }] }));
  expect(await outcomes(await send())).toEqual(["no-trigger"]);
  await world.publish(echo("mover", { triggers: [{ id: "back", event: "moved" }] }));
  await owner("update workflow_definitions set published_version = null where key = 'mover'");
  expect(await outcomes(await send())).toEqual(["back unpublished"]);
  expect(await runsOf("mover")).toHaveLength(2);
  await worker.stop();
});

test("the event of a paused workflow is a decision, starts nothing, and is not made up for later", async () => {
  await world.publish(echo("paused", { triggers: [{ id: "any", event: "paused.came" }] }));
  await owner("update workflow_definitions set paused_at = now() where key = 'paused'");
  const id = await world.event({ name: "paused.came", payload: {}, correlationKey: "p" });
  await routeOnce(parts());
  expect(await outcomes(id)).toEqual(["any workflow-paused"]);
  await owner("update workflow_definitions set paused_at = null where key = 'paused'");
  await routedAgain(id);
  expect(await outcomes(id)).toEqual(["any workflow-paused"]);
  expect(await runsOf("paused")).toEqual([]);
});

test("a start over a limit is made and held, and its decision says so", async () => {
  await world.publish(echo("limited", { triggers: [{ id: "any", event: "limited.came" }] }));
  await owner("update workflow_definitions set concurrency_limit = 0 where key = 'limited'");
  const id = await world.event({ name: "limited.came", payload: {}, correlationKey: "l" });
  await routeOnce(parts());
  const [runId] = await runsOf("limited");
  expect(await decisions(id)).toMatchObject([{ outcome: "fired", runId, values: { held: "concurrency-limited" } }]);
  expect((await world.run(runId as string)).status).toBe("QUEUED");
});

/** As when a delivery turns ignored, or somebody redelivers it. */
async function routedAgain(id: string): Promise<void> {
  await owner(
    "update workflow_runtime_events set state = 'pending', due_at = now(), completed_at = null where id = $1",
    id,
  );
  await routeOnce(parts());
  expect((await inbox(id)).state).toBe("completed");
}

test("a trigger fires once however often its event is routed: by two workers whose claims overlap, after a kill between two triggers, and later", async () => {
  await world.publish(
    echo("once", { triggers: [1, 2, 3].map((n) => ({ id: `t${n}`, event: "once.came", payload: { n } })) }),
  );
  const id = await world.event({ name: "once.came", payload: {}, correlationKey: "x" });
  // A worker that was killed when the second trigger had fired: what it wrote is there, its claim runs out.
  const killed = await world.store.tenant(world.tenantId, (db) => claimEvent(db, id, { worker: "killed", claimMs: 0 }));
  expect(killed?.id).toBe(id);
  await owner(
    `insert into workflow_trigger_decisions (tenant_id, id, once_key, outcome, event_id, trigger_id)
     select tenant_id, $2, 'event:' || $1::text || ':' || id || ':t2', 'fired', $1::uuid, 't2' from workflow_definitions where key = 'once'`,
    id,
    newId(),
  );
  await Promise.all([routeOnce({ ...parts("a"), claimMs: 0 }), routeOnce({ ...parts("b"), claimMs: 0 })]);
  await until("its claims have run out", async () => {
    await routeOnce(parts("c"));
    return (await inbox(id)).state === "completed" ? true : undefined;
  });
  await routedAgain(id);
  expect((await outcomes(id)).toSorted()).toEqual(["t1 fired", "t2 fired", "t3 fired"]);
  expect(await runsOf("once")).toHaveLength(2);
  // A trigger that is published since is not asked about an event of the past.
  await world.publish(echo("once", { triggers: [{ id: "late", event: "once.came" }] }));
  await routedAgain(id);
  expect(await runsOf("once")).toHaveLength(2);
});

test("a start that fails in passing fails the event, which is tried again with that trigger alone", async () => {
  await world.publish(echo("first", { triggers: [{ id: "good", event: "passing" }] }));
  await world.publish(echo("second", { triggers: [{ id: "bad", event: "passing" }] }));
  const id = await world.event({ name: "passing", payload: {}, correlationKey: "p" });
  await owner(
    `create function refuse_second() returns trigger language plpgsql as $$ begin
       if new.workflow_key = 'second' then raise exception 'the disk is full'; end if; return new; end $$`,
  );
  await owner(
    "create trigger refuse_second before insert on workflow_runs for each row execute function refuse_second()",
  );
  await routeOnce(parts());
  expect(await outcomes(id)).toEqual(["good fired"]);
  expect(await inbox(id)).toMatchObject({
    state: "failed",
    error: { code: "ROUTING_FAILED", message: expect.stringMatching(/trigger bad of second.*disk is full/) },
  });
  expect(await outcomes(id)).toEqual(["good fired"]);
  await owner("drop trigger refuse_second on workflow_runs");
  await owner("update workflow_runtime_events set due_at = now() where id = $1", id);
  await routeOnce(parts());
  expect((await inbox(id)).state).toBe("completed");
  expect(await outcomes(id)).toEqual(["good fired", "bad fired"]);
  expect([await runsOf("first"), await runsOf("second")].map(({ length }) => length)).toEqual([1, 1]);
});

test("[CASE-18] [MBX-01] the event that comes with the start is taken by the run's wait, whichever comes first, and never the one that started it", async () => {
  await world.publish({
    workflow: "order-paid",
    triggers: [{ id: "placed", event: "order.placed.18", payload: { orderId: expr("event.payload.id") } }],
    payload: { type: "object", required: ["orderId"], properties: { orderId: { type: "string" } } },
    steps: [
      {
        id: "paid",
        type: "event.wait",
        event: "payment.received",
        correlationKey: expr("payload.orderId"),
        timeoutMs: 30_000,
        saveAs: "p",
      },
      { id: "done", type: "control.return", output: { amount: expr("vars.p.amount") } },
    ],
  });
  const worker = await world.startWorker();
  const order = (n: number) => ({
    source: "default",
    name: "order.placed.18",
    id: `o-${n}`,
    payload: { id: `o-1${n}` },
    correlationKey: `o-1${n}`,
  });
  const payment = (n: number) => ({
    source: "default",
    name: "payment.received",
    id: `p-${n}`,
    payload: { amount: 9 },
    correlationKey: `o-1${n}`,
  });
  const post = (
    events: readonly { source: string; name: string; id: string; payload: Json; correlationKey: string }[],
  ) =>
    world.store.tenant(world.tenantId, async (db) => {
      const accepted = await acceptTogether(db, events, { paths: {} });
      if (!("receipts" in accepted)) throw new Error(accepted.problem.message);
      return accepted.receipts.map(({ eventId }) => eventId);
    });
  const [, together] = await post([order(7), payment(7)]);
  const [turned] = await post([payment(8), order(8)]);
  const [early] = await post([payment(9)]);
  await processed(early as string);
  await owner(
    "update workflow_runtime_events set accepted_at = accepted_at - interval '30 seconds' where id = $1",
    early,
  );
  await post([order(9)]);
  const runs = await until("three runs are there", async () => {
    const ids = await runsOf("order-paid");
    return ids.length === 3 ? ids : undefined;
  });
  for (const runId of runs) {
    const run = await world.ended(runId);
    expect(run).toMatchObject({ status: "SUCCEEDED", output: { amount: 9 } });
    const key = (run.input as { orderId: string }).orderId;
    const eventId = { "o-17": together, "o-18": turned, "o-19": early }[key] as string;
    const waits = await world.waits(runId);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toMatchObject({ status: "RESOLVED" });
    const rows = await owner(
      "select event_id as event, run_id as run, state from workflow_event_deliveries where run_id = $1",
      runId,
    );
    expect(rows).toEqual([{ event: eventId, run: runId, state: "taken" }]);
    await world.expectSound(runId);
  }
  await worker.stop();
});
