import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";
import { until } from "../testing/until.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

const okForm = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const openTask = (runId: string, stepId?: string) =>
  until(`a task of ${runId} is open`, async () =>
    (await world.tasks(runId)).find(
      (task) => task.status === "OPEN" && task.form !== null && (stepId === undefined || task.stepId === stepId),
    ),
  );

test("[WAI-12] [WAI-15] a task and its wait are there to see, and its answer goes on with the run", async () => {
  await world.publish({
    workflow: "ask-one",
    steps: [
      {
        id: "ask",
        type: "human.task",
        title: { $expr: "'Order ' & payload.orderId" },
        description: { $expr: "'of ' & payload.who" },
        context: { total: { $expr: "payload.total" } },
        assignTo: { users: ["ada"], groups: { $expr: "payload.groups" } },
        form: okForm,
        dueMs: 60_000,
        timeoutMs: 3_600_000,
        saveAs: "answer",
      },
      { id: "done", type: "control.return", output: { ok: { $expr: "vars.answer.ok" }, event: { $expr: "vars.event" }, name: { $expr: "vars.eventName" } } },
    ],
  });
  const runId = await world.start("ask-one", { orderId: "o-1", who: "Ada", total: 12, groups: ["legal"] });
  const task = await openTask(runId);
  expect(task).toMatchObject({
    runId,
    workflow: "ask-one",
    title: "Order o-1",
    description: "of Ada",
    context: { total: 12 },
    users: ["ada"],
    groups: ["legal"],
    form: okForm,
    status: "OPEN",
  });
  const [wait] = await world.waits(runId);
  expect(wait).toMatchObject({ waitType: "human", eventName: "human.task.completed", key: task.id, status: "WAITING" });
  expect(await world.answer(task.id, { ok: true }, { by: "ada", submissionId: "s-1" })).toEqual({ status: "accepted" });
  const run = await world.ended(runId);
  expect(run.output).toMatchObject({
    ok: true,
    name: "human.task.completed",
    event: { id: "s-1", name: "human.task.completed", payload: { ok: true }, by: "ada" },
  });
  expect(await world.tasks(runId)).toMatchObject([
    { status: "COMPLETED", answer: { ok: true }, answeredBy: "ada", submissionId: "s-1", overridden: false },
  ]);
  await world.expectSound(runId);
});
