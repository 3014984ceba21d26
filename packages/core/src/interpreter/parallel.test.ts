import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { ActionSource, StepSource } from "../testing/build-program.ts";
import { inbound, lines, run, startContext } from "../testing/world.ts";
import type { Answer, Call, Ran, WorldOptions } from "../testing/world.ts";
import { resume, start } from "./interpret.ts";

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const log = (id: string): StepSource => assign(id, "log", `$append([vars.log], ['${id}'])`);
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.act@1",
  ...fields,
});
const nap = (id: string, durationMs: number): StepSource => ({ id, type: "time.wait", durationMs });
const fails = (code = "BROKEN", id = "fails"): StepSource => ({ id, type: "control.raise", code, message: "as told" });
const both = (branches: { [id: string]: StepSource[] }, fields: { [field: string]: unknown } = {}): StepSource => ({
  id: "p",
  type: "control.parallel",
  branches: Object.entries(branches).map(([id, steps]) => ({ id, steps })),
  ...fields,
});
const ran = (steps: readonly StepSource[], options: WorldOptions & { actions?: ActionSource } = {}): Ran => {
  const { actions, ...world } = options;
  return run(buildProgram(steps, actions === undefined ? {} : { actions }), world);
};
const after =
  (times: { [stepId: string]: number }): ((called: Call) => Answer) =>
  ({ stepId, input }) => ({ output: input, afterMs: times[stepId] ?? 1 });

test("[CAS-01] [LNX-01] branches run side by side, a write is seen by the others, and saveAs tells who came first", () => {
  const { outcome, endedAtMs, trace } = ran(
    [
      both({ a: [call("slow"), log("a")], b: [call("quick"), log("b")] }, { saveAs: "join" }),
      done("{'join': join, 'log': log}"),
    ],
    { act: after({ slow: 30, quick: 10 }) },
  );
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      join: { counted: ["b", "a"], branches: { b: { status: "SUCCEEDED" }, a: { status: "SUCCEEDED" } } },
      log: ["b", "a"],
    },
  });
  expect(endedAtMs).toBe(30);
  expect(lines(trace)).toEqual([
    "p SUCCEEDED",
    "slow SUCCEEDED",
    "quick SUCCEEDED",
    "b SUCCEEDED",
    "a SUCCEEDED",
    "done SUCCEEDED",
  ]);
});

test("[LNX-01] ready branches run in the order of their creation, each until it blocks", () => {
  const { trace } = ran([
    both({ a: [log("a1"), nap("a2", 5), log("a3")], b: [log("b1"), nap("b2", 5), log("b3")], c: [], d: [log("d1")] }),
  ]);
  expect(lines(trace)).toEqual([
    "p SUCCEEDED",
    "a1 SUCCEEDED",
    "a2 SUCCEEDED",
    "b1 SUCCEEDED",
    "b2 SUCCEEDED",
    "d1 SUCCEEDED",
    "a3 SUCCEEDED",
    "b3 SUCCEEDED",
  ]);
});

test("a parallel of empty branches ends at once", () => {
  expect(ran([both({ a: [], b: [] }, { saveAs: "join" }), done("join.counted")]).outcome).toEqual({
    status: "succeeded",
    output: ["a", "b"],
  });
});

test("[LNX-01] of three branches of which one fails the others are cancelled, and the enclosing catch gets the error", () => {
  const block = {
    id: "t",
    type: "control.tryCatch",
    try: [both({ a: [call("hangs"), log("no")], b: [nap("n", 1000), log("no2")], c: [nap("soon", 5), fails("OUT")] })],
    catch: [assign("c", "code", "error.code")],
  };
  const { outcome, trace, endedAtMs } = ran([block, done("code")], { act: () => ({ never: true }) });
  expect(outcome).toEqual({ status: "succeeded", output: "OUT" });
  expect(endedAtMs).toBe(5);
  expect(lines(trace)).toEqual([
    "t SUCCEEDED",
    "p FAILED",
    "hangs CANCELED",
    "n CANCELED",
    "soon SUCCEEDED",
    "fails FAILED",
    "c SUCCEEDED",
    "done SUCCEEDED",
  ]);
});

