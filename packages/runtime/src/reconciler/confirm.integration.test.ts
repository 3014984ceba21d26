import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "@temporalio/client";
import { cancelRun } from "../launcher/cancel.ts";
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

test("[RUN-04] an end that the execution may take back is not confirmed, and refuses no cancel", async () => {
  await world.publish({ workflow: "parked", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  const worker = await world.startWorker();
  const runId = await world.start("parked");
  await world.waiting(runId);
  await worker.stop();
  // As a workflow task leaves it that wrote the end, failed, and is to run again.
  await world.store.tenant(world.tenantId, (db) =>
    db
      .updateTable("workflow_runs")
      .set({ status: "SUCCEEDED", completed_at: new Date() })
      .where("id", "=", runId)
      .execute(),
  );
  const parts = { store: world.store, client: world.client };
  const request = { tenantId: world.tenantId, runId };
  expect(await confirmRun(parts, request)).toBe("open");
  const accepted = await cancelRun(parts, { ...request, by: "ada" });
  expect((await world.run(runId)).cancelRequestedAt).toBe(accepted.cancelRequestedAt);
  await world.startWorker();
  await until("it is cancelled", async () => ((await world.run(runId)).status === "CANCELED" ? true : undefined));
  await until("its execution is closed", async () =>
    (await confirmRun(parts, request)) === "confirmed" ? true : undefined,
  );
  await expect(cancelRun(parts, { ...request, by: "ada" })).rejects.toMatchObject({
    code: "RUN_ALREADY_ENDED",
    details: { status: "CANCELED" },
  });
});
