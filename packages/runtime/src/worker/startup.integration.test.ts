import { ActionFailure, builtInActions, createRegistry, defineAction } from "@mainspring/actions";
import { eventSignal, taskQueue, workflowIdOf, type InboundEvent } from "@mainspring/core";
import { asOwner } from "@mainspring/store/testing";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Egress } from "../activities/egress.ts";
import { Epochs } from "../activities/epochs.ts";
import { Programs } from "../activities/programs.ts";
import { shellActivities } from "../activities/shell-activities.ts";
import { StepLimits } from "../activities/step-limits.ts";
import { rebuildRun } from "../rebuild/rebuild-run.ts";
import { testTemporalAddress } from "../testing/namespace.ts";
import { freePort, noRedisHere, startRedis } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, testBounds, type World } from "../testing/world.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { Crossing } from "../wire/crossing.ts";
import { defaultBounds } from "../workflow/bounds.ts";

let tries = 0;
const flaky = defineAction({
  name: "test.flaky@1",
  title: "Flaky",
  description: "Fails twice",
  effect: "idempotent",
  timeoutMs: 5_000,
  input: z.strictObject({}),
  output: z.strictObject({ tries: z.number() }),
  run: () => {
    tries += 1;
    if (tries < 3) throw new ActionFailure({ category: "TransientError", code: "NOT_YET", message: "not yet" });
    return { tries };
  },
});

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [flaky] });
  await world.publish({
    workflow: "inner",
    payload: { type: "object" },
    steps: [{ id: "nap", type: "time.wait", durationMs: 50 }],
  });
  await world.publish(orders);
});
afterAll(() => world?.close());

/** Temporal's worker with the engine's workflow and activities, and none of the modules that a worker process runs beside it. */
async function temporalWorkerAlone(): Promise<{ stop(): Promise<void> }> {
  const connection = await NativeConnection.connect({ address: testTemporalAddress() });
  const worker = await Worker.create({
    connection,
    namespace: world.namespace,
    taskQueue,
    workflowBundle: world.bundle,
    activities: shellActivities({
      store: world.store,
      registry: createRegistry([...builtInActions, flaky]),
      bounds: { ...defaultBounds, ...testBounds },
      programs: new Programs(),
      egress: new Egress(),
      stepLimits: new StepLimits(),
      epochs: new Epochs(async () => true),
      log: { info: () => undefined, warn: () => undefined },
      sealsPayloads: false,
      identity: "alone",
    }),
    dataConverter: dataConverter(world.store),
    sinks: { journal: { append: { fn: () => undefined, callDuringReplay: false } } },
  });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await ended;
      await connection.close();
    },
  };
}

const orders = {
  workflow: "orders",
  payload: { type: "object", required: ["key"], properties: { key: { type: "string" } } },
  steps: [
    { id: "local", type: "action.call", action: "random.uuid@1", input: {} },
    {
      id: "tried",
      type: "action.call",
      action: "test.flaky@1",
      input: {},
      retry: { maxAttempts: 5, backoffMs: 50 },
      saveAs: "tried",
    },
    { id: "nap", type: "time.wait", durationMs: 300 },
    { id: "child", type: "control.callWorkflow", workflow: "inner", input: {}, saveAs: "child" },
    { id: "told", type: "event.wait", event: "order.paid", correlationKey: { $expr: "payload.key" }, saveAs: "told" },
    {
      id: "done",
      type: "control.return",
      output: { tries: { $expr: "vars.tried.tries" }, told: { $expr: "vars.told" } },
    },
  ],
};

/** As a router does it. */
async function signal(
  runId: string,
  event: Pick<InboundEvent, "id" | "name" | "correlationKey" | "payload">,
): Promise<void> {
  const receivedAt = new Date().toISOString();
  await world.client.workflow
    .getHandle(workflowIdOf(runId))
    .signal(eventSignal, new Crossing(world.tenantId, { ...event, source: "test", receivedAt }));
}

async function waitsForEvent(runId: string): Promise<void> {
  await until("it waits for its event", async () =>
    (await world.waits(runId)).some(({ waitType, status }) => waitType === "event" && status === "WAITING")
      ? true
      : undefined,
  );
}

async function scansOf(table: string): Promise<number> {
  const [row] = (await asOwner(
    world.database,
    `select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) as scans from pg_stat_user_tables where relname = '${table}'`,
  )) as readonly { readonly scans: string }[];
  return Number(row?.scans ?? 0);
}

test("[ENG-04] with relay, inbox consumers, quota scan, sweep and reconciler stopped a started run goes through steps, retries, timers, children and a signalled wait", async () => {
  const worker = await temporalWorkerAlone();
  try {
    tries = 0;
    const runId = await world.start("orders", { key: "k-1" });
    await waitsForEvent(runId);
    await signal(runId, { id: "e-1", name: "order.paid", correlationKey: "k-1", payload: { sum: 7 } });
    const run = await until("the run has ended", async () => {
      const row = await world.run(runId);
      return row.status === "SUCCEEDED" ? row : undefined;
    });
    expect(run.output).toEqual({ tries: 3, told: { sum: 7 } });
    // The row says so a moment before the execution does.
    await until("its execution has completed", async () => {
      const { status } = await world.client.workflow.getHandle(workflowIdOf(runId)).describe();
      return status.name === "COMPLETED" ? true : undefined;
    });
    // Nobody routes: an event that is accepted now stays where it is.
    await world.event({ name: "order.paid", correlationKey: "k-1" });
    expect(await asOwner(world.database, "select state from workflow_runtime_events")).toEqual([{ state: "pending" }]);
  } finally {
    await worker.stop();
  }
});

