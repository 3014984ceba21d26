import { insertRun, listRuns, newId, type RunSummary } from "@mainspring/store";
import type { Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const workflowId = (runId: string): string => `workflow-runtime-v2:run:${runId}`;

async function childrenOf(runId: string): Promise<RunSummary[]> {
  const items: RunSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await world.store.tenant(world.tenantId, (db) =>
      listRuns(db, { parentRunId: runId }, { limit: 200, ...(cursor === undefined ? {} : { cursor }) }),
    );
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined) return items.reverse();
  }
}

async function childOf(runId: string): Promise<string> {
  return (await until("the child is there", async () => (await childrenOf(runId))[0])).id;
}

const set = (id: string, value: unknown) => ({ id, type: "transform.assign", assign: { [`vars.${id}`]: value } });

/** Waits for its event, works a little and answers. */
const listener = {
  workflow: "listener",
  steps: [
    {
      id: "hear",
      type: "event.wait",
      event: "child.go",
      correlationKey: { $expr: "payload.key" },
      timeoutMs: 120_000,
      saveAs: "heard",
    },
    ...[1, 2, 3].map((n) => ({ id: `nap-${n}`, type: "time.wait", durationMs: 20 })),
    { id: "done", type: "control.return", output: { $expr: "vars.heard" } },
  ],
};

/** Beside its child it does so much that it should have continued as new long ago. */
const busy = {
  workflow: "busy",
  steps: [
    {
      id: "both",
      type: "control.parallel",
      branches: [
        {
          id: "child",
          steps: [
            {
              id: "call",
              type: "control.callWorkflow",
              workflow: "listener",
              input: { key: { $expr: "payload.key" } },
              saveAs: "answer",
            },
          ],
        },
        { id: "work", steps: [1, 2, 3, 4, 5, 6].map((n) => ({ id: `wait-${n}`, type: "time.wait", durationMs: 30 })) },
      ],
    },
    { id: "after", type: "time.wait", durationMs: 20 },
    set("last", { $expr: "vars.answer.n + 1" }),
    { id: "done", type: "control.return", output: { answer: { $expr: "vars.answer" }, last: { $expr: "vars.last" } } },
  ],
};

test("a continue-as-new that falls due while a child waits is held back and the child's result kept; one in the child itself changes nothing", async () => {
  await world.publish(listener);
  await world.publish(busy);
  const worker = await world.startWorker({ bounds: { remoteSteps: 2 } });
  const runId = await world.start("busy", { key: "b-1" });
  const childId = await childOf(runId);
  await world.waiting(childId);
  // The bound of two was reached before the first of them was performed; from now on a child is in flight.
  const before = (await world.executionLengths(runId)).length;
  await until("the other branch is done", async () =>
    (await world.steps(runId)).some(({ stepId, status }) => stepId === "wait-6" && status === "SUCCEEDED")
      ? true
      : undefined,
  );
  // Six waits: the bound was reached thrice, and not acted on.
  expect(await world.executionLengths(runId)).toHaveLength(before);
  await world.event({ name: "child.go", correlationKey: "b-1", payload: { n: 41 } });
  const run = await world.ended(runId);
  expect(run.output).toEqual({ answer: { n: 41 }, last: 42 });
  expect((await world.executionLengths(runId)).length).toBeGreaterThan(before);
  expect((await world.ended(childId)).status).toBe("SUCCEEDED");
  const executions = await world.executionLengths(childId);
  expect(executions.length).toBeGreaterThan(1);
  process.stdout.write(`executions of the child, by history events: ${executions.join(", ")}\n`);
  expect((await childrenOf(runId)).map(({ id }) => id)).toEqual([childId]);
  await world.expectSound(runId);
  await world.expectSound(childId);
  await worker.stop();
}, 120_000);

