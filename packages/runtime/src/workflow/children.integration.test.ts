import { childRunIdOf } from "@mainspring/core";
import { listRuns, type RunRow, type RunSummary } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant, publish } from "../testing/publish.ts";
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
          "vars.semantics": { $expr: "childRun.system.runtimeSemanticsVersion" },
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
    semantics: 2,
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

const answering = (more: object = {}) => ({
  workflow: "picky",
  payload: { type: "object", required: ["a"], properties: { a: { type: "number" }, b: { type: "number" } } },
  steps: [{ id: "done", type: "control.return", output: { version: 1 } }],
  ...more,
});

test("[CAS-01] [CHD-03] a call is bound when its caller is published, `latest` at the call; what does not fit fails the call with its place", async () => {
  await world.publish(answering());
  const caught = { captureErrorAs: "failure", policy: "continue" };
  const caller = (workflow: string, version: object) => ({
    workflow,
    steps: [
      {
        id: "call",
        type: "control.callWorkflow",
        workflow: "picky",
        input: { a: { $expr: "payload.a" } },
        onError: caught,
        ...version,
      },
      { id: "done", type: "control.return", output: { $expr: "vars" } },
    ],
  });
  await world.publish(caller("bound", { saveAs: "given" }));
  await world.publish(caller("newest", { saveAs: "given", version: "latest" }));
  const second = answering({
    payload: { type: "object", required: ["a", "b"], properties: { a: { type: "number" }, b: { type: "number" } } },
    steps: [{ id: "done", type: "control.return", output: { version: 2 } }],
  });
  expect((await world.publish(second)).version).toBe(2);

  const bound = await world.start("bound", { a: 1 });
  expect((await world.ended(bound)).output).toEqual({ given: { version: 1 } });
  const child = await onlyChildOf(bound);
  expect(child).toMatchObject({ version: 1, status: "SUCCEEDED" });

  const newest = await world.start("newest", { a: 1 });
  expect((await world.ended(newest)).output).toMatchObject({
    failure: {
      category: "ValidationError",
      code: "PAYLOAD_INVALID",
      stepId: "call",
      details: { issues: [{ pointer: "/b" }] },
    },
  });
  expect(await childrenOf(newest)).toEqual([]);
  await world.expectSound(newest);

  const wrong = await world.start("bound", { a: "text" });
  expect((await world.ended(wrong)).output).toMatchObject({ failure: { code: "PAYLOAD_INVALID" } });
});

test("[CHD-03] a child follows its caller's semantics unless it declares its own; what they do not know fails the call", async () => {
  const both = {
    workflow: "follows",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: [1, 2],
        onItemError: "continue",
        body: [
          { id: "wrong", type: "transform.assign", assign: { "vars.x": { $expr: "$number(payload.word)" } } },
          {
            id: "after",
            type: "transform.assign",
            assign: { "vars.went": { $expr: "$append($coalesce(vars.went, []), [item])" } },
          },
        ],
      },
      { id: "done", type: "control.return", output: { went: { $expr: "$coalesce(vars.went, [])" } } },
    ],
  };
  await world.publish(both);
  await world.publish({ ...both, workflow: "own", semantics: 2 });
  await world.publish({
    workflow: "modern",
    steps: [{ id: "stop", type: "control.raise", code: "NEVER_HERE", message: "m" }],
  });
  const calls = (semantics: number) => ({
    workflow: `of-${semantics}`,
    semantics,
    steps: [
      { id: "follows", type: "control.callWorkflow", workflow: "follows", input: { word: "no" }, saveAs: "follows" },
      { id: "own", type: "control.callWorkflow", workflow: "own", input: { word: "no" }, saveAs: "own" },
      {
        id: "modern",
        type: "control.callWorkflow",
        workflow: "modern",
        input: {},
        onError: { policy: "continue", captureErrorAs: "failure" },
      },
      { id: "done", type: "control.return", output: { $expr: "vars" } },
    ],
  });
  await world.publish(calls(1));
  await world.publish(calls(2));
  const [old, young] = [await world.start("of-1"), await world.start("of-2")];
  // Under semantics 1 an item goes on with its next step, under 2 it is left.
  expect((await world.ended(old)).output).toMatchObject({
    follows: { went: [1, 2] },
    own: { went: [] },
    failure: {
      category: "ControlError",
      code: "CHILD_SEMANTICS_MISMATCH",
      details: { workflow: "modern", semantics: 1, unknown: [{ stepId: "stop", type: "control.raise" }] },
    },
  });
  expect((await world.ended(young)).output).toMatchObject({
    follows: { went: [] },
    own: { went: [] },
    failure: { category: "ChildWorkflowError", code: "CHILD_FAILED" },
  });
  const semanticsOf = async (runId: string) =>
    (await childrenOf(runId)).map(({ workflowKey, semantics }) => [workflowKey, semantics]);
  expect(await semanticsOf(old)).toEqual([
    ["follows", 1],
    ["own", 2],
  ]);
  expect(await semanticsOf(young)).toEqual([
    ["follows", 2],
    ["own", 2],
    ["modern", 2],
  ]);
  for (const runId of [old, young]) {
    await world.expectSound(runId);
    for (const { id } of await childrenOf(runId)) await world.expectSound(id);
  }
});