test("[CAS-01] the loser's open calls, timers and waits are closed at once; what was only just commanded is never done", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "k", timeoutMs: 9000 };
  const program = buildProgram([
    {
      id: "t",
      type: "control.tryCatch",
      try: [both({ a: [call("act")], b: [wait], c: [nap("n", 500)], d: [nap("soon", 5), fails()] })],
      catch: [],
    },
    nap("z", 1),
  ]);
  const first = start(program, null, startContext(program));
  expect(first.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    "callAction c1",
    "openWait c2",
    "startTimer c3",
    "startTimer c4",
    "startTimer c5",
  ]);
  const second = resume(program, first.state, {
    kind: "timerFired",
    id: "c5",
    now: "2031-01-01T00:00:05.000Z",
    turn: 2,
  });
  expect(second.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    "cancelAction c1",
    "closeWait c2",
    "cancelTimer c3",
    "cancelTimer c4",
    "startTimer c6",
  ]);
  expect(
    second.journal.flatMap((entry) => (entry.kind === "wait" && entry.status === "CANCELED" ? [entry.waitId] : [])),
  ).toEqual(["c2", "c4"]);
  const late = resume(program, second.state, {
    kind: "actionSucceeded",
    id: "c1",
    output: 1,
    attempt: 1,
    now: "2031-01-01T00:00:06.000Z",
    turn: 3,
  });
  expect(late.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);

  const atOnce = buildProgram([
    {
      id: "t",
      type: "control.tryCatch",
      try: [both({ a: [call("act")], b: [wait], c: [fails()], d: [call("never")] })],
      catch: [],
    },
  ]);
  const only = start(atOnce, null, startContext(atOnce));
  expect(only.commands.map(({ kind }) => kind)).toEqual(["finish"]);
  expect(only.outcome).toEqual({ status: "succeeded", output: null });
});

test("each branch has its own event, eventName and timeWait, and they do not outlive it", () => {
  const wait = (id: string): StepSource => ({
    id,
    type: "event.wait",
    event: id,
    correlationKey: "key",
    assign: {
      [`vars.saw.${id}`]: x("{'name': eventName, 'payload': vars.event.payload, 'waited': $exists(timeWait)}"),
    },
  });
  const { outcome } = ran(
    [
      { id: "before", type: "event.wait", event: "first", correlationKey: "key" },
      both({
        a: [wait("x"), nap("m", 50), assign("sa", "vars.late.a", "event.name")],
        b: [assign("sb", "vars.late.b", "event.name"), wait("y"), assign("sc", "vars.late.c", "event.name")],
        c: [assign("own", "vars.event.payload", "'own'"), assign("sd", "vars.late.d", "event.payload & event.name")],
      }),
      done("{'saw': saw, 'late': late, 'name': eventName, 'event': event.payload, 'waited': $exists(timeWait)}"),
    ],
    {
      events: [
        { atMs: 1, event: { name: "first", payload: 0 } },
        { atMs: 2, event: { name: "x", payload: 1 } },
        { atMs: 3, event: { name: "y", payload: 2 } },
      ],
    },
  );
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      saw: { x: { name: "x", payload: 1, waited: false }, y: { name: "y", payload: 2, waited: false } },
      late: { a: "x", b: "first", c: "y", d: "ownfirst" },
      name: "first",
      event: 0,
      waited: false,
    },
  });
});

