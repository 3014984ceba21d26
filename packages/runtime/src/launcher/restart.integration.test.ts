import { defineAction } from "@mainspring/actions";
import type { Json } from "@mainspring/core";
import { invocationsOf } from "@mainspring/store";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { newWorld, type World } from "../testing/world.ts";
import { until } from "../testing/until.ts";
import { previewRestart, restartFrom, type RestartRequest } from "./restart.ts";

/** Effects that happened, by business fact. */
const effects: string[] = [];
/** Facts whose effect fails. */
const broken = new Set<string>();
const book = defineAction({
  name: "shop.book@1",
  title: "Book",
  description: "An effect that is counted",
  effect: "idempotent",
  execution: "remote",
  timeoutMs: 5_000,
  input: z.object({ fact: z.string(), salt: z.unknown().optional() }),
  output: z.object({ receipt: z.string() }),
  run: async ({ input }) => {
    if (broken.has(input.fact)) throw new Error(`${input.fact} is broken`);
    effects.push(input.fact);
    return { receipt: `${input.fact}-${effects.length}` };
  },
});

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [book] });
  await world.startWorker();
});
afterEach(() => {
  effects.length = 0;
  broken.clear();
});
afterAll(() => world?.close());

const call = (id: string, fact: Json, more: object = {}): object => ({
  id,
  type: "action.call",
  action: "shop.book@1",
  input: { fact },
  ...more,
});
const parts = () => ({ store: world.store, client: world.client });
const request = (runId: string, stepPath: string, more: Partial<RestartRequest> = {}): RestartRequest => ({
  tenantId: world.tenantId,
  runId,
  stepPath,
  reason: "it was repaired",
  startedBy: "test",
  ...more,
});
const facts = (items: readonly object[]): Json[] => items.map((one) => (one as { stepId: string }).stepId);

test("[RST-01] [RST-02] a failed run goes on from its failed step as a new run, with lineage, state and journal of its own", async () => {
  await world.publish({
    workflow: "line",
    steps: [
      call("one", "one", { saveAs: "one" }),
      { id: "mark", type: "state.set", state: "HALFWAY" },
      call("two", "two"),
      call("three", "three"),
      { id: "done", type: "control.return", output: { $expr: "vars.one.receipt" } },
    ],
  });
  broken.add("two");
  const runId = await world.start("line", { of: "it" });
  expect((await world.ended(runId)).status).toBe("FAILED");
  broken.clear();
  const plan = await previewRestart(parts(), request(runId, "root.steps[2]"));
  expect([facts(plan.reuse), facts(plan.repeat), plan.offeredEvents]).toEqual([[], ["two"], []]);
  const { runId: again } = await restartFrom(parts(), request(runId, "root.steps[2]", { planHash: plan.planHash }));
  const run = await world.ended(again);
  expect(run).toMatchObject({
    status: "SUCCEEDED",
    output: "one-1",
    state: "HALFWAY",
    restartedFrom: runId,
    input: { of: "it" },
    triggerMetadata: { type: "restart", reason: "it was repaired", stepPath: "root.steps[2]" },
  });
  expect(effects).toEqual(["one", "two", "three"]);
  expect(await world.trace(again)).toEqual(["two SUCCEEDED", "three SUCCEEDED", "done SUCCEEDED"]);
  await world.expectSound(again);
  const journal = await world.journal(again);
  expect(journal[0]).toMatchObject({ seq: 1, kind: "input", data: { kind: "restart", origin: { runId } } });
  expect((await world.stateAt(again, 1)).vars).toMatchObject({ one: { receipt: "one-1" } });
  expect((await world.run(runId)).status).toBe("FAILED");
});

test("[RST-02] inside a parallel nothing that the plan listed as reused is done again, though another branch is under way", async () => {
  await world.publish({
    workflow: "branches",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          {
            id: "a",
            steps: [
              call("a1", "a1"),
              { id: "nap", type: "time.wait", durationMs: 300 },
              call("a2", "a2"),
              call("a3", "a3"),
            ],
          },
          { id: "b", steps: [call("b1", "b1"), call("b2", "b2")] },
        ],
      },
      call("after", "after"),
    ],
  });
  const runId = await world.start("branches");
  await world.ended(runId);
  broken.add("nothing");
  const before = [...effects];
  const plan = await previewRestart(parts(), request(runId, "root.steps[0].branches[1].steps[1]"));
  expect(new Set(facts(plan.reuse))).toEqual(new Set(["a2", "a3", "b2", "after"]));
  const { runId: again } = await restartFrom(
    parts(),
    request(runId, "root.steps[0].branches[1].steps[1]", { planHash: plan.planHash }),
  );
  expect((await world.ended(again)).status).toBe("SUCCEEDED");
  expect(effects).toEqual(before);
  await world.expectSound(again);
  const invocations = await world.store.tenant(world.tenantId, (db) => invocationsOf(db, again, {}));
  expect(invocations.items.every((one) => one.reusedFrom !== null && one.status === "SUCCEEDED")).toBe(true);
  expect((await world.steps(again)).find(({ stepId }) => stepId === "a3")?.input).toEqual({ fact: "a3" });
});

