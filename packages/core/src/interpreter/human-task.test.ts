import { expect, test } from "vitest";
import { canonicalHash } from "../canonical/canonical-hash.ts";
import { foldJournal } from "../journal/fold.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { epochMs, lines, run, startContext } from "../testing/world.ts";
import type { Ran, TaskAnswer, WorldOptions } from "../testing/world.ts";
import { instantFromMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import { canAnswer } from "./answers.ts";
import { resume, start } from "./interpret.ts";
import type { CommandOf, JournalEntry, RunEvent, RunState, Transition } from "./transition.ts";

type Fields = { readonly [field: string]: unknown };

const okForm = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const task = (id: string, fields: Fields = {}): StepSource => ({ id, type: "human.task", form: okForm, ...fields });
const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const guard = (step: StepSource): StepSource => ({
  id: "t",
  type: "control.tryCatch",
  try: [step],
  catch: [assign("c", "caught", "error")],
});
const ran = (steps: readonly StepSource[], options: WorldOptions = {}): Ran => run(buildProgram(steps), options);
const answer = (atMs: number, given: Json, more: Partial<TaskAnswer> = {}): TaskAnswer => ({
  atMs,
  answer: given,
  ...more,
});
const at = (ms: number): string => instantFromMs(epochMs + ms);
const waits = (journal: readonly JournalEntry[]): (JournalEntry & { kind: "wait" })[] =>
  journal.filter((entry) => entry.kind === "wait");

/** A run by hand. */
function opened(steps: readonly StepSource[]): {
  state: RunState;
  first: Transition;
  taskId: string;
  feed: (event: { kind: RunEvent["kind"]; [member: string]: unknown }) => Transition;
} {
  const program = buildProgram(steps);
  const first = start(program, null, startContext(program));
  const [command] = first.commands as [CommandOf<"openTask">];
  const box = { state: first.state, first, taskId: command.task?.taskId };
  let turn = 1;
  const feed = (event: { kind: RunEvent["kind"]; [member: string]: unknown }): Transition => {
    turn += 1;
    const transition = resume(program, box.state, { now: at(turn * 1000), turn, ...event } as unknown as RunEvent);
    box.state = transition.state;
    return transition;
  };
  return Object.assign(box, { feed });
}

test("[WAI-12] what people are asked is computed once, and a wait of type human opens whose key is the task's id", () => {
  const { first, feed, taskId } = opened([
    task("ask", {
      title: x("'Look at ' & $string(40 + 2)"),
      description: x("nothing"),
      context: { total: x("1 + 1"), none: x("nothing") },
      assignTo: { users: ["ada", "bob"], groups: x("'legal'") },
      dueMs: 3000,
      timeoutMs: 60_000,
    }),
  ]);
  expect(first.commands).toEqual([
    {
      id: "c1",
      kind: "openTask",
      place: { stepId: "ask", stepPath: "root.steps[0]", iteration: [], execution: 3 },
      task: {
        taskId,
        title: "Look at 42",
        context: { total: 2 },
        assignTo: { users: ["ada", "bob"], groups: ["legal"] },
        form: { schema: okForm },
        due: { dueAt: at(3000) },
        timeoutAt: at(60_000),
      },
    },
    expect.objectContaining({ id: "c2", kind: "startTimer", when: { dueAt: at(60_000) } }),
  ]);
  expect(taskId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(waits(first.journal)).toMatchObject([
    {
      waitId: "c1",
      waitType: "human",
      status: "WAITING",
      data: {
        event: "human.task.completed",
        key: taskId,
        title: "Look at 42",
        dueAt: at(3000),
        timeoutAt: at(60_000),
      },
    },
  ]);
  expect(waits(first.journal)[0]?.data).toMatchObject({
    asks: { context: { total: 2 }, assignTo: { users: ["ada", "bob"], groups: ["legal"] } },
    form: { schema: okForm },
  });
  expect(first.state.status).toBe("WAITING");
  // The shell says what the run knows already: nothing to tell.
  expect(feed({ kind: "taskOpened", id: "c1", taskId }).journal.map(({ kind }) => kind)).toEqual(["input"]);
});

test("the journal has what the task's row shows: once what is asked, again a named form whose schema has come, and how it ended", () => {
  const { first, feed, taskId } = opened([
    task("ask", { title: "Fine?", assignTo: { users: ["ada"] }, form: { ref: "ok" } }),
  ]);
  expect(waits(first.journal)[0]?.data).toEqual({
    event: "human.task.completed",
    key: taskId,
    title: "Fine?",
    asks: { assignTo: { users: ["ada"] } },
    form: { ref: "ok" },
  });
  expect(waits(feed({ kind: "taskOpened", id: "c1", taskId, schema: okForm }).journal)[0]?.data).toEqual({
    event: "human.task.completed",
    key: taskId,
    title: "Fine?",
    form: { ref: "ok", schema: okForm },
  });
  const invalid = { kind: "taskAnswered", taskId, answer: 1, by: "ada", override: false } as const;
  expect(waits(feed(invalid).journal)[0]).toMatchObject({
    status: "RESOLVED",
    data: { resolvedBy: "answer", by: "ada", invalid: true },
  });
});

test("tasks of different runs and turns have ids of their own, and one task always the same", () => {
  const loop = { id: "l", type: "control.forEach", items: [1, 2], concurrency: 2, body: [task("ask")] };
  const program = buildProgram([loop]);
  const idsOf = (runId: string): string[] =>
    start(program, null, { ...startContext(program), runId }).commands.map(
      (command) => (command as CommandOf<"openTask">).task.taskId,
    );
  const ids = [...idsOf("run-1"), ...idsOf("run-2")];
  expect(new Set(ids).size).toBe(4);
  expect(idsOf("run-1")).toEqual(ids.slice(0, 2));
});

test("[WAI-13] [WAI-15] the answer goes to saveAs, vars.event and eventName, and assign sees it as event", () => {
  const { outcome, journal, state } = ran(
    [
      task("ask", { saveAs: "got", assign: { who: x("event.by"), also: x("vars.event.payload.ok") } }),
      done("{'got': got, 'event': vars.event, 'name': eventName, 'who': who, 'also': also}"),
    ],
    { answers: [answer(5000, { ok: true }, { by: "bob", submissionId: "s-1" })] },
  );
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      got: { ok: true },
      event: {
        id: "s-1",
        name: "human.task.completed",
        payload: { ok: true },
        by: "bob",
        receivedAt: at(5000),
      },
      name: "human.task.completed",
      who: "bob",
      also: true,
    },
  });
  expect(waits(journal).at(-1)).toMatchObject({
    status: "RESOLVED",
    data: { resolvedBy: "answer", by: "bob", eventId: "s-1", receivedAt: at(5000), payload: { ok: true } },
  });
  expect(journal.find(({ kind }) => kind === "event")).toMatchObject({
    eventId: "s-1",
    verdict: "taken",
    data: { waitId: "c1" },
  });
  expect(state.open).toEqual([]);
});

