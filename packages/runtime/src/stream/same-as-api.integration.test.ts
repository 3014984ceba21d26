// The same events by API and by stream: what becomes of them is the same, row for row.
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import { acceptTogether, type InboundMessage } from "../ingestion/accept.ts";
import { routeOnce } from "../ingestion/route-event.ts";
import { launch } from "../launcher/launch.ts";
import { newTenant, publish } from "../testing/publish.ts";
import { noRedisHere, startRedis, type RedisServer } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { startEventStream, type EventStream } from "./event-stream.ts";
import { messageFields } from "./message.ts";

const missing = noRedisHere();
const rules = { paths: { "order.nested": ["order.id"], "*": ["fallback"] } };
const count = 200;
let world: World;
let redis: RedisServer;
let stream: EventStream;
/** The one is told by API, the other by stream. */
let tenants: { readonly api: string; readonly stream: string };
beforeAll(async () => {
  if (missing !== undefined) return;
  world = await newWorld();
  redis = await startRedis();
  tenants = { api: await newTenant(world.store), stream: await newTenant(world.store) };
  const settings = { url: redis.url, prefix: "workflow:events:", group: "g", batchSize: 10, idleTimeoutMs: 5_000 };
  const log = { info: () => undefined, warn: () => undefined };
  stream = await startEventStream({ store: world.store, settings, rules, identity: "same:1", consumers: 2, log });
});
afterAll(async () => {
  await stream?.stop();
  await redis?.close();
  await world?.close();
});
beforeEach((context: TestContext) => {
  if (missing !== undefined) context.skip(missing);
});

/** Every shape of correlation, fan-out, filters that the run refuses, triggers that pass, filter and refuse, and ids that come again. */
function event(n: number): InboundMessage {
  const id = `e-${n - (n % 10 === 9 ? 1 : 0)}`;
  const common = { id, source: n % 7 === 0 ? "shop" : "default" };
  const key = `k-${n % 5}`;
  switch (n % 10) {
    case 0:
      return { ...common, name: "order.explicit", payload: { n }, correlationKey: key };
    case 1:
      return {
        ...common,
        name: "order.explicit",
        payload: { workflowCorrelationKey: key, correlationKey: "other", n },
      };
    case 2:
      return { ...common, name: "order.explicit", payload: { correlationKey: n % 4, n } };
    case 3:
      return { ...common, name: "order.nested", payload: { order: { id: key }, n } };
    case 4:
      return { ...common, name: "order.any", payload: { fallback: n % 3 === 0, n } };
    case 5:
      return { ...common, name: "order.keyless", payload: { n } };
    case 6:
      return { ...common, name: "order.placed", payload: { n, start: true }, correlationKey: key };
    case 7:
      return { ...common, name: "order.placed", payload: { n, start: n % 20 === 7 ? false : "yes" } };
    // The ninth comes again as the eighth, with the same content.
    default:
      return { id, source: "again", name: "order.explicit", payload: { n: id }, correlationKey: "k-1", userId: "ada" };
  }
}

async function furnish(tenantId: string): Promise<void> {
  const listens = {
    workflow: "listens",
    semantics: 2,
    payload: { type: "object" },
    steps: [
      {
        id: "wait",
        type: "event.wait",
        event: "order.explicit",
        correlationKey: { $expr: "payload.key" },
        filters: [{ path: "n", op: "!=", value: -1 }],
        timeoutMs: 600_000,
      },
      { id: "done", type: "control.return", output: 1 },
    ],
  };
  const starts = {
    workflow: "starts",
    semantics: 2,
    payload: { type: "object", required: ["n"], properties: { n: { type: "integer", maximum: 150 } } },
    triggers: [
      {
        id: "placed",
        event: "order.placed",
        when: { $expr: "event.payload.start" },
        payload: { n: { $expr: "event.payload.n" } },
      },
    ],
    steps: [{ id: "done", type: "control.return", output: 1 }],
  };
  for (const definition of [listens, starts]) await publish(world.store, tenantId, definition as never, []);
  const parts = { store: world.store, client: world.client, workflowTaskTimeoutMs: 3_000 };
  // Two runs for some keys, one for others, none for the rest.
  for (const key of ["k-0", "k-0", "k-1", "k-2", "2"])
    await launch(parts, { tenantId, workflowKey: "listens", payload: { key }, startedBy: "test" });
}

