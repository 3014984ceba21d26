import { defineAction } from "@mainspring/actions";
import { runWorkflowType, taskQueue, workflowIdOf } from "@mainspring/core";
import {
  definitionOf,
  deliveriesOf,
  insertRun,
  listEvents,
  newId,
  openDispatcher,
  openReconciler,
} from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { routeOnce, type IngestionParts } from "../ingestion/route-event.ts";
import { cancelRun } from "../launcher/cancel.ts";
import { newWorld, type World } from "../testing/world.ts";
import { until } from "../testing/until.ts";
import { Crossing } from "../wire/crossing.ts";
import { reconcileOnce } from "./reconcile.ts";

let hold: (() => void) | undefined;
const held = defineAction({
  name: "test.held@1",
  title: "Held",
  description: "Runs until the test lets it go",
  effect: "idempotent",
  execution: "remote",
  timeoutMs: 60_000,
  input: z.object({}),
  output: z.object({}),
  run: () => new Promise<Record<string, never>>((resolve) => (hold = () => resolve({}))),
});

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [held] });
  await world.publish({ workflow: "naps", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  await world.publish({
    workflow: "waits",
    steps: [{ id: "paid", type: "event.wait", event: "paid", correlationKey: "k" }],
  });
  await world.publish({
    workflow: "holds",
    steps: [{ id: "call", type: "action.call", action: "test.held@1", input: {} }],
  });
});
afterAll(() => world?.close());

const quiet = { info: () => undefined, warn: () => undefined };
/** Rounds of the reconciler alone, so that no run can speak for itself. */
async function reconciled(runId: string): Promise<void> {
  const reconciler = openReconciler({ url: world.database.reconcilerUrl });
  try {
    await until("the reconciler has seen the end", async () => {
      await reconcileOnce({ store: world.store, client: world.client, reconciler, log: quiet }, { olderThanMs: 0 });
      return (await world.run(runId)).confirmedAt === null ? undefined : true;
    });
  } finally {
    await reconciler.close();
  }
}

test("a run that no worker has ever picked up and that is terminated says how, why and by whom", async () => {
  const runId = await world.start("naps");
  expect(await world.run(runId)).toMatchObject({ status: "RUNNING", stepCount: 0 });
  await world.client.workflow.getHandle(workflowIdOf(runId)).terminate("nobody takes it");
  await reconciled(runId);
  const run = await world.run(runId);
  expect(run).toMatchObject({
    status: "FAILED",
    completedAt: expect.any(String),
    error: {
      code: "ENDED_OUTSIDE",
      details: { how: "TERMINATED", reason: "nobody takes it", by: expect.stringMatching(/.+/) },
    },
  });
  expect(await world.journal(runId)).toEqual([]);
});

test("an execution that Temporal timed out ends its run", async () => {
  const runId = newId();
  await world.store.tenant(world.tenantId, async (db) => {
    const pinned = await definitionOf(db, "naps");
    if (pinned === undefined) throw new Error("naps is published");
    await insertRun(db, { ...pinned, id: runId, input: {}, startDueAt: new Date(Date.now() + 3_600_000) });
    await db
      .updateTable("workflow_runs")
      .set({ status: "RUNNING", started_at: new Date() })
      .where("id", "=", runId)
      .execute();
  });
  await world.client.workflow.start(runWorkflowType, {
    taskQueue,
    workflowId: workflowIdOf(runId),
    args: [new Crossing(world.tenantId, {})],
    workflowExecutionTimeout: 200,
  });
  await reconciled(runId);
  expect(await world.run(runId)).toMatchObject({
    status: "FAILED",
    error: { code: "ENDED_OUTSIDE", details: { how: "TIMED_OUT" } },
  });
});

test("what was open when the execution was terminated is closed, and effects that may remain are named", async () => {
  const worker = await world.startWorker({ waits: { reconcileEveryMs: 600_000 } });
  const [waiting, calling] = [await world.start("naps"), await world.start("holds")];
  await world.waiting(waiting);
  await until("the call is under way", async () => (hold === undefined ? undefined : true));
  for (const runId of [waiting, calling])
    await world.client.workflow.getHandle(workflowIdOf(runId)).terminate("by hand");
  await reconciled(waiting);
  await reconciled(calling);
  expect((await world.waits(waiting)).map(({ status, resolvedAt }) => [status, typeof resolvedAt])).toEqual([
    ["CANCELED", "string"],
  ]);
  expect(await world.trace(waiting)).toEqual(["nap FAILED"]);
  expect((await world.run(calling)).error).toMatchObject({
    details: { how: "TERMINATED", effectsMayRemain: [{ stepPath: "root.steps[0]", iteration: [] }] },
  });
  hold?.();
  await worker.stop();
});

test("[MBX-02] [DLV-01] an event that was sent to a run and not looked at before it was terminated is another's, or unmatched with the reason", async () => {
  const worker = await world.startWorker({ waits: { reconcileEveryMs: 600_000 } });
  const opened = async (): Promise<string> => {
    const runId = await world.start("waits");
    await world.waiting(runId);
    return runId;
  };
  const first = await opened();
  await worker.stop();
  const parts: IngestionParts = {
    store: world.store,
    dispatcher: openDispatcher({ url: world.database.dispatcherUrl }),
    client: world.client,
    log: quiet,
    worker: "test",
    claimMs: 60_000,
  };
  const eventId = await world.event({ name: "paid", id: "sent", correlationKey: "k" });
  const standing = async (runId: string): Promise<unknown> => {
    const rows = await world.store.tenant(world.tenantId, (db) => deliveriesOf(db, eventId));
    return rows.find((row) => row.runId === runId);
  };
  await routeOnce(parts);
  expect(await standing(first)).toMatchObject({ state: "delivered" });
  await world.client.workflow.getHandle(workflowIdOf(first)).terminate("by hand");
  await reconciled(first);
  expect(await standing(first)).toMatchObject({
    state: "ignored",
    reason: "the run was ended before it took the event",
  });
  expect((await world.waits(first)).map(({ status }) => status)).toEqual(["CANCELED"]);
  await routeOnce(parts);
  await parts.dispatcher.close();
  const unmatched = await world.store.tenant(world.tenantId, (db) => listEvents(db, { unmatched: true }, {}));
  expect(unmatched.items.map(({ id }) => id)).toEqual([eventId]);
  // Its default look-back reaches the event, which nobody has.
  const second = await world.start("waits");
  const again = await world.startWorker();
  expect((await world.ended(second)).status).toBe("SUCCEEDED");
  await again.stop();
});

test("[RUN-04] a cancelled run that was never started names who asked", async () => {
  const runId = newId();
  await world.store.tenant(world.tenantId, async (db) => {
    const pinned = await definitionOf(db, "naps");
    if (pinned === undefined) throw new Error("naps is published");
    await insertRun(db, { ...pinned, id: runId, input: {}, startDueAt: new Date(Date.now() + 3_600_000) });
  });
  const parts = { store: world.store, client: world.client };
  const canceled = await cancelRun(parts, { tenantId: world.tenantId, runId, by: "ada", reason: "a mistake" });
  expect(canceled).toMatchObject({ status: "CANCELED", cancelRequestedAt: expect.any(String) });
  expect(await world.run(runId)).toMatchObject({
    cancelRequestedAt: canceled.cancelRequestedAt,
    error: { code: "CANCELED", details: { by: "ada", reason: "a mistake" } },
  });
});