test("an answer closes task and timers, and one to a closed or unknown task is late, with a verdict, and changes nothing", () => {
  const { feed, taskId } = opened([
    task("ask", { timeoutMs: 60_000, reminders: { everyMs: 500, max: 3 } }),
    { id: "n", type: "time.wait", durationMs: 90_000 },
  ]);
  feed({ kind: "taskOpened", id: "c1", taskId });
  const given = { kind: "taskAnswered", answer: { ok: true }, by: "ada", override: false } as const;
  const foreign = feed({ ...given, taskId: "00000000-0000-8000-8000-000000000000", submissionId: "s-0" });
  expect(foreign.journal.map(({ kind }) => kind)).toEqual(["input", "late", "event"]);
  const first = feed({ ...given, taskId, submissionId: "s-1" });
  expect(first.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    "closeTask c1",
    "cancelTimer c2",
    "cancelTimer c3",
    "startTimer c4",
  ]);
  expect(first.commands[0]).toMatchObject({ outcome: "answered" });
  const second = feed({ ...given, taskId, answer: { ok: false }, submissionId: "s-2" });
  expect(second.commands).toEqual([]);
  expect(second.journal.at(-1)).toMatchObject({
    kind: "event",
    eventId: "s-2",
    verdict: "ignored",
    data: { reason: "task-closed" },
  });
  expect(second.state.vars).toEqual(first.state.vars);
  expect(feed({ kind: "timerFired", id: "c3" }).journal.at(-1)).toMatchObject({ kind: "late" });
});