test("[RST-02] inside a forEach the turn is chosen, and only what is not reused is done again", async () => {
  await world.publish({
    workflow: "turns",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: ["x", "y", "z"],
        body: [call("make", { $expr: "'make-' & item" }), call("send", { $expr: "'send-' & item" })],
      },
    ],
  });
  broken.add("send-z");
  const runId = await world.start("turns");
  expect((await world.ended(runId)).status).toBe("FAILED");
  broken.clear();
  const point = request(runId, "root.steps[0].body.steps[1]", { iteration: [1] });
  const plan = await previewRestart(parts(), point);
  expect([plan.iteration, plan.reuse.map((one) => [one.stepId, one.iteration])]).toEqual([
    [1],
    [
      ["send", [1]],
      ["make", [2]],
    ],
  ]);
  const reuse = plan.reuse.filter((one) => one.stepId === "make").map((one) => one.invocationId);
  const chosen = await previewRestart(parts(), { ...point, reuse });
  expect([chosen.planHash, facts(chosen.reuse), facts(chosen.repeat)]).toEqual([
    plan.planHash,
    ["make"],
    ["send", "send"],
  ]);
  const { runId: again } = await restartFrom(parts(), { ...point, reuse, planHash: plan.planHash });
  expect((await world.ended(again)).status).toBe("SUCCEEDED");
  expect(effects).toEqual(["make-x", "send-x", "make-y", "send-y", "make-z", "send-y", "send-z"]);
  expect(await world.trace(again)).toEqual([
    "each SUCCEEDED",
    "send[1] SUCCEEDED",
    "make[2] SUCCEEDED",
    "send[2] SUCCEEDED",
  ]);
  await world.expectSound(again);
});

