import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

test("[ENG-01] [ENG-09] [ENG-14] [OWN-04] [TST-23] a run goes through local steps to its output on Temporal", async () => {
  await world.publish({
    workflow: "two-steps",
    steps: [
      { id: "when", type: "action.call", action: "time.now@1", input: {}, saveAs: "clock" },
      {
        id: "done",
        type: "control.return",
        output: { greeting: { $expr: '"hello " & payload.name' }, at: { $expr: "vars.clock.now" } },
      },
    ],
  });
  const runId = await world.start("two-steps", { name: "Ada" });
  const run = await world.ended(runId);
  expect(run.status).toBe("SUCCEEDED");
  expect(run.output).toMatchObject({ greeting: "hello Ada", at: expect.stringMatching(/^\d{4}-/) });
  expect(run.temporalWorkflowId).toBe(`workflow-runtime-v2:run:${runId}`);
  expect(await world.trace(runId)).toEqual(["when SUCCEEDED", "done SUCCEEDED"]);
  await world.expectSound(runId);
});