test("[CHD-06] [TST-14] the worker is killed while a child waits, and while it is opened: the same child goes on, and its result arrives once", async () => {
  await world.publish(listener);
  await world.publish({
    workflow: "calls-twice",
    steps: [
      {
        id: "first",
        type: "control.callWorkflow",
        workflow: "listener",
        input: { key: { $expr: "payload.key & '-1'" } },
        saveAs: "one",
      },
      {
        id: "second",
        type: "control.callWorkflow",
        workflow: "listener",
        input: { key: { $expr: "payload.key & '-2'" } },
        saveAs: "two",
      },
      { id: "done", type: "control.return", output: { $expr: "[vars.one.n, vars.two.n]" } },
    ],
  });
  const child = new WorkerChild(world);
  await child.start();
  const runId = await world.start("calls-twice", { key: "k" });
  const first = await childOf(runId);
  await world.waiting(first);
  await child.kill();
  await world.event({ name: "child.go", correlationKey: "k-1", payload: { n: 1 } });
  await child.start();
  // As soon as the second child's row is there: its start may be anywhere between our database and Temporal.
  const second = (
    await until("the second child is opened", async () => (await childrenOf(runId))[1], {
      everyMs: 1,
      withinMs: 60_000,
    })
  ).id;
  await child.kill();
  await world.event({ name: "child.go", correlationKey: "k-2", payload: { n: 2 } });
  await child.start();
  expect((await world.ended(runId, 90_000)).output).toEqual([1, 2]);
  expect((await childrenOf(runId)).map(({ id, status }) => [id, status])).toEqual([
    [first, "SUCCEEDED"],
    [second, "SUCCEEDED"],
  ]);
  for (const id of [runId, first, second]) await world.expectSound(id);
  await child.stop();
}, 180_000);

test("large inputs and results travel as references, and the parent's state is recomputed from its journal", async () => {
  await world.publish({
    workflow: "echo",
    steps: [
      { id: "done", type: "control.return", output: { text: { $expr: "payload.text" }, of: { $expr: "payload.of" } } },
    ],
  });
  await world.publish({
    workflow: "sends",
    steps: [
      ...[900, 3_000, 100_000].map((size, i) => ({
        id: `call-${i}`,
        type: "control.callWorkflow",
        workflow: "echo",
        input: { of: size, text: { $expr: `$substring(payload.text, 0, ${size})` } },
        saveAs: `r${i}`,
      })),
      {
        id: "done",
        type: "control.return",
        output: { $expr: "[$length(vars.r0.text), $length(vars.r1.text), $length(vars.r2.text)]" },
      },
    ],
  });
  const worker = await world.startWorker();
  const runId = await world.start("sends", { text: "x".repeat(100_000) });
  expect((await world.ended(runId)).output).toEqual([900, 3_000, 100_000]);
  const journal = JSON.stringify(await world.journal(runId));
  expect(journal).not.toContain("x".repeat(2_000));
  const events = (await world.journal(runId)).flatMap((entry) =>
    entry.kind === "input" && entry.data.kind === "resume"
      ? [entry.data.event as { kind: string; reference?: object }]
      : [],
  );
  const results = events.filter(({ kind }) => kind === "childSucceeded");
  expect(results.map(({ reference }) => reference !== undefined)).toEqual([true, true, true]);
  expect((await world.stateAt(runId)).vars["r2"]).toMatchObject({ of: 100_000 });
  const history = JSON.stringify(await world.client.workflow.getHandle(workflowId(runId)).fetchHistory());
  expect(history.length).toBeLessThan(60_000);
  await world.expectSound(runId);
  await worker.stop();
});

