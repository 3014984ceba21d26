import { invocationsOf } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
  await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

test("[TST-17] [BND-01] [PRJ-02] [PRJ-05] [PRJ-06] [PRJ-07] one run through action, event wait and return, in all tables of the projection", async () => {
  await world.publish({
    workflow: "projected",
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: { $expr: 'payload.url & "/orders"' }, body: { orderId: "p-1" } },
        saveAs: "made",
      },
      { id: "mark", type: "state.set", state: "awaiting" },
      {
        id: "wait",
        type: "event.wait",
        event: "projected.go",
        correlationKey: "p-1",
        timeoutMs: 60_000,
        saveAs: "came",
      },
      {
        id: "done",
        type: "control.return",
        output: { count: { $expr: "vars.made.body.count" }, n: { $expr: "vars.came.n" } },
      },
    ],
  });
  const runId = await world.start("projected", { url: endpoint.url });
  await world.waiting(runId);
  expect(await world.run(runId)).toMatchObject({
    status: "WAITING",
    state: "awaiting",
    nodePath: "root.steps[2]",
    engine: "temporal",
    version: 1,
    semantics: 2,
    completedAt: null,
  });
  await world.event({ name: "projected.go", correlationKey: "p-1", payload: { n: 5 } });
  const run = await world.ended(runId);
  expect(run).toMatchObject({
    status: "SUCCEEDED",
    output: { count: 1, n: 5 },
    input: { url: endpoint.url },
    error: null,
    startedAt: expect.any(String),
    completedAt: expect.any(String),
    confirmedAt: expect.any(String),
    stepCount: 4,
  });
  const steps = await world.steps(runId);
  expect(
    steps.map(({ stepPath, attempt, status, startedAt, finishedAt }) => [
      stepPath,
      attempt,
      status,
      startedAt !== null,
      finishedAt !== null,
    ]),
  ).toEqual([
    ["root.steps[0]", 1, "SUCCEEDED", true, true],
    ["root.steps[1]", 1, "SUCCEEDED", true, true],
    ["root.steps[2]", 1, "SUCCEEDED", true, true],
    ["root.steps[3]", 1, "SUCCEEDED", true, true],
  ]);
  expect(await world.waits(runId)).toMatchObject([
    {
      waitType: "event",
      eventName: "projected.go",
      key: "p-1",
      status: "RESOLVED",
      payload: { n: 5 },
      resolvedAt: expect.any(String),
      timeoutAt: expect.any(String),
    },
  ]);
  const { items } = await world.store.tenant(world.tenantId, (db) => invocationsOf(db, runId, {}));
  expect(items).toMatchObject([
    {
      action: "http.request@1",
      status: "SUCCEEDED",
      effect: "idempotent",
      input: { method: "POST" },
      output: { status: 200 },
    },
  ]);
  expect((await world.journal(runId)).map(({ seq }) => seq)).toEqual(
    Array.from({ length: run.journalSeq }, (_, i) => i + 1),
  );
  await world.expectSound(runId);
});
