import { workflowIdOf, type Json } from "@mainspring/core";
import { deleteForm, deliveriesOf, getTask, listTasks, putForm, type TaskRow } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant, publish } from "../testing/publish.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

const okForm = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const ask = (id: string, fields: object = {}) => ({
  id,
  type: "human.task",
  title: "Fine?",
  assignTo: { groups: ["legal"] },
  form: okForm,
  saveAs: id,
  ...fields,
});
const done = (output: Json) => ({ id: "done", type: "control.return", output });
const x = ($expr: string) => ({ $expr });
/** The step, and in its place the error that it fails with. */
const caught = (step: object) => ({
  id: "guard",
  type: "control.tryCatch",
  captureErrorAs: "failure",
  try: [step],
  catch: [{ id: "note", type: "transform.assign", assign: { "vars.seen": x("error") } }],
});

async function openTask(runId: string, stepId?: string): Promise<TaskRow> {
  return until(`a task of ${runId} is open`, async () =>
    (await world.tasks(runId)).find(
      (task) => task.status === "OPEN" && task.form !== null && (stepId === undefined || task.stepId === stepId),
    ),
  );
}

async function asked(
  key: string,
  steps: readonly object[],
  payload: Json = {},
): Promise<{ runId: string; task: TaskRow }> {
  await world.publish({ workflow: key, steps });
  const runId = await world.start(key, payload);
  return { runId, task: await openTask(runId) };
}

const signal = (runId: string, value: unknown): Promise<void> =>
  world.client.workflow.getHandle(workflowIdOf(runId)).signal("workflowRuntimeV2HumanTask", value);