test("a parent with 200 children side by side completes, each child its own run", async () => {
  await world.publish({
    workflow: "one-of-many",
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload.n * 2" } }],
  });
  const branches = Array.from({ length: 4 }, (_, b) => ({
    id: `b${b}`,
    steps: [
      {
        id: `each-${b}`,
        type: "control.forEach",
        items: { $expr: `payload.items[$ >= ${b * 50} and $ < ${(b + 1) * 50}]` },
        concurrency: 50,
        body: [
          {
            id: `call-${b}`,
            type: "control.callWorkflow",
            workflow: "one-of-many",
            input: { n: { $expr: "item" } },
            saveAs: "twice",
          },
        ],
        collect: { value: { $expr: "vars.twice" }, saveAs: `t${b}` },
      },
    ],
  }));
  await world.publish({
    workflow: "many",
    steps: [
      { id: "all", type: "control.parallel", branches },
      {
        id: "done",
        type: "control.return",
        output: { $expr: "$append($append(vars.t0, vars.t1), $append(vars.t2, vars.t3))" },
      },
    ],
  });
  const worker = await world.startWorker();
  const startedMs = performance.now();
  const runId = await world.start("many", { items: Array.from({ length: 200 }, (_, n) => n) });
  const run = await world.ended(runId, 300_000);
  const tookMs = performance.now() - startedMs;
  expect(run.output).toEqual(Array.from({ length: 200 }, (_, n) => n * 2));
  const children = await childrenOf(runId);
  expect(children).toHaveLength(200);
  expect(
    new Set(children.map(({ rootRunId, parentRunId, status }) => `${rootRunId} ${parentRunId} ${status}`)),
  ).toEqual(new Set([`${runId} ${runId} SUCCEEDED`]));
  const lengths = await world.executionLengths(runId);
  process.stdout.write(`200 children: ${Math.round(tookMs)} ms, the parent's history ${lengths.join(", ")} events\n`);
  expect(Math.max(...lengths)).toBeLessThan(5_000);
  await world.expectSound(runId);
  await worker.stop();
}, 400_000);

test("[CHD-07] a call that is withdrawn while its child is opened or started leaves no child behind that nobody ends", async () => {
  await world.publish(listener);
  // The quick branch wins at some moment between the row of the child and its first activation.
  const race = (ms: number) => ({
    workflow: `race-${ms}`,
    steps: [
      {
        id: "first",
        type: "control.parallel",
        completion: "any",
        branches: [
          {
            id: "child",
            steps: [{ id: "call", type: "control.callWorkflow", workflow: "listener", input: { key: "never" } }],
          },
          { id: "quick", steps: [ms === 0 ? set("won", true) : { id: "nap", type: "time.wait", durationMs: ms }] },
        ],
      },
      { id: "done", type: "control.return", output: "won" },
    ],
  });
  const worker = await world.startWorker();
  const delays = [0, 1, 5, 10, 20, 30, 40, 60, 80, 120];
  for (const ms of delays) await world.publish(race(ms));
  const runs = await Promise.all(delays.map((ms) => world.start(`race-${ms}`)));
  const seen: string[] = [];
  for (const runId of runs) {
    expect((await world.ended(runId)).output).toBe("won");
    for (const { id } of await childrenOf(runId)) {
      const ended = await world.ended(id);
      expect(ended.status).toBe("CANCELED");
      seen.push(ended.startedAt === null ? "never started" : "cancelled");
      if (ended.startedAt !== null) await world.expectSound(id);
    }
    await world.expectSound(runId);
  }
  process.stdout.write(
    `of ${seen.length} children: ${seen.filter((one) => one === "cancelled").length} cancelled, the others never started\n`,
  );
  expect(seen.length).toBeGreaterThan(3);
  await worker.stop();
}, 180_000);

