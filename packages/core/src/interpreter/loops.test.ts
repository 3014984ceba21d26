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
const log = (id: string, text: string): StepSource => assign(id, "log", `$append([vars.log], [${text}])`);
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string): StepSource => ({ id, type: "action.call", action: "test.act@1" });
const fails: StepSource = { id: "fails", type: "control.raise", code: "BROKEN", message: "as told" };

test("[INT-12] [INT-13] [TST-11] a forEach runs its body for each item in order, with the locals of its own turn", () => {
  const body = [log("add", "{'l': letter, 'i': item, 'n': index, 'of': length, 'f': isFirst, 'e': isLast}")];
  const { outcome } = ran([
    { id: "l", type: "control.forEach", items: x("['a', 'b']"), itemVar: "letter", body },
    done("log"),
  ]);
  expect(outcome).toEqual({
    status: "succeeded",
    output: [
      { l: "a", i: "a", n: 0, of: 2, f: true, e: false },
      { l: "b", i: "b", n: 1, of: 2, f: false, e: true },
    ],
  });
});

test("[INT-12] [CASE-1] a value that is no array is one item, nothing and null are none, and items are computed once", () => {
  const collected = (items: unknown): unknown => {
    const body = [assign("grow", "payload.items", "[]")];
    const { outcome } = ran(
      [{ id: "l", type: "control.forEach", items, body, collect: { value: x("item"), saveAs: "c" } }, done("c")],
      { payload: { items: [1, 2, 3] } },
    );
    return outcome?.status === "succeeded" ? outcome.output : outcome;
  };
  expect(collected(x("payload.items"))).toEqual([1, 2, 3]);
  expect(collected("red")).toEqual(["red"]);
  expect(collected({ a: 1 })).toEqual([{ a: 1 }]);
  expect(collected(x("nothing"))).toEqual([]);
  expect(collected(null)).toEqual([]);
  expect(collected([])).toEqual([]);
  expect(collected([null, false, 0])).toEqual([null, false, 0]);
});

