import { expect, test } from "vitest";
import type { SemanticsVersion } from "../program/program.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { lines, run } from "../testing/world.ts";
import type { Ran, WorldOptions } from "../testing/world.ts";

function ran(steps: readonly StepSource[], options: WorldOptions & { semantics?: SemanticsVersion } = {}): Ran {
  const { semantics, ...world } = options;
  return run(buildProgram(steps, semantics === undefined ? {} : { semantics }), world);
}

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.act@1",
  ...fields,
});

test("[INT-04] [TST-11] top-level steps run in order, and a run without a further step succeeds with null", () => {
  const { outcome, trace, state } = ran([assign("a", "n", "1"), assign("b", "n", "n + 1"), assign("c", "n", "n * 10")]);
  expect(lines(trace)).toEqual(["a SUCCEEDED", "b SUCCEEDED", "c SUCCEEDED"]);
  expect(state.vars).toEqual({ n: 20 });
  expect(outcome).toEqual({ status: "succeeded", output: null });
});

test("[INT-04] an empty program succeeds", () => {
  expect(ran([]).outcome).toEqual({ status: "succeeded", output: null });
});

test("[CAS-01] all values of an assign are computed before any is written, and nothing removes its target", () => {
  const { state } = ran([
    { id: "a", type: "transform.assign", assign: { x: 1, y: 2, "vars.o.k": 3, "vars.o.l": 4 } },
    {
      id: "b",
      type: "transform.assign",
      assign: { x: x("y"), y: x("x"), "vars.o.k": x("nothing"), "vars.q.r": x("nothing") },
    },
  ]);
  expect(state.vars).toEqual({ x: 2, y: 1, o: { l: 4 } });
});

test("[INT-20] targets are vars.*, payload.*, a pointer and a bare name", () => {
  const assigned = { "vars.a.b": 1, "payload.p": 2, "/vars/c~1d/e": 3, bare: 4, "/vars/list/1": 5, "/vars/list/2": 6 };
  const { state } = ran([{ id: "a", type: "transform.assign", assign: assigned }], { payload: { list: 0 } });
  expect(state.payload).toEqual({ list: 0, p: 2 });
  expect(state.vars).toEqual({ a: { b: 1 }, "c/d": { e: 3 }, bare: 4, list: { 1: 5, 2: 6 } });
});

test("[INT-20] a target goes into an array by index, and through no value that is no container", () => {
  const { state, outcome } = ran([
    { id: "a", type: "transform.assign", assign: { list: x("[1, 2]"), text: "t" } },
    { id: "b", type: "transform.assign", assign: { "/vars/list/0": 9, "/vars/list/2": 3 } },
    { id: "c", type: "transform.assign", assign: { "vars.text.inner": 1 } },
  ]);
  expect(state.vars).toEqual({ list: [9, 2, 3], text: "t" });
  expect(outcome).toMatchObject({
    status: "failed",
    error: { category: "ExpressionError", code: "TARGET_NOT_WRITABLE", stepId: "c", nodePath: "root.steps[2]" },
  });
});

test("[INT-20] an assign writes all of its targets or none, in variables of its own layer too", () => {
  const broken = {
    id: "b",
    type: "transform.assign",
    assign: { "vars.o.n": 2, "vars.new.deep": 1, n: 2, "vars.text.inner": 1 },
  };
  // Each fits, all of them do not.
  const copies = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`copy${i}`, x("vars.block")]));
  const large = { id: "l", type: "transform.assign", assign: { n: 3, ...copies } };
  const guarded = (step: StepSource): StepSource => ({
    id: `g-${step.id}`,
    type: "control.tryCatch",
    try: [step],
    catch: [],
  });
  const { state, outcome } = ran([
    { id: "a", type: "transform.assign", assign: { "vars.o.n": 1, n: 1, text: "t", "payload.p": 1 } },
    guarded(broken),
    guarded({ id: "p", type: "transform.assign", assign: { "payload.p": 2, "vars.text.inner": 1 } }),
    {
      id: "items",
      type: "control.forEach",
      items: [1, 2],
      concurrency: 2,
      body: [assign("own", "mine", "item"), { ...guarded({ ...broken, id: "in" }), id: "g-in" }],
      collect: { value: x("{'o': vars.o.n, 'n': n, 'new': $exists(vars.new), 'mine': mine}"), saveAs: "seen" },
    },
    assign("block", "block", "$pad('', 200000, 'x')"),
    guarded(large),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: null });
  const { block: _, ...vars } = state.vars as { readonly [name: string]: unknown };
  expect(vars).toEqual({
    o: { n: 1 },
    n: 1,
    text: "t",
    seen: [
      { o: 1, n: 1, new: false, mine: 1 },
      { o: 1, n: 1, new: false, mine: 2 },
    ],
  });
  expect(state.payload).toEqual({ p: 1 });
});

