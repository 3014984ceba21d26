import { eventSignal, quotaResumeSignal, workflowIdOf } from "@mainspring/core";
import { journalOf, openReconciler, putQuotas, stepUsage } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";
import { resumeDespiteQuota } from "./quota-resume.ts";
import { scanQuotas } from "./scan.ts";

let endpoint: CountingEndpoint;
beforeAll(async () => {
  endpoint = await countingEndpoint();
});
afterAll(() => endpoint?.close());

/** Each has a tenant of its own, and so counters of its own. */
async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  const world = await newWorld();
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

const post = (id: string, more: object = {}) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: {
    method: "POST",
    url: { $expr: 'payload.url & "/orders"' },
    body: { orderId: { $expr: `payload.order & "-${id}"` } },
  },
  ...more,
});
const local = (id: string) => ({ id, type: "action.call", action: "time.now@1", input: {} });
const body = { orderId: { $expr: 'payload.order & "-" & item' } };
const returns = { id: "done", type: "control.return", output: "done" };

const quota = (world: World, stepsPerMonth: number | null) =>
  world.store.tenant(world.tenantId, (db) => putQuotas(db, { stepsPerMonth }));
const used = (world: World) => world.store.tenant(world.tenantId, async (db) => (await stepUsage(db)).steps);
const paused = (world: World, runId: string) =>
  until("the run is PAUSED", async () => ((await world.run(runId)).status === "PAUSED" ? true : undefined));
const facts = (order: string) => [...endpoint.facts].filter(([fact]) => fact.startsWith(`${order}-`));
const never = 3_600_000;

test("[RUN-13] [PRJ-04] a run over its tenant's quota pauses with a wait, claims nothing, and goes on when the scan finds room", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "calls", steps: [post("a"), post("b"), post("c"), post("d"), returns] });
    await quota(world, 2);
    await world.startWorker({ waits: { quotaScanEveryMs: 100 } });
    const runId = await world.start("calls", { url: endpoint.url, order: "scan" });
    await paused(world, runId);
    expect(facts("scan")).toEqual([
      ["scan-a", 1],
      ["scan-b", 1],
    ]);
    expect(await world.waits(runId)).toMatchObject([{ waitType: "quota", status: "WAITING", stepId: "c" }]);
    const { rows } = await world.store.tenant(world.tenantId, async (db) => ({ rows: await journalOf(db, runId) }));
    expect(rows.at(-1)).toMatchObject({ kind: "run", status: "PAUSED" });
    // The scan has come by several times and found no room.
    expect((await world.run(runId)).status).toBe("PAUSED");

    await quota(world, 100);
    expect((await world.ended(runId)).output).toBe("done");
    expect(facts("scan")).toEqual(["a", "b", "c", "d"].map((id) => [`scan-${id}`, 1]));
    expect(await world.waits(runId)).toMatchObject([{ status: "RESOLVED", resolvedBy: "quota" }]);
    expect(await used(world)).toBe(5);
    await world.expectSound(runId);
  }));

test("[RUN-13] [ENG-05] with a month behind it the tenant has room again; a changed row alone resumes nothing", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "calls", steps: [post("a"), post("b"), returns] });
    await quota(world, 1);
    await world.startWorker({ waits: { quotaScanEveryMs: never } });
    const runId = await world.start("calls", { url: endpoint.url, order: "month" });
    await paused(world, runId);
    const tenant = <T>(work: Parameters<typeof world.store.tenant<T>>[1]) => world.store.tenant(world.tenantId, work);
    await tenant((db) => db.updateTable("workflow_runs").set({ status: "RUNNING" }).where("id", "=", runId).execute());
    await tenant((db) => db.updateTable("workflow_runs").set({ status: "PAUSED" }).where("id", "=", runId).execute());
    const scanner = await scannerOf(world);
    expect(await scanner.scan()).toBe(0);
    await tenant((db) => db.updateTable("step_usage").set({ month: "2001-01-01" }).execute());
    expect(await scanner.scan()).toBe(1);
    expect((await world.ended(runId)).output).toBe("done");
    expect(facts("month")).toEqual([
      ["month-a", 1],
      ["month-b", 1],
    ]);
    await scanner.close();
  }));

