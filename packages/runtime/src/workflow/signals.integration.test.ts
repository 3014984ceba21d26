import { workflowIdOf } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
  await world.publish({
    workflow: "two-waits",
    steps: [
      {
        id: "go",
        type: "event.wait",
        event: "go",
        correlationKey: { $expr: "payload.id" },
        timeoutMs: 60_000,
        saveAs: "go",
      },
      {
        id: "then",
        type: "event.wait",
        event: "then",
        correlationKey: { $expr: "payload.id" },
        timeoutMs: 60_000,
        saveAs: "last",
      },
      { id: "done", type: "control.return", output: { go: { $expr: "vars.go.n" }, last: { $expr: "vars.last.n" } } },
    ],
  });
});
afterAll(() => world?.close());

const signal = (runId: string, name: string, value: unknown): Promise<void> =>
  world.client.workflow.getHandle(workflowIdOf(runId)).signal(name, value);

test("[WAI-07] [WAI-11] signals past the inbox: early ones are kept, repeated, foreign and senseless ones change nothing", async () => {
  const runId = await world.start("two-waits", { id: "s-1" });
  await world.waiting(runId);
  const event = (id: string, name: string, key: string, n: number) => ({
    id,
    name,
    source: "hand",
    payload: { n },
    correlationKey: key,
    receivedAt: "2031-01-01T00:00:00.000Z",
  });
  for (const senseless of [null, "text", 7, {}, [], { id: {}, name: [] }, { name: "go", payload: { n: 0 } }])
    await signal(runId, "workflowRuntimeV2Event", senseless);
  await signal(runId, "workflowRuntimeV2Event", event("e-then", "then", "s-1", 2)); // before its wait
  await signal(runId, "workflowRuntimeV2Event", event("e-other", "go", "s-2", 9)); // another key
  await signal(runId, "workflowRuntimeV2Event", event("e-go", "go", "s-1", 1));
  await signal(runId, "workflowRuntimeV2Event", event("e-go", "go", "s-1", 1)); // again
  const run = await world.ended(runId);
  expect(run.output).toEqual({ go: 1, last: 2 });
  const verdicts = (await world.journal(runId)).flatMap((entry) =>
    entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : [],
  );
  expect(verdicts.filter((verdict) => verdict.endsWith("taken"))).toEqual(["e-go taken", "e-then taken"]);
  expect(verdicts).toContain("e-other kept");
  await world.expectSound(runId);
});

test("[RUN-14] [TST-21] the three queries answer while the run waits and after its end", async () => {
  const runId = await world.start("two-waits", { id: "q-1" });
  await world.waiting(runId);
  const handle = world.client.workflow.getHandle(workflowIdOf(runId));
  expect(await handle.query("workflowRuntimeV2CurrentStep")).toEqual({
    stepPath: "root.steps[0]",
    stepPaths: ["root.steps[0]"],
  });
  expect(await handle.query("workflowRuntimeV2CurrentWait")).toMatchObject({
    waitType: "event",
    event: "go",
    key: "q-1",
    stepPath: "root.steps[0]",
  });
  expect(await handle.query("workflowRuntimeV2InterpreterSummary")).toMatchObject({
    status: "WAITING",
    stepCount: 1,
    frameDepth: expect.any(Number),
  });
  await world.event({ name: "go", correlationKey: "q-1", payload: { n: 1 } });
  await world.event({ name: "then", correlationKey: "q-1", payload: { n: 2 } });
  await world.ended(runId);
  expect(await handle.query("workflowRuntimeV2CurrentStep")).toBeNull();
  expect(await handle.query("workflowRuntimeV2CurrentWait")).toBeNull();
});

test("[ENG-05] [TST-10] changing rows of a run neither advances nor ends it", async () => {
  const runId = await world.start("two-waits", { id: "db-1" });
  await world.waiting(runId);
  await until("the inbox was looked at for the wait", async () =>
    (await world.client.workflow.getHandle(workflowIdOf(runId)).describe()).historyLength >= 8 ? true : undefined,
  );
  const before = await world.client.workflow.getHandle(workflowIdOf(runId)).describe();
  await world.store.tenant(world.tenantId, async (db) => {
    await db.updateTable("workflow_run_waits").set({ status: "RESOLVED" }).where("run_id", "=", runId).execute();
    await db
      .updateTable("workflow_runs")
      .set({ status: "RUNNING", node_path: "root.steps[2]" })
      .where("id", "=", runId)
      .execute();
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // several rounds of relay, routers and reconciler
  const after = await world.client.workflow.getHandle(workflowIdOf(runId)).describe();
  expect([after.status.name, after.historyLength]).toEqual(["RUNNING", before.historyLength]);
  await signal(runId, "workflowRuntimeV2Event", {
    id: "x",
    name: "go",
    source: "hand",
    payload: { n: 1 },
    correlationKey: "db-1",
    receivedAt: "2031-01-01T00:00:00.000Z",
  });
  await world.event({ name: "then", correlationKey: "db-1", payload: { n: 2 } });
  expect((await world.ended(runId)).output).toEqual({ go: 1, last: 2 });
});

test("[RUN-07] [RUN-08] [RUN-09] [RUN-10] [RUN-11] [TST-19] a replay begins at the root with the stored input, or exactly the given one", async () => {
  const runId = await world.start("two-waits", { id: "r-1" });
  await world.event({ name: "go", correlationKey: "r-1", payload: { n: 1 } });
  await until("it stands at the second wait", async () =>
    (await world.run(runId)).nodePath === "root.steps[1]" ? true : undefined,
  );
  await world.cancel(runId);
  await world.ended(runId);
  const again = await world.replay(runId);
  const other = await world.replay(runId, { id: "r-2" });
  await until("both wait at the root", async () =>
    (await world.run(again)).status === "WAITING" && (await world.run(other)).status === "WAITING" ? true : undefined,
  );
  const [run, edited] = [await world.run(again), await world.run(other)];
  expect(run).toMatchObject({
    nodePath: "root.steps[0]",
    version: 1,
    input: { id: "r-1" },
    triggerMetadata: { replayOfRunId: runId },
  });
  expect(edited).toMatchObject({ input: { id: "r-2" } });
  expect(new Set([run.temporalRunId, edited.temporalRunId, (await world.run(runId)).temporalRunId]).size).toBe(3);
  expect((await world.run(runId)).nodePath).toBe("root.steps[1]");
});
