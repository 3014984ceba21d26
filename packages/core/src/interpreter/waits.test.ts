import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { inbound, lines, run, startContext } from "../testing/world.ts";
import type { Ran } from "../testing/world.ts";
import { eventMatchesFilters } from "./filters.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { FilterOp } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import type { InboundEvent, JournalEntry, RunEvent, Transition } from "./transition.ts";

const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const wait = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({ id, type: "event.wait", event: "paid", correlationKey: "key", ...fields });
const nap = (id: string, fields: { [field: string]: unknown }): StepSource => ({ id, type: "time.wait", ...fields });
const waitEntries = (journal: readonly JournalEntry[]): unknown[] =>
  journal.flatMap((entry) => (entry.kind === "wait" ? [{ id: entry.waitId, type: entry.waitType, status: entry.status, data: entry.data }] : []));
const at = (s: number): string => `2031-01-01T00:00:${s < 10 ? "0" : ""}${s}.000Z`;

/** Feeds events one after the other, each in a turn of its own. */
function feed(program: ReturnType<typeof buildProgram>, first: Transition, events: readonly (RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never)[]): Transition[] {
  const transitions: Transition[] = [first];
  for (const event of events) {
    const state = (transitions[transitions.length - 1] as Transition).state;
    transitions.push(resume(program, state, { ...event, now: at(transitions.length), turn: transitions.length + 1 } as RunEvent));
  }
  return transitions;
}

test("[WAI-01] [WAI-03] [WAI-04] [TST-12] a time.wait sets one timer, shows its wait row, sets vars.timeWait and evaluates assign", () => {
  const ran = run(buildProgram([nap("n", { durationMs: x("2 * 1000"), assign: { late: x("timeWait.firedAt") } }), done("vars")]));
  expect(ran.endedAtMs).toBe(2000);
  const facts = { plannedAt: at(2), firedAt: at(2), skipped: false };
  expect(ran.outcome).toEqual({ status: "succeeded", output: { timeWait: facts, late: at(2) } });
  expect(waitEntries(ran.journal)).toEqual([
    { id: "c1", type: "time", status: "WAITING", data: { timeoutAt: at(2) } },
    { id: "c1", type: "time", status: "RESOLVED", data: { timeoutAt: at(2), resolvedBy: "time" } },
  ]);
  expect(ran.journal.filter((entry) => entry.kind === "step" && entry.stepId === "n").map((entry) => (entry as { status: string }).status)).toEqual(["RUNNING", "WAITING", "SUCCEEDED"]);
});

test("[WAI-02] [TST-12] a wait that is already due takes no timer and leaves one RESOLVED row", () => {
  for (const when of [{ durationMs: 0 }, { durationMs: -5 }, { until: at(0) }, { until: "2030-12-31T23:59:59+00:00" }, { until: "2031-01-01" }]) {
    const program = buildProgram([nap("n", when), done("vars.timeWait.skipped")]);
    const { commands, journal, outcome } = start(program, null, startContext(program));
    expect(outcome, JSON.stringify(when)).toEqual({ status: "succeeded", output: true });
    expect(commands.map(({ kind }) => kind)).toEqual(["finish"]);
    expect(waitEntries(journal)).toMatchObject([{ type: "time", status: "RESOLVED", data: { resolvedBy: "time" } }]);
  }
});

test("a wait until a far instant, with an offset, is due then", () => {
  const program = buildProgram([nap("n", { until: "2031-01-01T02:00:30+02:00" })]);
  expect(start(program, null, startContext(program)).commands).toMatchObject([{ kind: "startTimer", when: { dueAt: at(30) } }]);
});

test("a duration or instant that is nothing, no such thing or beyond ten years is an ExpressionError", () => {
  const code = (fields: { [field: string]: unknown }): unknown => {
    const { outcome } = run(buildProgram([nap("n", fields)]));
    return outcome?.status === "failed" ? `${outcome.error.category} ${outcome.error.code}` : outcome;
  };
  expect(code({ durationMs: x("nothing") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ durationMs: x("null") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ durationMs: "5" })).toBe("ExpressionError VALUE_TYPE");
  expect(code({ durationMs: 11 * 366 * 86_400_000 })).toBe("ExpressionError DURATION_TOO_LONG");
  expect(code({ until: x("nothing") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ until: "tomorrow" })).toBe("ExpressionError UNTIL_NOT_INSTANT");
  expect(code({ until: 5 })).toBe("ExpressionError UNTIL_NOT_INSTANT");
  expect(code({ until: "2042-01-01" })).toBe("ExpressionError DURATION_TOO_LONG");
});