test("[CHD-06] [TST-14] a child's failure is a ChildWorkflowError that can be caught, with the child's error inside; each try is a child of its own", async () => {
  await world.publish({
    workflow: "fails",
    steps: [
      {
        id: "stop",
        type: "control.raise",
        code: "OUT_OF_STOCK",
        message: "none left",
        details: { sku: { $expr: "payload.sku" } },
      },
    ],
  });
  await world.publish({
    workflow: "tries",
    steps: [
      {
        id: "try",
        type: "control.tryCatch",
        try: [
          {
            id: "call",
            type: "control.callWorkflow",
            workflow: "fails",
            input: { sku: "tea" },
            retry: { maxAttempts: 3, backoffMs: 20, retryOn: ["OUT_OF_STOCK"] },
          },
        ],
        catch: [{ id: "keep", type: "transform.assign", assign: { "vars.caught": { $expr: "error" } } }],
      },
      { id: "done", type: "control.return", output: { $expr: "vars.caught" } },
    ],
  });
  const runId = await world.start("tries");
  const run = await world.ended(runId);
  const children = await childrenOf(runId);
  expect(
    children.map(({ status, triggerMetadata }) => [status, (triggerMetadata as { attempt: number }).attempt]),
  ).toEqual([
    ["FAILED", 1],
    ["FAILED", 2],
    ["FAILED", 3],
  ]);
  expect(new Set(children.map(({ id }) => id)).size).toBe(3);
  expect(run.output).toMatchObject({
    category: "ChildWorkflowError",
    code: "CHILD_FAILED",
    stepId: "call",
    attempt: 3,
    details: {
      workflow: "fails",
      runId: children[2]?.id,
      error: {
        category: "BusinessError",
        code: "OUT_OF_STOCK",
        message: "none left",
        stepId: "stop",
        details: { sku: "tea" },
      },
    },
  });
  await world.expectSound(runId);

  await world.publish({
    workflow: "uncaught",
    steps: [{ id: "call", type: "control.callWorkflow", workflow: "fails", input: {} }],
  });
  const uncaught = await world.ended(await world.start("uncaught"));
  expect(uncaught).toMatchObject({ status: "FAILED", error: { category: "ChildWorkflowError", code: "CHILD_FAILED" } });
});

/** Waits until it is cancelled, and takes its time to end then. */
const patient = {
  workflow: "patient",
  steps: [
    {
      id: "guard",
      type: "control.tryCatch",
      try: [{ id: "forever", type: "time.wait", durationMs: 600_000 }],
      finally: [
        { id: "tidy", type: "time.wait", durationMs: 300 },
        { id: "tidied", type: "state.set", state: "tidied" },
      ],
    },
  ],
};

test("[CHD-07] [TST-14] cancelling a parent reaches its child, and both are CANCELED with their lineage; nothing makes a ChildWorkflowError of it", async () => {
  await world.publish(patient);
  await world.publish({
    workflow: "holds",
    steps: [
      {
        id: "try",
        type: "control.tryCatch",
        try: [{ id: "call", type: "control.callWorkflow", workflow: "patient", input: {} }],
        catch: [{ id: "caught", type: "state.set", state: "caught" }],
      },
    ],
  });
  const runId = await world.start("holds");
  const child = await onlyChildOf(runId);
  await world.waiting(child.id);
  await world.waiting(runId);
  expect((await world.waits(runId)).map(({ waitType, key, status }) => [waitType, key, status])).toEqual([
    ["child", child.id, "WAITING"],
  ]);
  expect(await world.client.workflow.getHandle(workflowId(runId)).query("workflowRuntimeV2CurrentWait")).toMatchObject({
    waitType: "child",
    key: child.id,
    workflow: "patient",
  });
  await world.cancel(runId);
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "CANCELED", error: { category: "Cancellation", code: "CANCELED" }, state: null });
  expect(await world.trace(runId)).toEqual(["try CANCELED", "call CANCELED"]);
  expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["CANCELED"]);
  expect(await world.ended(child.id)).toMatchObject({
    status: "CANCELED",
    state: "tidied",
    parentRunId: runId,
    rootRunId: runId,
  });
  await world.expectSound(runId);
  await world.expectSound(child.id);
});

