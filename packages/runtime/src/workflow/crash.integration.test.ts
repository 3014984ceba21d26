import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporal } from "@temporalio/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { publish } from "../testing/publish.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

/** What `npm start` runs in small: calls, a retry, a parallel, a loop, a wait for an event, a timer. */
const journey = {
  workflow: "journey",
  steps: [
    { id: "sum", type: "transform.assign", assign: { "vars.total": { $expr: "$sum(payload.items.price)" } } },
    {
      id: "prepare",
      type: "control.parallel",
      branches: [
        {
          id: "a",
          steps: [
            {
              id: "look",
              type: "action.call",
              action: "http.request@1",
              input: { method: "GET", url: { $expr: 'payload.url & "/look"' } },
            },
            { id: "stamp", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "stamp" },
          ],
        },
        { id: "b", steps: [{ id: "nap", type: "time.wait", durationMs: 50 }] },
      ],
    },
    {
      id: "each",
      type: "control.forEach",
      items: { $expr: "payload.items" },
      body: [
        {
          id: "order",
          type: "action.call",
          action: "http.request@1",
          input: {
            method: "POST",
            url: { $expr: 'payload.url & "/orders"' },
            body: { orderId: { $expr: 'payload.id & "-" & item.sku' } },
          },
          retry: { maxAttempts: 3, backoffMs: 20 },
          saveAs: "made",
        },
      ],
      collect: { value: { $expr: "vars.made.body.count" }, saveAs: "counts" },
    },
    {
      id: "paid",
      type: "event.wait",
      event: "journey.paid",
      correlationKey: { $expr: "payload.id" },
      timeoutMs: 120_000,
      saveAs: "payment",
    },
    {
      id: "tell",
      type: "action.call",
      action: "http.request@1",
      input: {
        method: "POST",
        url: { $expr: 'payload.url & "/orders"' },
        body: { orderId: { $expr: 'payload.id & "-told"' } },
      },
    },
    {
      id: "done",
      type: "control.return",
      output: {
        total: { $expr: "vars.total" },
        counts: { $expr: "vars.counts" },
        amount: { $expr: "vars.payment.amount" },
      },
    },
  ],
};
const items = ["tea", "cup", "pot"].map((sku, i) => ({ sku, price: i + 1 }));

async function travel(id: string, whileWaiting?: () => Promise<void>): Promise<string> {
  const runId = await world.start("journey", { url: endpoint.url, id, items });
  await world.waiting(runId);
  await whileWaiting?.();
  await world.event({ name: "journey.paid", correlationKey: id, payload: { amount: 6 } });
  const run = await world.ended(runId, 90_000);
  expect(run.output).toEqual({ total: 6, counts: [1, 1, 1], amount: 6 });
  await world.expectSound(runId);
  return runId;
}

test("[INT-08] [VER-07] [VER-08] [TST-15] the trace is the same plain, with the worker killed, and in a chain of executions", async () => {
  await world.publish(journey);
  const plain = await world.startWorker();
  const one = await travel("j-1");
  await plain.stop();

  const child = new WorkerChild(world);
  await child.start();
  let killed = 0;
  endpoint.onEffect(async ({ body }) => {
    if ((body as { orderId: string }).orderId !== "j-2-cup" || killed++ > 0) return;
    await child.kill();
    await child.start();
  });
  const two = await travel("j-2", async () => {
    await child.kill();
    await child.start();
  });
  endpoint.onEffect(undefined);
  expect(killed).toBeGreaterThan(0);
  await child.stop();

  const chained = await world.startWorker({ bounds: { remoteSteps: 3, steps: 6 } });
  const three = await travel("j-3");
  await chained.stop();
  const lengths = await world.executionLengths(three);
  expect(lengths.length).toBeGreaterThanOrEqual(3);
  process.stdout.write(`executions of the chained run, by history events: ${lengths.join(", ")}\n`);

  const trace = await world.trace(one);
  expect(trace).toEqual([
    "sum SUCCEEDED",
    "prepare SUCCEEDED",
    "look SUCCEEDED",
    "nap SUCCEEDED",
    "stamp SUCCEEDED",
    "each SUCCEEDED",
    "order[0] SUCCEEDED",
    "order[1] SUCCEEDED",
    "order[2] SUCCEEDED",
    "paid SUCCEEDED",
    "tell SUCCEEDED",
    "done SUCCEEDED",
  ]);
  expect(await world.trace(two)).toEqual(trace);
  expect(await world.trace(three)).toEqual(trace);
  for (const id of ["j-1", "j-2", "j-3"]) {
    for (const fact of ["tea", "cup", "pot", "told"])
      expect(endpoint.facts.get(`${id}-${fact}`), `${id}-${fact}`).toBe(1);
  }
}, 180_000);