/** What there is of the tenant, without what differs from row to row: ids and times of ours. */
async function stateOf(tenantId: string): Promise<{ readonly [table: string]: readonly object[] }> {
  return world.store.tenant(tenantId, async (db) => {
    const events =
      await sql<object>`select source, event_id, name, payload, user_id, body_hash, correlation_key, correlation_how, state, attempts,
      error_json, refused from workflow_runtime_events order by source, event_id`.execute(db);
    const deliveries =
      await sql<object>`select e.source, e.event_id, r.workflow_key, r.input_json ->> 'key' as key, d.state, d.reason
      from workflow_event_deliveries d join workflow_runtime_events e on e.id = d.event_id join workflow_runs r on r.id = d.run_id
      order by 1, 2, 3, 4, 5`.execute(db);
    const decisions =
      await sql<object>`select e.source, e.event_id, t.outcome, t.workflow_key, t.trigger_id, t.workflow_version,
      t."values" ->> 'condition' as condition, t.run_id is not null as started
      from workflow_trigger_decisions t join workflow_runtime_events e on e.id = t.event_id order by 1, 2, 3, 4, 5`.execute(
        db,
      );
    const started = await sql<object>`select r.workflow_key, r.input_json::text as input, e.event_id
      from workflow_runs r join workflow_runtime_events e on e.id = r.trigger_event_id order by 1, 2, 3`.execute(db);
    return { events: events.rows, deliveries: deliveries.rows, decisions: decisions.rows, started: started.rows };
  });
}

test("[TST-09] [ING-02] [ING-03] [ING-04] [ING-05] [ING-08] [ING-09] [ING-13] 200 events of every shape by API and by stream come to identical rows, deliveries, decisions and runs", async () => {
  const worker = await world.startWorker();
  for (const tenantId of Object.values(tenants)) await furnish(tenantId);
  for (const tenantId of Object.values(tenants))
    await until("all waits are open", async () => {
      const open = await world.store.tenant(tenantId, (db) =>
        sql`select from workflow_run_waits where status = 'WAITING'`.execute(db),
      );
      return open.rows.length === 5 ? true : undefined;
    });
  // From now on nobody executes runs, so that what they do does not depend on who is told first.
  await worker.stop();

  const events = Array.from({ length: count }, (_, n) => event(n));
  for (const one of events)
    await world.store.tenant(tenants.api, async (db) => {
      const accepted = await acceptTogether(db, [one], rules);
      if (!("receipts" in accepted)) throw new Error(`${one.id}: ${accepted.problem.message}`);
    });
  for (const { correlationKey, ...one } of events)
    await redis.client.xAdd(
      `workflow:events:${tenants.stream}`,
      "*",
      messageFields({
        ...one,
        tenantId: tenants.stream,
        ...(correlationKey === undefined ? {} : { correlationKey: String(correlationKey) }),
      }),
    );
  const distinct = new Set(events.map(({ source, id }) => `${source} ${id}`)).size;
  const parts = {
    store: world.store,
    dispatcher: world.database.dispatcher,
    client: world.client,
    log: { info: () => undefined, warn: () => undefined },
    worker: "test",
    claimMs: 60_000,
    workflowTaskTimeoutMs: 3_000,
  };
  const [api, streamed] = await until(
    "both are routed",
    async () => {
      await routeOnce(parts);
      const both = [await stateOf(tenants.api), await stateOf(tenants.stream)] as const;
      const isDone = both.every(
        ({ events: rows = [] }) =>
          rows.length === distinct && rows.every((row) => (row as { state: string }).state === "completed"),
      );
      return isDone ? both : undefined;
    },
    { withinMs: 120_000 },
  );
  expect(streamed).toEqual(api);
  // And they are not alike for want of anything to compare.
  const outcomes = new Set(api["decisions"]?.map((row) => (row as { outcome: string }).outcome));
  for (const outcome of ["fired", "filtered", "payload-invalid", "no-trigger", "correlation-missing", "duplicate"])
    expect([...outcomes]).toContain(outcome);
  const hows = new Set(api["events"]?.map((row) => (row as { correlation_how: string | null }).correlation_how));
  expect(hows.size).toBeGreaterThanOrEqual(6);
  expect(api["deliveries"]?.length).toBeGreaterThan(50);
  expect(api["started"]?.length).toBeGreaterThan(10);
});
