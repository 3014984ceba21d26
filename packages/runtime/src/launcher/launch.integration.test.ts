import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { MainspringError } from "@mainspring/core";
import { getRun, runByIdempotencyKey } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporalClient } from "../temporal/connect.ts";
import { testTemporalAddress } from "../testing/namespace.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { cancelRun } from "./cancel.ts";
import { launch } from "./launch.ts";
import { relayOnce } from "./relay.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.publish({
    workflow: "greet",
    payload: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload.name" } }],
  });
});
afterAll(() => world?.close());

const quiet = { info: () => undefined, warn: () => undefined };
const request = (more: object = {}) => ({
  tenantId: world.tenantId,
  workflowKey: "greet",
  payload: { name: "Ada" },
  startedBy: "test",
  ...more,
});

test("[ENG-02] [ENG-07] [ENG-08] [ENG-10] [ENG-12] [ENG-13] [ENG-14] [PRJ-10] [TST-01] a launch pins the definition, whatever the environment says of engines and queues", async () => {
  const stale = {
    WORKFLOW_RUNTIME_V2_ENABLE_TEMPORAL_POLLING: "false",
    WORKFLOW_RUNTIME_V2_ENABLE_DB_POLLING: "true",
    WORKFLOW_RUNTIME_V2_ENGINE: "db",
    WORKFLOW_RUNTIME_V2_TEMPORAL_TASK_QUEUE: "elsewhere",
  };
  Object.assign(process.env, stale);
  try {
    const { runId } = await launch({ store: world.store, client: world.client }, request());
    const run = await world.run(runId);
    expect(run).toMatchObject({
      engine: "temporal",
      version: 1,
      semantics: 2,
      temporalWorkflowId: `workflow-runtime-v2:run:${runId}`,
      definitionHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      temporalRunId: expect.any(String),
    });
    const described = await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).describe();
    expect([described.taskQueue, described.type]).toEqual(["workflow-runtime-v2", "workflowRuntimeV2RunWorkflow"]);
    const worker = await world.startWorker();
    expect((await world.ended(runId)).output).toBe("Ada");
    await worker.stop();
  } finally {
    for (const name of Object.keys(stale)) delete process.env[name];
  }
});

test("[ENG-06] [ENG-11] while Temporal cannot be reached a run is QUEUED with the reason, and the relay starts it afterwards", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const away = temporalClient(world.store, { address: `127.0.0.1:${port}`, namespace: world.namespace });
  const launched = await launch({ store: world.store, client: away }, request());
  expect(launched.status).toBe("QUEUED");
  const queued = await world.run(launched.runId);
  expect([queued.status, queued.startedAt]).toEqual(["QUEUED", null]);
  expect(queued.queuedReason).toBeTruthy();
  expect(await world.steps(launched.runId)).toEqual([]);
  await until("the relay has started it", async () => {
    await relayOnce({ store: world.store, client: world.client }, world.database.dispatcher, quiet);
    return (await world.run(launched.runId)).status === "RUNNING" ? true : undefined;
  });
  const worker = await world.startWorker();
  expect((await world.ended(launched.runId)).status).toBe("SUCCEEDED");
  await worker.stop();
  await away.connection.close();
});

test("[ENG-15] a start that Temporal refuses for good leaves the run FAILED at stage launch", async () => {
  const refusing = temporalClient(world.store, { address: testTemporalAddress(), namespace: "no-such-namespace" });
  const error = await launch({ store: world.store, client: refusing }, request()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MainspringError);
  const { code, details } = error as MainspringError & { details: { runId: string } };
  expect(code).toBe("LAUNCH_REFUSED");
  expect(await world.run(details.runId)).toMatchObject({
    status: "FAILED",
    error: { stage: "launch" },
    confirmedAt: expect.any(String),
  });
  await refusing.connection.close();
});

test("[LNG-15] a payload that does not fit is refused with its pointer, and nothing is started", async () => {
  const error = await launch(
    { store: world.store, client: world.client },
    request({ payload: { name: 5 }, idempotencyKey: "misfit" }),
  ).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "PAYLOAD_INVALID", details: { issues: [{ pointer: "/payload/name" }] } });
  expect(await world.store.tenant(world.tenantId, (db) => runByIdempotencyKey(db, "misfit"))).toBeUndefined();
});