test("[RUN-13] an operator lets one run go on despite the quota, through continue-as-new to its end; only a paused run", () =>
  inWorld(async (world) => {
    await world.publish({
      workflow: "calls",
      steps: [...["a", "b", "c", "d", "e", "f"].map((id) => post(id)), local("g"), local("h"), returns],
    });
    await quota(world, 1);
    await world.startWorker({ bounds: { remoteSteps: 2 }, waits: { quotaScanEveryMs: never } });
    const parts = { store: world.store, client: world.client };
    const runId = await world.start("calls", { url: endpoint.url, order: "waived" });
    await paused(world, runId);
    const { tenantId } = world;
    expect(await resumeDespiteQuota(parts, { tenantId, runId, by: "test" })).toEqual({ id: runId, status: "PAUSED" });
    expect((await world.ended(runId)).output).toBe("done");
    expect((await world.executionLengths(runId)).length).toBeGreaterThanOrEqual(3);
    expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["RESOLVED"]);
    expect(facts("waived").map(([, count]) => count)).toEqual([1, 1, 1, 1, 1, 1]);
    await world.expectSound(runId);
    await expect(resumeDespiteQuota(parts, { tenantId, runId, by: "test" })).rejects.toMatchObject({
      code: "RUN_NOT_PAUSED",
    });
    await expect(resumeDespiteQuota(parts, { tenantId, runId: crypto.randomUUID(), by: "test" })).rejects.toMatchObject(
      { code: "RUN_NOT_FOUND" },
    );
  }));

test("[RUN-13] a segment over quota makes no call, at the start of a run and later", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "locals", steps: [local("a"), local("b"), post("c"), local("d"), returns] });
    await quota(world, 0);
    await world.startWorker({ waits: { quotaScanEveryMs: 100 } });
    const runId = await world.start("locals", { url: endpoint.url, order: "local" });
    await paused(world, runId);
    expect(await world.trace(runId)).toEqual(["a RUNNING"]);
    // Room for what the first segment does, and for the remote call.
    await quota(world, 3);
    await until("it pauses before d", async () =>
      (await world.trace(runId)).at(-1) === "d RUNNING" && (await world.run(runId)).status === "PAUSED"
        ? true
        : undefined,
    );
    expect((await world.waits(runId)).map(({ stepId, status }) => `${stepId} ${status}`)).toEqual([
      "a RESOLVED",
      "d WAITING",
    ]);
    await quota(world, null);
    expect((await world.ended(runId)).output).toBe("done");
    await world.expectSound(runId);
  }));

test("[RUN-06] [RUN-13] a paused run can be cancelled, and its pause ends with it", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "calls", steps: [post("a"), post("b"), returns] });
    await quota(world, 1);
    await world.startWorker({ waits: { quotaScanEveryMs: 100 } });
    const runId = await world.start("calls", { url: endpoint.url, order: "cancelled" });
    await paused(world, runId);
    await world.cancel(runId);
    expect((await world.ended(runId)).status).toBe("CANCELED");
    expect(await world.waits(runId)).toMatchObject([{ waitType: "quota", status: "CANCELED" }]);
    expect(facts("cancelled")).toEqual([["cancelled-a", 1]]);
    await world.expectSound(runId);
  }));