test("[ENG-16] a child whose parent is gone before it was started ends CANCELED", async () => {
  const { program } = await world.publish(listener);
  await world.publish({ workflow: "brief", steps: [{ id: "done", type: "control.return" }] });
  const worker = await world.startWorker();
  const parentRunId = await world.start("brief");
  await world.ended(parentRunId);
  // As a worker leaves it that is killed between the row and the start, when the parent is terminated then.
  const orphan = newId();
  await world.store.tenant(world.tenantId, (db) =>
    insertRun(db, {
      id: orphan,
      workflowKey: "listener",
      version: 1,
      definitionHash: program.definitionHash,
      programHash: program.programHash,
      semantics: 2,
      input: {},
      parentRunId,
      rootRunId: parentRunId,
    }),
  );
  const run = await until("the orphan ends", async () => {
    const row = await world.run(orphan);
    return row.status === "QUEUED" ? undefined : row;
  });
  expect(run).toMatchObject({ status: "CANCELED", error: { category: "Cancellation", code: "CANCELED" }, parentRunId });
  expect(run.confirmedAt).not.toBeNull();
  await worker.stop();
});

test("runs and their children have tenant and workflow as search attributes where the namespace knows these", async () => {
  const other = await newWorld();
  try {
    await other.publish({ workflow: "listener", steps: [{ id: "done", type: "control.return" }] });
    const calls = { id: "call", type: "control.callWorkflow", workflow: "listener", input: {} };
    await other.publish({ workflow: "tagged", steps: [calls] });
    const connection = other.client.connection as Connection;
    await connection.operatorService.addSearchAttributes({
      namespace: other.namespace,
      searchAttributes: { MainspringTenantId: 2, MainspringWorkflow: 2 },
    });
    await until("the namespace knows them", async () => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: other.namespace,
      });
      return customAttributes?.["MainspringWorkflow"] === 2 ? true : undefined;
    });
    await other.startWorker();
    const runId = await other.start("tagged");
    await other.ended(runId);
    const child = await until(
      "the child",
      async () => (await other.store.tenant(other.tenantId, (db) => listRuns(db, { parentRunId: runId }, {}))).items[0],
    );
    const attributesOf = async (id: string) =>
      (await other.client.workflow.getHandle(workflowId(id)).describe()).typedSearchAttributes
        .getAll()
        .map(({ key, value }) => [key.name, value])
        .filter(([name]) => String(name).startsWith("Mainspring"))
        .sort();
    expect(await attributesOf(runId)).toEqual([
      ["MainspringTenantId", other.tenantId],
      ["MainspringWorkflow", "tagged"],
    ]);
    expect(await attributesOf(child.id)).toEqual([
      ["MainspringTenantId", other.tenantId],
      ["MainspringWorkflow", "listener"],
    ]);
    await other.expectSound(runId);
  } finally {
    await other.close();
  }
}, 60_000);

test("[CASE-32] [VER-01] [RUN-07] [CHD-03] a run in flight calls what its own version was bound to, and so does its replay", async () => {
  const child = (version: number, required: string[]) => ({
    workflow: "case-child",
    payload: { type: "object", required, properties: { a: { type: "number" }, b: { type: "number" } } },
    steps: [{ id: "done", type: "control.return", output: version }],
  });
  const parent = (workflow: string, v: number, input: object, more: object = {}) => ({
    workflow,
    steps: [
      { id: "go", type: "event.wait", event: "case.go", correlationKey: { $expr: "payload.key" }, timeoutMs: 60_000 },
      { id: "call", type: "control.callWorkflow", workflow: "case-child", input, saveAs: "of", ...more },
      { id: "last", type: "action.call", action: "log.write@1", input: { message: `v${v}` } },
      { id: "done", type: "control.return", output: { v, of: { $expr: "vars.of" } } },
    ],
  });
  const worker = await world.startWorker();
  const childOne = await world.publish(child(1, ["a"]));
  const parentOne = await world.publish(parent("case-parent", 1, { a: 1 }));
  await world.publish(parent("case-newest", 1, { a: 1 }, { version: "latest" }));
  const first = await world.start("case-parent", { key: "r1" });
  const newest = await world.start("case-newest", { key: "n1" });
  await world.waiting(first);
  await world.waiting(newest);
  const childTwo = await world.publish(child(2, ["a", "b"]));
  await world.publish(parent("case-parent", 2, { a: 1, b: 2 }));
  const go = (correlationKey: string) => world.event({ name: "case.go", correlationKey });

  await go("r1");
  expect(await world.ended(first)).toMatchObject({
    version: 1,
    definitionHash: parentOne.program.definitionHash,
    output: { v: 1, of: 1 },
  });
  const called = await world.run(await childOf(first));
  expect(called).toMatchObject({ version: 1, definitionHash: childOne.program.definitionHash, output: 1 });

  const second = await world.start("case-parent", { key: "r2" });
  await world.waiting(second);
  await go("r2");
  expect(await world.ended(second)).toMatchObject({ version: 2, output: { v: 2, of: 2 } });
  expect(await world.run(await childOf(second))).toMatchObject({
    version: 2,
    definitionHash: childTwo.program.definitionHash,
  });

  const again = await world.replay(first);
  await world.waiting(again);
  await go("r1");
  expect(await world.ended(again)).toMatchObject({ version: 1, output: { v: 1, of: 1 } });
  const other = await world.run(await childOf(again));
  expect(other).toMatchObject({ version: 1, parentRunId: again, rootRunId: again });
  expect(other.id).not.toBe(called.id);

  await go("n1");
  expect(await world.ended(newest)).toMatchObject({
    status: "FAILED",
    error: { category: "ValidationError", code: "PAYLOAD_INVALID", details: { issues: [{ pointer: "/b" }] } },
  });
  expect(await childrenOf(newest)).toEqual([]);
  await worker.stop();
}, 120_000);

