// A real worker process is told to end while it has its hands full.
import { kill as sendSignal } from "node:process";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import { messageFields } from "../stream/message.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { noRedisHere, startRedis, type RedisServer } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

const missing = noRedisHere();
const withinMs = 30_000;
let world: World;
let redis: RedisServer;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  if (missing !== undefined) return;
  world = await newWorld();
  redis = await startRedis();
  endpoint = await countingEndpoint();
  const body = { orderId: { $expr: "payload.id" } };
  await world.publish({
    workflow: "ordered",
    semantics: 2,
    payload: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
    triggers: [{ id: "order", event: "order.placed", payload: { id: { $expr: "event.id" } } }],
    steps: [
      {
        id: "order",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: `${endpoint.url}/orders`, body },
        retry: { maxAttempts: 5 },
      },
      { id: "done", type: "control.return", output: { $expr: "payload.id" } },
    ],
  });
});
afterAll(async () => {
  await endpoint?.close();
  await redis?.close();
  await world?.close();
});
beforeEach((context: TestContext) => {
  if (missing !== undefined) context.skip(missing);
});

const send = (id: string): Promise<unknown> =>
  redis.client.xAdd(
    `workflow:events:${world.tenantId}`,
    "*",
    messageFields({ id, name: "order.placed", tenantId: world.tenantId, source: "load" }),
  );
const states = async (): Promise<{ readonly [state: string]: number }> => {
  const { rows } = await world.store.tenant(world.tenantId, (db) =>
    sql<{ state: string; count: number }>`select state, count(*)::int as count from workflow_runtime_events
      where source = 'load' group by state`.execute(db),
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
};
const ended = async (): Promise<number> => {
  const { rows } = await world.store.tenant(world.tenantId, (db) =>
    sql<{ count: number }>`select count(*)::int as count from workflow_runs where status = 'SUCCEEDED'`.execute(db),
  );
  return rows[0]?.count ?? 0;
};

test("[OPS-05] [OPS-11] told to end under load, a worker ends with 0 within 30 s, holds nothing, and nothing is lost or done twice", async () => {
  const total = 300;
  const first = new WorkerChild(world, { REDIS_URL: redis.url });
  await first.start();
  const sending = (async () => {
    for (let n = 0; n < total; n += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, i) => send(`load-${n + i}`)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await until("it has its hands full", () => (endpoint.calls.length >= 20 ? true : undefined));
  const toldMs = performance.now();
  const code = await first.stop();
  const tookMs = performance.now() - toldMs;
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(withinMs);
  // Nothing waits for a claim to run out.
  expect((await states())["processing"] ?? 0).toBe(0);
  const groups = await redis.client.xInfoGroups(`workflow:events:${world.tenantId}`);
  expect(groups.map(({ pending, consumers }) => [pending, consumers])).toEqual([[0, 0]]);
  await sending;
  const second = new WorkerChild(world, { REDIS_URL: redis.url });
  await second.start();
  await until("all have come to their end", async () => ((await ended()) === total ? true : undefined), {
    withinMs: 120_000,
  });
  expect(await states()).toEqual({ completed: total });
  expect(endpoint.facts.size).toBe(total);
  expect([...endpoint.facts.values()].filter((times) => times !== 1)).toEqual([]);
  process.stdout.write(
    `told to end with ${endpoint.calls.length} calls made in all; ended after ${Math.round(tookMs)} ms\n`,
  );
  expect(await second.stop()).toBe(0);
});

test("[OPS-05] a part that cannot end, as when Redis is silent, does not keep the others from ending", async () => {
  const worker = new WorkerChild(world, { REDIS_URL: redis.url });
  await worker.start();
  await send("before-silence");
  await until("it is at work", async () => ((await states())["completed"] === 301 ? true : undefined));
  sendSignal(redis.pid(), "SIGSTOP");
  const toldMs = performance.now();
  const code = await worker.stop();
  const tookMs = performance.now() - toldMs;
  sendSignal(redis.pid(), "SIGCONT");
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(withinMs);
});
