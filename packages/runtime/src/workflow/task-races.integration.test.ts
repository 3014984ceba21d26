import type { Json } from "@mainspring/core";
import { claimTask, releaseTask, type TaskRow } from "@mainspring/store";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const okForm = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const x = ($expr: string) => ({ $expr });
const ask = (fields: object = {}) => ({
  id: "ask",
  type: "human.task",
  title: "Fine?",
  assignTo: { groups: ["legal"] },
  form: okForm,
  saveAs: "answer",
  ...fields,
});

async function openTask(runId: string): Promise<TaskRow> {
  return until(`a task of ${runId} is open`, async () =>
    (await world.tasks(runId)).find(({ status }) => status === "OPEN"),
  );
}

/** The run's one task, which may have timed out by now. */
async function taskOf(runId: string): Promise<TaskRow> {
  return until(`a task of ${runId} is there`, async () => (await world.tasks(runId))[0], { withinMs: 60_000 });
}

/** `accepted`, or the code of the refusal. Whoever hears that there is no answer just now asks again. */
async function replied(...answer: Parameters<typeof world.answer>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const reply = await world.answer(...answer).then(
      ({ status }) => status,
      (error: { readonly code?: string }) => error.code ?? String(error),
    );
    if (reply !== "UNAVAILABLE" || tries === 10) return reply;
  }
}

// 2,000 in the long form.
const races = Number(process.env["MAINSPRING_TASK_RACES"] ?? 48);
const atOnce = 48;

const againstTime = {
  workflow: "against-time",
  steps: [
    {
      id: "guard",
      type: "control.tryCatch",
      try: [ask({ timeoutMs: x("payload.ms") })],
      catch: [{ id: "late", type: "transform.assign", assign: { "vars.late": true } }],
    },
    {
      id: "done",
      type: "control.return",
      output: { late: x("vars.late"), ok: x("vars.answer.ok"), by: x("vars.event.by") },
    },
  ],
};

const answersTo = ({ id }: TaskRow): Promise<string>[] => [
  replied(id, { ok: true }, { by: "ada", submissionId: "s-1" }),
  replied(id, { ok: false }, { by: "bob", submissionId: "s-2" }),
];

/** What each was told is what the run did, and of both answers and the timeout exactly one happened. @returns which */
async function expectOneOutcome(runId: string, answers: readonly Promise<string>[]): Promise<"accepted" | "late"> {
  const [ada, bob] = await Promise.all(answers);
  const { late, ok, by } = (await world.ended(runId)).output as { late?: boolean; ok?: boolean; by?: string };
  const told = { ada, bob, ok, by };
  const closed = "TASK_CLOSED";
  if (late === true) expect(told).toEqual({ ada: closed, bob: closed });
  else if (ada === "accepted") expect(told).toEqual({ ada, bob: closed, ok: true, by: "ada" });
  else expect(told).toEqual({ ada: closed, bob: "accepted", ok: false, by: "bob" });
  expect((await world.tasks(runId)).map(({ status }) => status)).toEqual([late === true ? "EXPIRED" : "COMPLETED"]);
  return late === true ? "late" : "accepted";
}

test("two answers and the timeout in one activation: the reply to each is what the run did, and exactly one of the three happened", async () => {
  await world.publish(againstTime);
  for (let begun = 0; begun < races; begun += atOnce) {
    const opening = await world.startWorker();
    const runs = await Promise.all(
      Array.from({ length: Math.min(atOnce, races - begun) }, () => world.start("against-time", { ms: 4_000 })),
    );
    const tasks = await Promise.all(runs.map((runId) => openTask(runId)));
    // They come due while no worker is there, together with the answers.
    await opening.stop();
    const answers = tasks.map(answersTo);
    const lastDueMs = Math.max(...tasks.map(({ timeoutAt }) => Date.parse(timeoutAt ?? "")));
    await until("the timeouts are due", () => (Date.now() > lastDueMs + 100 ? true : undefined));
    const deciding = await world.startWorker();
    for (const [i, runId] of runs.entries()) {
      await expectOneOutcome(runId, answers[i] ?? []);
      if (i < 6) await world.expectSound(runId);
    }
    await deciding.stop();
  }
}, 3_600_000);