test("nothing is written into a large output that is kept by reference; it can be replaced", () => {
  const blob = { $blob: "ab".repeat(32), bytes: 300_000, contentType: "application/json" };
  const into = (value: string): Ran =>
    ran([call("get", { saveAs: "big" }), assign("into", "vars.big.rows", value)], { act: () => ({ output: blob }) });
  for (const value of ["1", "nothing"]) {
    const { state, outcome } = into(value);
    expect(state.vars).toEqual({ big: blob });
    expect(outcome).toMatchObject({ error: { category: "ExpressionError", code: "VALUE_IS_BLOB", stepId: "into" } });
  }
  const replaced = ran([call("get", { saveAs: "big" }), assign("over", "big", "1")], { act: () => ({ output: blob }) });
  expect(replaced.state.vars).toEqual({ big: 1 });
});

test("a value that stands in two places is written in one", () => {
  const { state } = ran([
    { id: "a", type: "transform.assign", assign: { "vars.o.deep": { n: 1 } } },
    { id: "b", type: "transform.assign", assign: { "vars.o.deep.n": 2 } },
    assign("c", "copy", "vars.o"),
    assign("d", "whole", "vars"),
    { id: "e", type: "transform.assign", assign: { "vars.o.deep.n": 3, "vars.copy.deep.m": 4 } },
  ]);
  expect(state.vars).toEqual({
    o: { deep: { n: 3 } },
    copy: { deep: { n: 2, m: 4 } },
    whole: { o: { deep: { n: 2 } }, copy: { deep: { n: 2 } } },
  });
});

test("[INT-05] [INT-06] expressions see payload, vars, bare names, locals and the system scope, each by itself", () => {
  const seen = x("{'n': n, 'vn': vars.n, 'pn': payload.n, 'it': it, 'item': item}");
  const { outcome } = ran(
    [
      { id: "a", type: "transform.assign", assign: { payload2: 1, n: 2 } },
      {
        id: "l",
        type: "control.forEach",
        items: [7],
        itemVar: "it",
        body: [{ id: "b", type: "transform.assign", assign: { seen } }],
      },
      done(
        "{'seen': seen, 'meta': meta, 'same': meta = system, 'gone': $exists(it) or $exists(item), 'event': $exists(event)}",
      ),
    ],
    { payload: { n: 9 } },
  );
  expect(outcome).toMatchObject({
    status: "succeeded",
    output: {
      seen: { n: 2, vn: 2, pn: 9, it: 7, item: 7 },
      same: true,
      gone: false,
      event: false,
      meta: {
        runId: "run-1",
        workflow: "test",
        version: 1,
        tenantId: "tenant-1",
        runtimeSemanticsVersion: 2,
        startedAt: "2031-01-01T00:00:00.000Z",
        now: "2031-01-01T00:00:00.000Z",
      },
    },
  });
});

test("[VER-03] a run says its semantics version in system and in its state", () => {
  const { outcome, state } = ran([done("system.runtimeSemanticsVersion")], { semantics: 1 });
  expect(outcome).toEqual({ status: "succeeded", output: 1 });
  expect(state.semantics).toBe(1);
});

test("[CAS-01] [INT-09] [CASE-4] an if takes one branch, and no expression of the other is evaluated", () => {
  const park = { id: "park", type: "transform.assign", assign: { n: x("$number(payload.amountText)") } };
  const steps: StepSource[] = [
    { id: "gate", type: "control.if", condition: x("payload.approved"), then: [call("pay")], else: [park] },
  ];
  const yes = ran(steps, { payload: { approved: true, amountText: "abc" } });
  expect(lines(yes.trace)).toEqual(["gate SUCCEEDED", "pay SUCCEEDED"]);
  expect(yes.effects).toHaveLength(1);
  const no = ran(steps, { payload: { approved: false, amountText: "abc" } });
  expect(no.effects).toEqual([]);
  expect(lines(no.trace)).toEqual(["gate FAILED", "park FAILED"]);
  expect(no.outcome).toMatchObject({
    status: "failed",
    error: { category: "ExpressionError", nodePath: "root.steps[0].else.steps[0]", stepId: "park" },
  });
});

test("[CAS-01] a condition is a boolean, nothing and null are false, anything else is an error", () => {
  const gate = (condition: string): Ran =>
    ran([
      { id: "gate", type: "control.if", condition: x(condition), then: [assign("t", "t", "true")] },
      done("$exists(t)"),
    ]);
  for (const no of ["nothing", "null", "false"])
    expect(gate(no).outcome, no).toEqual({ status: "succeeded", output: false });
  expect(gate("true").outcome).toEqual({ status: "succeeded", output: true });
  for (const wrong of ["0", "1", "''", "'false'", "[]", "[true]", "{'a': 1}"]) {
    expect(gate(wrong).outcome, wrong).toMatchObject({
      status: "failed",
      error: { category: "ExpressionError", code: "CONDITION_NOT_BOOLEAN", stepId: "gate" },
    });
  }
});