test("[CASE-10] tasks in branches are answered each by its own answer, and the branches have events of their own", () => {
  const { outcome, state } = ran(
    [
      {
        id: "both",
        type: "control.parallel",
        saveAs: "join",
        branches: [
          { id: "legal", steps: [task("askLegal", { saveAs: "legal" }), assign("a", "byLegal", "vars.event.by")] },
          {
            id: "finance",
            steps: [task("askFinance", { saveAs: "finance" }), assign("b", "byFinance", "vars.event.by")],
          },
        ],
      },
      { id: "publish", type: "action.call", action: "doc.publish@1", input: { l: x("legal.ok"), f: x("finance.ok") } },
      done("{'by': [byLegal, byFinance], 'counted': join.counted}"),
    ],
    {
      answers: [
        answer(10, { ok: true }, { stepId: "askFinance", by: "fin" }),
        answer(20, { ok: true }, { stepId: "askFinance", by: "somebody" }),
        answer(30, { ok: false }, { stepId: "askLegal", by: "leg" }),
      ],
      checkpoint: (made) => JSON.parse(JSON.stringify(made)) as RunState,
      act: ({ input }) => ({ output: input }),
    },
  );
  expect(outcome).toEqual({ status: "succeeded", output: { by: ["leg", "fin"], counted: ["finance", "legal"] } });
  expect(state.vars).not.toHaveProperty("event");
});

test("[WAI-14] canAnswer says what the form has against an answer, and that a task is not open", () => {
  const { state, taskId, feed } = opened([task("ask")]);
  const program = buildProgram([task("ask")]);
  expect(canAnswer(program, state, taskId, { ok: true })).toEqual([]);
  expect(canAnswer(program, state, taskId, { ok: "yes" })).toMatchObject([
    { code: "SCHEMA_TYPE", severity: "error", pointer: "/ok" },
  ]);
  expect(canAnswer(program, state, taskId, "no")).toMatchObject([{ pointer: "" }]);
  expect(canAnswer(program, state, taskId, { ok: true, more: "x".repeat(300_000) })).toMatchObject([
    { code: "PAYLOAD_TOO_LARGE" },
  ]);
  expect(canAnswer(program, state, "another", { ok: true })).toMatchObject([
    { code: "TASK_CLOSED", remedy: "Reload the task." },
  ]);
  const ended = feed({ kind: "taskAnswered", taskId, answer: { ok: true }, by: "ada", override: false }).state;
  expect(canAnswer(program, ended, taskId, { ok: true })).toMatchObject([{ code: "TASK_CLOSED" }]);
});

test("[WAI-15] an answer that does not fit and reaches the run all the same raises a catchable ValidationError, and closes the task", () => {
  const { outcome, journal, trace } = ran([guard(task("ask")), done("caught")], {
    answers: [answer(5, { ok: "yes" }, { submissionId: "s-1" }), answer(6, { ok: true })],
  });
  expect(outcome).toMatchObject({
    status: "succeeded",
    output: {
      category: "ValidationError",
      code: "ANSWER_INVALID",
      stepId: "ask",
      details: { issues: [{ code: "SCHEMA_TYPE", pointer: "/ok" }] },
    },
  });
  expect(lines(trace)).toContain("ask FAILED");
  expect(journal.find(({ kind }) => kind === "event")).toMatchObject({
    eventId: "s-1",
    verdict: "ignored",
    data: { reason: "answer-invalid" },
  });
  expect(waits(journal).at(-1)?.data).not.toHaveProperty("payload");
});

test("[WAI-16] an administrator's override skips the form", () => {
  const { outcome, journal } = ran([task("ask", { saveAs: "got" }), done("got")], {
    answers: [answer(5, "as I say", { override: true, by: "root" })],
  });
  expect(outcome).toEqual({ status: "succeeded", output: "as I say" });
  expect(waits(journal).at(-1)).toMatchObject({ data: { by: "root", override: true } });
});

test("a named form's schema comes when the task opens; without it the step fails, and an answer that is quicker waits for it", () => {
  const ref = task("ask", { form: { ref: "visit" }, saveAs: "got" });
  const forms = { visit: okForm };
  expect(ran([ref, done("got")], { forms, answers: [answer(5, { ok: true })] }).outcome).toMatchObject({
    output: { ok: true },
  });
  expect(ran([ref, done("got")], { forms, answers: [answer(0, { ok: true })] }).outcome).toMatchObject({
    output: { ok: true },
  });
  expect(ran([ref], { forms, answers: [answer(5, {})] }).outcome).toMatchObject({ error: { code: "ANSWER_INVALID" } });
  expect(ran([ref], { forms, answers: [answer(0, {}), answer(0, { ok: true })] }).outcome).toMatchObject({
    error: { code: "ANSWER_INVALID" },
  });
  expect(ran([guard(ref), done("caught.code")]).outcome).toMatchObject({ output: "FORM_UNKNOWN" });

  const { state, taskId, feed } = opened([ref]);
  const program = buildProgram([ref]);
  expect(canAnswer(program, state, taskId, { ok: true })).toMatchObject([{ code: "FORM_UNKNOWN" }]);
  const known = feed({ kind: "taskOpened", id: "c1", taskId, schema: okForm }).state;
  expect(canAnswer(program, known, taskId, {})).toMatchObject([{ code: "SCHEMA_REQUIRED" }]);
  // After continue-as-new the task is opened again; the schema stays the one that people were shown.
  const again = feed({ kind: "taskOpened", id: "c1", taskId }).state;
  expect(canAnswer(program, again, taskId, { ok: true })).toEqual([]);
});

