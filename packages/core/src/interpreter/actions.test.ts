import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { inbound, lines, run, startContext } from "../testing/world.ts";
import type { Answer, Ran } from "../testing/world.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { CommandOf, ErrorCategory, JournalEntry } from "./transition.ts";

const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.act@1",
  ...fields,
});
const failing = (category: ErrorCategory, code = "TOLD"): Answer => ({
  error: { category, code, message: "as told", attempt: 3, details: { why: "test" } },
});
const now = "2031-01-01T00:00:05.000Z";

function firstCall(step: StepSource, payload: { [name: string]: unknown } = {}): CommandOf<"callAction"> {
  const program = buildProgram([step], { actions: { "test.once@1": { effect: "once", timeoutMs: 7000 } } });
  const { commands } = start(program, payload as never, startContext(program));
  return commands[0] as CommandOf<"callAction">;
}

test("[ACT-01] [INT-07] a call is a command with place, facts and mapped input, and its output is stored at saveAs", () => {
  const step = call("a", {
    action: "test.once@1",
    input: { n: x("payload.n + 1"), gone: x("nothing"), none: x("null"), list: [x("nothing"), 2] },
    saveAs: "vars.deep.out",
  });
  expect(firstCall(step, { n: 1 })).toEqual({
    id: "c1",
    kind: "callAction",
    place: { stepId: "a", stepPath: "root.steps[0]", iteration: [], execution: 3 },
    action: "test.once@1",
    facts: { effect: "once", execution: "remote", batch: false, timeoutMs: 7000 },
    input: { n: 2, none: null, list: [2] },
    timeoutMs: 7000,
    attemptsMade: 0,
  });
  const { state, trace } = run(buildProgram([step]), { payload: { n: 1 }, act: () => ({ output: { ref: "r" } }) });
  expect(state.vars).toEqual({ deep: { out: { ref: "r" } } });
  expect(trace).toEqual([{ stepId: "a", iteration: [], status: "SUCCEEDED", attempt: 1 }]);
});

test("[SEC-03] secrets stand as references at the places that the command names, and data that looks like one is not among them", () => {
  const input = {
    headers: { auth: { $secret: "token", format: "Bearer {}" } },
    list: [x("nothing"), { $secret: "other" }],
    data: x("payload"),
  };
  const { input: mapped, secrets } = firstCall(call("a", { input }), { $secret: "token" });
  expect(mapped).toEqual({
    headers: { auth: { $secret: "token", format: "Bearer {}" } },
    list: [{ $secret: "other" }],
    data: { $secret: "token" },
  });
  expect(secrets).toEqual(["/headers/auth", "/list/0"]);
  expect(firstCall(call("a", { input: { data: x("payload") } }), { $secret: "token" })).not.toHaveProperty("secrets");
});

test("[ACT-05] an authored key is text, and nothing is no key", () => {
  const key = (source: string): string | undefined =>
    firstCall(call("a", { idempotencyKey: x(source) }), { n: 12 }).authoredKey;
  expect(key("'inv-' & payload.n")).toBe("inv-12");
  expect(key("payload.n")).toBe("12");
  expect(key("{'b': 1, 'a': [true]}")).toBe('{"a":[true],"b":1}');
  const { outcome } = run(buildProgram([call("a", { idempotencyKey: x("nothing") })]));
  expect(outcome).toMatchObject({
    status: "failed",
    error: { category: "ExpressionError", code: "EXPR_NO_VALUE", message: expect.stringContaining("idempotencyKey") },
  });
});

test("[CAS-01] an authored timeout is at most 24 h, and is handed over with the retry policy", () => {
  const retry = {
    maxAttempts: 4,
    backoffMs: 10,
    backoffMultiplier: 1,
    maxDelayMs: 10,
    jitter: false,
    retryOn: ["TimeoutError"],
  };
  expect(firstCall(call("a", { timeoutMs: x("500 * 2"), retry }))).toMatchObject({ timeoutMs: 1000, retry });
  expect(firstCall(call("a", { timeoutMs: -5 }))).toMatchObject({ timeoutMs: 0 });
  expect(firstCall(call("a", { timeoutMs: 24 * 3_600_000 }))).toMatchObject({ timeoutMs: 86_400_000 });
  const { outcome } = run(buildProgram([call("a", { timeoutMs: 24 * 3_600_000 + 1 })]));
  expect(outcome).toMatchObject({ error: { category: "ExpressionError", code: "DURATION_TOO_LONG" } });
});

