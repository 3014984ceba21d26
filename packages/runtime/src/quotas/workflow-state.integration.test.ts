import { MainspringError, type Json } from "@mainspring/core";
import { deleteWorkflow, pauseWorkflow, putQuotas, unpauseWorkflow, unpublishWorkflow } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelRun } from "../launcher/cancel.ts";
import { launch, type Launched } from "../launcher/launch.ts";
import { temporalClient } from "../temporal/connect.ts";
import { asksWhy, evidenceOf } from "../testing/asks-why.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

const event: Json = {
  type: "event",
  eventId: "0192d3a0-0000-7000-8000-000000000001",
  triggerId: "on-order",
};
const schedule: Json = {
  type: "schedule",
  scheduleId: "0192d3a0-0000-7000-8000-000000000002",
  nominalAt: "2026-11-26T00:00:00.000Z",
};

const start = (workflowKey: string, more: { trigger?: Json; version?: number } = {}): Promise<Launched> =>
  launch(world, { tenantId: world.tenantId, workflowKey, payload: {}, startedBy: "test", ...more });
const inTenant = <T>(work: Parameters<typeof world.store.tenant<T>>[1]): Promise<T> =>
  world.store.tenant(world.tenantId, work);
const nap = (workflow: string, durationMs = 100) =>
  world.publish({ workflow, steps: [{ id: "nap", type: "time.wait", durationMs }] });

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: unknown) => (error instanceof MainspringError ? error.code : String(error)),
  );

test("[WHY-01] [QUO-01] workflow-paused: since when, by whom and why; persons' starts go when it is unpaused, in their order", async () => {
  const why = asksWhy(world);
  await nap("shop");
  const before = await start("shop");
  const pause = await inTenant((db) => pauseWorkflow(db, "shop", { by: "api-key:ada", note: "the shop moves" }));
  const again = await inTenant((db) => pauseWorkflow(db, "shop", { by: "api-key:eve" }));
  expect(again).toEqual(pause);
  // What is under way goes on.
  expect((await world.ended(before.runId)).status).toBe("SUCCEEDED");
  const held: string[] = [];
  for (let i = 0; i < 3; i++) {
    const one = await start("shop");
    expect(one).toMatchObject({ status: "QUEUED", held: "workflow-paused", created: true });
    held.push(one.runId);
  }
  const [first = ""] = held;
  expect(await world.run(first)).toMatchObject({ status: "QUEUED", queuedReason: "workflow-paused", startedAt: null });
  const answer = await why.leads(first, "workflow-paused");
  expect(answer.sentence).toMatch(/^Starts of "shop" are held since .* by api-key:ada: the shop moves\.$/);
  expect(answer.since).toBe(pause?.at);
  expect(evidenceOf(answer, "pause")).toEqual([{ at: pause?.at, by: "api-key:ada", note: "the shop moves" }]);
  expect(await world.hasExecution(first)).toBe(false);
  expect(await inTenant((db) => unpauseWorkflow(db, "shop"))).toEqual({ released: 3 });
  await why.goes(first, "workflow-paused");
  for (const runId of held) expect((await world.ended(runId)).status).toBe("SUCCEEDED");
});

test("[QUO-01] a machine's start of a paused workflow makes no run and says why; one that a limit held waits for both", async () => {
  await nap("paused-machine");
  await inTenant((db) => putQuotas(db, { concurrentRuns: 0 }));
  const held = await start("paused-machine", { trigger: event });
  expect(held.held).toBe("concurrency-limited");
  await inTenant((db) => pauseWorkflow(db, "paused-machine", { by: "test" }));
  expect((await world.run(held.runId)).queuedReason).toBe("workflow-paused");
  for (const trigger of [event, schedule])
    expect(await codeOf(start("paused-machine", { trigger }))).toBe("WORKFLOW_PAUSED");
  const rows = await asOwner(
    world.database,
    "select count(*)::int as runs from workflow_runs where tenant_id = $1 and workflow_key = 'paused-machine'",
    [world.tenantId],
  );
  expect(rows).toEqual([{ runs: 1 }]);
  expect(await inTenant((db) => unpauseWorkflow(db, "paused-machine"))).toEqual({ released: 0 });
  expect((await world.run(held.runId)).queuedReason).toBe("concurrency-limited");
  await inTenant((db) => putQuotas(db, { concurrentRuns: null }));
  expect((await world.ended(held.runId)).status).toBe("SUCCEEDED");
});

test("[QUO-01] a held start is cancelled although Temporal cannot be reached", async () => {
  await nap("held-away");
  await inTenant((db) => pauseWorkflow(db, "held-away", { by: "test" }));
  const { runId } = await start("held-away");
  const away = temporalClient(world.store, { address: "127.0.0.1:1", namespace: world.namespace });
  const canceled = await cancelRun(
    { store: world.store, client: away },
    { tenantId: world.tenantId, runId, by: "ada" },
  );
  expect(canceled.status).toBe("CANCELED");
  expect(await inTenant((db) => unpauseWorkflow(db, "held-away"))).toEqual({ released: 0 });
  expect(await world.run(runId)).toMatchObject({ status: "CANCELED", queuedReason: null, startedAt: null });
  await away.connection.close();
});