test("[CAL-01] business time is computed by the shell, whose answer shows on the wait row and is kept for a restart", () => {
  const program = buildProgram([nap("n", { business: { days: x("1 + 1"), calendar: "default" } }), done("timeWait.plannedAt")]);
  const [first, started, fired] = feed(program, start(program, null, startContext(program)), [
    { kind: "timerStarted", id: "c1", dueAt: at(40), calendarVersion: 3 },
    { kind: "timerFired", id: "c1" },
  ]);
  expect(first?.commands).toMatchObject([{ kind: "startTimer", when: { business: { days: 2, calendar: "default" } } }]);
  expect(waitEntries(started?.journal ?? [])).toEqual([{ id: "c1", type: "time", status: "WAITING", data: { timeoutAt: at(40) } }]);
  expect(started === undefined ? [] : openCommands(started.state)).toMatchObject([{ kind: "startTimer", id: "c1", when: { dueAt: at(40) } }]);
  expect(fired?.outcome).toEqual({ status: "succeeded", output: at(40) });
});

test("[WAI-05] [WAI-10] an event.wait computes name, key, filters and timeout once, when it opens", () => {
  const program = buildProgram(
    [wait("w", { event: x("'pa' & 'id'"), correlationKey: x("payload.n"), filters: [{ path: "amount", op: ">", value: x("payload.min") }, { path: "note", op: "exists" }], timeout: { durationMs: x("payload.ms") }, lookbackMs: 60_000 })],
  );
  const first = start(program, { n: 12.0, min: 5, ms: 10_000 }, startContext(program));
  const filters = [
    { path: "amount", op: ">", value: 5 },
    { path: "note", op: "exists" },
  ];
  expect(first.commands).toEqual([
    { id: "c1", kind: "openWait", place: { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 3 }, event: "paid", key: "12", filters, lookbackMs: 60_000, timeoutAt: at(10) },
    { id: "c2", kind: "startTimer", place: { stepId: "w", stepPath: "root.steps[0]", iteration: [], execution: 3 }, when: { dueAt: at(10) } },
  ]);
  expect(waitEntries(first.journal)).toEqual([{ id: "c1", type: "event", status: "WAITING", data: { event: "paid", key: "12", filters, timeoutAt: at(10), lookbackMs: 60_000 } }]);
  expect(first.state.status).toBe("WAITING");
});

test("a key or name that is nothing or no scalar is an ExpressionError that names it", () => {
  const code = (fields: { [field: string]: unknown }): unknown => {
    const { outcome } = run(buildProgram([wait("w", fields)]));
    return outcome?.status === "failed" ? outcome.error : outcome;
  };
  for (const nothing of ["nothing", "null", "''"]) expect(code({ correlationKey: x(nothing) })).toMatchObject({ category: "ExpressionError", code: "EXPR_NO_VALUE", details: { field: "correlationKey" } });
  expect(code({ correlationKey: x("{'a': 1}") })).toMatchObject({ code: "VALUE_TYPE" });
  expect(code({ event: x("nothing") })).toMatchObject({ code: "EXPR_NO_VALUE" });
  expect(code({ event: x("5") })).toMatchObject({ code: "VALUE_TYPE" });
});

