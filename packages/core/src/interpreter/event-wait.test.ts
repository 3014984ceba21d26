import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { inbound, lines, run, startContext } from "../testing/world.ts";
import type { Ran } from "../testing/world.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { Json } from "../values/json.ts";
import type { InboundEvent, JournalEntry, RunEvent, Transition } from "./transition.ts";

const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const wait = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({
  id,
  type: "event.wait",
  event: "paid",
  correlationKey: "key",
  ...fields,
});
const nap = (id: string, fields: { [field: string]: unknown }): StepSource => ({ id, type: "time.wait", ...fields });
const waitEntries = (journal: readonly JournalEntry[]): unknown[] =>
  journal.flatMap((entry) =>
    entry.kind === "wait" ? [{ id: entry.waitId, type: entry.waitType, status: entry.status, data: entry.data }] : [],
  );
const at = (s: number): string => `2031-01-01T00:00:${s < 10 ? "0" : ""}${s}.000Z`;

/** Feeds events one after the other, each in a turn of its own. */
function feed(
  program: ReturnType<typeof buildProgram>,
  first: Transition,
  events: readonly (RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never)[],
): Transition[] {
  const transitions: Transition[] = [first];
  for (const event of events) {
    const state = (transitions[transitions.length - 1] as Transition).state;
    transitions.push(
      resume(program, state, { ...event, now: at(transitions.length), turn: transitions.length + 1 } as RunEvent),
    );
  }
  return transitions;
}

test("[WAI-05] [WAI-10] an event.wait computes name, key, filters and timeout once, when it opens", () => {
  const program = buildProgram([
    wait("w", {
      event: x("'pa' & 'id'"),
      correlationKey: x("payload.n"),
      filters: [
        { path: "amount", op: ">", value: x("payload.min") },
        { path: "note", op: "exists" },
      ],
      timeout: { durationMs: x("payload.ms") },
      lookbackMs: 60_000,
    }),
  ]);
  const first = start(program, { n: 12.0, min: 5, ms: 10_000 }, startContext(program));
  const filters = [
    { path: "amount", op: ">", value: 5 },
    { path: "note", op: "exists" },
  ];
  expect(first.commands).toEqual([
    {
      id: "c1",
      kind: "openWait",
      place: { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 3 },
      event: "paid",
      key: "12",
      filters,
      lookbackMs: 60_000,
      timeoutAt: at(10),
    },
    {
      id: "c2",
      kind: "startTimer",
      place: { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 3 },
      when: { dueAt: at(10) },
    },
  ]);
  expect(waitEntries(first.journal)).toEqual([
    {
      id: "c1",
      type: "event",
      status: "WAITING",
      data: { event: "paid", key: "12", filters, timeoutAt: at(10), lookbackMs: 60_000 },
    },
  ]);
  expect(first.state.status).toBe("WAITING");
});

test("a key or name that is nothing or no scalar is an ExpressionError that names it", () => {
  const code = (fields: { [field: string]: unknown }): unknown => {
    const { outcome } = run(buildProgram([wait("w", fields)]));
    return outcome?.status === "failed" ? outcome.error : outcome;
  };
  for (const nothing of ["nothing", "null", "''"])
    expect(code({ correlationKey: x(nothing) })).toMatchObject({
      category: "ExpressionError",
      code: "EXPR_NO_VALUE",
      details: { field: "correlationKey" },
    });
  expect(code({ correlationKey: x("{'a': 1}") })).toMatchObject({ code: "VALUE_TYPE" });
  expect(code({ event: x("nothing") })).toMatchObject({ code: "EXPR_NO_VALUE" });
  expect(code({ event: x("5") })).toMatchObject({ code: "VALUE_TYPE" });
});