test("[CAS-01] [ING-17] unpublishing lets runs go on, drops held starts with a decision, and nothing starts the workflow any more", async () => {
  await nap("retired", 600_000);
  await world.publish({
    workflow: "caller",
    steps: [{ id: "call", type: "control.callWorkflow", workflow: "retired", version: 1, input: {} }],
  });
  const running = await start("retired");
  await world.waiting(running.runId);
  await inTenant((db) => pauseWorkflow(db, "retired", { by: "test" }));
  const byPerson = await start("retired");
  await inTenant((db) => unpauseWorkflow(db, "retired"));
  await world.waiting(byPerson.runId);
  await inTenant((db) => putQuotas(db, { concurrentRuns: 2 }));
  const byEvent = await start("retired", { trigger: event });
  const bySchedule = await start("retired", { trigger: schedule });
  expect([byEvent.held, bySchedule.held]).toEqual(["concurrency-limited", "concurrency-limited"]);

  const unpublished = await inTenant((db) => unpublishWorkflow(db, "retired", "api-key:ada"));
  expect(unpublished).toMatchObject({ version: 1, removed: [] });
  expect(await inTenant((db) => unpublishWorkflow(db, "retired", "api-key:ada"))).toBe("not-published");
  await inTenant((db) => putQuotas(db, { concurrentRuns: null }));
  for (const { runId } of [byEvent, bySchedule])
    expect(await world.run(runId)).toMatchObject({
      status: "CANCELED",
      startedAt: null,
      error: { code: "CANCELED", details: { by: "api-key:ada", reason: "the workflow was unpublished" } },
    });
  const decisions = await asOwner(
    world.database,
    `select outcome, run_id, event_id, schedule_id, workflow_key, workflow_version as version, trigger_id, "values" from workflow_trigger_decisions
     where tenant_id = $1 and workflow_key = 'retired' order by event_id nulls last`,
    [world.tenantId],
  );
  const common = {
    outcome: "unpublished",
    workflow_key: "retired",
    version: 1,
    values: { by: "api-key:ada", heldFor: "concurrency-limited" },
  };
  expect(decisions).toEqual([
    {
      ...common,
      run_id: byEvent.runId,
      event_id: "0192d3a0-0000-7000-8000-000000000001",
      schedule_id: null,
      trigger_id: "on-order",
    },
    {
      ...common,
      run_id: bySchedule.runId,
      event_id: null,
      schedule_id: "0192d3a0-0000-7000-8000-000000000002",
      trigger_id: null,
    },
  ]);
  expect((await world.run(running.runId)).status).toBe("WAITING");
  for (const more of [{}, { version: 1 }, { trigger: event }, { trigger: schedule }])
    expect(await codeOf(start("retired", more))).toBe("NOT_PUBLISHED");
  // Who is bound to a version still calls it.
  const caller = await start("caller");
  await world.waiting(caller.runId);
  // What ran can be replayed: it is pinned to its version.
  await world.cancel(running.runId);
  await world.ended(running.runId);
  const replayed = await world.replay(running.runId);
  await world.waiting(replayed);
  for (const runId of [byPerson.runId, caller.runId, replayed]) await world.cancel(runId);
});

test("[CAS-01] a workflow is not deleted while runs are open or held, or a published version calls it; its key used again is another one", async () => {
  await nap("gone", 600_000);
  await world.publish({
    workflow: "calls-gone",
    steps: [{ id: "call", type: "control.callWorkflow", workflow: "gone", version: 1, input: {} }],
  });
  const open = await start("gone");
  await inTenant((db) => pauseWorkflow(db, "gone", { by: "test" }));
  const held = await start("gone");
  const remove = (key = "gone") => inTenant((db) => deleteWorkflow(db, key));
  expect(await remove()).toEqual({ openRuns: 2, heldRuns: 1, callers: ["calls-gone"] });
  await inTenant((db) => unpublishWorkflow(db, "calls-gone", "test"));
  expect(await remove()).toEqual({ openRuns: 2, heldRuns: 1, callers: [] });
  await cancelRun(world, { tenantId: world.tenantId, runId: held.runId, by: "test" });
  await world.waiting(open.runId);
  await world.cancel(open.runId);
  await world.ended(open.runId);
  expect(await remove()).toBe("deleted");
  expect(await codeOf(start("gone"))).toBe("WORKFLOW_NOT_FOUND");
  // The old runs stay, and are of the old workflow.
  expect((await world.run(open.runId)).workflowKey).toBe("gone");
  await nap("gone");
  expect(await codeOf(world.replay(open.runId))).toBe("VERSION_NOT_FOUND");
  const rows = await asOwner(
    world.database,
    `select count(distinct workflow_id)::int as workflows from workflow_runs where tenant_id = $1 and workflow_key = 'gone'`,
    [world.tenantId],
  );
  const { runId } = await start("gone");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  expect(rows).toEqual([{ workflows: 1 }]);
});

test("of a start and a deletion that race one gives way: no run of a workflow that is not there", async () => {
  for (let round = 0; round < 20; round++) {
    const key = `race-${round}`;
    await nap(key);
    const [begun, deletion] = await Promise.all([
      start(key).catch((error: unknown) => (error as MainspringError).code),
      inTenant((db) => deleteWorkflow(db, key)),
    ]);
    if (typeof begun === "string") {
      expect([begun, deletion]).toEqual(["WORKFLOW_NOT_FOUND", "deleted"]);
      continue;
    }
    const { status } = await world.ended(begun.runId);
    // Either it was open when the deletion looked, or it had ended by then.
    expect([status, deletion === "deleted" || typeof deletion === "object"]).toEqual(["SUCCEEDED", true]);
  }
});