test("[INT-14] after a loop its locals are gone and the earlier value of itemVar is restored, in nested loops too", () => {
  const inner = { id: "inner", type: "control.forEach", items: ["x"], itemVar: "it", body: [log("in", "it")] };
  const { outcome } = ran([
    assign("v", "it", "'var'"),
    {
      id: "outer",
      type: "control.forEach",
      items: [1, 2],
      itemVar: "it",
      body: [inner, log("out", "it & '/' & index")],
    },
    done("{'log': log, 'it': it, 'index': $exists(index)}"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: { log: ["x", "1/0", "x", "2/1"], it: "var", index: false } });
});

test("[CAS-01] a collected nothing is null, so that index is item index; a tolerated error of semantics 2 is null and stands among the errors", () => {
  const loop = {
    id: "l",
    type: "control.forEach",
    items: [1, 2, 3, 4],
    onItemError: "continue",
    body: [{ id: "i", type: "control.if", condition: x("item = 2"), then: [fails] }],
    collect: { value: x("item = 3 ? nothing : item * 10"), saveAs: "vars.out.list" },
  };
  expect(ran([loop, done("vars.out")]).outcome).toMatchObject({
    status: "succeeded",
    output: {
      list: [10, null, null, 40],
      listErrors: [{ index: 1, error: { category: "BusinessError", code: "BROKEN", stepId: "fails" } }],
    },
  });
});

test("a collect that fails is its item's error", () => {
  const loop = (onItemError: string): Ran =>
    ran([
      {
        id: "l",
        type: "control.forEach",
        items: ["1", "x", "3"],
        onItemError,
        body: [],
        collect: { value: x("$number(item)"), saveAs: "n" },
      },
      done("n"),
    ]);
  expect(loop("continue").outcome).toEqual({ status: "succeeded", output: [1, null, 3] });
  expect(loop("fail").outcome).toMatchObject({ status: "failed", error: { category: "ExpressionError", stepId: "l" } });
  expect(lines(loop("fail").trace)).toEqual(["l FAILED"]);
});

test("[CASE-7] with one item at a time a variable outlives its item", () => {
  const body = [{ id: "p", type: "control.if", condition: x("item % 2 = 0"), then: [assign("k", "kept", "item")] }];
  const { outcome } = ran([
    {
      id: "l",
      type: "control.forEach",
      items: [1, 2, 3, 4, 5, 6],
      concurrency: 1,
      body,
      collect: { value: x("vars.kept"), saveAs: "list" },
    },
    done("list"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: [null, 2, 2, 4, 4, 6] });
});

test("[INT-15] [TST-11] [VER-04] onItemError fail propagates; continue goes on inside the item under semantics 1 and leaves it under 2", () => {
  const steps = (onItemError: string): StepSource[] => [
    {
      id: "l",
      type: "control.forEach",
      items: [1, 2],
      onItemError,
      body: [
        log("first", "'f' & item"),
        { id: "i", type: "control.if", condition: x("item = 1"), then: [fails, log("inIf", "'i' & item")] },
        log("rest", "'r' & item"),
      ],
    },
    done("log"),
  ];
  for (const semantics of [1, 2] as const) {
    const failed = ran(steps("fail"), { semantics });
    expect(failed.outcome).toMatchObject({
      status: "failed",
      error: { code: "BROKEN", nodePath: "root.steps[0].body.steps[1].then.steps[0]" },
    });
    expect(lines(failed.trace)).toEqual(["l FAILED", "first[0] SUCCEEDED", "i[0] FAILED", "fails[0] FAILED"]);
  }
  const one = ran(steps("continue"), { semantics: 1 });
  expect(one.outcome).toEqual({ status: "succeeded", output: ["f1", "i1", "r1", "f2", "r2"] });
  expect(lines(one.trace).slice(0, 5)).toEqual([
    "l SUCCEEDED",
    "first[0] SUCCEEDED",
    "i[0] SUCCEEDED",
    "fails[0] FAILED",
    "inIf[0] SUCCEEDED",
  ]);
  const two = ran(steps("continue"), { semantics: 2 });
  expect(two.outcome).toEqual({ status: "succeeded", output: ["f1", "f2", "r2"] });
  expect(lines(two.trace).slice(0, 5)).toEqual([
    "l SUCCEEDED",
    "first[0] SUCCEEDED",
    "i[0] FAILED",
    "fails[0] FAILED",
    "first[1] SUCCEEDED",
  ]);
});

test("[INT-15] an inner loop that fails is a failed step for the loop around it", () => {
  const inner = { id: "inner", type: "control.forEach", items: [1, 2], body: [fails] };
  const steps: StepSource[] = [
    {
      id: "outer",
      type: "control.forEach",
      items: [1, 2],
      onItemError: "continue",
      body: [inner, log("rest", "'r' & item")],
    },
    done("log"),
  ];
  expect(ran(steps, { semantics: 1 }).outcome).toEqual({ status: "succeeded", output: ["r1", "r2"] });
  expect(ran(steps, { semantics: 2 }).outcome).toEqual({ status: "succeeded", output: null });
});

test("[CAS-01] too many items fail before the first body, by default and by maxItems", () => {
  const loop = (items: unknown, maxItems?: unknown): Ran =>
    ran([
      { id: "l", type: "control.forEach", items, body: [call("c")], ...(maxItems === undefined ? {} : { maxItems }) },
    ]);
  const many = loop(x("[1..10001]"));
  expect(many.outcome).toMatchObject({
    status: "failed",
    error: { category: "ControlError", code: "TOO_MANY_ITEMS", stepId: "l" },
  });
  expect(many.effects).toEqual([]);
  expect(loop([1, 2, 3], x("1 + 1")).outcome).toMatchObject({ error: { code: "TOO_MANY_ITEMS" } });
  expect(loop([1, 2, 3], 3).outcome).toMatchObject({ status: "succeeded" });
  expect(loop([1], x("nothing")).outcome).toMatchObject({
    error: { category: "ExpressionError", code: "EXPR_NO_VALUE", message: expect.stringContaining("maxItems") },
  });
  expect(loop([1], x("'two'")).outcome).toMatchObject({ error: { category: "ExpressionError", code: "VALUE_TYPE" } });
});

test("[CAS-01] [CASE-8] concurrency out of 1..50 is an ExpressionError at the step", () => {
  for (const concurrency of [0, 51, 1.5, "2", true]) {
    const { outcome } = ran([
      { id: "l", type: "control.forEach", items: [1], concurrency: x(JSON.stringify(concurrency)), body: [] },
    ]);
    expect(outcome, String(concurrency)).toMatchObject({
      error: { category: "ExpressionError", code: "CONCURRENCY_OUT_OF_RANGE", stepId: "l" },
    });
  }
});

test("[CAS-01] [LNX-01] a while runs as long as its condition holds, sees iteration, and fails past its maximum", () => {
  const loop = (maxIterations: number): Ran =>
    ran([
      { id: "w", type: "control.while", condition: x("iteration < 3"), maxIterations, body: [log("b", "iteration")] },
      done("{'log': log, 'gone': $not($exists(iteration))}"),
    ]);
  expect(loop(3).outcome).toEqual({ status: "succeeded", output: { log: [0, 1, 2], gone: true } });
  expect(lines(loop(3).trace)).toEqual([
    "w SUCCEEDED",
    "b[0] SUCCEEDED",
    "b[1] SUCCEEDED",
    "b[2] SUCCEEDED",
    "done SUCCEEDED",
  ]);
  const short = loop(2);
  expect(short.outcome).toMatchObject({
    status: "failed",
    error: { category: "ControlError", code: "MAX_ITERATIONS", stepId: "w" },
  });
  expect(lines(short.trace)).toEqual(["w FAILED", "b[0] SUCCEEDED", "b[1] SUCCEEDED"]);
  const never = ran([{ id: "w", type: "control.while", condition: false, maxIterations: 1, body: [call("c")] }]);
  expect(lines(never.trace)).toEqual(["w SUCCEEDED"]);
});

test("[CAS-01] an inner loop starts afresh in each turn of the outer one", () => {
  const inner = {
    id: "i",
    type: "control.while",
    condition: x("iteration < 2"),
    maxIterations: 9,
    body: [assign("b", "n", "1")],
  };
  const { trace } = ran([
    { id: "o", type: "control.while", condition: x("iteration < 2"), maxIterations: 9, body: [inner] },
  ]);
  expect(lines(trace)).toEqual([
    "o SUCCEEDED",
    "i[0] SUCCEEDED",
    "b[0.0] SUCCEEDED",
    "b[0.1] SUCCEEDED",
    "i[1] SUCCEEDED",
    "b[1.0] SUCCEEDED",
    "b[1.1] SUCCEEDED",
  ]);
});