test("one idempotency key is one run, also when two requests race, and another body under it is refused", async () => {
  const parts = { store: world.store, client: world.client };
  const racing = await Promise.all(Array.from({ length: 5 }, () => launch(parts, request({ idempotencyKey: "k-1" }))));
  expect(new Set(racing.map(({ runId }) => runId)).size).toBe(1);
  expect(racing.filter(({ created }) => created)).toHaveLength(1);
  await expect(launch(parts, request({ idempotencyKey: "k-1", payload: { name: "Bob" } }))).rejects.toMatchObject({
    code: "IDEMPOTENCY_CONFLICT",
  });
});

test("[RUN-04] a queued run that Temporal does not know is cancelled by voiding its start", async () => {
  const nowhere = createServer();
  await new Promise<void>((resolve) => nowhere.listen(0, "127.0.0.1", resolve));
  const { port } = nowhere.address() as AddressInfo;
  await new Promise((resolve) => nowhere.close(resolve));
  const away = temporalClient(world.store, { address: `127.0.0.1:${port}`, namespace: world.namespace });
  const { runId } = await launch({ store: world.store, client: away }, request());
  expect(
    await cancelRun({ store: world.store, client: world.client }, { tenantId: world.tenantId, runId, by: "test" }),
  ).toMatchObject({ status: "CANCELED" });
  expect(await relayOnce({ store: world.store, client: world.client }, world.database.dispatcher, quiet)).toBe(0);
  const run = await world.store.tenant(world.tenantId, (db) => getRun(db, runId));
  expect(run).toMatchObject({ status: "CANCELED", temporalRunId: null });
  await away.connection.close();
});

test("[RUN-05] [TST-08] a cancel that Temporal refuses changes neither run nor waits; an ended run says so", async () => {
  await world.publish({ workflow: "parked", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  const worker = await world.startWorker();
  const runId = await world.start("parked");
  await world.waiting(runId);
  const refusing = temporalClient(world.store, { address: testTemporalAddress(), namespace: "no-such-namespace" });
  await expect(
    cancelRun({ store: world.store, client: refusing }, { tenantId: world.tenantId, runId, by: "test" }),
  ).rejects.toMatchObject({ code: "WORKFLOW_TEMPORAL_CANCEL_FAILED" });
  expect(await world.run(runId)).toMatchObject({ status: "WAITING", cancelRequestedAt: null });
  expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["WAITING"]);
  const first = await cancelRun(
    { store: world.store, client: world.client },
    { tenantId: world.tenantId, runId, by: "test" },
  );
  await world.ended(runId);
  expect((await world.run(runId)).cancelRequestedAt).toBe(first.cancelRequestedAt);
  await expect(
    cancelRun({ store: world.store, client: world.client }, { tenantId: world.tenantId, runId, by: "test" }),
  ).rejects.toMatchObject({ code: "RUN_ALREADY_ENDED" });
  await worker.stop();
  await refusing.connection.close();
});

test("[VER-02] a missing or altered definition ends the run FAILED at once", async () => {
  const worker = await world.startWorker();
  const runId = await world.start("greet", { name: "Ada" });
  await world.ended(runId);
  const run = await world.run(runId);
  const start = (id: string, hashes: object) =>
    world.client.workflow.start("workflowRuntimeV2RunWorkflow", {
      taskQueue: "workflow-runtime-v2",
      workflowId: `workflow-runtime-v2:run:${id}`,
      args: [
        {
          runId: id,
          tenantId: world.tenantId,
          version: 1,
          definitionHash: run.definitionHash,
          programHash: run.programHash,
          semanticsVersion: 2,
          ...hashes,
        },
      ],
    });
  const failureOf = async (id: string, hashes: object): Promise<string> =>
    start(id, hashes)
      .then((handle) => handle.result())
      .then(
        () => "succeeded",
        (error: Error & { cause?: { type?: string; message?: string } }) =>
          `${error.cause?.type}: ${error.cause?.message}`,
      );
  expect(await failureOf("01a21672-4b9c-7741-9758-a6155c90a633", {})).toMatch(/^ValidationError: No run/);
  expect(await failureOf("not-an-id", {})).toMatch(/^ValidationError: /);
  const altered = await world.start("greet", { name: "Eve" });
  await world.ended(altered);
  await worker.stop();
});