test("[WAI-08] on timeout a catchable TimeoutError; the task is closed and its wait resolved", () => {
  const { outcome, journal, endedAtMs } = ran([
    guard(task("ask", { timeoutMs: 400, reminders: { everyMs: 300, max: 9 } })),
    done("[caught.category, caught.code]"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: ["TimeoutError", "WAIT_TIMEOUT"] });
  expect(endedAtMs).toBe(400);
  expect(waits(journal).at(-1)).toMatchObject({
    waitType: "human",
    status: "RESOLVED",
    data: { resolvedBy: "timeout" },
  });
});

const remindersOf = ({ journal }: Ran): string[] =>
  journal.flatMap((entry) =>
    entry.kind === "reminder" ? [`${entry.data.number}/${entry.data.max} ${entry.waitId} ${entry.at}`] : [],
  );

test("reminders come one after another until there were enough or somebody answers, each a journal entry", () => {
  const asked = (max: number, atMs: number): Ran =>
    ran([task("ask", { reminders: { everyMs: 100, max } })], { answers: [answer(atMs, { ok: true })] });
  expect(remindersOf(asked(3, 1000))).toEqual([`1/3 c1 ${at(100)}`, `2/3 c1 ${at(200)}`, `3/3 c1 ${at(300)}`]);
  expect(remindersOf(asked(3, 250))).toHaveLength(2);
  expect(remindersOf(asked(0, 250))).toEqual([]);
  const once = ran([task("ask", { reminders: { every: { until: at(70) }, max: 5 } })], {
    answers: [answer(1000, { ok: true })],
  });
  expect(remindersOf(once)).toEqual([`1/5 c1 ${at(70)}`]);
});

test("reminders and timeouts in business time are computed anew by the shell, each time", () => {
  const business = { days: 1, calendar: "default" };
  const { first, feed, taskId } = opened([
    task("ask", {
      due: { business: { hours: 4, calendar: "default" } },
      timeout: { business },
      reminders: { every: { business }, max: 2 },
    }),
  ]);
  expect(first.commands).toMatchObject([
    { kind: "openTask", task: { due: { business: { hours: 4 } }, reminders: { every: { business }, max: 2 } } },
    { id: "c2", kind: "startTimer", when: { business } },
    { id: "c3", kind: "startTimer", when: { business } },
  ]);
  expect(waits(feed({ kind: "taskOpened", id: "c1", taskId, dueAt: at(4000) }).journal)).toMatchObject([
    { status: "WAITING", data: { dueAt: at(4000) } },
  ]);
  expect(waits(feed({ kind: "timerStarted", id: "c2", dueAt: at(90_000) }).journal)).toMatchObject([
    { status: "WAITING", data: { dueAt: at(4000), timeoutAt: at(90_000) } },
  ]);
  expect(waits(feed({ kind: "timerStarted", id: "c3", dueAt: at(80_000) }).journal)).toEqual([]);
  expect(feed({ kind: "timerFired", id: "c3" }).commands).toMatchObject([
    { id: "c4", kind: "startTimer", when: { business } },
  ]);
  const last = feed({ kind: "timerFired", id: "c4" });
  expect(last.commands).toEqual([]);
  expect(last.journal.at(-1)).toMatchObject({ kind: "reminder", data: { number: 2, max: 2 } });
});

test("a calendar that is gone fails the step, catchable, and closes what else it had open", () => {
  const business = { days: 1, calendar: "gone" };
  const error = { category: "ControlError", code: "CALENDAR_UNKNOWN", message: "There is no calendar gone." } as const;
  const { feed, taskId } = opened([guard(task("ask", { timeout: { business }, reminders: { everyMs: 5, max: 1 } }))]);
  feed({ kind: "taskOpened", id: "c1", taskId });
  const failed = feed({ kind: "commandFailed", id: "c2", error });
  expect(failed.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    "closeTask c1",
    "cancelTimer c3",
    "finish c4",
  ]);
  expect(failed.state.vars).toMatchObject({ caught: { code: "CALENDAR_UNKNOWN", stepId: "ask" } });
  const nap = opened([guard({ id: "n", type: "time.wait", business })]);
  expect(nap.feed({ kind: "commandFailed", id: "c1", error }).state.vars).toMatchObject({
    caught: { code: "CALENDAR_UNKNOWN", stepId: "n" },
  });
});

