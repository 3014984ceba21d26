import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "@temporalio/client";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { confirmRun } from "./confirm.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

test("a run that ends by itself while its execution is asked about did not end outside", async () => {
  await world.publish({
    workflow: "brief",
    steps: [
      { id: "nap", type: "time.wait", durationMs: 300 },
      { id: "done", type: "control.return", output: 7 },
    ],
  });
  const worker = await world.startWorker({ waits: { reconcileEveryMs: 600_000 } });
  const runId = await world.start("brief");
  await world.waiting(runId);
  let asked = 0;
  // The row was read while the run was open; the answer comes when it has ended.
  const slow = Object.create(world.client, {
    withDeadline: {
      value: async <T>(_: number, work: () => Promise<T>): Promise<T> => {
        asked++;
        await until("the run has ended", async () =>
          (await world.run(runId)).status === "SUCCEEDED" ? true : undefined,
        );
        await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).result();
        return work();
      },
    },
  }) as Client;
  expect(await confirmRun({ store: world.store, client: slow }, { tenantId: world.tenantId, runId })).toBe("confirmed");
  expect(asked).toBe(1);
  const run = await world.run(runId);
  expect(run).toMatchObject({ status: "SUCCEEDED", output: 7, error: null });
  expect(run.confirmedAt).not.toBeNull();
  await world.expectSound(runId);
  await worker.stop();
});