test("[WAI-06] [WAI-09] [TST-12] only an event with name, key and payload as asked resumes; it sets vars.event, eventName and saveAs, then assign", () => {
  const program = buildProgram([
    wait("w", {
      filters: [{ path: "amount", op: ">=", value: 10 }],
      saveAs: "payment",
      assign: { sum: x("event.payload.amount + 1"), named: x("eventName"), via: x("vars.event.source") },
    }),
    done("{'vars': vars, 'after': $exists(event.id)}"),
  ]);
  const { outcome, journal } = run(program, {
    events: [
      { atMs: 1, event: { id: "1", name: "other", payload: { amount: 50 } } },
      { atMs: 2, event: { id: "2", name: "paid", correlationKey: "not mine", payload: { amount: 50 } } },
      { atMs: 3, event: { id: "3", name: "paid", payload: { amount: 9 } } },
      { atMs: 4, event: { id: "4", name: "paid", payload: { amount: "99" } } },
      { atMs: 5, event: { id: "5", name: "paid", payload: { amount: 10 } } },
    ],
  });
  const event = {
    id: "5",
    name: "paid",
    source: "test",
    payload: { amount: 10 },
    correlationKey: "key",
    receivedAt: "2031-01-01T00:00:00.005Z",
  };
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      vars: { event, eventName: "paid", payment: { amount: 10 }, sum: 11, named: "paid", via: "test" },
      after: true,
    },
  });
  expect(waitEntries(journal).at(-1)).toEqual({
    id: "c1",
    type: "event",
    status: "RESOLVED",
    data: {
      event: "paid",
      key: "key",
      filters: [{ path: "amount", op: ">=", value: 10 }],
      resolvedBy: "event",
      eventId: "5",
      source: "test",
      receivedAt: event.receivedAt,
      payload: { amount: 10 },
    },
  });
});

test("[WAI-08] [CASE-21] an elapsed wait raises a catchable TimeoutError, and its row is resolved by the timeout", () => {
  const guard = (step: StepSource): StepSource => ({
    id: "t",
    type: "control.tryCatch",
    try: [step],
    catch: [done("error")],
  });
  const ran = run(buildProgram([guard(wait("w", { timeoutMs: 5000 }))]));
  expect(ran.endedAtMs).toBe(5000);
  expect(ran.outcome).toMatchObject({
    status: "succeeded",
    output: {
      category: "TimeoutError",
      code: "WAIT_TIMEOUT",
      stepId: "w",
      nodePath: "root.steps[0].try.steps[0]",
      at: at(5),
    },
  });
  expect(lines(ran.trace)).toEqual(["t SUCCEEDED", "w FAILED", "done SUCCEEDED"]);
  expect(waitEntries(ran.journal).at(-1)).toMatchObject({ status: "RESOLVED", data: { resolvedBy: "timeout" } });
  expect(run(buildProgram([wait("w", { timeoutMs: 5000 })])).outcome).toMatchObject({
    status: "failed",
    error: { category: "TimeoutError" },
  });
});

test("[CASE-21] a timer left over from an answered wait is cancelled, and does nothing if it fires all the same", () => {
  const program = buildProgram([
    wait("ask", { event: "door", timeoutMs: 20_000, saveAs: "d" }),
    nap("rest", { durationMs: 30_000 }),
    done("d.by"),
  ]);
  const answered = run(program, { events: [{ atMs: 3000, event: { name: "door", payload: { by: "me" } } }] });
  expect(answered.endedAtMs).toBe(33_000);
  expect(answered.outcome).toEqual({ status: "succeeded", output: "me" });
  const [, , taken, late] = feed(program, start(program, null, startContext(program)), [
    { kind: "waitOpened", id: "c1", candidates: [] },
    { kind: "eventArrived", event: inbound({ name: "door", payload: { by: "me" } }, at(1)) },
    { kind: "timerFired", id: "c2" },
  ]);
  expect(taken?.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    "closeWait c1",
    "cancelTimer c2",
    "startTimer c3",
  ]);
  expect(late?.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
  expect(late?.commands).toEqual([]);
});

test("[MBX-01] a wait takes the first of the events that came before it and holds; what it does not need is ignored", () => {
  const program = buildProgram([wait("w", { filters: [{ path: "n", op: ">", value: 1 }], saveAs: "p" }), done("p.n")]);
  const early = (n: number): InboundEvent => inbound({ id: `e${n}`, name: "paid", payload: { n }, inbox: true }, at(0));
  const [, opened] = feed(program, start(program, null, startContext(program)), [
    { kind: "waitOpened", id: "c1", candidates: [early(1), early(2), early(3)] },
  ]);
  expect(opened?.outcome).toEqual({ status: "succeeded", output: 2 });
  expect(
    opened?.journal.flatMap((entry) => (entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : [])),
  ).toEqual(["e1 ignored", "e2 taken", "e3 ignored"]);
  expect(opened?.commands.map(({ kind }) => kind)).toEqual(["closeWait", "finish"]);
});

