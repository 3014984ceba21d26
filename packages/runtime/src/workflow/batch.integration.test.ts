import { fileURLToPath } from "node:url";
import { invocationsOf, putQuotas } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { batchedDouble, batchedOrder, closeGate } from "../testing/batched-actions.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld({ actions: [batchedOrder, batchedDouble] });
  endpoint = await countingEndpoint();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const order = (id: string, input: object, more: object = {}) => ({
  id,
  type: "action.call",
  action: "test.order@1",
  input: { url: { $expr: "payload.url" }, ...input },
  ...more,
});
const facts = (prefix: string) => [...endpoint.facts].filter(([fact]) => fact.startsWith(`${prefix}-`));

/** Names of the activities that a run has scheduled, over all its executions. */
async function activities(runId: string): Promise<string[]> {
  const chain = await chainOf(world.client, runId);
  return chain.flatMap((history) =>
    (history.events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []),
  );
}

test("[ACT-07] calls that come together go as activities of at most fifty, each claimed under its own key and with its own output", async () => {
  await world.publish({
    workflow: "many-orders",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "[1..120]" },
        concurrency: 50,
        body: [order("make", { orderId: { $expr: '"many-" & item' } }, { saveAs: "made" })],
        collect: { value: { $expr: "vars.made.orderId" }, saveAs: "ids" },
      },
      { id: "done", type: "control.return", output: { $expr: "vars.ids" } },
    ],
  });
  const worker = await world.startWorker();
  const runId = await world.start("many-orders", { url: endpoint.url });
  expect((await world.ended(runId)).output).toEqual(Array.from({ length: 120 }, (_, i) => `many-${i + 1}`));
  await worker.stop();
  expect(facts("many")).toHaveLength(120);
  expect(facts("many").every(([, count]) => count === 1)).toBe(true);
  const names = await activities(runId);
  expect([...new Set(names)]).toEqual(["performBatch"]);
  expect(names.length).toBeLessThanOrEqual(12);
  const { items } = await world.store.tenant(world.tenantId, (db) => invocationsOf(db, runId, { limit: 200 }));
  expect(items).toHaveLength(120);
  expect(items.every(({ status }) => status === "SUCCEEDED")).toBe(true);
  await world.expectSound(runId);
});

test("[ACT-13] one call of a batch fails alone; one that may be repeated goes on singly, counting from there and after its delay", async () => {
  await world.publish({
    workflow: "mixed-orders",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "payload.orders" },
        concurrency: 10,
        onItemError: "continue",
        body: [
          order(
            "make",
            { orderId: { $expr: "item.id" }, failures: { $expr: "item.failures" }, code: { $expr: "item.code" } },
            { retry: { maxAttempts: 3, backoffMs: 300, backoffMultiplier: 1 }, saveAs: "made" },
          ),
        ],
        collect: { value: { $expr: "vars.made.orderId" }, saveAs: "ids" },
      },
      {
        id: "done",
        type: "control.return",
        output: { ids: { $expr: "vars.ids" }, errors: { $expr: "vars.idsErrors" } },
      },
    ],
  });
  const worker = await world.startWorker();
  const startedMs = Date.now();
  const runId = await world.start("mixed-orders", {
    url: endpoint.url,
    orders: [
      { id: "mixed-a" },
      { id: "mixed-b", failures: 2 },
      { id: "mixed-c", code: "OUT_OF_STOCK" },
      { id: "mixed-d", failures: 9 },
      { id: "mixed-e" },
    ],
  });
  const run = await world.ended(runId);
  await worker.stop();
  expect(run.output).toMatchObject({
    ids: ["mixed-a", "mixed-b", null, null, "mixed-e"],
    errors: [
      { index: 2, error: { category: "BusinessError", code: "OUT_OF_STOCK", attempt: 1 } },
      { index: 3, error: { category: "TransientError", code: "NOT_YET", attempt: 3 } },
    ],
  });
  // Two tries more of b and d, each after its 300 ms.
  expect(Date.now() - startedMs).toBeGreaterThan(600);
  expect(await activities(runId)).toEqual(["performBatch", "performAction", "performAction"]);
  const steps = (await world.steps(runId)).filter(({ stepId }) => stepId === "make");
  expect(steps.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual([
    "1 SUCCEEDED",
    "3 SUCCEEDED",
    "1 FAILED",
    "3 FAILED",
    "1 SUCCEEDED",
  ]);
  expect(facts("mixed").map(([, count]) => count)).toEqual([1, 1, 1]);
  await world.expectSound(runId);
});