test("[ENG-16] [ACT-09] [TST-13] effects happen once by business fact, though workers die between effect and ledger", async () => {
  await world.publish({
    workflow: "one-order",
    steps: [
      {
        id: "order",
        type: "action.call",
        action: "http.request@1",
        input: {
          method: "POST",
          url: { $expr: 'payload.url & "/orders"' },
          body: { orderId: { $expr: "payload.id" } },
        },
        timeoutMs: 30_000,
      },
    ],
  });
  const child = new WorkerChild(world);
  await child.start();
  const runs = 20;
  const killsWanted = 6;
  const fell: string[] = [];
  let busy: Promise<void> | undefined;
  // The endpoint holds its answer back until the worker is dead: the kill falls between the effect and the ledger's result.
  endpoint.onEffect(async ({ body }) => {
    const { orderId } = body as { orderId: string };
    if (!orderId.startsWith("k-") || fell.length >= killsWanted || busy !== undefined) return;
    fell.push(`after the effect of ${orderId}, before its result`);
    busy = child.kill().then(() => child.start());
    await busy;
    busy = undefined;
  });
  const started: string[] = [];
  for (let i = 0; i < runs; i++) {
    started.push(await world.start("one-order", { url: endpoint.url, id: `k-${i}` }));
    if (i % 4 === 3) await Promise.all(started.map((runId) => world.ended(runId, 120_000)));
  }
  const ended = await Promise.all(started.map((runId) => world.ended(runId, 120_000)));
  endpoint.onEffect(undefined);
  await child.stop();
  process.stdout.write(`kills: ${fell.length}\n${fell.map((where) => `  ${where}`).join("\n")}\n`);
  expect(fell.length).toBeGreaterThanOrEqual(5);
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: runs }, () => "SUCCEEDED"));
  const facts = [...endpoint.facts].filter(([fact]) => fact.startsWith("k-"));
  expect(facts).toHaveLength(runs);
  expect(facts.filter(([, count]) => count !== 1)).toEqual([]);
  for (const runId of started) await world.expectSound(runId);
}, 240_000);

test("[ACT-09] a worker killed within a segment: its calls without effect run again, and the trace is the same", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "mainspring-")), "calls");
  await writeFile(file, "");
  const calls = async (): Promise<number[]> => (await readFile(file, "utf8")).split("\n").filter(Boolean).map(Number);
  const child = new WorkerChild(
    world,
    { SLOW_CALLS_FILE: file },
    fileURLToPath(new URL("../testing/slow-local-worker.ts", import.meta.url)),
  );
  const slow = Array.from({ length: 12 }, (_, n) => ({
    id: `n${n}`,
    type: "action.call",
    action: "test.slow@1",
    input: { n },
    saveAs: "last",
  }));
  await publish(
    world.store,
    world.tenantId,
    {
      workflow: "segmented",
      steps: [...slow, { id: "done", type: "control.return", output: { $expr: "vars.last.n" } }],
    },
    [
      {
        id: "test.slow@1",
        title: "",
        description: "",
        effect: "none",
        execution: "local",
        timeoutMs: 5_000,
        batch: false,
        inputSchema: {},
        outputSchema: {},
      },
    ],
  );
  await child.start();
  const runId = await world.start("segmented");
  await until("the segment is in its sixth call", async () => ((await calls()).length >= 6 ? true : undefined), {
    everyMs: 5,
  });
  await child.kill();
  const before = (await calls()).length;
  expect(await world.trace(runId)).toEqual([]); // nothing of an uncommitted segment is shown
  await child.start();
  const run = await world.ended(runId);
  await child.stop();
  expect(run.output).toBe(11);
  expect(before).toBeLessThan(12);
  expect((await calls()).slice(before)).toEqual(slow.map(({ input }) => input.n));
  expect(await world.trace(runId)).toEqual([...slow.map(({ id }) => `${id} SUCCEEDED`), "done SUCCEEDED"]);
  await world.expectSound(runId);
});

