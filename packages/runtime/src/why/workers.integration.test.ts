import type { RunWhy } from "@mainspring/core";
import { runBearings } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "../launcher/launch.ts";
import { temporalClient } from "../temporal/connect.ts";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { hangs, hold, lingers, release } from "../testing/hanging-actions.ts";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";
import type { RunWorker } from "../worker/run-worker.ts";

let world: World;
let why: AsksWhy;
let worker: RunWorker | undefined;
beforeAll(async () => {
  world = await newWorld({ actions: [hangs, lingers] });
  why = asksWhy(world);
  await world.publish({ workflow: "nap", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  await world.publish({
    workflow: "call",
    steps: [{ id: "ask", type: "action.call", action: "test.hang@1", input: {} }],
  });
  await world.publish({
    workflow: "local",
    steps: [{ id: "ask", type: "action.call", action: "test.linger@1", input: {} }],
  });
});
afterAll(async () => {
  release();
  await world?.close();
});

test("[WHY-01] start-not-relayed: accepted and not yet with Temporal, and why", async () => {
  const away = temporalClient(world.store, { address: "127.0.0.1:1", namespace: world.namespace });
  const { runId } = await launch(
    { store: world.store, client: away },
    { tenantId: world.tenantId, workflowKey: "nap", payload: {}, startedBy: "test" },
  );
  await away.connection.close();
  const answer = await why.leads(runId, "start-not-relayed");
  expect(answer.also).toEqual([]);
  expect(answer.since).toBe((await world.run(runId)).createdAt);
  expect(answer.sentence).toMatch(/^It was accepted at .* UTC and is not yet handed to Temporal: .+\.$/);
  expect(evidenceOf(answer, "outbox")).toMatchObject([{ attempts: 1 }]);
  expect((evidenceOf(answer, "outbox")[0] as { lastError: string }).lastError).not.toBe("");
  worker = await world.startWorker();
  await why.goes(runId, "start-not-relayed");
  await why.leads(runId, "waiting-time");
});

test("[WHY-01] start-refused: for good, with the code and what to check", async () => {
  const wrong = temporalClient(world.store, {
    address: world.env["TEMPORAL_ADDRESS"] ?? "",
    namespace: "no-such-namespace",
  });
  const refused = await launch(
    { store: world.store, client: wrong },
    { tenantId: world.tenantId, workflowKey: "nap", payload: {}, startedBy: "test" },
  ).catch((error: unknown) => error);
  await wrong.connection.close();
  const { runId } = (refused as { details: { runId: string } }).details;
  const answer = await why.leads(runId, "start-refused");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(/^Temporal refused to start it: /);
  expect(evidenceOf(answer, "refusal")).toHaveLength(1);
  expect(answer.remedy).toContain("TEMPORAL_NAMESPACE");
  const again = await world.replay(runId);
  await why.leads(again, "waiting-time");
});

test("[WHY-01] no-worker: since when nobody has asked, and what is due", async () => {
  await worker?.stop();
  worker = undefined;
  const runId = await world.start("nap");
  const answer = await why.leads(runId, "no-worker");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^No worker has asked for work on workflow-runtime-v2 (since|for) .*, and a workflow task is due since /,
  );
  expect(evidenceOf(answer, "pollers")).toHaveLength(1);
  expect(evidenceOf(answer, "backlog")).toMatchObject([{ tasks: 1 }]);
  worker = await world.startWorker();
  await why.goes(runId, "no-worker");
  await why.leads(runId, "waiting-time");
});

test("[WHY-01] no-worker: also when an action is due", async () => {
  worker ??= await world.startWorker();
  hold();
  const runId = await world.start("call");
  await why.leads(runId, "action-running");
  await worker?.stop();
  worker = undefined;
  const answer = await why.leads(runId, "no-worker");
  expect(answer.sentence).toContain("an action is due since");
  release();
  worker = await world.startWorker();
  await why.goes(runId, "no-worker");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
});

test("[WHY-01] no-worker: also when the one that took the task is held, and neither answers nor asks for more", async () => {
  await worker?.stop();
  worker = undefined;
  const child = new WorkerChild(world);
  await child.start();
  await world.publish({ workflow: "brief", steps: [{ id: "done", type: "control.return", output: 1 }] });
  await world.ended(await world.start("brief"));
  child.signal("SIGSTOP");
  try {
    const runId = await world.start("nap");
    const answer = await why.leads(runId, "no-worker");
    expect(answer.also).toEqual([]);
    expect(answer.sentence).toMatch(
      /^No worker has asked for work on workflow-runtime-v2 since .*, and (the one that took its workflow task at .* does not answer|a workflow task is due since .*)\.$/,
    );
    expect(evidenceOf(answer, "pollers")).toHaveLength(1);
    child.signal("SIGCONT");
    await why.goes(runId, "no-worker");
    await why.leads(runId, "waiting-time");
  } finally {
    await child.kill();
  }
});

test("[WHY-01] backlog: the workers are busy, how many tasks are ahead, and how long the oldest waits", async () => {
  worker ??= await world.startWorker();
  hold();
  const busy = await Promise.all(Array.from({ length: 50 }, () => world.start("call")));
  await until("all places are taken", async () => {
    const steps = await Promise.all(busy.map((runId) => world.steps(runId)));
    return steps.every(([step]) => step?.status === "RUNNING") ? true : undefined;
  });
  const ahead = await world.start("call");
  await until("one is ahead", async () =>
    (await world.steps(ahead)).length === 1 || (await world.run(ahead)).status === "RUNNING" ? true : undefined,
  );
  const runId = await world.start("call");
  // Before its action its first workflow task may be late too, and what waits is counted with a delay.
  const tasksAhead = (of: RunWhy): number => (evidenceOf(of, "backlog")[0] as { tasks: number }).tasks;
  const answer = await until("its action is late, and both are counted", async () => {
    const led = await why.leads(runId, "backlog");
    return evidenceOf(led, "query").length === 1 && tasksAhead(led) >= 2 ? led : undefined;
  });
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^The workers of workflow-runtime-v2 are busy: \d+ tasks? (is|are) ahead of it, and the oldest waits /,
  );
  release();
  await why.goes(runId, "backlog");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
});