test("[RUN-13] a run that pauses with calls side by side holds each of them, and loses none to a killed worker or a try charged twice", () =>
  inWorld(async (world) => {
    await world.publish({
      workflow: "fan",
      steps: [
        post("first"),
        {
          id: "each",
          type: "control.forEach",
          items: { $expr: "[1..6]" },
          concurrency: 6,
          body: [
            {
              ...post("item", { retry: { maxAttempts: 3, backoffMs: 10 } }),
              input: { method: "POST", url: { $expr: 'payload.url & "/orders"' }, body },
            },
          ],
        },
        returns,
      ],
    });
    await quota(world, 4);
    const worker = new WorkerChild(world);
    await worker.start();
    const runId = await world.start("fan", { url: endpoint.url, order: "fan" });
    await paused(world, runId);
    expect(facts("fan")).toEqual([["fan-first", 1]]);
    await worker.kill();
    await quota(world, 9);
    await worker.start();
    expect((await world.ended(runId)).output).toBe("done");
    await worker.stop();
    expect(facts("fan").map(([, count]) => count)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    // first, each, six items and the return: the held calls were counted once.
    expect(await used(world)).toBe(9);
    await world.expectSound(runId);
  }));

test("[RUN-13] a write of the journal says that the quota is used up, and the run pauses before its next call without asking", () =>
  inWorld(async (world) => {
    const pure = (id: string) => ({ id, type: "transform.assign", assign: { [`vars.${id}`]: 1 } });
    const nap = (id: string) => ({ id, type: "time.wait", durationMs: 300 });
    await world.publish({
      workflow: "pure-first",
      steps: [nap("first"), pure("a"), pure("b"), pure("c"), nap("second"), post("d"), returns],
    });
    await quota(world, 2);
    await world.startWorker({ waits: { quotaScanEveryMs: 200 } });
    const runId = await world.start("pure-first", { url: endpoint.url, order: "flush" });
    await paused(world, runId);
    const [history] = await chainOf(world.client, runId);
    expect((history?.events ?? []).some((event) => event.activityTaskScheduledEventAttributes)).toBe(false);
    expect(await world.waits(runId)).toMatchObject([
      { waitType: "time", status: "RESOLVED" },
      { waitType: "time", status: "RESOLVED" },
      { waitType: "quota", status: "WAITING", stepId: "d" },
    ]);
    await quota(world, 100);
    expect((await world.ended(runId)).output).toBe("done");
    expect(facts("flush")).toEqual([["flush-d", 1]]);
    await world.expectSound(runId);
  }));

test("[RUN-13] [VER-08] a run that continues as new while it is paused stays paused, and is let go on in its next execution", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "calls", steps: [post("a"), post("b"), post("c"), returns] });
    await quota(world, 1);
    await world.startWorker({ bounds: { signals: 3 }, waits: { quotaScanEveryMs: 100 } });
    const runId = await world.start("calls", { url: endpoint.url, order: "renewed" });
    await paused(world, runId);
    const handle = world.client.workflow.getHandle(workflowIdOf(runId));
    for (let i = 0; i < 4; i++) await handle.signal(eventSignal, { id: `e-${i}`, name: "foreign", payload: i });
    await until("it has continued as new", async () =>
      (await world.executionLengths(runId)).length >= 2 ? true : undefined,
    );
    expect((await world.run(runId)).status).toBe("PAUSED");
    expect((await world.waits(runId)).map(({ status }) => status)).toEqual(["WAITING"]);
    await quota(world, 100);
    expect((await world.ended(runId)).output).toBe("done");
    expect(facts("renewed").map(([, count]) => count)).toEqual([1, 1, 1]);
    await world.expectSound(runId);
  }));

test("[RUN-13] [QUO-01] a run that the quota has paused goes on by each of three ways: an operator, the signal itself, the scan that finds room", () =>
  inWorld(async (world) => {
    await world.publish({ workflow: "calls", steps: [post("a"), returns] });
    await quota(world, 0);
    await world.startWorker({ waits: { quotaScanEveryMs: never } });
    const start = (order: string) => world.start("calls", { url: endpoint.url, order });
    const [byOperator, bySignal, byScan] = [await start("operator"), await start("signal"), await start("raised")];
    for (const runId of [byOperator, bySignal, byScan]) await paused(world, runId);
    expect([...facts("operator"), ...facts("signal"), ...facts("raised")]).toEqual([]);
    const scanner = await scannerOf(world);
    expect(await scanner.scan()).toBe(0);

    await resumeDespiteQuota(
      { store: world.store, client: world.client },
      { tenantId: world.tenantId, runId: byOperator, by: "ada" },
    );
    expect((await world.ended(byOperator)).output).toBe("done");
    await world.client.workflow.getHandle(workflowIdOf(bySignal)).signal(quotaResumeSignal, { waive: true, by: "eve" });
    expect((await world.ended(bySignal)).output).toBe("done");
    expect((await world.run(byScan)).status).toBe("PAUSED");

    await quota(world, 100);
    expect((await world.run(byScan)).status).toBe("PAUSED");
    expect(await scanner.scan()).toBe(1);
    expect((await world.ended(byScan)).output).toBe("done");
    for (const order of ["operator", "signal", "raised"]) expect(facts(order)).toEqual([[`${order}-a`, 1]]);
    for (const runId of [byOperator, bySignal, byScan]) {
      expect((await world.waits(runId)).map(({ waitType, status }) => [waitType, status])).toEqual([
        ["quota", "RESOLVED"],
      ]);
      await world.expectSound(runId);
    }
    await scanner.close();
  }));

async function scannerOf(world: World) {
  const reconciler = openReconciler({ url: world.database.reconcilerUrl });
  const log = { info: () => undefined, warn: () => undefined };
  return {
    scan: () => scanQuotas({ store: world.store, client: world.client, reconciler, log }),
    close: () => reconciler.close(),
  };
}