test("[ENG-01] a parent that is reset in Temporal to before its call calls the same child again, and its rows follow", async () => {
  await world.publish({
    workflow: "reset-child",
    steps: [
      { id: "id", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "made" },
      { id: "nap", type: "time.wait", durationMs: 20 },
      { id: "done", type: "control.return", output: { $expr: "payload.n * 2" } },
    ],
  });
  await world.publish({
    workflow: "reset-parent",
    steps: [
      { id: "before", type: "time.wait", durationMs: 20 },
      { id: "call", type: "control.callWorkflow", workflow: "reset-child", input: { n: 21 }, saveAs: "twice" },
      { id: "go", type: "event.wait", event: "reset.go", correlationKey: "reset", timeoutMs: 120_000 },
      { id: "done", type: "control.return", output: { $expr: "vars.twice" } },
    ],
  });
  const worker = await world.startWorker();
  const runId = await world.start("reset-parent");
  const childId = await childOf(runId);
  await world.ended(childId);
  const opened = async () =>
    (await world.waits(runId)).some(({ stepId, status }) => stepId === "go" && status === "WAITING") ? true : undefined;
  await until("it waits behind its child", opened);
  const handle = world.client.workflow.getHandle(workflowId(runId));
  const before = await until("the wait is in history", async () => {
    const described = await handle.describe();
    return described.historyLength >= 18 ? described : undefined;
  });
  const firstOfChild = (await world.client.workflow.getHandle(workflowId(childId)).describe()).runId;
  await world.client.workflowService.resetWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId: before.runId },
    reason: "test",
    workflowTaskFinishEventId: { low: 4, high: 0, unsigned: false } as never,
    requestId: crypto.randomUUID(),
    resetReapplyType: 2,
  });
  await until("the child runs again", async () =>
    (await world.client.workflow.getHandle(workflowId(childId)).describe()).runId === firstOfChild ? undefined : true,
  );
  await until("it waits again", async () =>
    (await handle.describe()).runId !== before.runId && (await opened()) === true ? true : undefined,
  );
  await world.event({ name: "reset.go", correlationKey: "reset" });
  expect((await world.ended(runId)).output).toBe(42);
  expect((await childrenOf(runId)).map(({ id, status }) => [id, status])).toEqual([[childId, "SUCCEEDED"]]);
  await world.expectSound(runId);
  await world.ended(childId);
  await world.expectSound(childId);
  await worker.stop();
}, 120_000);