test("one call of a batch is cancelled and the others go on; what it brings comes too late", async () => {
  await world.publish({
    workflow: "cancelled-order",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          {
            id: "raced",
            steps: [
              {
                id: "race",
                type: "control.parallel",
                completion: "any",
                branches: [
                  { id: "a", steps: [order("slow", { orderId: "cancelled-a", gated: true })] },
                  { id: "b", steps: [{ id: "nap", type: "time.wait", durationMs: 200 }] },
                ],
              },
            ],
          },
          { id: "kept", steps: [order("kept-order", { orderId: "cancelled-b", gated: true })] },
        ],
      },
    ],
  });
  const worker = await world.startWorker();
  const open = closeGate();
  const runId = await world.start("cancelled-order", { url: endpoint.url });
  await until("the slow one is given up", async () =>
    (await world.trace(runId)).includes("slow CANCELED") ? true : undefined,
  );
  open();
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  expect(await activities(runId)).toEqual(["performBatch"]);
  expect(await world.trace(runId)).toEqual(
    expect.arrayContaining(["slow CANCELED", "kept-order SUCCEEDED", "nap SUCCEEDED"]),
  );
  closeGate();
  const second = await world.start("cancelled-order", { url: endpoint.url });
  await until("both are called", async () => ((await world.trace(second)).length >= 4 ? true : undefined));
  await world.cancel(second);
  expect((await world.ended(second)).status).toBe("CANCELED");
  await worker.stop();
  await world.expectSound(runId);
  await world.expectSound(second);
});

test("calls without effect go together too, with two that share an authored key, and with those that a quota holds", async () => {
  await world.publish({
    workflow: "doubles",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "[1..60]" },
        concurrency: 50,
        body: [
          { id: "twice", type: "action.call", action: "test.double@1", input: { n: { $expr: "item" } }, saveAs: "d" },
        ],
        collect: { value: { $expr: "vars.d.n" }, saveAs: "doubled" },
      },
      {
        id: "shared",
        type: "control.forEach",
        items: { $expr: "[1..2]" },
        concurrency: 2,
        body: [order("same", { orderId: "shared-1", takesMs: 100 }, { idempotencyKey: { $expr: "payload.key" } })],
      },
      { id: "done", type: "control.return", output: { $expr: "$sum(vars.doubled)" } },
    ],
  });
  await world.store.tenant(world.tenantId, (db) => putQuotas(db, { stepsPerMonth: 0 }));
  const worker = await world.startWorker({ waits: { quotaScanEveryMs: 100 } });
  const runId = await world.start("doubles", { url: endpoint.url, key: crypto.randomUUID() });
  await until("it is paused", async () => ((await world.run(runId)).status === "PAUSED" ? true : undefined));
  await world.store.tenant(world.tenantId, (db) => putQuotas(db, { stepsPerMonth: null }));
  expect((await world.ended(runId)).output).toBe(3660);
  await worker.stop();
  expect(facts("shared")).toEqual([["shared-1", 1]]);
  expect(
    endpoint.calls.filter(({ body }) => (body as { orderId?: string } | undefined)?.orderId === "shared-1"),
  ).toHaveLength(1);
  await world.expectSound(runId);
});

test("[ACT-09] a batch that is lost with its worker is done by the next one, and no order twice", async () => {
  await world.publish({
    workflow: "killed-orders",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "[1..30]" },
        concurrency: 30,
        body: [order("make", { orderId: { $expr: '"killed-" & item' }, takesMs: { $expr: "item * 20" } })],
      },
      { id: "done", type: "control.return", output: "done" },
    ],
  });
  const program = fileURLToPath(new URL("../testing/batch-worker.ts", import.meta.url));
  const worker = new WorkerChild(world, {}, program);
  await worker.start();
  const runId = await world.start("killed-orders", { url: endpoint.url });
  await until("some are made", () => (facts("killed").length >= 8 ? true : undefined), { everyMs: 2 });
  await worker.kill();
  expect(facts("killed").length).toBeLessThan(30);
  await worker.start();
  expect((await world.ended(runId)).output).toBe("done");
  await worker.stop();
  expect(facts("killed").map(([, count]) => count)).toEqual(Array.from({ length: 30 }, () => 1));
  await world.expectSound(runId);
});