test("a program of 2,000 steps starts small, and no later execution holds it", async () => {
  const steps = Array.from({ length: 2_000 }, (_, i) => ({
    id: `step-${i}`,
    type: "transform.assign",
    assign: { [`vars.v${i % 10}`]: { $expr: `${i} + 1` } },
  }));
  const middle = {
    id: "call",
    type: "action.call",
    action: "http.request@1",
    input: { method: "GET", url: { $expr: 'payload.url & "/x"' } },
  };
  await world.publish({
    workflow: "long",
    steps: [
      ...steps.slice(0, 1_000),
      middle,
      ...steps.slice(1_000),
      { ...middle, id: "call-2" },
      { id: "done", type: "control.return", output: { $expr: "vars.v9" } },
    ],
  });
  const worker = await world.startWorker({ bounds: { steps: 900 } });
  const runId = await world.start("long", { url: endpoint.url });
  const run = await world.ended(runId);
  expect(run.output).toBe(2_000);
  const chain = await chainOf(world.client, runId);
  expect(chain.length).toBeGreaterThanOrEqual(2);
  const { HistoryEvent, History } = temporal.api.history.v1;
  const startBytes = HistoryEvent.encode(chain[0]?.events?.[0] ?? {}).finish().length;
  expect(startBytes).toBeLessThan(1_024);
  expect(JSON.stringify(chain[1])).not.toContain("step-1999");
  expect(JSON.stringify(chain[1])).not.toContain(Buffer.from("step-1999").toString("base64").slice(0, 10));
  process.stdout.write(
    `2,000 steps: start event ${startBytes} bytes; histories ${chain.map((history) => History.encode(history).finish().length).join(", ")} bytes\n`,
  );
  await worker.stop();
  await world.expectSound(runId);
}, 120_000);

test("[ENG-01] a reset in Temporal: the rows follow the execution that counts", async () => {
  await world.publish({
    workflow: "resettable",
    steps: [
      { id: "first", type: "event.wait", event: "reset.go", correlationKey: { $expr: "payload.id" }, saveAs: "one" },
      { id: "second", type: "event.wait", event: "reset.on", correlationKey: { $expr: "payload.id" }, saveAs: "two" },
      { id: "done", type: "control.return", output: { one: { $expr: "vars.one.n" }, two: { $expr: "vars.two.n" } } },
    ],
  });
  const worker = await world.startWorker();
  const runId = await world.start("resettable", { id: "r-1" });
  await world.waiting(runId);
  await world.event({ name: "reset.go", correlationKey: "r-1", payload: { n: 1 } });
  await until("the second wait is open", async () =>
    (await world.waits(runId)).some(({ eventName, status }) => eventName === "reset.on" && status === "WAITING")
      ? true
      : undefined,
  );
  const handle = world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`);
  // Rows are visible before the workflow task that wrote them is complete.
  const before = await until("two tasks are in history", async () => {
    const described = await handle.describe();
    return described.historyLength >= 8 ? described : undefined;
  });
  await world.client.workflowService.resetWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId: before.runId },
    reason: "test",
    workflowTaskFinishEventId: { low: 4, high: 0, unsigned: false } as never,
    requestId: crypto.randomUUID(),
    resetReapplyType: 2,
  });
  // The event that the first wait had taken is free again; whether that one resumes it or the next, both waits open anew.
  await world.event({ name: "reset.go", correlationKey: "r-1", payload: { n: 11 } });
  await until("the execution that counts stands at the second wait", async () => {
    const wait = await world.client.workflow
      .getHandle(handle.workflowId)
      .query<{ readonly event?: string } | null>("workflowRuntimeV2CurrentWait");
    return wait?.event === "reset.on" && (await handle.describe()).runId !== before.runId ? true : undefined;
  });
  await until("its row is open", async () =>
    (await world.waits(runId)).some(({ eventName, status }) => eventName === "reset.on" && status === "WAITING")
      ? true
      : undefined,
  );
  await world.event({ name: "reset.on", correlationKey: "r-1", payload: { n: 22 } });
  const run = await world.ended(runId);
  expect(run.status).toBe("SUCCEEDED");
  expect((run.output as { two: number }).two).toBe(22);
  expect(await world.trace(runId)).toEqual(["first SUCCEEDED", "second SUCCEEDED", "done SUCCEEDED"]);
  await world.expectSound(runId);
  await worker.stop();
});

test("a terminate in Temporal shows on the row, with its reason", async () => {
  await world.publish({ workflow: "terminated", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  const worker = await world.startWorker();
  const runId = await world.start("terminated");
  await world.waiting(runId);
  await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).terminate("by hand");
  const run = await until(
    "the row says so",
    async () => ((await world.run(runId)).status === "FAILED" ? world.run(runId) : undefined),
    { withinMs: 60_000 },
  );
  expect(run.error).toMatchObject({ code: "ENDED_OUTSIDE", details: { how: "TERMINATED", reason: "by hand" } });
  expect((await world.waits(runId)).map(({ status }) => status)).not.toContain("WAITING");
  await worker.stop();
});
