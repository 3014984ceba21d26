import { builtInActions, createRegistry } from "@mainspring/actions";
import { taskQueue, workflowIdOf } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerPack, startPackWorker } from "../packs.ts";
import { testTemporalAddress } from "../testing/namespace.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { startRunWorker } from "./run-worker.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

/** Identities of whoever polls a queue for workflow tasks, or for activities. */
async function pollers(queue: string, type: 1 | 2): Promise<string[]> {
  const { pollers } = await world.client.workflowService.describeTaskQueue({
    namespace: world.namespace,
    taskQueue: { name: queue },
    taskQueueType: type,
  });
  return (pollers ?? []).map(({ identity }) => identity ?? "");
}

test("[OWN-01] [OWN-04] [TST-22] the worker service is the only poller of the authored queue, for workflows and activities, and runs need no other", async () => {
  const worker = await world.startWorker();
  const packs = [registerPack({ name: "crm", activities: { "crm.find@1": async () => ({}) } })];
  const temporal = { address: testTemporalAddress(), namespace: world.namespace };
  const other = await startPackWorker({ temporal, packs, identity: "the pack's worker" });
  try {
    await until("both poll", async () =>
      (await pollers(taskQueue, 1)).length > 0 && (await pollers("mainspring-actions:crm", 2)).length > 0
        ? true
        : undefined,
    );
    for (const type of [1, 2] as const) {
      expect(new Set(await pollers(taskQueue, type)), `type ${type}`).toEqual(new Set([worker.identity]));
      expect(await pollers("mainspring-actions:crm", type)).not.toContain(worker.identity);
    }
    // Packs carry activities only.
    expect(await pollers("mainspring-actions:crm", 1)).toEqual([]);

    await world.publish({
      workflow: "waits",
      steps: [
        { id: "nap", type: "time.wait", durationMs: 50 },
        { id: "told", type: "event.wait", event: "told", correlationKey: "k", timeoutMs: 60_000 },
      ],
    });
    const runId = await world.start("waits");
    await world.waiting(runId);
    await until("it waits for the event", async () =>
      (await world.waits(runId)).some(({ waitType, status }) => waitType === "event" && status === "WAITING")
        ? true
        : undefined,
    );
    await world.event({ name: "told", correlationKey: "k" });
    expect((await world.ended(runId)).status).toBe("SUCCEEDED");
    // Launch and signal meet the worker on the one queue.
    const description = await world.client.workflow.getHandle(workflowIdOf(runId)).describe();
    expect(description.taskQueue).toBe(taskQueue);
  } finally {
    await other.stop();
    await worker.stop();
  }
});

test("[OWN-02] [TST-22] a second kind of worker that is given the authored queue does not start, and nobody new polls", async () => {
  const pack = { name: "crm", queue: taskQueue, activities: {} };
  const temporal = { address: testTemporalAddress(), namespace: world.namespace };
  expect(() => registerPack(pack)).toThrow(/belongs to the authored-workflow worker/);
  await expect(startPackWorker({ temporal, packs: [pack], identity: "an intruder" })).rejects.toThrow(
    /belongs to the authored-workflow worker/,
  );
  expect([...(await pollers(taskQueue, 1)), ...(await pollers(taskQueue, 2))]).not.toContain("an intruder");
});

test("[OWN-05] a worker's start-up line names address, namespace and queue", async () => {
  const lines: { readonly fields: object; readonly message: string }[] = [];
  const address = testTemporalAddress();
  const worker = await startRunWorker({
    temporal: { address, namespace: world.namespace },
    databaseUrl: world.database.appUrl,
    dispatcherUrl: world.database.dispatcherUrl,
    reconcilerUrl: world.database.reconcilerUrl,
    registry: createRegistry(builtInActions),
    bundle: world.bundle,
    log: { info: (fields, message) => void lines.push({ fields, message }), warn: () => undefined },
  });
  await worker.stop();
  expect(lines.find(({ message }) => message === "the authored-workflow worker polls")?.fields).toMatchObject({
    identity: worker.identity,
    address,
    namespace: world.namespace,
    queue: taskQueue,
  });
});