test("[CASE-24] a cancel closes the task and its wait, no reminder comes later, and the step is CANCELED", () => {
  const asked = ran(
    [
      task("ask", { reminders: { everyMs: 100, max: 9 } }),
      { id: "act", type: "action.call", action: "test.act@1" },
      task("ask2"),
    ],
    { cancelAtMs: 250, answers: [answer(300, { ok: true })] },
  );
  expect(asked.outcome?.status).toBe("canceled");
  expect(lines(asked.trace)).toEqual(["ask CANCELED"]);
  expect(asked.effects).toEqual([]);
  expect(remindersOf(asked)).toHaveLength(2);
  expect(waits(asked.journal).at(-1)).toMatchObject({ waitType: "human", status: "CANCELED" });
});

test("values of the wrong kind fail the step before anybody is asked", () => {
  const codeOf = (fields: Fields): string => {
    const { outcome, journal } = ran([task("ask", fields)]);
    expect(waits(journal)).toEqual([]);
    return outcome?.status === "failed" ? outcome.error.code : String(outcome?.status);
  };
  expect(codeOf({ title: x("nothing") })).toBe("EXPR_NO_VALUE");
  expect(codeOf({ title: x("{'a': 1}") })).toBe("VALUE_TYPE");
  expect(codeOf({ assignTo: { users: x("nothing"), groups: x("[]") } })).toBe("EXPR_NO_VALUE");
  expect(codeOf({ assignTo: { users: x("[1]") } })).toBe("VALUE_TYPE");
  expect(codeOf({ assignTo: { users: [""] } })).toBe("VALUE_TYPE");
  expect(codeOf({ reminders: { everyMs: 5, max: x("'many'") } })).toBe("VALUE_TYPE");
  expect(codeOf({ dueMs: x("nothing") })).toBe("EXPR_NO_VALUE");
  expect(codeOf({ timeoutMs: 4e12 })).toBe("DURATION_TOO_LONG");
  expect(codeOf({ context: x("$pad('', 300000, 'x')") })).toMatch(/^EXPR_/);
});

test("checking an answer costs the step's own fuel: one that takes more is refused beforehand, and does not fit in the run", () => {
  const strings = Array.from({ length: 20 }, () => ({ type: "string" }));
  const form = { type: "array", items: { anyOf: [...strings, { type: "number" }] } };
  const program = buildProgram([task("ask", { form })]);
  const costly = Array.from({ length: 20_000 }, (_, i) => i);
  const { state, taskId } = opened([task("ask", { form })]);
  expect(canAnswer(program, state, taskId, costly)).toMatchObject([{ code: "EXPR_FUEL" }]);
  expect(run(program, { answers: [answer(5, costly)] }).outcome).toMatchObject({
    status: "failed",
    error: { code: "ANSWER_INVALID", details: { issues: [{ code: "EXPR_FUEL" }] } },
  });
});

test("what checking an answer cost is gone for the assign of the same step", () => {
  const strings = Array.from({ length: 20 }, () => ({ type: "string" }));
  const form = { type: "array", items: { anyOf: [...strings, { type: "number" }] } };
  const assigned = (items: number): unknown => {
    const sum = x("$sum($map([1..9000], function($v) { $v }))");
    const { outcome } = ran([task("ask", { form, assign: { sum } }), done("sum")], {
      answers: [
        answer(
          5,
          Array.from({ length: items }, (_, i) => i),
        ),
      ],
    });
    if (outcome === undefined) return undefined;
    return outcome.status === "succeeded" ? outcome.output : outcome.error.code;
  };
  expect(assigned(1)).toBe(40_504_500);
  expect(assigned(4000)).toBe("EXPR_FUEL");
});

test("an answer over 1 KiB stands in the journal as the reference that came with it, and the fold resolves it", () => {
  const program = buildProgram([task("ask", { form: {}, saveAs: "got" }), done("$length(got)")]);
  const first = start(program, null, startContext(program));
  const taskId = (first.commands[0] as CommandOf<"openTask">).task.taskId;
  const text = "y".repeat(3000);
  const reference = { hash: canonicalHash(text), bytes: 3002 };
  const given = { kind: "taskAnswered", taskId, answer: text, by: "ada", override: false, reference } as const;
  const last = resume(program, first.state, { ...given, now: at(1), turn: 2 });
  const journal = [...first.journal, ...last.journal];
  expect(JSON.stringify(journal)).not.toContain("yyyy");
  expect(waits(journal).at(-1)).toMatchObject({ data: { payloadReference: reference } });
  expect(foldJournal(program, journal, () => text)).toStrictEqual(last.state);
});