test("of two answers that come together the second hears that the task is closed, by a run that goes on", async () => {
  await world.publish({
    workflow: "going-on",
    steps: [
      ask(),
      { id: "nap", type: "time.wait", durationMs: 400 },
      { id: "done", type: "control.return", output: { ok: x("vars.answer.ok"), by: x("vars.event.by") } },
    ],
  });
  const opening = await world.startWorker();
  const runs = await Promise.all(Array.from({ length: 8 }, () => world.start("going-on")));
  const tasks = await Promise.all(runs.map((runId) => openTask(runId)));
  await opening.stop();
  // Both are with Temporal before a worker is there again.
  const answers = tasks.map(answersTo);
  const deciding = await world.startWorker();
  for (const [i, runId] of runs.entries()) expect(await expectOneOutcome(runId, answers[i] ?? [])).toBe("accepted");
  const [first = ""] = runs;
  await world.expectSound(first);
  await deciding.stop();
}, 120_000);

test("two answers about when the task times out: both sides win some, and each reply is what the run did", async () => {
  const worker = await world.startWorker();
  await world.publish(againstTime);
  const seen = new Set<string>();
  for (let begun = 0; begun < races || seen.size < 2; begun += atOnce) {
    const runs = await Promise.all(Array.from({ length: atOnce }, () => world.start("against-time", { ms: 2_500 })));
    const raced = runs.map(async (runId, i) => {
      const task = await taskOf(runId);
      // Not to wait for anything: this is when it is to happen.
      await sleep(Math.max(1, Date.parse(task.timeoutAt ?? "") - Date.now() + (i - atOnce / 2) * 20));
      return expectOneOutcome(runId, answersTo(task));
    });
    for (const outcome of await Promise.all(raced)) seen.add(outcome);
    expect(begun, "rounds until both sides have won some").toBeLessThan(races + 10 * atOnce);
  }
  expect([...seen].sort()).toEqual(["accepted", "late"]);
  await worker.stop();
}, 3_600_000);

test("[CASE-23] of two people's answers at one moment one is accepted, for its repeat too, and the call is made once with it", async () => {
  const worker = await world.startWorker();
  await world.publish({
    workflow: "two-at-once",
    steps: [
      ask(),
      { id: "act", type: "action.call", action: "log.write@1", input: { message: x("$string(vars.answer.ok)") } },
      { id: "done", type: "control.return", output: { ok: x("vars.answer.ok"), by: x("vars.event.by") } },
    ],
  });
  for (let round = 0; round < 20; round += 1) {
    const runId = await world.start("two-at-once");
    const { id } = await openTask(runId);
    const sent = (ok: boolean): Promise<string> =>
      replied(id, { ok }, ok ? { by: "ada", submissionId: "s-1" } : { by: "bob", submissionId: "s-2" });
    const [ada, bob] = await Promise.all([sent(true), sent(false)]);
    expect([ada, bob].sort()).toEqual(["TASK_CLOSED", "accepted"]);
    expect(await Promise.all([sent(true), sent(false)])).toEqual([ada, bob]);
    const ok = ada === "accepted";
    expect((await world.ended(runId)).output).toEqual({ ok, by: ok ? "ada" : "bob" });
    expect(await Promise.all([sent(true), sent(false)])).toEqual([ada, bob]);
    // Another person's same answer, and another answer of the same person, are others.
    expect(await replied(id, { ok }, { by: "eve", submissionId: ok ? "s-1" : "s-2" })).toBe("TASK_CLOSED");
    expect(await world.trace(runId)).toEqual(["ask SUCCEEDED", "act SUCCEEDED", "done SUCCEEDED"]);
    if (round === 0) await world.expectSound(runId);
  }
  await worker.stop();
}, 120_000);

