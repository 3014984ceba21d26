// One set of rules for whoever brings an event: the same events by requests and by a stream come to the same decisions.
import type { Json } from "@mainspring/core";
import {
  deliveriesOf,
  listDecisions,
  listEvents,
  putEventType,
  type DecisionRow,
  type InboxRow,
  type TenantDb,
} from "@mainspring/store";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { startEventStream } from "../stream/event-stream.ts";
import { messageFields } from "../stream/message.ts";
import { newTenant, publish } from "../testing/publish.ts";
import { noRedisHere, startRedis, type RedisServer } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { acceptTogether, type InboundMessage } from "./accept.ts";
import { routeOnce } from "./route-event.ts";

const missing = noRedisHere();
let world: World;
let redis: RedisServer;
beforeAll(async () => {
  if (missing !== undefined) return;
  world = await newWorld();
  redis = await startRedis();
});
afterAll(async () => {
  await redis?.close();
  await world?.close();
});

const rules = { paths: { "order.paid": ["order.id"], "*": ["any"] } };
const log = { info: () => undefined, warn: () => undefined };
const names = ["order.paid", "order.typed", "order.filtered", "nobody.listens"];
/** Payloads with a key at every place where one may be, and of every kind that one may have. */
const payloads: readonly Json[] = [
  { workflowCorrelationKey: "w-1", correlationKey: "c-1", order: { id: "o-1" } },
  { workflowCorrelationKey: "", correlationKey: 12 },
  { correlationKey: 12.5, n: 7 },
  { correlationKey: false },
  { correlationKey: null, order: { id: "o-2" }, ref: "r-2" },
  { correlationKey: { not: "a scalar" }, order: { id: 3 } },
  { order: { id: "" }, ref: "r-3", any: "a-3" },
  { ref: "r-4", n: 1 },
  { any: "a-4", fallback: "f-4" },
  { fallback: "f-5", n: 9 },
  { nothing: true },
  [1, 2],
  "text",
  null,
];

/** 200 events: each name with each payload, with and without a key of its own, some of them twice. */
function events(): InboundMessage[] {
  const all: InboundMessage[] = [];
  for (let n = 0; n < 200; n += 1) {
    const repeated = n % 10 === 9 ? all[n - 5] : undefined;
    const key = n % 3 === 0 ? [`k-${n % 7}`, "12", "é\u2028"][n % 9 === 0 ? 2 : n % 2] : undefined;
    all.push(
      repeated ?? {
        id: `e-${n}`,
        source: n % 4 === 0 ? "shop" : "default",
        name: names[n % names.length] as string,
        payload: payloads[n % payloads.length] as Json,
        ...(key === undefined ? {} : { correlationKey: key }),
        ...(n % 5 === 0 ? { userId: "ada" } : {}),
      },
    );
  }
  return all;
}

async function prepare(tenantId: string): Promise<void> {
  await world.store.tenant(tenantId, async (db) => {
    await putEventType(db, { name: "order.typed", correlationPaths: ["ref"], samples: [], by: "test" });
    await putEventType(db, { name: "order.paid", correlationPaths: ["ref"], samples: [], by: "test" });
    await putEventType(db, { name: "*", correlationPaths: ["fallback"], samples: [], by: "test" });
  });
  const definition: object = {
    workflow: "listens",
    payload: { type: "object", properties: { n: { type: "integer", maximum: 8 } } },
    triggers: [
      { id: "paid", event: "order.paid" },
      { id: "typed", event: "order.typed", when: { $expr: "event.payload.n > 5" } },
      { id: "filtered", event: "order.filtered", when: { $expr: "event.correlationKey = '12'" } },
    ],
    steps: [{ id: "done", type: "control.return", output: 1 }],
  };
  await publish(world.store, tenantId, definition as Json, []);
}

/** What became of every event, less ids and times. */
async function outcomes(tenantId: string): Promise<readonly unknown[]> {
  return world.store.tenant(tenantId, async (db) => {
    const rows: InboxRow[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listEvents(db, {}, { limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    rows.sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
    const of: unknown[] = [];
    for (const row of rows) {
      const decisions = (await listDecisions(db, { eventId: row.id }, {})).items.map(told);
      const { eventId, source, name, payload, userId, correlationKey, correlationHow, runId, state, error } = row;
      const deliveries = (await deliveriesOf(db, row.id)).length;
      of.push({
        eventId,
        source,
        name,
        payload,
        userId,
        correlationKey,
        correlationHow,
        runId,
        state,
        error,
        deliveries,
        decisions: decisions.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      });
    }
    return of;
  });
}

function told({ outcome, workflow, version, triggerId, values, event }: DecisionRow): object {
  const { acceptedAt: _, ...rest } = (values ?? {}) as { readonly [name: string]: Json };
  return { outcome, workflow, version, triggerId, values: rest, event: event?.name };
}

const routeAll = async (tenantId: string): Promise<void> =>
  void (await until(
    "every event is routed",
    async () => {
      await routeOnce({
        store: world.store,
        dispatcher: world.database.dispatcher,
        client: world.client,
        log,
        worker: "test",
        claimMs: 60_000,
      });
      const open = (db: TenantDb) => listEvents(db, { states: ["pending", "processing", "failed"] }, { limit: 1 });
      return (await world.store.tenant(tenantId, open)).items.length === 0 ? true : undefined;
    },
    { withinMs: 60_000 },
  ));

test("[ING-02] [ING-03] [ING-04] 200 events with keys of every shape come to the same decisions by requests and by a stream", async (context: TestContext) => {
  if (missing !== undefined) context.skip(missing);
  const byStream = await newTenant(world.store);
  for (const tenantId of [world.tenantId, byStream]) await prepare(tenantId);
  const all = events();
  for (let n = 0; n < all.length; n += 20) {
    const accepted = await world.store.tenant(world.tenantId, (db) => acceptTogether(db, all.slice(n, n + 20), rules));
    expect(accepted).toHaveProperty("receipts");
  }
  const settings = { url: redis.url, prefix: "same:", group: "same", batchSize: 10, idleTimeoutMs: 60_000 };
  for (const { correlationKey, ...event } of all)
    await redis.client.xAdd(
      `${settings.prefix}${byStream}`,
      "*",
      messageFields({
        ...event,
        tenantId: byStream,
        ...(correlationKey === undefined ? {} : { correlationKey: String(correlationKey) }),
      }),
    );
  const stream = await startEventStream({ store: world.store, settings, rules, identity: "same:1", consumers: 1, log });
  await until(
    "the stream is taken in",
    async () => ((await redis.client.xLen(`${settings.prefix}${byStream}`)) === 0 ? true : undefined),
    { withinMs: 60_000 },
  );
  await stream.stop();
  for (const tenantId of [world.tenantId, byStream]) await routeAll(tenantId);
  const [direct, streamed] = [await outcomes(world.tenantId), await outcomes(byStream)];
  expect(direct).toHaveLength(180);
  expect(streamed).toEqual(direct);
  const text = JSON.stringify(direct);
  for (const outcome of ["fired", "filtered", "payload-invalid", "no-trigger", "correlation-missing", "duplicate"])
    expect(text).toContain(`"outcome":"${outcome}"`);
  for (const how of [
    "explicit",
    "payload.workflowCorrelationKey",
    "payload.correlationKey",
    "path order.paid: order.id",
    "type order.paid: ref",
    "path *: any",
    "type *: fallback",
  ])
    expect(text).toContain(`"correlationHow":"${how}"`);
}, 120_000);
