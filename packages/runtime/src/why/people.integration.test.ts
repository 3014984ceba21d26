import { putQuotas } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let why: AsksWhy;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
  why = asksWhy(world);
  await world.startWorker({ waits: { quotaScanEveryMs: 200 } });
  await world.publish({
    workflow: "approval",
    steps: [
      {
        id: "approve",
        type: "human.task",
        title: "Approve the refund",
        assignTo: { users: ["ada"], groups: ["finance"] },
        form: { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } },
        dueMs: 3_600_000,
        timeoutMs: 86_400_000,
        saveAs: "answer",
      },
    ],
  });
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const taskOf = (runId: string): Promise<string> =>
  until(
    "the task is open",
    async () => (await world.waits(runId)).find(({ status }) => status === "WAITING")?.key ?? undefined,
  );

test("[WHY-01] waiting-task: for whom, since when, and when it is due", async () => {
  const runId = await world.start("approval");
  const taskId = await taskOf(runId);
  const answer = await why.leads(runId, "waiting-task");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^It waits for ada and group finance since .* UTC, due .* UTC until .* UTC \(1 d\): "Approve the refund"\.$/,
  );
  expect(evidenceOf(answer, "task")).toMatchObject([
    { taskId, title: "Approve the refund", users: ["ada"], groups: ["finance"], claimedBy: null, remindersSent: 0 },
  ]);
  expect(answer.next).toBe((await world.waits(runId))[0]?.timeoutAt);
  await world.answer(taskId, { ok: true }, { by: "ada" });
  await why.goes(runId, "waiting-task");
});

test("[WHY-01] task-answer-refused: which field, and for what", async () => {
  const runId = await world.start("approval");
  const taskId = await taskOf(runId);
  await expect(world.answer(taskId, { ok: "perhaps" }, { by: "ada" })).rejects.toMatchObject({
    code: "ANSWER_INVALID",
  });
  const answer = await why.leads(runId, "task-answer-refused");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^The last answer of ada was refused: \/answer\/ok: .+ It waits for ada and group finance/,
  );
  expect(evidenceOf(answer, "refusal")).toMatchObject([{ by: "ada", issues: [{ pointer: "/answer/ok" }] }]);
  await world.answer(taskId, { ok: true }, { by: "ada" });
  await why.goes(runId, "task-answer-refused");
});

test("[WHY-01] waiting-child: the child, and its own why", async () => {
  await world.publish({
    workflow: "inner",
    steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }],
  });
  await world.publish({
    workflow: "outer",
    steps: [{ id: "call", type: "control.callWorkflow", workflow: "inner", version: "latest", input: {} }],
  });
  const runId = await world.start("outer");
  const childId = await until("the child runs", async () => {
    const key = (await world.waits(runId)).find(({ waitType }) => waitType === "child")?.key;
    return key ?? undefined;
  });
  await world.waiting(childId);
  const answer = await why.leads(runId, "waiting-child");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toContain(`run ${childId}: It sleeps until `);
  expect(evidenceOf(answer, "child")).toMatchObject([{ runId: childId, why: { cause: "waiting-time" } }]);
  await world.cancel(runId);
  await why.goes(runId, "waiting-child");
});

test("[WHY-01] quota-paused: how much is used, and when it goes on", async () => {
  const order = {
    type: "action.call",
    action: "http.request@1",
    input: { method: "GET", url: { $expr: "payload.url" } },
  };
  await world.publish({
    workflow: "counted",
    steps: [
      { id: "a", ...order },
      { id: "b", ...order },
    ],
  });
  await world.store.tenant(world.tenantId, (db) => putQuotas(db, { stepsPerMonth: 1 }));
  const runId = await world.start("counted", { url: endpoint.url });
  const answer = await why.leads(runId, "quota-paused");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^The quota of the month is used: \d+ of 1 steps; it resumes at .* UTC, or when an operator continues it\.$/,
  );
  expect(evidenceOf(answer, "usage")).toMatchObject([{ quota: 1 }]);
  await world.store.tenant(world.tenantId, (db) => putQuotas(db, { stepsPerMonth: null }));
  await why.goes(runId, "quota-paused");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
});
