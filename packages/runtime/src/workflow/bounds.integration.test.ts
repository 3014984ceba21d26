import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { until } from "../testing/until.ts";
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

const order = (id: string, orderId: string) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "POST", url: { $expr: 'payload.url & "/orders"' }, body: { orderId: { $expr: orderId } } },
});

test("[VER-05] a run whose history may grow no further fails with HISTORY_BUDGET, which nothing catches", async () => {
  await world.publish({
    workflow: "too-long",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          { id: "each", type: "control.forEach", items: { $expr: "[1..40]" }, body: [order("make", '"h-" & item')] },
        ],
        catch: [{ id: "caught", type: "control.return", output: "caught" }],
      },
    ],
  });
  const worker = await world.startWorker({
    bounds: { historyEvents: 60, holdEvents: 100_000, remoteSteps: 100_000, steps: 100_000 },
  });
  const runId = await world.start("too-long", { url: endpoint.url });
  const run = await world.ended(runId);
  await worker.stop();
  expect(run).toMatchObject({ status: "FAILED", error: { category: "ControlError", code: "HISTORY_BUDGET" } });
  await world.expectSound(runId);
});

test("[VER-05] [VER-06] with calls always in flight new ones are held back until the run can continue as new", async () => {
  const branch = (id: string) => ({
    id,
    steps: [
      {
        id: `each-${id}`,
        type: "control.forEach",
        items: { $expr: "[1..12]" },
        body: [order(`make-${id}`, `"${id}-" & item`)],
      },
    ],
  });
  await world.publish({
    workflow: "busy",
    steps: [
      { id: "all", type: "control.parallel", branches: ["a", "b", "c"].map(branch) },
      { id: "done", type: "control.return", output: "done" },
    ],
  });
  const worker = await world.startWorker({ bounds: { holdEvents: 60, remoteSteps: 100_000, steps: 100_000 } });
  const runId = await world.start("busy", { url: endpoint.url });
  const run = await world.ended(runId);
  await worker.stop();
  expect(run.output).toBe("done");
  const lengths = await world.executionLengths(runId);
  expect(lengths.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...lengths)).toBeLessThan(120);
  const facts = [...endpoint.facts].filter(([fact]) => /^[abc]-/.test(fact));
  expect([facts.length, facts.every(([, count]) => count === 1)]).toEqual([36, true]);
  await world.expectSound(runId);
});

test("[VER-08] [VER-09] many signals make a run continue as new; what it keeps and waits for is there afterwards, also inside a try", async () => {
  await world.publish({
    workflow: "signalled",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          { id: "go", type: "event.wait", event: "go", correlationKey: "k", timeoutMs: 60_000, saveAs: "go" },
          { id: "late", type: "event.wait", event: "early", correlationKey: "k", timeoutMs: 60_000, saveAs: "early" },
        ],
        catch: [{ id: "caught", type: "control.return", output: { $expr: "error" } }],
      },
      { id: "done", type: "control.return", output: { go: { $expr: "vars.go.n" }, early: { $expr: "vars.early.n" } } },
    ],
  });
  const worker = await world.startWorker({ bounds: { signals: 5 } });
  const runId = await world.start("signalled");
  await world.waiting(runId);
  const handle = world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`);
  const event = (id: string, name: string, n: number) => ({
    id,
    name,
    source: "hand",
    payload: { n },
    correlationKey: "k",
    receivedAt: "2031-01-01T00:00:00.000Z",
  });
  await handle.signal("workflowRuntimeV2Event", event("e-1", "early", 1));
  for (let i = 0; i < 12; i++) await handle.signal("workflowRuntimeV2Event", event(`f-${i}`, "foreign", i));
  await until("it has continued as new", async () =>
    (await world.executionLengths(runId)).length >= 2 ? true : undefined,
  );
  await handle.signal("workflowRuntimeV2Event", event("g-1", "go", 2));
  expect((await world.ended(runId)).output).toEqual({ go: 2, early: 1 });
  await worker.stop();
  await world.expectSound(runId);
});