test("[MBX-02] a timeout that is due before the wait has been opened lets an event that came before win", () => {
  const program = buildProgram([
    { id: "t", type: "control.tryCatch", try: [wait("w", { timeoutMs: 0, saveAs: "p" })], catch: [done("error.code")] },
    done("p"),
  ]);
  const early = inbound({ name: "paid", payload: "mail", inbox: true }, at(0));
  const first = start(program, null, startContext(program));
  const [, due, found] = feed(program, first, [
    { kind: "timerFired", id: "c2" },
    { kind: "waitOpened", id: "c1", candidates: [early] },
  ]);
  expect(due?.outcome).toBeUndefined();
  expect(found?.outcome).toEqual({ status: "succeeded", output: "mail" });
  const [, , empty] = feed(program, first, [
    { kind: "timerFired", id: "c2" },
    { kind: "waitOpened", id: "c1", candidates: [] },
  ]);
  expect(empty?.outcome).toEqual({ status: "succeeded", output: "WAIT_TIMEOUT" });
});

test("[MBX-02] candidates of a wait that has closed meanwhile are ignored for the record, but not one that the run took", () => {
  const program = buildProgram([wait("w", { saveAs: "p" }), nap("n", { durationMs: 9000 })]);
  const e = (id: string): InboundEvent => inbound({ id, name: "paid", inbox: true }, at(0));
  const [, , late] = feed(program, start(program, null, startContext(program)), [
    { kind: "eventArrived", event: e("e1") },
    { kind: "waitOpened", id: "c1", candidates: [e("e1"), e("e2")] },
  ]);
  expect(
    late?.journal.map((entry) => (entry.kind === "event" ? `${entry.eventId} ${entry.verdict}` : entry.kind)),
  ).toEqual(["input", "late", "e2 ignored"]);
});

test("[WAI-07] early signals are kept for a later wait, oldest first, and a repeated or foreign one changes neither state nor outcome", () => {
  const { outcome, journal } = run(
    buildProgram([
      nap("n", { durationMs: 1000 }),
      wait("w1", { saveAs: "a" }),
      wait("w2", { saveAs: "b" }),
      done("[a, b]"),
    ]),
    {
      events: [
        { atMs: 1, event: { id: "x", name: "paid", payload: 1 } },
        { atMs: 2, event: { id: "x", name: "paid", payload: 1 } },
        { atMs: 3, event: { id: "y", name: "paid", payload: 2 } },
        { atMs: 4, event: { id: "z", name: "other" } },
      ],
    },
  );
  expect(outcome).toEqual({ status: "succeeded", output: [1, 2] });
  expect(
    journal.flatMap((entry) =>
      entry.kind === "event"
        ? [`${entry.eventId} ${entry.verdict}`]
        : entry.kind === "late"
          ? [`late ${entry.data.id}`]
          : [],
    ),
  ).toEqual(["x kept", "late x", "y kept", "z kept", "x taken", "y taken", "z ignored"]);
  expect(waitEntries(journal).filter((entry) => (entry as { type: string }).type === "event")).toMatchObject([
    { status: "RESOLVED" },
    { status: "RESOLVED" },
  ]);
});