test("[ACT-10] [ACT-11] [ACT-12] a failed action fails the run with its category, code, attempt, details and place", () => {
  for (const category of [
    "ValidationError",
    "ExpressionError",
    "TransientError",
    "ActionError",
    "TimeoutError",
    "QuotaExceededError",
    "ChildWorkflowError",
    "BusinessError",
    "ControlError",
  ] as const) {
    const { outcome, trace } = run(buildProgram([call("a")]), { act: () => failing(category) });
    expect(outcome).toEqual({
      status: "failed",
      error: {
        category,
        code: "TOLD",
        message: "as told",
        attempt: 3,
        stepId: "a",
        nodePath: "root.steps[0]",
        at: "2031-01-01T00:00:00.001Z",
        details: { why: "test" },
      },
    });
    expect(trace).toEqual([{ stepId: "a", iteration: [], status: "FAILED", attempt: 3 }]);
  }
});

test("[ACT-15] onError continue binds the error and runs the next step, for mapping errors too; fail propagates", () => {
  const ran = (fields: { [field: string]: unknown }): Ran =>
    run(buildProgram([call("a", fields), done("vars")]), { act: () => failing("ActionError") });
  expect(ran({ onError: { policy: "continue", captureErrorAs: "vars.bad" } }).outcome).toMatchObject({
    status: "succeeded",
    output: { bad: { code: "TOLD", stepId: "a" } },
  });
  const named = ran({ onError: { policy: "continue" } });
  expect(named.outcome).toMatchObject({
    status: "succeeded",
    output: { error: { code: "TOLD", category: "ActionError" } },
  });
  expect(lines(named.trace)).toEqual(["a FAILED", "done SUCCEEDED"]);
  expect(ran({ onError: { policy: "continue" }, input: { n: x("$number('x')") } }).outcome).toMatchObject({
    status: "succeeded",
    output: { error: { category: "ExpressionError" } },
  });
  expect(ran({ onError: { policy: "fail" } }).outcome).toMatchObject({ status: "failed", error: { code: "TOLD" } });
});

test("[INT-17] [INT-19] [TST-11] Cancellation and InterpreterCorruption pass onError and catch by their category, whatever their text", () => {
  const steps = [
    { id: "t", type: "control.tryCatch", try: [call("a", { onError: { policy: "continue" } })], catch: [call("c")] },
    call("after"),
  ];
  const act =
    (category: ErrorCategory): ((called: { stepId: string }) => Answer) =>
    ({ stepId }) =>
      stepId === "a" ? { error: { category, code: "TOLD", message: "all is well" } } : { output: null };
  const canceled = run(buildProgram(steps), { act: act("Cancellation") });
  expect(canceled.outcome).toMatchObject({ status: "canceled", error: { category: "Cancellation" } });
  expect(lines(canceled.trace)).toEqual(["t CANCELED", "a CANCELED"]);
  const corrupt = run(buildProgram(steps), { act: act("InterpreterCorruption") });
  expect(corrupt.outcome).toMatchObject({ status: "failed", error: { category: "InterpreterCorruption" } });
  expect(lines(corrupt.trace)).toEqual(["t FAILED", "a FAILED"]);
  const text = run(buildProgram(steps), {
    act: ({ stepId }) =>
      stepId === "a"
        ? { error: { category: "ActionError", code: "TOLD", message: "the activity was cancelled" } }
        : { output: null },
  });
  expect(text.outcome).toMatchObject({ status: "succeeded" });
});

test("the ControlErrors LOOP_BUDGET and HISTORY_BUDGET are caught by nothing, other ControlErrors are", () => {
  const guarded = (code: string): unknown => {
    const body = [call("a", { onError: { policy: "continue" } })];
    const { outcome } = run(
      buildProgram([
        {
          id: "t",
          type: "control.tryCatch",
          try: [{ id: "l", type: "control.forEach", items: [1], onItemError: "continue", body }],
          catch: [],
        },
        done("'on'"),
      ]),
      { act: () => failing("ControlError", code) },
    );
    return outcome?.status;
  };
  expect(guarded("LOOP_BUDGET")).toBe("failed");
  expect(guarded("HISTORY_BUDGET")).toBe("failed");
  expect(guarded("TOLD")).toBe("succeeded");
});

test("an output over 256 KiB fails its step with a catchable error", () => {
  const { outcome } = run(
    buildProgram([
      { id: "t", type: "control.tryCatch", try: [call("a", { saveAs: "o" })], catch: [done("error.category")] },
    ]),
    { act: () => ({ output: "x".repeat(256 * 1024) }) },
  );
  expect(outcome).toEqual({ status: "succeeded", output: "ActionError" });
  expect(
    run(buildProgram([call("a", { saveAs: "o" })]), { act: () => ({ output: "x".repeat(256 * 1024 - 2) }) }).outcome
      ?.status,
  ).toBe("succeeded");
});