test("[WAI-06] [WAI-09] [TST-12] only an event with name, key and payload as asked resumes; it sets vars.event, eventName and saveAs, then assign", () => {
  const program = buildProgram([
    wait("w", { filters: [{ path: "amount", op: ">=", value: 10 }], saveAs: "payment", assign: { sum: x("event.payload.amount + 1"), named: x("eventName"), via: x("vars.event.source") } }),
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
  const event = { id: "5", name: "paid", source: "test", payload: { amount: 10 }, correlationKey: "key", receivedAt: "2031-01-01T00:00:00.005Z" };
  expect(outcome).toEqual({ status: "succeeded", output: { vars: { event, eventName: "paid", payment: { amount: 10 }, sum: 11, named: "paid", via: "test" }, after: true } });
  expect(waitEntries(journal).at(-1)).toEqual({
    id: "c1",
    type: "event",
    status: "RESOLVED",
    data: { event: "paid", key: "key", filters: [{ path: "amount", op: ">=", value: 10 }], resolvedBy: "event", eventId: "5", source: "test", receivedAt: event.receivedAt, payload: { amount: 10 } },
  });
});

test("[WAI-08] [CASE-21] an elapsed wait raises a catchable TimeoutError, and its row is resolved by the timeout", () => {
  const guard = (step: StepSource): StepSource => ({ id: "t", type: "control.tryCatch", try: [step], catch: [done("error")] });
  const ran = run(buildProgram([guard(wait("w", { timeoutMs: 5000 }))]));
  expect(ran.endedAtMs).toBe(5000);
  expect(ran.outcome).toMatchObject({ status: "succeeded", output: { category: "TimeoutError", code: "WAIT_TIMEOUT", stepId: "w", nodePath: "root.steps[0].try.steps[0]", at: at(5) } });
  expect(lines(ran.trace)).toEqual(["t SUCCEEDED", "w FAILED", "done SUCCEEDED"]);
  expect(waitEntries(ran.journal).at(-1)).toMatchObject({ status: "RESOLVED", data: { resolvedBy: "timeout" } });
  expect(run(buildProgram([wait("w", { timeoutMs: 5000 })])).outcome).toMatchObject({ status: "failed", error: { category: "TimeoutError" } });
});

test("[CASE-21] a timer left over from an answered wait is cancelled, and does nothing if it fires all the same", () => {
  const program = buildProgram([wait("ask", { event: "door", timeoutMs: 20_000, saveAs: "d" }), nap("rest", { durationMs: 30_000 }), done("d.by")]);
  const answered = run(program, { events: [{ atMs: 3000, event: { name: "door", payload: { by: "me" } } }] });
  expect(answered.endedAtMs).toBe(33_000);
  expect(answered.outcome).toEqual({ status: "succeeded", output: "me" });
  const [, , taken, late] = feed(program, start(program, null, startContext(program)), [
    { kind: "waitOpened", id: "c1", candidates: [] },
    { kind: "eventArrived", event: inbound({ name: "door", payload: { by: "me" } }, at(1)) },
    { kind: "timerFired", id: "c2" },
  ]);
  expect(taken?.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual(["closeWait c1", "cancelTimer c2", "startTimer c3"]);
  expect(late?.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
  expect(late?.commands).toEqual([]);
});

test("[MBX-01] a wait takes the first of the events that came before it and holds; what it does not need is ignored", () => {
  const program = buildProgram([wait("w", { filters: [{ path: "n", op: ">", value: 1 }], saveAs: "p" }), done("p.n")]);
  const early = (n: number): InboundEvent => inbound({ id: `e${n}`, name: "paid", payload: { n }, inbox: true }, at(0));
  const [, opened] = feed(program, start(program, null, startContext(program)), [{ kind: "waitOpened", id: "c1", candidates: [early(1), early(2), early(3)] }]);
  expect(opened?.outcome).toEqual({ status: "succeeded", output: 2 });
  expect(opened?.journal.flatMap((entry) => (entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : []))).toEqual(["e1 ignored", "e2 taken", "e3 ignored"]);
  expect(opened?.commands.map(({ kind }) => kind)).toEqual(["closeWait", "finish"]);
});

test("[MBX-02] a timeout that is due before the wait has been opened lets an event that came before win", () => {
  const program = buildProgram([{ id: "t", type: "control.tryCatch", try: [wait("w", { timeoutMs: 0, saveAs: "p" })], catch: [done("error.code")] }, done("p")]);
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
  expect(late?.journal.map((entry) => (entry.kind === "event" ? `${entry.eventId} ${entry.verdict}` : entry.kind))).toEqual(["input", "late", "e2 ignored"]);
});

test("[WAI-07] early signals are kept for a later wait, oldest first, and a repeated or foreign one changes neither state nor outcome", () => {
  const { outcome, journal } = run(buildProgram([nap("n", { durationMs: 1000 }), wait("w1", { saveAs: "a" }), wait("w2", { saveAs: "b" }), done("[a, b]")]), {
    events: [
      { atMs: 1, event: { id: "x", name: "paid", payload: 1 } },
      { atMs: 2, event: { id: "x", name: "paid", payload: 1 } },
      { atMs: 3, event: { id: "y", name: "paid", payload: 2 } },
      { atMs: 4, event: { id: "z", name: "other" } },
    ],
  });
  expect(outcome).toEqual({ status: "succeeded", output: [1, 2] });
  expect(journal.flatMap((entry) => (entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : entry.kind === "late" ? [`late ${entry.data.id}`] : []))).toEqual([
    "x kept",
    "late x",
    "y kept",
    "z kept",
    "x taken",
    "y taken",
    "z ignored",
  ]);
  expect(waitEntries(journal).filter((entry) => (entry as { type: string }).type === "event")).toMatchObject([{ status: "RESOLVED" }, { status: "RESOLVED" }]);
});

test("an event with an inbox row behind it is not kept, and lookbackMs bounds the kept ones", () => {
  const early = (lookbackMs: number | undefined, inbox: boolean): Ran =>
    run(buildProgram([nap("n", { durationMs: 1000 }), wait("w", { timeoutMs: 50, ...(lookbackMs === undefined ? {} : { lookbackMs }) }), done("eventName")]), { events: [{ atMs: 400, event: { name: "paid", inbox } }] });
  expect(early(undefined, false).outcome).toEqual({ status: "succeeded", output: "paid" });
  expect(early(600, false).outcome).toEqual({ status: "succeeded", output: "paid" });
  expect(early(599, false).outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  expect(early(0, false).outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  const ignored = early(undefined, true);
  expect(ignored.outcome).toMatchObject({ error: { code: "WAIT_TIMEOUT" } });
  expect(ignored.journal.find((entry) => entry.kind === "event")).toMatchObject({ verdict: "ignored", data: { reason: "no-open-wait" } });
});

test("at most 100 events and 1 MiB are kept, and the next is ignored for the record", () => {
  const sleeper = buildProgram([nap("n", { durationMs: 5000 })]);
  const kept = (count: number, payload: Json): number => {
    const events = Array.from({ length: count }, (_, i) => ({ atMs: i, event: { id: `e${i}`, name: "paid", payload } }));
    return run(sleeper, { events }).journal.filter((entry) => entry.kind === "event" && entry.verdict === "kept").length;
  };
  expect(kept(103, 1)).toBe(100);
  expect(kept(8, "x".repeat(200_000))).toBe(5);
});

test("[CASE-20] a loop that waits twice on one key takes two different events, and the third is recorded as not taken", () => {
  const loop = {
    id: "loop",
    type: "control.while",
    maxIterations: 5,
    condition: x("$count(vars.scans) < 2"),
    body: [wait("scan", { timeoutMs: 60_000, saveAs: "s" }), { id: "add", type: "transform.assign", assign: { scans: x("$append([vars.scans], [vars.s.at])") } }],
  };
  const events = ["dock", "belt", "van"].map((place, i) => ({ atMs: 5, event: { id: `${i + 1}`, name: "paid", payload: { at: place } } }));
  const { outcome, journal } = run(buildProgram([loop, done("vars.scans")]), { events });
  expect(outcome).toEqual({ status: "succeeded", output: ["dock", "belt"] });
  expect(journal.flatMap((entry) => (entry.kind === "event" ? [`${entry.eventId} ${entry.verdict}`] : []))).toEqual(["1 taken", "2 taken"]);
});

test("[CASE-18] an event is offered to the open waits in the order of their opening, and the first whose filters hold takes it", () => {
  const branch = (id: string, value: number): unknown => ({ id, steps: [wait(`w${id}`, { filters: [{ path: "n", op: "<", value }], saveAs: `got.${id}`.replace("got", "vars.got") })] });
  const { outcome } = run(buildProgram([{ id: "p", type: "control.parallel", branches: [branch("a", 5), branch("b", 10), branch("c", 10)] }, done("vars.got")]), {
    events: [
      { atMs: 1, event: { id: "1", name: "paid", payload: { n: 7 } } },
      { atMs: 2, event: { id: "2", name: "paid", payload: { n: 1 } } },
      { atMs: 3, event: { id: "3", name: "paid", payload: { n: 2 } } },
    ],
  });
  expect(outcome).toEqual({ status: "succeeded", output: { b: { n: 7 }, a: { n: 1 }, c: { n: 2 } } });
});

test("each filter operator holds and fails as its name says", () => {
  const payload = { n: 5, s: "hello", list: [1, "two", { three: 3 }], deep: { a: [{ b: null }] }, payload: "inner" };
  const event = inbound({ name: "paid", payload }, at(0));
  const holds = (path: string, op: FilterOp, value?: Json): boolean => eventMatchesFilters(event, [value === undefined ? { path, op } : { path, op, value }]);
  const table: [string, FilterOp, Json | undefined, boolean][] = [
    ["n", "=", 5, true], ["n", "=", "5", false], ["list", "=", [1, "two", { three: 3 }], true], ["list", "=", [1, "two"], false], ["gone", "=", 1, false],
    ["n", "!=", 5, false], ["n", "!=", 6, true], ["gone", "!=", 6, true], ["deep.a[0].b", "=", null, true],
    ["n", "in", [4, 5], true], ["n", "in", [4], false], ["gone", "in", [1], false], ["n", "not_in", [4], true], ["n", "not_in", [5], false], ["gone", "not_in", [5], true],
    ["deep.a[0].b", "exists", undefined, true], ["deep.a[1]", "exists", undefined, false], ["gone", "not_exists", undefined, true], ["n", "not_exists", undefined, false],
    ["n", ">", 4, true], ["n", ">", 5, false], ["n", ">=", 5, true], ["n", "<", 6, true], ["n", "<", 5, false], ["n", "<=", 5, true], ["n", ">", "4", false], ["gone", "<", 1, false],
    ["s", ">", "help", false], ["s", "<", "help", true], ["s", ">", "hell", true],
    ["s", "contains", "ell", true], ["s", "contains", "elk", false], ["list", "contains", "two", true], ["list", "contains", { three: 3 }, true], ["list", "contains", 2, false], ["n", "contains", 5, false],
    ["s", "starts_with", "he", true], ["s", "starts_with", "lo", false], ["s", "ends_with", "lo", true], ["s", "ends_with", "he", false], ["n", "starts_with", "5", false],
    ["/list/1", "=", "two", true], ["/payload", "=", "inner", true], ["payload.n", "=", 5, true], ["event.name", "=", "paid", true], ["event.payload.s", "=", "hello", true], ["list.length", "exists", undefined, false], ["__proto__", "exists", undefined, false],
  ];
  for (const [path, op, value, expected] of table) expect(holds(path, op, value), `${path} ${op} ${JSON.stringify(value)}`).toBe(expected);
  expect(eventMatchesFilters(event, [{ path: "n", op: "=", value: 5 }, { path: "s", op: "=", value: "no" }])).toBe(false);
  expect(eventMatchesFilters(event, [])).toBe(true);
});

test("[PRJ-04] the run's status is WAITING while it waits for events and time only, and RUNNING again behind it", () => {
  const { journal } = run(buildProgram([wait("w"), { id: "a", type: "action.call", action: "test.act@1" }, nap("n", { durationMs: 10 }), { id: "b", type: "action.call", action: "test.act@1" }]), { events: [{ atMs: 5, event: { name: "paid" } }] });
  expect(journal.flatMap((entry) => (entry.kind === "run" ? [entry.status] : []))).toEqual(["RUNNING", "WAITING", "RUNNING", "WAITING", "RUNNING", "SUCCEEDED"]);
});

test("[VER-08] what a restart opens again is what is open, in the order of its issue, and a yield among it", () => {
  const program = buildProgram([{ id: "p", type: "control.parallel", branches: [{ id: "a", steps: [wait("w", { timeoutMs: 100 })] }, { id: "b", steps: [nap("n", { durationMs: 100 })] }, { id: "c", steps: [{ id: "act", type: "action.call", action: "test.act@1" }] }] }]);
  const first = start(program, null, startContext(program));
  expect(openCommands(first.state)).toEqual(first.commands);
  expect(openCommands(first.state).map(({ kind }) => kind)).toEqual(["openWait", "startTimer", "startTimer", "callAction"]);
});