test("[WAI-07] a run takes an event at most once, however often and in whatever way it comes", () => {
  const program = buildProgram([
    wait("w1", { saveAs: "a" }),
    wait("w2", { saveAs: "b" }),
    wait("w3", { saveAs: "c" }),
    done("[a, b, c]"),
  ]);
  const e = (id: string, payload: Json): InboundEvent => inbound({ id, name: "paid", payload }, at(0));
  const [, first, again, mailbox, second, old, third] = feed(program, start(program, null, startContext(program)), [
    { kind: "eventArrived", event: e("one", 1) },
    { kind: "eventArrived", event: e("one", 1) },
    { kind: "waitOpened", id: "c2", candidates: [e("one", 1)] },
    { kind: "eventArrived", event: e("two", 2) },
    { kind: "eventArrived", event: e("one", 1) },
    { kind: "eventArrived", event: e("three", 3) },
  ]);
  expect(first?.state.taken).toEqual(["one"]);
  expect(again?.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
  expect(again?.state.kept).toEqual([]);
  expect(mailbox?.journal.map(({ kind }) => kind)).toEqual(["input"]);
  expect(second?.state.taken).toEqual(["one", "two"]);
  expect(old?.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
  expect(third?.outcome).toEqual({ status: "succeeded", output: [1, 2, 3] });
});

test("an event with an inbox row behind it is not kept, and lookbackMs bounds the kept ones", () => {
  const early = (lookbackMs: number | undefined, inbox: boolean, atMs = 400): Ran =>
    run(
      buildProgram([
        nap("n", { durationMs: 1000 }),
        wait("w", { timeoutMs: 50, ...(lookbackMs === undefined ? {} : { lookbackMs }) }),
        done("eventName"),
      ]),
      { events: [{ atMs, event: { name: "paid", inbox } }] },
    );
  expect(early(undefined, false).outcome).toEqual({ status: "succeeded", output: "paid" });
  expect(early(600, false).outcome).toEqual({ status: "succeeded", output: "paid" });
  expect(early(599, false).outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  expect(early(0, false).outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  // Not even one that came in the very millisecond in which the wait opens.
  expect(early(0, false, 1000).outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  expect(early(1, false, 1000).outcome).toEqual({ status: "succeeded", output: "paid" });
  const ignored = early(undefined, true);
  expect(ignored.outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  expect(ignored.journal.find((entry) => entry.kind === "event")).toMatchObject({
    verdict: "ignored",
    data: { reason: "no-open-wait" },
  });
});

test("[CASE-20] a loop that waits twice on one key takes two different events, and the third is recorded as not taken", () => {
  const loop = {
    id: "loop",
    type: "control.while",
    maxIterations: 5,
    condition: x("$count(vars.scans) < 2"),
    body: [
      wait("scan", { timeoutMs: 60_000, saveAs: "s" }),
      { id: "add", type: "transform.assign", assign: { scans: x("$append([vars.scans], [vars.s.at])") } },
    ],
  };
  const events = ["dock", "belt", "van"].map((place, i) => ({
    atMs: 5,
    event: { id: `${i + 1}`, name: "paid", payload: { at: place } },
  }));
  const { outcome, journal } = run(buildProgram([loop, done("vars.scans")]), { events });
  expect(outcome).toEqual({ status: "succeeded", output: ["dock", "belt"] });
  expect(journal.flatMap((entry) => (entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : []))).toEqual([
    "1 taken",
    "2 taken",
  ]);
});

test("[CASE-18] an event is offered to the open waits in the order of their opening, and the first whose filters hold takes it", () => {
  const branch = (id: string, value: number): unknown => ({
    id,
    steps: [
      wait(`w${id}`, { filters: [{ path: "n", op: "<", value }], saveAs: `got.${id}`.replace("got", "vars.got") }),
    ],
  });
  const { outcome } = run(
    buildProgram([
      { id: "p", type: "control.parallel", branches: [branch("a", 5), branch("b", 10), branch("c", 10)] },
      done("vars.got"),
    ]),
    {
      events: [
        { atMs: 1, event: { id: "1", name: "paid", payload: { n: 7 } } },
        { atMs: 2, event: { id: "2", name: "paid", payload: { n: 1 } } },
        { atMs: 3, event: { id: "3", name: "paid", payload: { n: 2 } } },
      ],
    },
  );
  expect(outcome).toEqual({ status: "succeeded", output: { b: { n: 7 }, a: { n: 1 }, c: { n: 2 } } });
});

test("[PRJ-04] the run's status is WAITING while it waits for events and time only, and RUNNING again behind it", () => {
  const { journal } = run(
    buildProgram([
      wait("w"),
      { id: "a", type: "action.call", action: "test.act@1" },
      nap("n", { durationMs: 10 }),
      { id: "b", type: "action.call", action: "test.act@1" },
    ]),
    { events: [{ atMs: 5, event: { name: "paid" } }] },
  );
  expect(journal.flatMap((entry) => (entry.kind === "run" ? [entry.status] : []))).toEqual([
    "RUNNING",
    "WAITING",
    "RUNNING",
    "WAITING",
    "RUNNING",
    "SUCCEEDED",
  ]);
});

test("[VER-08] what a restart opens again is what is open, in the order of its issue, and a yield among it", () => {
  const program = buildProgram([
    {
      id: "p",
      type: "control.parallel",
      branches: [
        { id: "a", steps: [wait("w", { timeoutMs: 100 })] },
        { id: "b", steps: [nap("n", { durationMs: 100 })] },
        { id: "c", steps: [{ id: "act", type: "action.call", action: "test.act@1" }] },
      ],
    },
  ]);
  const first = start(program, null, startContext(program));
  expect(openCommands(first.state)).toEqual(first.commands);
  expect(openCommands(first.state).map(({ kind }) => kind)).toEqual([
    "openWait",
    "startTimer",
    "startTimer",
    "callAction",
  ]);
});