test("a branch that changes its own event leaves the one outside as it was, also when both were made in one transition", () => {
  const { outcome } = ran([
    { id: "a", type: "transform.assign", assign: { "vars.event.deep.n": 1 } },
    both({
      a: [
        { id: "b", type: "transform.assign", assign: { "vars.event.deep.n": 2 } },
        assign("c", "seen", "event.deep.n"),
      ],
    }),
    done("{'seen': seen, 'outside': event.deep.n}"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: { seen: 2, outside: 1 } });
});

test("[INT-10] a return in a branch ends the run, cancels the other branches, and runs their finally first", () => {
  const tidy = { id: "t", type: "control.tryCatch", try: [call("hangs")], finally: [nap("f", 100), log("tidied")] };
  const { outcome, trace, state } = ran([both({ a: [tidy], b: [nap("n", 5), done("'b'")] }), log("no")], {
    act: () => ({ never: true }),
  });
  expect(outcome).toEqual({ status: "succeeded", output: "b" });
  expect(state.vars["log"]).toEqual(["tidied"]);
  expect(lines(trace)).toEqual([
    "p SUCCEEDED",
    "t CANCELED",
    "hangs CANCELED",
    "n SUCCEEDED",
    "done SUCCEEDED",
    "f SUCCEEDED",
    "tidied SUCCEEDED",
  ]);
});

test("[LNX-01] any ends with the first success, tolerates failures, and fails when none is left", () => {
  const race = (branches: { [id: string]: StepSource[] }): Ran =>
    ran([both(branches, { completion: "any", saveAs: "join" }), done("join")]);
  const won = race({ a: [nap("a", 50)], b: [nap("b", 5), fails()], c: [nap("c", 10)] });
  expect(won.outcome).toMatchObject({
    status: "succeeded",
    output: {
      counted: ["c"],
      branches: {
        a: { status: "CANCELED" },
        b: { status: "FAILED", error: { code: "BROKEN" } },
        c: { status: "SUCCEEDED" },
      },
    },
  });
  expect(won.endedAtMs).toBe(10);
  expect(race({ a: [fails("ONE", "f1")], b: [fails("TWO", "f2")] }).outcome).toMatchObject({
    status: "failed",
    error: {
      category: "ControlError",
      code: "QUORUM_FAILED",
      stepId: "p",
      details: { errors: { a: { code: "ONE" }, b: { code: "TWO" } } },
    },
  });
});

test("[LNX-01] a quorum ends when it is met, and fails at once when it no longer can be", () => {
  const quorum = (branches: { [id: string]: StepSource[] }): Ran =>
    ran([both(branches, { completion: { quorum: 2 }, saveAs: "join" }), done("join.counted")]);
  const met = quorum({ a: [nap("a", 50)], b: [nap("b", 10)], c: [nap("c", 30)] });
  expect(met.outcome).toEqual({ status: "succeeded", output: ["b", "c"] });
  expect(met.endedAtMs).toBe(30);
  const lost = quorum({ a: [nap("a", 50)], b: [nap("b", 10), fails()], c: [nap("c", 20), fails("BROKEN", "f2")] });
  expect(lost.outcome).toMatchObject({ status: "failed", error: { code: "QUORUM_FAILED" } });
  expect(lost.endedAtMs).toBe(20);
  expect(lines(lost.trace)).toContain("a CANCELED");
});

test("[LNX-01] a quorum may be computed, once, when the step begins; what is none fails the step before a branch begins", () => {
  const quorum = (source: string): Ran =>
    ran(
      [
        { id: "want", type: "transform.assign", assign: { need: 2 } },
        both(
          {
            a: [nap("a", 50)],
            b: [nap("b", 10), { id: "more", type: "transform.assign", assign: { need: 3 } }],
            c: [nap("c", 30)],
          },
          { completion: { quorum: x(source) }, saveAs: "join" },
        ),
        done("join.counted"),
      ],
      {},
    );
  const met = quorum("need");
  expect(met.outcome).toEqual({ status: "succeeded", output: ["b", "c"] });
  expect(met.endedAtMs).toBe(30);
  for (const [source, code] of [
    ["0", "QUORUM_IMPOSSIBLE"],
    ["need + 2", "QUORUM_IMPOSSIBLE"],
    ["1.5", "VALUE_TYPE"],
    ["'2'", "VALUE_TYPE"],
    ["nothing", "EXPR_NO_VALUE"],
  ] as const) {
    const failed = quorum(source);
    expect(failed.outcome, source).toMatchObject({
      status: "failed",
      error: { category: "ExpressionError", code, stepId: "p" },
    });
    expect(lines(failed.trace), source).toEqual(["want SUCCEEDED", "p FAILED"]);
  }
});

test("[LNX-01] parallels nest in parallels and loops, and branches inherit the loop's position", () => {
  const inner = both({ x: [call("x", { input: { i: x("item") } })], y: [nap("y", 3)] });
  const { outcome, trace } = ran(
    [
      both({
        a: [{ id: "l", type: "control.forEach", items: [1, 2], body: [{ ...inner, id: "q" }] }],
        b: [fails("LATER")].slice(1),
      }),
      done("1"),
    ],
    { act: after({}) },
  );
  expect(outcome).toEqual({ status: "succeeded", output: 1 });
  expect(lines(trace)).toEqual([
    "p SUCCEEDED",
    "l SUCCEEDED",
    "q[0] SUCCEEDED",
    "x[0] SUCCEEDED",
    "y[0] SUCCEEDED",
    "q[1] SUCCEEDED",
    "x[1] SUCCEEDED",
    "y[1] SUCCEEDED",
    "done SUCCEEDED",
  ]);
});

test("a branch's failure cancels a parallel nested in another branch, innermost first", () => {
  const { outcome, trace, journal } = ran(
    [both({ a: [{ ...both({ x: [call("x1")], y: [nap("y1", 900)] }), id: "q" }], b: [nap("soon", 5), fails()] })],
    { act: () => ({ never: true }) },
  );
  expect(outcome).toMatchObject({
    status: "failed",
    error: { code: "BROKEN", nodePath: "root.steps[0].branches[1].steps[1]" },
  });
  expect(lines(trace)).toEqual([
    "p FAILED",
    "q CANCELED",
    "soon SUCCEEDED",
    "x1 CANCELED",
    "y1 CANCELED",
    "fails FAILED",
  ]);
  const ends = journal.flatMap((entry) =>
    entry.kind === "step" && entry.status !== "RUNNING" && entry.status !== "WAITING" ? [entry.stepId] : [],
  );
  expect(ends).toEqual(["soon", "fails", "x1", "y1", "q", "p"]);
});

test("[INT-18] [RUN-06] a cancel closes every branch: calls, timers and waits, each step CANCELED", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "k" };
  const { outcome, trace, journal } = ran([both({ a: [call("act")], b: [wait], c: [nap("n", 500)] })], {
    act: () => ({ never: true }),
    cancelAtMs: 100,
    actions: { "test.act@1": { effect: "once" } },
  });
  expect(lines(trace)).toEqual(["p CANCELED", "act CANCELED", "w CANCELED", "n CANCELED"]);
  expect(outcome).toMatchObject({
    status: "canceled",
    error: { details: { effectsMayRemain: [{ stepPath: "root.steps[0].branches[0].steps[0]", iteration: [] }] } },
  });
  expect(
    journal.flatMap((entry) =>
      entry.kind === "wait" && entry.status !== "WAITING" ? [`${entry.status} ${entry.data?.resolvedBy}`] : [],
    ),
  ).toEqual(["CANCELED cancel", "CANCELED cancel"]);
});