test("[WHY-01] workflow-task-slow: a segment of local calls runs, since when", async () => {
  worker ??= await world.startWorker();
  hold();
  const runId = await world.start("local");
  const answer = await why.leads(runId, "workflow-task-slow");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(/^A segment of local calls runs since /);
  expect(evidenceOf(answer, "workflow-task")).toMatchObject([{ attempt: 1, segmentTries: 1 }]);
  release();
  await why.goes(runId, "workflow-task-slow");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
});

test("[WHY-01] cancel-requested: asked for, and what still runs", async () => {
  worker ??= await world.startWorker();
  hold();
  const runId = await world.start("local");
  await until("the segment has begun", async () =>
    (await world.store.tenant(world.tenantId, (db) => runBearings(db, runId)))?.segmentTries === 1 ? true : undefined,
  );
  await world.cancel(runId);
  const answer = await why.leads(runId, "cancel-requested");
  expect(answer.sentence).toMatch(
    /^A cancel was asked for at .* UTC by test and is not yet taken; a segment of local calls is still running\.$/,
  );
  expect(answer.since).toBe((await world.run(runId)).cancelRequestedAt);
  // What runs is why the cancel waits: it is told, and does not lead.
  expect(answer.also.map(({ cause }) => cause).filter((cause) => cause !== "workflow-task-slow")).toEqual([]);
  release();
  await why.goes(runId, "cancel-requested");
  expect((await world.ended(runId)).status).toMatch(/SUCCEEDED|CANCELED/);
});

test("[WHY-01] workflow-task-failing: what the engine says, in which attempt, on which worker", async () => {
  worker ??= await world.startWorker();
  await world.publish({
    workflow: "referring",
    steps: [
      { id: "go", type: "event.wait", event: "refer", correlationKey: "r-1", saveAs: "came" },
      { id: "done", type: "control.return", output: { $expr: "vars.came.n" } },
    ],
  });
  const runId = await world.start("referring");
  await world.waiting(runId);
  await worker?.stop();
  // The program that the run is pinned to is lost from the blobs: the next worker has to load it, and cannot go on.
  const lost = await world.store.tenant(world.tenantId, async (db) => {
    const blobs = await db.selectFrom("blobs").selectAll().execute();
    return blobs.find(({ bytes }) => bytes.includes(`"workflow":"referring"`));
  });
  expect(lost).toBeDefined();
  await asOwner(world.database, "delete from blobs where hash = $1", [lost?.hash]);
  worker = await world.startWorker();
  await world.event({ name: "refer", correlationKey: "r-1", payload: { n: 7 } });
  const answer = await why.leads(runId, "workflow-task-failing");
  expect(answer.sentence).toMatch(/^The engine cannot continue this run, attempt \d+: /);
  expect(evidenceOf(answer, "workflow-task")).toHaveLength(1);
  expect(evidenceOf(answer, "worker")).toMatchObject([{ identity: worker.identity }]);
  await world.store.tenant(world.tenantId, (db) =>
    db
      .insertInto("blobs")
      .values({ tenant_id: world.tenantId, hash: lost?.hash ?? "", bytes: lost?.bytes ?? Buffer.of() })
      .execute(),
  );
  await why.goes(runId, "workflow-task-failing");
  expect((await world.ended(runId)).output).toBe(7);
});

test("[WHY-01] workflow-task-failing by nondeterminism: a worker of another build leaves the run as it is, and the build that began it goes on", async () => {
  worker ??= await world.startWorker();
  await world.publish({
    workflow: "two-builds",
    steps: [
      { id: "nap", type: "time.wait", durationMs: 1 },
      { id: "go", type: "event.wait", event: "go-on", correlationKey: "b-1", saveAs: "came" },
      { id: "done", type: "control.return", output: { $expr: "vars.came.n" } },
    ],
  });
  const runId = await world.start("two-builds");
  await world.waiting(runId);
  await worker?.stop();
  // It starts no timer where history has one.
  const { code } = world.bundle as { readonly code: string };
  const other = code.replace("this.#timers.start(command);", ";");
  expect(other).not.toBe(code);
  worker = await world.startWorker({ bundle: { code: other } });
  await world.event({ name: "go-on", correlationKey: "b-1", payload: { n: 3 } });
  const answer = await why.leads(runId, "workflow-task-failing");
  expect(answer.sentence).toMatch(/attempt \d+: .*(?:TMPRL1100|nondeterminis)/i);
  expect(await world.run(runId)).toMatchObject({ status: "WAITING", completedAt: null });
  await worker.stop();
  worker = await world.startWorker();
  await why.goes(runId, "workflow-task-failing");
  expect((await world.ended(runId)).output).toBe(3);
  await world.expectSound(runId);
});