test("[CHD-07] a child that is cancelled on its own, or ended in Temporal, is its parent's error, which can be caught", async () => {
  await world.publish(patient);
  await world.publish({
    workflow: "survives",
    steps: [
      {
        id: "call",
        type: "control.callWorkflow",
        workflow: "patient",
        input: {},
        retry: { maxAttempts: 3, backoffMs: 0, retryOn: ["ChildWorkflowError"] },
        onError: { policy: "continue", captureErrorAs: "failure" },
      },
      { id: "done", type: "control.return", output: { $expr: "vars.failure" } },
    ],
  });
  const runId = await world.start("survives");
  const child = await onlyChildOf(runId);
  await world.waiting(child.id);
  await world.cancel(child.id);
  expect((await world.ended(runId)).output).toMatchObject({
    category: "ChildWorkflowError",
    code: "CHILD_CANCELED",
    details: { runId: child.id, error: { category: "Cancellation", code: "CANCELED" } },
  });
  expect(await childrenOf(runId)).toHaveLength(1);
  expect(await world.ended(child.id)).toMatchObject({ status: "CANCELED", state: "tidied" });
  await world.expectSound(runId);

  const other = await world.start("survives");
  const doomed = await onlyChildOf(other);
  await world.waiting(doomed.id);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const one = await until(`try ${attempt}`, async () => (await childrenOf(other))[attempt - 1]);
    await world.waiting(one.id);
    await world.client.workflow.getHandle(workflowId(one.id)).terminate("by hand");
  }
  expect((await world.ended(other)).output).toMatchObject({
    code: "CHILD_FAILED",
    attempt: 3,
    details: { error: { code: "ENDED_OUTSIDE" } },
  });
  expect(await world.ended(doomed.id)).toMatchObject({ status: "FAILED", error: { code: "ENDED_OUTSIDE" } });
});

test("[CHD-01] what cannot be called fails the call with a code of its own, and another tenant's workflow is not there", async () => {
  const answer = { workflow: "answers", steps: [{ id: "done", type: "control.return", output: 1 }] };
  await world.publish(answer);
  const caller = (workflow: string, version: unknown) => ({
    workflow: "asks",
    steps: [
      {
        id: "call",
        type: "control.callWorkflow",
        workflow,
        input: {},
        ...(version === undefined ? {} : { version }),
        onError: { policy: "continue", captureErrorAs: "failure" },
      },
      { id: "done", type: "control.return", output: { $expr: "$coalesce(vars.failure.code, 'none')" } },
    ],
  });
  const outcome = async () => (await world.ended(await world.start("asks"))).output;
  const change = (sql: string) => asOwner(world.database, sql);

  await world.publish(caller("answers", "latest"));
  expect(await outcome()).toBe("none");
  await change("update workflow_definitions set paused_at = now() where key = 'answers'");
  expect(await outcome()).toBe("WORKFLOW_PAUSED");
  await change("update workflow_definitions set paused_at = null, published_version = null where key = 'answers'");
  expect(await outcome()).toBe("NOT_PUBLISHED");

  // A bound version stays callable after unpublishing.
  await change("update workflow_definitions set published_version = 1 where key = 'answers'");
  await world.publish(caller("answers", undefined));
  await change("update workflow_definitions set published_version = null where key = 'answers'");
  expect(await outcome()).toBe("none");
  await change("delete from workflow_definitions where key = 'answers'");
  expect(await outcome()).toBe("WORKFLOW_UNKNOWN");

  const other = await newTenant(world.store);
  await publish(world.store, other, { ...answer, workflow: "theirs" }, []);
  await expect(world.publish(caller("theirs", "latest"))).rejects.toThrow("WORKFLOW_UNKNOWN");
  // Of the same key each tenant has its own.
  await publish(
    world.store,
    other,
    { workflow: "answers", steps: [{ id: "done", type: "control.return", output: "theirs" }] },
    [],
  );
  expect(await outcome()).toBe("WORKFLOW_UNKNOWN");
});

test("calls lead at most eight deep", async () => {
  await world.publish({ workflow: "deep-0", steps: [{ id: "done", type: "control.return", output: 0 }] });
  for (let i = 1; i <= 9; i++) {
    await world.publish({
      workflow: `deep-${i}`,
      steps: [
        { id: "call", type: "control.callWorkflow", workflow: `deep-${i - 1}`, input: {}, saveAs: "below" },
        { id: "done", type: "control.return", output: { $expr: "vars.below + 1" } },
      ],
    });
  }
  const eight = await world.start("deep-8");
  expect((await world.ended(eight)).output).toBe(8);
  const nine = await world.ended(await world.start("deep-9"));
  expect(JSON.stringify(nine.error)).toContain('"CHILD_DEPTH"');
  const { items } = await world.store.tenant(world.tenantId, (db) =>
    listRuns(db, { workflow: "deep-0" }, { limit: 10 }),
  );
  expect(items.map(({ rootRunId }) => rootRunId)).toEqual([eight]);
});