test("[CAS-01] effects that may remain are those of calls with an effect, cancelled or timed out in flight or of unknown outcome, of a run that ends FAILED or CANCELED", () => {
  const actions: ActionSource = {
    "test.none@1": { effect: "none" },
    "test.once@1": { effect: "once" },
    "test.same@1": { effect: "idempotent" },
  };
  const loser = (fields: { [field: string]: unknown }): StepSource => ({ ...call("act", fields), id: "act" });
  const raced = (action: string): unknown => {
    const { outcome } = ran([both({ a: [loser({ action })], b: [nap("n", 5), fails()] })], {
      actions,
      act: () => ({ never: true }),
    });
    return outcome?.status === "failed" ? outcome.error.details : outcome;
  };
  expect(raced("test.none@1")).toBeUndefined();
  expect(raced("test.once@1")).toEqual({
    effectsMayRemain: [{ stepPath: "root.steps[0].branches[0].steps[0]", iteration: [] }],
  });
  expect(raced("test.same@1")).toEqual(raced("test.once@1"));
  const ended = (action: string, error: object): unknown => {
    const { outcome } = ran(
      [
        { id: "l", type: "control.forEach", items: [1, 2], onItemError: "continue", body: [loser({ action })] },
        fails(),
      ],
      { actions, act: ({ iteration }) => (iteration[0] === 1 ? { error } : { output: 1 }) },
    );
    return outcome?.status === "failed" ? outcome.error.details : outcome;
  };
  expect(ended("test.once@1", { category: "TimeoutError", code: "ACTION_TIMEOUT" })).toEqual({
    effectsMayRemain: [{ stepPath: "root.steps[0].body.steps[0]", iteration: [1] }],
  });
  expect(ended("test.once@1", { category: "ActionError", code: "OUTCOME_UNKNOWN" })).toEqual({
    effectsMayRemain: [{ stepPath: "root.steps[0].body.steps[0]", iteration: [1] }],
  });
  expect(ended("test.once@1", { category: "ActionError", code: "REFUSED" })).toBeUndefined();
  expect(ended("test.none@1", { category: "TimeoutError", code: "ACTION_TIMEOUT" })).toBeUndefined();
});

test("[CAS-01] a second cancel changes nothing, and one of an ended run neither", () => {
  const tidy = { id: "t", type: "control.tryCatch", try: [nap("n", 1000)], finally: [nap("f", 1000)] };
  const program = buildProgram([tidy]);
  const first = start(program, null, startContext(program));
  const cancelled = resume(program, first.state, {
    kind: "cancelRequested",
    by: "a",
    reason: "one",
    now: "2031-01-01T00:00:01.000Z",
    turn: 2,
  });
  expect(cancelled.state.cancel).toEqual({ by: "a", reason: "one", at: "2031-01-01T00:00:01.000Z" });
  const again = resume(program, cancelled.state, {
    kind: "cancelRequested",
    by: "b",
    now: "2031-01-01T00:00:02.000Z",
    turn: 3,
  });
  expect(again.commands).toEqual([]);
  expect(again.state.cancel).toEqual(cancelled.state.cancel);
  expect(again.journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
});

test("an event that comes while a branch waits is taken by it, whatever the others do", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "key", saveAs: "got" };
  const program = buildProgram([both({ a: [nap("n", 90)], b: [wait, assign("s", "seen", "got")] })]);
  const first = start(program, null, startContext(program));
  const second = resume(program, first.state, {
    kind: "eventArrived",
    event: inbound({ name: "e", payload: 4 }, "2031-01-01T00:00:01.000Z"),
    now: "2031-01-01T00:00:01.000Z",
    turn: 2,
  });
  expect(second.state.vars).toEqual({ got: 4, seen: 4 });
  expect(second.state.fibers.map(({ id }) => id)).toEqual([0, 1]);
});