test("[WAI-07] a result for a call that is not open is journalled as late and changes nothing", () => {
  const program = buildProgram([call("a", { saveAs: "o" }), call("b")]);
  const first = start(program, null, startContext(program));
  const second = resume(program, first.state, {
    kind: "actionSucceeded",
    id: "c1",
    output: 1,
    attempt: 1,
    now,
    turn: 2,
  });
  for (const event of [
    { kind: "actionSucceeded", id: "c1", output: 2, attempt: 2, now, turn: 2 },
    {
      kind: "actionFailed",
      id: "c99",
      error: { category: "ActionError", code: "X", message: "x", attempt: 1 },
      now,
      turn: 2,
    },
    { kind: "timerFired", id: "c2", now, turn: 2 },
    {
      kind: "actionHandedBack",
      id: "c1",
      attemptsMade: 1,
      error: { category: "ActionError", code: "X", message: "x", attempt: 1 },
      now,
      turn: 2,
    },
  ] as const) {
    const late = resume(program, second.state, event);
    expect(late.commands).toEqual([]);
    expect(late.journal.map((entry) => entry.kind)).toEqual(["input", "late"]);
    expect(late.journal[1]).toMatchObject({ data: { event: event.kind, id: event.id } });
    expect({ ...late.state, nextSeq: 0 }).toEqual({ ...second.state, nextSeq: 0 });
  }
});

test("a call that a segment hands back is issued again under its id, as an ordinary one that counts from there", () => {
  const program = buildProgram([call("a", { saveAs: "o" }), done("o")], {
    actions: { "test.act@1": { execution: "local" } },
  });
  const first = start(program, null, startContext(program));
  expect(first.state.counters.remoteSteps).toBe(0);
  const back = resume(program, first.state, {
    kind: "actionHandedBack",
    id: "c1",
    attemptsMade: 1,
    error: { category: "TransientError", code: "X", message: "x", attempt: 1 },
    now,
    turn: 2,
  });
  expect(back.commands).toEqual([{ ...first.commands[0], attemptsMade: 1, handedBack: true }]);
  expect(openCommands(back.state)).toEqual(back.commands);
  expect(back.state.counters.remoteSteps).toBe(1);
  const ended = resume(program, back.state, { kind: "actionSucceeded", id: "c1", output: 5, attempt: 2, now, turn: 3 });
  expect(ended.outcome).toEqual({ status: "succeeded", output: 5 });
  expect(ended.journal.find((entry) => entry.kind === "step")).toMatchObject({
    status: "SUCCEEDED",
    data: { attempt: 2 },
  });
});

test("[ACT-16] each step is journalled at its start and end: type, command, attempt, and an output of at most 1 KiB or its reference", () => {
  const program = buildProgram([call("a"), { id: "b", type: "transform.assign", assign: { n: 1 } }, call("c")]);
  const first = start(program, null, startContext(program));
  const small = resume(program, first.state, {
    kind: "actionSucceeded",
    id: "c1",
    output: { ok: true },
    attempt: 2,
    now,
    turn: 2,
  });
  const reference = { hash: "h".repeat(64), bytes: 5002 };
  const large = resume(program, small.state, {
    kind: "actionSucceeded",
    id: "c2",
    output: "y".repeat(5000),
    attempt: 1,
    reference,
    now,
    turn: 3,
  });
  const steps = [...first.journal, ...small.journal, ...large.journal].filter(
    (entry): entry is Extract<JournalEntry, { kind: "step" }> => entry.kind === "step",
  );
  expect(steps.map(({ stepId, status, execution, data }) => ({ stepId, status, execution, data }))).toEqual([
    { stepId: "a", status: "RUNNING", execution: 3, data: { type: "action.call", commandId: "c1" } },
    { stepId: "a", status: "SUCCEEDED", execution: 3, data: { attempt: 2, output: { ok: true } } },
    { stepId: "b", status: "RUNNING", execution: 6, data: { type: "transform.assign" } },
    { stepId: "b", status: "SUCCEEDED", execution: 6, data: undefined },
    { stepId: "c", status: "RUNNING", execution: 8, data: { type: "action.call", commandId: "c2" } },
    { stepId: "c", status: "SUCCEEDED", execution: 8, data: { attempt: 1, outputReference: reference } },
  ]);
  expect(large.journal[0]).toMatchObject({
    kind: "input",
    data: { kind: "resume", event: { kind: "actionSucceeded", reference } },
  });
  expect(JSON.stringify(large.journal)).not.toContain("yyyy");
});

test("events of an ended run are journalled and nothing else of the state changes", () => {
  const program = buildProgram([done("1")]);
  const ended = start(program, null, startContext(program));
  const late = resume(program, ended.state, { kind: "eventArrived", event: inbound({ name: "e" }, now), now, turn: 9 });
  expect(late.outcome).toEqual(ended.outcome);
  expect(late.commands).toEqual([]);
  expect(late.journal.map((entry) => entry.kind)).toEqual(["input", "late", "event"]);
  expect({ ...late.state, nextSeq: 0 }).toEqual({ ...ended.state, nextSeq: 0 });
});
