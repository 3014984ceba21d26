import { descendantsOf, runInput } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";
import { replay } from "./replay.ts";

let world: World;
let runId: string;
const input = { pin: "8841-2230", name: "Ada" };
beforeAll(async () => {
  world = await newWorld();
  await world.publish({
    workflow: "greet",
    payload: { type: "object", required: ["pin"], properties: { pin: { type: "string", sensitive: true } } },
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload" } }],
  });
  await world.startWorker();
  runId = await world.start("greet", input);
  await world.ended(runId);
});
afterAll(() => world?.close());

const parts = () => ({ store: world.store, client: world.client });
const request = () => ({ tenantId: world.tenantId, runId, startedBy: "test" });

test("[RUN-07] [RUN-08] [RUN-10] [RUN-11] [TEN-04] an unedited replay is a new run of the same version with the stored input, and the first one stays", async () => {
  const before = await world.run(runId);
  const again = await replay(parts(), request());
  const run = await world.ended(again.runId);
  expect(run).toMatchObject({
    output: input,
    version: 1,
    replayOfRunId: runId,
    triggerMetadata: { replayOfRunId: runId },
  });
  expect(run.temporalWorkflowId).not.toBe(before.temporalWorkflowId);
  expect(await world.store.tenant(world.tenantId, (db) => runInput(db, again.runId))).toEqual(input);
  expect((await world.steps(again.runId))[0]?.stepPath).toBe("root.steps[0]");
  const { updatedAt: _, ...stays } = before;
  expect(await world.run(runId)).toMatchObject(stays);
  const { replays } = await world.store.tenant(world.tenantId, (db) => descendantsOf(db, runId));
  expect(replays.map(({ id }) => id)).toContain(again.runId);
});

test("[RUN-09] an edited replay has exactly the payload that was given, and is checked like any other", async () => {
  const { runId: other } = await replay(parts(), { ...request(), payload: { pin: "1", extra: [null] } });
  expect((await world.ended(other)).output).toEqual({ pin: "1", extra: [null] });
  await expect(replay(parts(), { ...request(), payload: {} })).rejects.toMatchObject({ code: "PAYLOAD_INVALID" });
});

test("[TEN-04] [UI-04] a payload that still holds a placeholder is refused with its pointer", async () => {
  await expect(
    replay(parts(), { ...request(), payload: { pin: "[REDACTED]", list: ["x [REDACTED]"] } }),
  ).rejects.toMatchObject({
    code: "REDACTED_VALUE_IN_PAYLOAD",
    details: { issues: [{ pointer: "/payload/pin" }, { pointer: "/payload/list/0" }] },
  });
});

test("a replay with an idempotency key is made once, and the key stands for this replay only", async () => {
  const keyed = { ...request(), idempotencyKey: "r-1" };
  const first = await replay(parts(), keyed);
  expect(await replay(parts(), keyed)).toMatchObject({ runId: first.runId, created: false });
  await expect(replay(parts(), { ...keyed, payload: input })).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
  await world.ended(first.runId);
});