test("[LNX-01] a switch takes the first true case, and does not look at those behind it", () => {
  const cases = [
    { when: x("payload.n = 1"), steps: [assign("one", "r", "'one'")] },
    { when: x("payload.n < 5"), steps: [assign("few", "r", "'few'")] },
    { when: x("$number(payload.last)"), steps: [] },
  ];
  const route = (n: number, last: string): Ran =>
    ran([{ id: "s", type: "control.switch", cases, default: [assign("many", "r", "'many'")] }, done("r")], {
      payload: { n, last },
    });
  expect(route(1, "x").outcome).toEqual({ status: "succeeded", output: "one" });
  expect(route(3, "x").outcome).toEqual({ status: "succeeded", output: "few" });
  expect(lines(route(3, "x").trace)).toEqual(["s SUCCEEDED", "few SUCCEEDED", "done SUCCEEDED"]);
  expect(route(9, "x").outcome).toMatchObject({ status: "failed", error: { stepId: "s" } });
  const other = ran([
    {
      id: "s",
      type: "control.switch",
      cases: [{ when: false, steps: [call("c")] }],
      default: [assign("d", "r", "'default'")],
    },
    done("r"),
  ]);
  expect(other.outcome).toEqual({ status: "succeeded", output: "default" });
  const none = ran([{ id: "s", type: "control.switch", cases: [{ when: false, steps: [call("c")] }] }]);
  expect(lines(none.trace)).toEqual(["s SUCCEEDED"]);
});

test("[INT-10] a return ends the run from any depth, and what stands around it succeeds", () => {
  const inner = { id: "i", type: "control.if", condition: true, then: [done("item"), call("never")] };
  const { outcome, trace } = ran([
    { id: "t", type: "control.tryCatch", try: [{ id: "l", type: "control.forEach", items: [1, 2], body: [inner] }] },
    call("after"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: 1 });
  expect(lines(trace)).toEqual(["t SUCCEEDED", "l SUCCEEDED", "i[0] SUCCEEDED", "done[0] SUCCEEDED"]);
});

test("[CAS-01] a return of nothing is null", () => {
  expect(ran([done("nothing")]).outcome).toEqual({ status: "succeeded", output: null });
  expect(ran([{ id: "d", type: "control.return" }]).outcome).toEqual({ status: "succeeded", output: null });
});

test("[LNX-01] a raise is a BusinessError with the author's code, message and details", () => {
  const { outcome } = ran([
    { id: "r", type: "control.raise", code: "OUT_OF_STOCK", message: x("'only ' & 3"), details: { left: x("1 + 2") } },
  ]);
  expect(outcome).toEqual({
    status: "failed",
    error: {
      category: "BusinessError",
      code: "OUT_OF_STOCK",
      message: "only 3",
      stepId: "r",
      nodePath: "root.steps[0]",
      at: "2031-01-01T00:00:00.000Z",
      details: { left: 3 },
    },
  });
  for (const code of ["", "AB", "lower", "A B", "1AB", "A".repeat(65)]) {
    expect(ran([{ id: "r", type: "control.raise", code, message: "m" }]).outcome, code).toMatchObject({
      error: { category: "ExpressionError", code: "RAISE_CODE_INVALID" },
    });
  }
});

test("the business state is set, journalled, and starts as null", () => {
  const { state, journal } = ran([
    { id: "s", type: "state.set", state: { phase: x("'packing'") } },
    { id: "s2", type: "state.set", state: x("nothing") },
  ]);
  expect(state.state).toBeNull();
  expect(journal.filter((entry) => entry.kind === "state").map((entry) => entry.data)).toEqual([
    { phase: "packing" },
    null,
  ]);
});

test("a disabled step is shown as SKIPPED, with everything in it, and costs no call", () => {
  const { trace, effects, outcome } = ran([
    call("a", { disabled: true }),
    { id: "i", type: "control.if", disabled: true, condition: x("$number('x')"), then: [call("b")] },
    done("1"),
  ]);
  expect(lines(trace)).toEqual(["a SKIPPED", "i SKIPPED", "done SUCCEEDED"]);
  expect(effects).toEqual([]);
  expect(outcome).toEqual({ status: "succeeded", output: 1 });
});

test("[INT-16] a kind of step that the interpreter does not perform ends the run as InterpreterCorruption, past every catch", () => {
  for (const type of ["no.such", "toString"]) {
    const { outcome, effects } = ran([
      { id: "t", type: "control.tryCatch", try: [{ id: "s", type }], catch: [call("c")], finally: [call("f")] },
    ]);
    expect(outcome, type).toMatchObject({
      status: "failed",
      error: { category: "InterpreterCorruption", code: "INTERPRETER_CORRUPTION" },
    });
    expect(effects).toEqual([]);
  }
});