test("[WAI-12] [WAI-15] a task and its wait are there to see, and its answer goes on with the run", async () => {
  const { runId, task } = await asked(
    "ask-one",
    [
      ask("ask", {
        title: x("'Order ' & payload.orderId"),
        description: x("'of ' & payload.who"),
        context: { total: x("payload.total") },
        assignTo: { users: ["ada"], groups: x("payload.groups") },
        dueMs: 60_000,
        timeoutMs: 3_600_000,
      }),
      done({ ok: x("vars.ask.ok"), event: x("vars.event"), name: x("vars.eventName") }),
    ],
    { orderId: "o-1", who: "Ada", total: 12, groups: ["legal"] },
  );
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
  expect(Date.parse(task.dueAt ?? "") - Date.parse(task.openedAt)).toBe(60_000);
  const handle = world.client.workflow.getHandle(workflowIdOf(runId));
  expect(await handle.query("workflowRuntimeV2CurrentWait")).toMatchObject({
    waitType: "human",
    event: "human.task.completed",
    key: task.id,
    title: "Order o-1",
  });
  const wait = (await world.waits(runId)).find(({ waitType }) => waitType === "human");
  expect(wait).toMatchObject({ eventName: "human.task.completed", key: task.id, status: "WAITING" });
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

test("[WAI-13] a signal resumes only the wait of its task; senseless ones change nothing", async () => {
  const { runId } = await asked("ask-two", [
    {
      id: "both",
      type: "control.parallel",
      branches: [
        { id: "a", steps: [ask("first")] },
        { id: "b", steps: [ask("second")] },
      ],
    },
    done({ first: x("vars.first.ok"), second: x("vars.second.ok") }),
  ]);
  const [first, second] = [await openTask(runId, "first"), await openTask(runId, "second")];
  for (const senseless of [null, "text", 7, [], {}, { taskId: 7 }, { taskId: "c1", answer: { ok: true } }])
    await signal(runId, senseless);
  await signal(runId, { taskId: second.id, answer: { ok: false }, by: "bob", submissionId: "s-2" });
  await until("the second is answered", async () =>
    (await world.tasks(runId)).find(({ id, status }) => id === second.id && status === "COMPLETED"),
  );
  expect((await world.run(runId)).status).toBe("WAITING");
  expect((await openTask(runId)).id).toBe(first.id);
  await signal(runId, { taskId: first.id, answer: { ok: true } });
  expect((await world.ended(runId)).output).toEqual({ first: true, second: false });
  await world.expectSound(runId);
});

test("[WAI-14] an answer that does not fit the form is refused with pointers before the run hears of it", async () => {
  const { runId, task } = await asked("ask-strictly", [ask("ask"), done(x("vars.ask.ok"))]);
  await expect(world.answer(task.id, { ok: "yes" })).rejects.toMatchObject({
    code: "ANSWER_INVALID",
    details: { issues: [expect.objectContaining({ pointer: "/answer/ok" })] },
  });
  await expect(world.answer(task.id, "x".repeat(300_000))).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  expect(JSON.stringify(await world.journal(runId))).not.toContain("taskAnswered");
  expect(await world.answer(task.id, { ok: true })).toEqual({ status: "accepted" });
  expect((await world.ended(runId)).output).toBe(true);
});

test("[WAI-14] [TEN-06] a named form is the tenant's, else the system's; people are held to what they were shown", async () => {
  const put = (tenantId: string, schema: Json, name = "release") =>
    world.store.tenant(tenantId, (db) => putForm(db, { name, title: name, schema, by: "test" }));
  await put(world.tenantId, { type: "object", required: ["go"], properties: { go: { type: "boolean" } } });
  const other = await newTenant(world.store);
  await put(other, { type: "integer" });
  // A tenant's form stands in for the system's of its name.
  await put(world.tenantId, { type: "integer" }, "acknowledgement");
  const steps = [
    ask("ask", { form: { ref: "release" } }),
    ask("then", { form: { ref: "approval" } }),
    ask("last", { form: { ref: "acknowledgement" } }),
    done([x("vars.then.approved"), x("vars.last")]),
  ];
  const { runId, task } = await asked("ask-by-name", steps);
  expect(task).toMatchObject({ formName: "release", form: { required: ["go"] } });
  await put(world.tenantId, { type: "string" });
  await expect(world.answer(task.id, 7)).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  await expect(world.answer(task.id, "go")).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  await world.answer(task.id, { go: true });
  const then = await openTask(runId, "then");
  expect(then.formName).toBe("approval");
  await expect(world.answer(then.id, { approved: "maybe" })).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  await world.answer(then.id, { approved: true, comment: "fine" });
  const last = await openTask(runId, "last");
  await expect(world.answer(last.id, { comment: "seen" })).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  await world.answer(last.id, 7);
  expect((await world.ended(runId)).output).toEqual([true, 7]);
  await world.expectSound(runId);

  // Nobody else's form is known at publish, nor its tasks afterwards.
  const third = await newTenant(world.store);
  await expect(publish(world.store, third, { workflow: "ask-by-name", steps }, [])).rejects.toThrow(/FORM_UNKNOWN/);
  expect(await world.store.tenant(third, (db) => getTask(db, task.id))).toBeUndefined();
  expect((await world.store.tenant(third, (db) => listTasks(db, {}, {}))).items).toEqual([]);
});

test("a form that is gone when the task would open fails the step with FORM_UNKNOWN, catchably, and nobody sees a task", async () => {
  await world.store.tenant(world.tenantId, (db) =>
    putForm(db, { name: "brief", title: "Brief", schema: {}, by: "test" }),
  );
  await world.publish({
    workflow: "ask-for-nothing",
    steps: [caught(ask("ask", { form: { ref: "brief" } })), done(x("vars.seen.code"))],
  });
  await world.store.tenant(world.tenantId, (db) => deleteForm(db, "brief"));
  const runId = await world.start("ask-for-nothing");
  expect((await world.ended(runId)).output).toBe("FORM_UNKNOWN");
  const [task] = await world.tasks(runId);
  expect([task?.status, task?.form]).toEqual(["CANCELED", null]);
  expect(await world.store.tenant(world.tenantId, (db) => getTask(db, task?.id ?? ""))).toBeUndefined();
  await world.expectSound(runId);
});

test("[WAI-15] [WAI-16] [ING-14] an event that is an answer reaches the task, never overrides, and fails the step where it does not fit", async () => {
  const { runId, task } = await asked("ask-by-event", [
    ask("ask"),
    caught(ask("again")),
    done({ ok: x("vars.ask.ok"), by: x("vars.seen.details.issues[0].pointer"), seen: x("vars.seen.category") }),
  ]);
  const eventId = await world.event({
    name: "human.task.completed",
    correlationKey: task.id,
    payload: { ok: true },
    userId: "ada",
  });
  const again = await openTask(runId, "again");
  expect(await world.tasks(runId)).toMatchObject([
    { status: "COMPLETED", answeredBy: "ada", submissionId: eventId },
    {},
  ]);
  const deliveries = await world.store.tenant(world.tenantId, (db) => deliveriesOf(db, eventId));
  expect(deliveries).toMatchObject([{ runId, state: "taken" }]);
  await world.event({ name: "human.task.completed", correlationKey: again.id, payload: { ok: 1, override: true } });
  const run = await world.ended(runId);
  expect(run.output).toMatchObject({ ok: true, by: "/ok", seen: "ValidationError" });
  expect((await world.tasks(runId)).map(({ status }) => status)).toEqual(["COMPLETED", "CANCELED"]);
  await world.expectSound(runId);
});

test("[WAI-16] an administrator's override is not bound by the form, nor by a claim; a signal cannot carry it", async () => {
  const { runId, task } = await asked("ask-overridden", [
    ask("ask"),
    caught(ask("again")),
    done({ first: x("vars.ask"), seen: x("vars.seen.code") }),
  ]);
  expect(await world.answer(task.id, "as I say", { by: "root", override: true })).toEqual({ status: "accepted" });
  // Repeated, it is the same answer.
  expect(await world.answer(task.id, "as I say", { by: "root", override: true })).toEqual({ status: "accepted" });
  const again = await openTask(runId, "again");
  await signal(runId, { taskId: again.id, answer: "as I say", by: "root", override: true });
  expect((await world.ended(runId)).output).toEqual({ first: "as I say", seen: "ANSWER_INVALID" });
  expect((await world.tasks(runId)).map(({ overridden }) => overridden)).toEqual([true, false]);
  await world.expectSound(runId);
});

test("an answer over 1 KiB stands by reference in the journal, and whole in the task and the run", async () => {
  const { runId, task } = await asked("ask-at-length", [
    ask("ask", { form: {} }),
    done({ length: x("$length(vars.ask)") }),
  ]);
  const long = "é".repeat(60_000);
  await world.answer(task.id, long);
  expect((await world.ended(runId)).output).toEqual({ length: 60_000 });
  expect((await world.tasks(runId))[0]?.answer).toBe(long);
  expect(await world.answer(task.id, long)).toEqual({ status: "accepted" });
  await world.expectSound(runId);
});

test("[CASE-24] cancelling a run takes its open task away, and nobody can claim or complete it", async () => {
  const { runId, task } = await asked("ask-in-vain", [
    ask("ask", { reminders: { everyMs: 300, max: 9 } }),
    { id: "act", type: "action.call", action: "log.write@1", input: { message: "acted" } },
    ask("then"),
  ]);
  await until("a reminder was sent", async () => ((await world.tasks(runId))[0]?.remindersSent ?? 0) > 0 || undefined);
  await world.cancel(runId);
  expect((await world.ended(runId)).status).toBe("CANCELED");
  const [closed] = await world.tasks(runId);
  expect(closed).toMatchObject({ status: "CANCELED", answer: null });
  expect((await world.waits(runId))[0]).toMatchObject({ waitType: "human", status: "CANCELED" });
  expect((await world.waits(runId))[0]?.resolvedAt).not.toBeNull();
  expect(await world.trace(runId)).toEqual(["ask CANCELED"]);
  await expect(world.answer(task.id, { ok: true })).rejects.toMatchObject({ code: "TASK_CLOSED" });
  await world.expectSound(runId);
});

test("a task that nobody answers is reminded of, expires, and is a catchable TimeoutError", async () => {
  const { runId, task } = await asked("ask-patiently", [
    caught(ask("ask", { reminders: { everyMs: 200, max: 2 }, timeoutMs: 1_000 })),
    done(x("vars.seen.category")),
  ]);
  expect((await world.ended(runId)).output).toBe("TimeoutError");
  expect(await world.tasks(runId)).toMatchObject([
    { id: task.id, status: "EXPIRED", remindersSent: 2, remindersMax: 2 },
  ]);
  await expect(world.answer(task.id, { ok: true })).rejects.toMatchObject({ code: "TASK_CLOSED" });
  await world.expectSound(runId);
});

test("a task that is due in business time shows the instant, by the tenant's calendar of when it opened", async () => {
  const { runId, task } = await asked("ask-in-hours", [
    ask("ask", { due: { business: { hours: 1, calendar: "default" } } }),
    done(x("vars.ask.ok")),
  ]);
  const dueMs = await until("it is known when it is due", async () => {
    const dueAt = (await world.tasks(runId))[0]?.dueAt ?? null;
    return dueAt === null ? undefined : Date.parse(dueAt);
  });
  expect(dueMs - Date.parse(task.openedAt)).toBeGreaterThanOrEqual(3_600_000);
  expect(new Date(dueMs).getUTCHours()).toBeGreaterThanOrEqual(9);
  expect(new Date(dueMs).getUTCHours()).toBeLessThanOrEqual(17);
  await world.answer(task.id, { ok: true });
  expect((await world.ended(runId)).output).toBe(true);
  await world.expectSound(runId);
});