test("[ING-26] a run goes on from Temporal's history alone: without its journal, steps, waits and events, and in a process that has never seen it", async () => {
  tries = 2;
  const first = await temporalWorkerAlone();
  const runId = await world.start("orders", { key: "k-2" });
  await waitsForEvent(runId);
  await first.stop();
  for (const table of [
    "workflow_run_journal",
    "workflow_run_steps",
    "workflow_run_waits",
    "workflow_action_invocations",
  ])
    await asOwner(world.database, `delete from ${table} where run_id = '${runId}'`);
  await asOwner(world.database, "delete from workflow_runtime_events");
  await asOwner(world.database, `update workflow_runs set state = null, step_count = 0 where id = '${runId}'`);

  const second = await temporalWorkerAlone();
  try {
    await signal(runId, { id: "e-2", name: "order.paid", correlationKey: "k-2", payload: { sum: 8 } });
    await world.client.workflow.getHandle(workflowIdOf(runId)).result();
    expect((await world.run(runId)).output).toEqual({ tries: 3, told: { sum: 8 } });
    // What was lost comes back from history, and from nowhere else.
    await rebuildRun(
      { store: world.store, client: world.client, bundle: world.bundle, dataConverter: dataConverter(world.store) },
      { tenantId: world.tenantId, runId },
    );
    const steps = (await world.steps(runId)).map(({ stepId, status }) => `${stepId} ${status}`);
    expect(steps).toEqual(expect.arrayContaining(["local SUCCEEDED", "tried SUCCEEDED", "told SUCCEEDED"]));
  } finally {
    await second.stop();
  }
});

test("[TST-02] the Temporal worker and the ingestion workers start with nothing but what is required, Redis or not, and say so", async () => {
  const port = await freePort();
  const required = ["DATABASE_URL", "DISPATCHER_DATABASE_URL", "RECONCILER_DATABASE_URL", "MAINSPRING_MASTER_KEYS"];
  const partsOf = async (env: NodeJS.ProcessEnv): Promise<Record<string, unknown>> => {
    const worker = new WorkerChild(world, {
      ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
      ...Object.fromEntries(
        [...required, "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "MAINSPRING_WAITS"].map((name) => [
          name,
          world.env[name],
        ]),
      ),
      MAINSPRING_WORKER_PORT: String(port),
      ...env,
    });
    await worker.start();
    try {
      return await until("the worker is ready", async () => {
        const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
        const { parts } = ((await reply?.json()) ?? {}) as { readonly parts?: Record<string, unknown> };
        const hasBegun = parts !== undefined && !Object.values(parts).includes("starting");
        return reply?.ok === true && hasBegun ? parts : undefined;
      });
    } finally {
      await worker.stop();
    }
  };
  const atWork = {
    temporal: "RUNNING",
    ingestion: "ok",
    launchRelay: "ok",
    reconciler: "ok",
    quotaScan: "ok",
    dataStoreSweep: "ok",
  };
  expect(await partsOf({})).toMatchObject({ ...atWork, eventStream: "not configured" });
  if (noRedisHere() !== undefined) return;
  const redis = await startRedis();
  try {
    expect(await partsOf({ REDIS_URL: redis.url })).toMatchObject({ ...atWork, eventStream: "ok" });
  } finally {
    await redis.close();
  }
});

test("[TST-02] no module of a worker polls waits or steps: while a run waits for a time and an event nobody reads them", async () => {
  await world.publish({
    workflow: "both",
    payload: { type: "object" },
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "time", steps: [{ id: "nap", type: "time.wait", durationMs: 3_600_000 }] },
          { id: "event", steps: [{ id: "told", type: "event.wait", event: "never", correlationKey: "k" }] },
        ],
      },
    ],
  });
  const rounds = { relayPollMs: 25, inboxPollMs: 25, reconcileEveryMs: 50, quotaScanEveryMs: 50, sweepEveryMs: 50 };
  const worker = await world.startWorker({ waits: rounds });
  try {
    const runId = await world.start("both");
    await waitsForEvent(runId);
    // The statistics of a table lag by seconds, so what was read before may be counted now: after a while it is all counted, and the
    // numbers stand still through 200 more rounds of the relay. A module that polled, even once a second, would move them each time.
    const counted = async (): Promise<string> =>
      `${await scansOf("workflow_run_waits")} ${await scansOf("workflow_run_steps")}`;
    await until(
      "nobody reads waits and steps",
      async () => {
        const [before, from] = [await counted(), await scansOf("outbox")];
        await until("200 more rounds are counted", async () =>
          (await scansOf("outbox")) > from + 200 ? true : undefined,
        );
        return (await counted()) === before ? true : undefined;
      },
      { withinMs: 60_000 },
    );
    expect((await world.run(runId)).status).toBe("WAITING");
  } finally {
    await worker.stop();
  }
});
