// What a real worker process tells of itself, with a real Redis that comes and goes.
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import { messageFields } from "../stream/message.ts";
import { freePort, noRedisHere, startRedis, type RedisServer } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

const missing = noRedisHere();
let world: World;
let redis: RedisServer;
let worker: WorkerChild;
let address: string;
beforeAll(async () => {
  if (missing !== undefined) return;
  world = await newWorld();
  redis = await startRedis();
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  worker = new WorkerChild(world, {
    REDIS_URL: redis.url,
    MAINSPRING_WORKER_PORT: String(port),
    WORKFLOW_WORKER_COUNT: "3",
  });
  await worker.start();
});
afterAll(async () => {
  await worker?.stop();
  await redis?.close();
  await world?.close();
});
beforeEach((context: TestContext) => {
  if (missing !== undefined) context.skip(missing);
});

interface Answer {
  readonly status: number;
  readonly parts: {
    readonly temporal: string;
    readonly eventStream: string;
    readonly dataStoreSweep: string;
    readonly stream: {
      readonly lag: number;
      readonly pending: number;
      readonly consumers: readonly { readonly id: string; readonly pending: number; readonly lastSuccessAt?: string }[];
    };
  };
}
async function ask(path: "/healthz" | "/readyz"): Promise<Answer> {
  const reply = await fetch(address + path);
  return { ...((await reply.json()) as Pick<Answer, "parts">), status: reply.status };
}
async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, name, value] = /^(\w+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}
const send = (id: string, key: string): Promise<unknown> =>
  redis.client.xAdd(
    `workflow:events:${world.tenantId}`,
    "*",
    messageFields({ id, name: "metered", tenantId: world.tenantId, correlationKey: key }),
  );

test("[OPS-02] [OPS-06] each part is told as it is now: one that fails makes the worker not ready, and ready again once it is back", async () => {
  const fine = await until("all parts are at work", async () => {
    const answer = await ask("/readyz");
    return answer.status === 200 && answer.parts.eventStream === "ok" && answer.parts.dataStoreSweep === "ok"
      ? answer
      : undefined;
  });
  expect(fine.parts.temporal).toBe("RUNNING");
  const { consumers } = fine.parts.stream;
  expect(consumers).toHaveLength(3);
  expect(new Set(consumers.map(({ id }) => id)).size).toBe(3);
  for (const { id, pending, lastSuccessAt } of consumers) {
    expect(id).toMatch(/^[^:]+:\d+:[0-9a-f]{8}:\d$/);
    expect([pending, lastSuccessAt]).toEqual([0, expect.any(String)]);
  }
  await redis.kill();
  await until("Redis is missed", async () => {
    const { status, parts } = await ask("/readyz");
    return status === 503 && parts.eventStream === "failing" && parts.temporal === "RUNNING" ? true : undefined;
  });
  expect((await ask("/healthz")).status).toBe(200);
  await redis.start();
  await until("Redis is there again", async () => ((await ask("/readyz")).status === 200 ? true : undefined));
});

test("[OPS-07] [OBS-01] metrics count events with their processing time, what waits, and what runs and actions came to", async () => {
  await world.publish({
    workflow: "metered",
    steps: [
      { id: "wait", type: "event.wait", event: "metered", correlationKey: { $expr: "payload.id" } },
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        input: { method: "GET", url: `${address}/healthz` },
      },
      { id: "done", type: "control.return", output: 1 },
    ],
  });
  const before = await metrics();
  const runId = await world.start("metered", { id: "m-1" });
  await world.waiting(runId);
  await send("m-1", "m-1");
  await world.ended(runId);
  await send("m-2", "nobody");
  await send("m-2", "nobody");
  await redis.client.xAdd(`workflow:events:${world.tenantId}`, "*", { id: "m-3", event_name: "metered", payload: "{" });
  const rose = (now: Map<string, number>, name: string): number => (now.get(name) ?? 0) - (before.get(name) ?? 0);
  const now = await until("all of it is counted", async () => {
    const seen = await metrics();
    return rose(seen, "mainspring_events_processed_total") === 2 &&
      rose(seen, 'mainspring_stream_entries_total{result="refused"}') === 1
      ? seen
      : undefined;
  });
  expect(rose(now, "mainspring_events_succeeded_total")).toBe(2);
  expect(rose(now, "mainspring_events_failed_total")).toBe(0);
  expect(rose(now, "mainspring_event_processing_seconds_count")).toBe(2);
  expect(rose(now, "mainspring_event_processing_seconds_sum")).toBeGreaterThan(0);
  expect(rose(now, 'mainspring_stream_entries_total{result="accepted"}')).toBe(2);
  expect(rose(now, 'mainspring_stream_entries_total{result="duplicate"}')).toBe(1);
  expect(rose(now, 'mainspring_event_deliveries_total{outcome="delivered"}')).toBe(1);
  expect(rose(now, "mainspring_runs_started_total")).toBe(1);
  const calls = [...now].filter(([name]) => name.startsWith('mainspring_action_calls_total{action="http.request@1"'));
  expect(calls.length).toBeGreaterThan(0);
  const gauges = [
    "inbox_backlog",
    "inbox_oldest_seconds",
    "relay_backlog",
    "stream_lag",
    'stream_pending{consumer="0"}',
  ];
  await until("nothing waits any more", async () => {
    const seen = await metrics();
    return gauges.every((name) => seen.get(`mainspring_${name}`) === 0) ? true : undefined;
  });
  // Who is paused, held or behind is asked of the tables; this world has one run that waited, and no schedule.
  for (const name of [
    "runs_quota_paused",
    'starts_held{reason="concurrency-limited"}',
    'schedules{state="active"}',
    "schedules_behind",
    "stream_full",
  ])
    expect([name, now.get(`mainspring_${name}`)]).toEqual([name, 0]);
  expect(rose(now, "mainspring_projection_lag_seconds_count")).toBeGreaterThan(0);
  await until("the dead letter is counted", async () =>
    (await metrics()).get("mainspring_dead_letters") === 1 ? true : undefined,
  );
});