test("a run continues as new while tasks are open; their claims stay, and the next execution takes the answers", async () => {
  const worker = await world.startWorker({ bounds: { remoteSteps: 1 } });
  await world.publish({
    workflow: "ask-over-executions",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "a", steps: [{ ...ask({ form: { ref: "approval" } }), id: "first", saveAs: "first" }] },
          { id: "b", steps: [{ ...ask({ timeoutMs: 60_000 }), id: "second", saveAs: "second" }] },
        ],
      },
      { ...ask(), id: "third", saveAs: "third" },
      {
        id: "done",
        type: "control.return",
        output: [x("vars.first.approved"), x("vars.second.ok"), x("vars.third.ok")],
      },
    ],
  });
  const runId = await world.start("ask-over-executions");
  await until("the run is in its second execution", async () =>
    (await world.executionLengths(runId)).length > 1 ? true : undefined,
  );
  const [first, second] = await until("both are open", async () => {
    const tasks = await world.tasks(runId);
    return tasks.length === 2 && tasks.every(({ form }) => form !== null) ? tasks : undefined;
  });
  const inTenant = <T>(work: Parameters<typeof world.store.tenant<T>>[1]): Promise<T> =>
    world.store.tenant(world.tenantId, work);
  expect(await inTenant((db) => claimTask(db, { id: first?.id ?? "", by: "ada" }))).toBe(true);
  expect(await inTenant((db) => claimTask(db, { id: first?.id ?? "", by: "bob" }))).toBe(false);
  expect(await replied(first?.id ?? "", { approved: true }, { by: "bob" })).toBe("TASK_CLAIMED");
  expect(await inTenant((db) => releaseTask(db, { id: first?.id ?? "", from: "bob" }))).toBe(false);
  const refused: Json = { approved: "no" };
  expect(await replied(first?.id ?? "", refused, { by: "ada" })).toBe("ANSWER_INVALID");
  expect(await replied(second?.id ?? "", { ok: true }, { by: "bob" })).toBe("accepted");
  expect((await world.tasks(runId)).map(({ status }) => status)).toEqual(["CLAIMED", "COMPLETED"]);
  expect(await replied(first?.id ?? "", { approved: true }, { by: "ada" })).toBe("accepted");
  const third = await openTask(runId);
  // Answered in another execution, it is known from the row.
  expect(await replied(second?.id ?? "", { ok: true }, { by: "bob" })).toBe("accepted");
  expect(await replied(second?.id ?? "", { ok: false }, { by: "bob" })).toBe("TASK_CLOSED");
  await world.answer(third.id, { ok: false });
  expect((await world.ended(runId)).output).toEqual([true, true, false]);
  expect((await world.executionLengths(runId)).length).toBeGreaterThan(2);
  await world.expectSound(runId);
  await worker.stop();
});

test("an answer that comes while the run continues as new again and again is taken, whichever execution it reaches", async () => {
  const worker = await world.startWorker({ bounds: { remoteSteps: 1 } });
  const nap = { id: "nap", type: "time.wait", durationMs: 5 };
  await world.publish({
    workflow: "ask-in-motion",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "asked", steps: [ask()] },
          { id: "moving", steps: [{ id: "turns", type: "control.forEach", items: x("[1..15]"), body: [nap] }] },
        ],
      },
      { id: "done", type: "control.return", output: x("vars.answer.ok") },
    ],
  });
  const runs = await Promise.all(Array.from({ length: 6 }, () => world.start("ask-in-motion")));
  await Promise.all(
    runs.map(async (runId, i) => {
      const { id } = await openTask(runId);
      // Not to wait for anything: this is when it is to happen.
      await sleep(i * 60);
      expect(await replied(id, { ok: true })).toBe("accepted");
      expect((await world.ended(runId)).output).toBe(true);
    }),
  );
  const [first = ""] = runs;
  await world.expectSound(first);
  expect((await world.executionLengths(first)).length).toBeGreaterThan(5);
  await worker.stop();
}, 240_000);
