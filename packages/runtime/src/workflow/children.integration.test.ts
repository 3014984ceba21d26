import { childRunIdOf } from "@mainspring/core";
import { listRuns, type RunRow, type RunSummary } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

const workflowId = (runId: string): string => `workflow-runtime-v2:run:${runId}`;

async function childrenOf(runId: string): Promise<RunSummary[]> {
  const { items } = await world.store.tenant(world.tenantId, (db) =>
    listRuns(db, { parentRunId: runId }, { limit: 200 }),
  );
  return items.reverse();
}

async function onlyChildOf(runId: string): Promise<RunRow> {
  const child = await until("the child is there", async () => (await childrenOf(runId))[0]);
  return world.run(child.id);
}

const historyOf = async (runId: string) =>
  (await world.client.workflow.getHandle(workflowId(runId)).fetchHistory()).events ?? [];

/** Doubles `n`. */
const double = {
  workflow: "double",
  payload: { type: "object", required: ["n"], properties: { n: { type: "number" } } },
  steps: [
    { id: "keep", type: "transform.assign", assign: { "vars.given": { $expr: "payload.n" } } },
    { id: "nap", type: "time.wait", durationMs: 50 },
    { id: "done", type: "control.return", output: { twice: { $expr: "payload.n * 2" } } },
  ],
};

const call = (workflow: string, more: object = {}) => ({
  id: "call",
  type: "control.callWorkflow",
  workflow,
  input: { n: { $expr: "payload.n" } },
  saveAs: "result",
  ...more,
});

test("[CHD-01] [CHD-02] [CHD-04] [CHD-05] [ENG-10] [ENG-12] [TST-14] a child is a Temporal child of the same type and queue, with lineage and a mapped result", async () => {
  await world.publish(double);
  await world.publish({
    workflow: "caller",
    steps: [
      { id: "set", type: "transform.assign", assign: { "vars.m": { $expr: "payload.n + 1" } } },
      call("double", {
        input: { n: { $expr: "vars.m" } },
        output: {
          "vars.childId": { $expr: "childRun.runId" },
          "vars.given": { $expr: "childRun.vars.given" },
          "vars.sent": { $expr: "childRun.payload.n" },
          "vars.of": { $expr: "childRun.meta.workflow" },
          "vars.version": { $expr: "childRun.system.version" },
          "vars.local": { $expr: "childRun.local" },
          "payload.twice": { $expr: "childRun.output.twice" },
        },
      }),
      { id: "done", type: "control.return", output: { $expr: "$merge([vars, {'twice': payload.twice}])" } },
    ],
  });
  const runId = await world.start("caller", { n: 20 });
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "SUCCEEDED", parentRunId: null, rootRunId: runId });
  const child = await onlyChildOf(runId);
  expect(run.output).toEqual({
    m: 21,
    result: { twice: 42 },
    childId: child.id,
    given: 21,
    sent: 21,
    of: "double",
    version: 1,
    local: {},
    twice: 42,
  });
  expect(child.id).toBe(childRunIdOf(runId, { stepPath: "root.steps[1]", iteration: [], attempt: 1 }));
  expect(child.id[14]).toBe("8");
  expect(child).toMatchObject({
    workflowKey: "double",
    version: 1,
    status: "SUCCEEDED",
    input: { n: 21 },
    output: { twice: 42 },
    engine: "temporal",
    trigger: "child",
    triggerMetadata: { type: "child", parentRunId: runId, stepId: "call", attempt: 1 },
    parentRunId: runId,
    rootRunId: runId,
    semantics: 2,
    temporalWorkflowId: workflowId(child.id),
    startedBy: `run:${runId}`,
  });
  expect(child.definitionHash).not.toBe(run.definitionHash);
  expect((await world.ended(child.id)).confirmedAt).not.toBeNull();
  const described = await world.client.workflow.getHandle(workflowId(child.id)).describe();
  expect(described).toMatchObject({
    type: "workflowRuntimeV2RunWorkflow",
    taskQueue: "workflow-runtime-v2",
    runId: child.temporalRunId,
  });
  const parent = (await world.client.workflow.getHandle(workflowId(runId)).describe()).raw;
  expect(described.raw.workflowExecutionInfo?.parentExecution?.workflowId).toBe(workflowId(runId));
  expect(described.raw.workflowExecutionInfo?.priority?.fairnessKey).toBe(world.tenantId);
  expect(parent.workflowExecutionInfo?.priority?.fairnessKey).toBe(world.tenantId);
  expect(
    (await world.waits(runId)).map(({ waitType, key, status, resolvedBy }) => [waitType, key, status, resolvedBy]),
  ).toEqual([["child", child.id, "RESOLVED", "child"]]);
  // The row was there before the child: what history has of the call comes after the local activity that made it.
  const initiated = (await historyOf(runId)).find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
  expect(initiated?.startChildWorkflowExecutionInitiatedEventAttributes).toMatchObject({ parentClosePolicy: 3 });
  expect(child.createdAt < new Date(Number(initiated?.eventTime?.seconds) * 1_000 + 1_000).toISOString()).toBe(true);
  await world.expectSound(runId);
  await world.expectSound(child.id);
});
