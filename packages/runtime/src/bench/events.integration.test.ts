import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { newWorld, type World } from "../testing/world.ts";
import { batchedNoop, effectlessNoop, localNoop, remoteNoop, stampedCall } from "./bench-actions.ts";
import { benchDefinitions } from "./definitions.ts";
import { batchItems, mixedActions } from "./names.ts";

// The figures of the benchmark that do not depend on the machine.

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [remoteNoop, effectlessNoop, localNoop, batchedNoop, stampedCall] });
  for (const definition of benchDefinitions()) await world.publish(definition);
  await world.startWorker();
});
afterAll(() => world?.close());

/** A workflow by hand that calls so many activities one after the other: three events of each, three of the task behind it, and five more. */
const byHand = (calls: number): number => 6 * calls + 5;

/** Of the whole chain, without what a busy machine adds: a workflow task that ran out of its time is scheduled and started once more. */
async function events(workflow: string): Promise<number> {
  const runId = await world.start(workflow);
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  const all = (await chainOf(world.client, runId)).flatMap((history) => history.events ?? []);
  const lost = all.filter(({ workflowTaskTimedOutEventAttributes }) => workflowTaskTimedOutEventAttributes);
  return all.length - 3 * lost.length;
}

test("[BEN-01] 40 sequential remote calls write at most 1.01 times the events of a hand-written workflow", async () => {
  expect(await events("bench-remote")).toBeLessThanOrEqual(1.01 * byHand(40));
  expect(await events("bench-none")).toBeLessThanOrEqual(1.01 * byHand(40));
});

test("[BEN-01] 40 local calls write at most 8 events", async () => {
  expect(await events("bench-local")).toBeLessThanOrEqual(8);
});

test("[BEN-01] 200 pure steps among 5 calls write at most 1.1 times the events of a hand-written workflow", async () => {
  expect(await events("bench-mixed")).toBeLessThanOrEqual(1.1 * byHand(mixedActions));
});

test("[BEN-01] a forEach over 1,000 items by a batched action writes at most 0.05 times the events of a sequential loop", async () => {
  expect(await events("bench-batch")).toBeLessThanOrEqual(0.05 * byHand(batchItems));
});

test("[BEN-01] a hostile expression fails its run, typed, in less than a second of its own", async () => {
  const runId = await world.start("bench-hostile");
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "FAILED", error: { category: "ExpressionError", stepId: "harm" } });
  expect((run.error as { readonly code: string }).code).toMatch(/^EXPR_/);
});