test("[RST-02] what is reused is not done again when its input has come out otherwise this time", async () => {
  await world.publish({
    workflow: "salted",
    steps: [
      { id: "id", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "id" },
      {
        id: "pay",
        type: "action.call",
        action: "shop.book@1",
        input: { fact: "pay", salt: { $expr: "vars.id" } },
        saveAs: "paid",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.paid.receipt" } },
    ],
  });
  const runId = await world.start("salted");
  const { output } = await world.ended(runId);
  const { runId: again } = await restartFrom(parts(), request(runId, "root.steps[0]"));
  expect((await world.ended(again)).output).toBe(output);
  expect(effects).toEqual(["pay"]);
});

test("[RST-01] events taken later are offered again unless the operator says no, and the plan that was shown is the one that is done", async () => {
  await world.publish({
    workflow: "hears",
    steps: [
      call("first", "first"),
      { id: "hear", type: "event.wait", event: "go", correlationKey: "k-1", timeoutMs: 60_000, saveAs: "heard" },
      call("then", { $expr: "vars.heard.fact" }),
    ],
  });
  const runId = await world.start("hears");
  await world.waiting(runId);
  const early = await previewRestart(parts(), request(runId, "root.steps[1]"));
  expect(early.offeredEvents).toEqual([]);
  const eventId = await world.event({ name: "go", correlationKey: "k-1", payload: { fact: "told" } });
  await world.ended(runId);
  await expect(
    restartFrom(parts(), request(runId, "root.steps[1]", { planHash: early.planHash })),
  ).rejects.toMatchObject({
    code: "PLAN_CHANGED",
    details: { difference: { offeredEvents: { added: [eventId], removed: [] } } },
  });
  const plan = await previewRestart(parts(), request(runId, "root.steps[1]"));
  expect(plan.offeredEvents).toMatchObject([{ eventId, name: "go" }]);
  const { runId: again } = await restartFrom(parts(), request(runId, "root.steps[1]", { planHash: plan.planHash }));
  expect((await world.ended(again)).status).toBe("SUCCEEDED");
  expect(effects).toEqual(["first", "told"]);
  await world.expectSound(again);
  const { runId: deaf } = await restartFrom(parts(), request(runId, "root.steps[1]", { offerEvents: false }));
  await world.waiting(deaf);
  await world.event({ name: "go", correlationKey: "k-1", payload: { fact: "new" } });
  expect((await world.ended(deaf)).status).toBe("SUCCEEDED");
  // The step is reused all the same: the plan said so.
  expect(effects).toEqual(["first", "told"]);
});

test("[RST-01] a task that was open is asked anew, and a child that was under way is called anew", async () => {
  await world.publish({
    workflow: "leaf",
    steps: [{ id: "nap", type: "time.wait", durationMs: 800 }, call("leaf", "leaf")],
  });
  await world.publish({
    workflow: "asks",
    steps: [
      {
        id: "all",
        type: "control.parallel",
        branches: [
          {
            id: "ask",
            steps: [
              {
                id: "ask",
                type: "human.task",
                title: "Ok?",
                assignTo: { users: ["u"] },
                form: { type: "object" },
                saveAs: "answer",
              },
            ],
          },
          { id: "child", steps: [{ id: "leafRun", type: "control.callWorkflow", workflow: "leaf", input: {} }] },
          { id: "act", steps: [{ id: "short", type: "time.wait", durationMs: 200 }, call("act", "act")] },
        ],
      },
      { id: "done", type: "control.return", output: { $expr: "vars.answer" } },
    ],
  });
  broken.add("act");
  const runId = await world.start("asks");
  await world.ended(runId);
  broken.clear();
  const point = request(runId, "root.steps[0].branches[2].steps[1]");
  const plan = await previewRestart(parts(), point);
  expect(plan.repeat.map((one) => [one.kind, one.stepId])).toEqual(
    expect.arrayContaining([
      ["child", "leafRun"],
      ["action", "act"],
    ]),
  );
  const { runId: again } = await restartFrom(parts(), point);
  const task = await until("the task is asked anew", async () =>
    (await world.tasks(again)).find(({ status }) => status === "OPEN"),
  );
  expect(task.id).not.toBe((await world.tasks(runId))[0]?.id);
  await world.answer(task.id, { yes: true });
  expect((await world.ended(again)).output).toEqual({ yes: true });
  expect(effects.filter((fact) => fact === "leaf")).toHaveLength(1);
  expect(effects.filter((fact) => fact === "act")).toHaveLength(1);
  await world.expectSound(again);
});

test("[RST-01] another version goes on only where the steps of the stack stand where they stood; a step that was not begun is none", async () => {
  const block = (ids: readonly string[]): object => ({
    workflow: "versions",
    steps: [{ id: "block", type: "control.tryCatch", try: ids.map((id) => call(id, id)), finally: [] }],
  });
  await world.publish(block(["p", "q"]));
  broken.add("q");
  const runId = await world.start("versions");
  await world.ended(runId);
  broken.clear();
  const { version } = await world.publish(block(["p", "q", "r"]));
  const point = request(runId, "root.steps[0].try.steps[1]");
  const { runId: again } = await restartFrom(parts(), { ...point, version });
  expect(await world.ended(again)).toMatchObject({ status: "SUCCEEDED", version });
  expect(effects).toEqual(["p", "q", "r"]);
  await world.expectSound(again);
  const { version: other } = await world.publish({ workflow: "versions", steps: [call("p", "p"), call("q", "q")] });
  await expect(previewRestart(parts(), { ...point, version: other })).rejects.toMatchObject({
    code: "RESTART_VERSION_MISFIT",
  });
  await expect(previewRestart(parts(), { ...point, version: 99 })).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  await expect(previewRestart(parts(), request(runId, "root.steps[9]"))).rejects.toMatchObject({
    code: "STEP_NOT_FOUND",
  });
  await expect(previewRestart(parts(), { ...point, reuse: [runId] })).rejects.toMatchObject({
    code: "REQUEST_INVALID",
  });
  await expect(restartFrom(parts(), { ...point, planHash: "0".repeat(64) })).rejects.toMatchObject({
    code: "PLAN_CHANGED",
  });
});

test("a restart with an idempotency key is made once, and a run can be restarted from a restarted one", async () => {
  await world.publish({ workflow: "twice", steps: [call("m", "m"), call("n", "n"), call("o", "o")] });
  const runId = await world.start("twice");
  await world.ended(runId);
  const keyed = request(runId, "root.steps[1]", { idempotencyKey: "rs-1" });
  const first = await restartFrom(parts(), keyed);
  expect(await restartFrom(parts(), keyed)).toMatchObject({ runId: first.runId, created: false });
  await world.ended(first.runId);
  const { runId: third } = await restartFrom(parts(), request(first.runId, "root.steps[2]"));
  expect((await world.ended(third)).restartedFrom).toBe(first.runId);
  expect(effects).toEqual(["m", "n", "o"]);
  await world.expectSound(third);
});

test("[RST-02] what is reused stays reused in a chain of executions, and a worker that is lost on the way repeats nothing", async () => {
  await world.publish({
    workflow: "chain",
    steps: [
      call("zero", "zero"),
      {
        id: "each",
        type: "control.forEach",
        items: ["a", "b", "c", "d"],
        body: [{ id: "rest", type: "time.wait", durationMs: 20 }, call("do", { $expr: "item" })],
      },
      call("end", "end"),
    ],
  });
  broken.add("end");
  const runId = await world.start("chain");
  expect((await world.ended(runId)).status).toBe("FAILED");
  broken.clear();
  const point = request(runId, "root.steps[1].body.steps[1]", { iteration: [1] });
  const plan = await previewRestart(parts(), point);
  expect(plan.reuse.map((one) => one.iteration)).toEqual([[1], [2], [3]]);
  await world.stopWorkers();
  const { runId: again } = await restartFrom(parts(), { ...point, planHash: plan.planHash });
  const first = await world.startWorker({ bounds: { remoteSteps: 2 } });
  await until("it is under way", async () => ((await world.run(again)).stepCount > 1 ? true : undefined));
  await first.stop();
  await world.startWorker({ bounds: { remoteSteps: 2 } });
  expect((await world.ended(again)).status).toBe("SUCCEEDED");
  expect(effects).toEqual(["zero", "a", "b", "c", "d", "end"]);
  expect((await world.executionLengths(again)).length).toBeGreaterThan(1);
  await world.expectSound(again);
});
