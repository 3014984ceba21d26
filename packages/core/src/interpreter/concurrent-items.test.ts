import { expect, test } from "vitest";
import type { SemanticsVersion } from "../program/program.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { epochMs, lines, run } from "../testing/world.ts";
import type { Answer, Call, Ran, WorldOptions } from "../testing/world.ts";
import { instantMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import type { RunState } from "./transition.ts";

type Fields = { readonly [field: string]: unknown };

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string, fields: Fields = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.act@1",
  ...fields,
});
const nap = (id: string, durationMs: unknown): StepSource => ({ id, type: "time.wait", durationMs });
const loop = (body: readonly StepSource[], fields: Fields = {}): StepSource => ({
  id: "loop",
  type: "control.forEach",
  items: [1, 2, 3],
  concurrency: 3,
  body,
  ...fields,
});
const collected = (value: string, saveAs = "list"): Fields => ({ collect: { value: x(value), saveAs } });
const ran = (steps: readonly StepSource[], options: WorldOptions & { semantics?: SemanticsVersion } = {}): Ran => {
  const { semantics, ...world } = options;
  return run(buildProgram(steps, semantics === undefined ? {} : { semantics }), world);
};
const outputOf = ({ outcome }: Ran): unknown => (outcome?.status === "succeeded" ? outcome.output : outcome);
const restarted = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;

const squares = (concurrency: number): StepSource[] => [
  loop(
    [
      call("calc", { action: "test.square@1", input: { n: x("item") }, saveAs: "raw" }),
      assign("copy", "out", "vars.raw.value"),
    ],
    { items: [1, 2, 3, 4, 5], concurrency, ...collected("vars.out", "results") },
  ),
  done("{'results': vars.results, 'count': $count(vars.results)}"),
];
/** Answers that come in the order 5, 3, 1, 4, 2. */
const square = ({ input }: Call): Answer => {
  const { n } = input as { n: number };
  return { output: { value: n * n }, afterMs: 10 * [3, 5, 2, 4, 1].at(n - 1)! };
};

test("[CASE-6] values are collected in the order of the items, whoever comes first, and what items write ends with them", () => {
  for (const checkpoint of [undefined, restarted]) {
    const wide = ran(squares(5), { act: square, ...(checkpoint === undefined ? {} : { checkpoint }) });
    expect(outputOf(wide)).toEqual({ results: [1, 4, 9, 16, 25], count: 5 });
    expect(wide.state.vars).toEqual({ results: [1, 4, 9, 16, 25] });
    expect(wide.endedAtMs).toBe(50);
  }
  const narrow = ran(squares(1), { act: square });
  expect(outputOf(narrow)).toEqual({ results: [1, 4, 9, 16, 25], count: 5 });
  expect(narrow.state.vars["out"]).toBe(25);
});

test("[CASE-7] an item without a value of its own never has a neighbour's; with concurrency 1 the earlier one stands", () => {
  const evens = [
    loop([{ id: "pick", type: "control.if", condition: x("item % 2 = 0"), then: [assign("keep", "kept", "item")] }], {
      items: [1, 2, 3, 4, 5, 6],
      concurrency: x("payload.c"),
      ...collected("vars.kept"),
    }),
    done("list"),
  ];
  expect(outputOf(ran(evens, { payload: { c: 3 } }))).toEqual([null, 2, null, 4, null, 6]);
  expect(outputOf(ran(evens, { payload: { c: 1 } }))).toEqual([null, 2, 2, 4, 4, 6]);
});

const window = (fields: Fields = {}): StepSource =>
  loop([nap("nap", x("item"))], {
    items: [60_000, 10_000, 10_000, 10_000, 10_000],
    concurrency: 2,
    ...collected("index", "order"),
    ...fields,
  });

test("[CAS-01] [CASE-8] the window slides: a free place is taken at once, by the next item in order", () => {
  const { journal, endedAtMs, state } = ran([window()]);
  const starts = journal.flatMap((entry) =>
    entry.kind === "step" && entry.stepId === "nap" && entry.status === "RUNNING"
      ? [`${entry.iteration.join()} at ${(instantMs(entry.at) - epochMs) / 1000}`]
      : [],
  );
  expect(starts).toEqual(["0 at 0", "1 at 0", "2 at 10", "3 at 20", "4 at 30"]);
  expect(endedAtMs).toBe(60_000);
  expect(state.vars["order"]).toEqual([0, 1, 2, 3, 4]);
});

test("[CASE-8] no items, null and nothing: no body, an empty list, and the step succeeds", () => {
  for (const items of [[], null, x("nothing")]) {
    const { trace, state, endedAtMs } = ran([window({ items })]);
    expect(lines(trace)).toEqual(["loop SUCCEEDED"]);
    expect(state.vars).toEqual({ order: [] });
    expect(endedAtMs).toBe(0);
  }
});

test("[CASE-8] a concurrency out of range and too many items end the step before the first body", () => {
  const codeOf = (fields: Fields, semantics: SemanticsVersion = 2): unknown => {
    const { outcome, trace } = ran([window(fields)], { payload: { n: 0, none: null, text: "2" }, semantics });
    expect(lines(trace)).toEqual(["loop FAILED"]);
    return outcome?.status === "failed" ? `${outcome.error.category} ${outcome.error.code}` : outcome?.status;
  };
  for (const bad of ["payload.n", "51", "1.5", "payload.text", "-1"])
    expect(codeOf({ concurrency: x(bad) }), bad).toBe("ExpressionError CONCURRENCY_OUT_OF_RANGE");
  expect(codeOf({ concurrency: x("payload.none") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(codeOf({ items: x("[1..10001]") })).toBe("ControlError TOO_MANY_ITEMS");
  expect(codeOf({ maxItems: 4 })).toBe("ControlError TOO_MANY_ITEMS");
  // Semantics 1 run items one at a time, whatever a document asks for.
  expect(codeOf({ concurrency: x("1 + 1") }, 1)).toBe("ExpressionError CONCURRENCY_OUT_OF_RANGE");
  expect(outputOf(ran([window({ concurrency: 50 }), done("order")]))).toEqual([0, 1, 2, 3, 4]);
});

test("an item reads through to vars, sees what is written there meanwhile, and changes nothing of it", () => {
  const { outcome, state } = ran(
    [
      assign("o", "o", "{'deep': {'a': 1, 'b': 2}, 'list': [1, 2]}"),
      assign("g", "gone", "'there'"),
      {
        id: "p",
        type: "control.parallel",
        branches: [
          { id: "beside", steps: [nap("n1", 5), assign("later", "later", "'seen'")] },
          {
            id: "loop",
            steps: [
              loop(
                [
                  assign("a", "vars.o.deep.a", "item * 10"),
                  assign("l", "/vars/o/list/0", "item"),
                  { id: "r", type: "control.if", condition: x("item = 2"), then: [assign("rm", "gone", "nothing")] },
                  assign("pay", "payload.last", "item"),
                  nap("n2", 10),
                ],
                collected("{'o': vars.o, 'gone': gone, 'later': later}"),
              ),
            ],
          },
        ],
      },
      done("{'list': list, 'o': o, 'gone': gone, 'payload': payload}"),
    ],
    { payload: {} },
  );
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      list: [
        { o: { deep: { a: 10, b: 2 }, list: [1, 2] }, gone: "there", later: "seen" },
        { o: { deep: { a: 20, b: 2 }, list: [2, 2] }, later: "seen" },
        { o: { deep: { a: 30, b: 2 }, list: [3, 2] }, gone: "there", later: "seen" },
      ],
      o: { deep: { a: 1, b: 2 }, list: [1, 2] },
      gone: "there",
      payload: { last: 3 },
    },
  });
  expect(state.vars).not.toHaveProperty("a");
});

test("what an item has removed stays removed for it until it writes the name again", () => {
  const body = [
    assign("rm", "v", "nothing"),
    assign("seen", "seen", "$exists(vars.v)"),
    assign("sub", "vars.v.w", "item"),
    assign("again", "all", "[seen, v]"),
  ];
  const { state } = ran([assign("v", "v", "{'old': true}"), loop(body, collected("all"))]);
  expect(state.vars).toEqual({
    v: { old: true },
    list: [1, 2, 3].map((item) => [false, { w: item }]),
  });
});

test("branches inside an item write to the item, and an item inside an item keeps its writes from the outer one", () => {
  const inner = loop([assign("w", "mine", "$append([vars.mine], [item])")], {
    id: "inner",
    items: ["x", "y"],
    ...collected("mine", "inners"),
  });
  const both = {
    id: "both",
    type: "control.parallel",
    branches: [
      { id: "a", steps: [nap("n", 1), assign("ba", "mine", "$append([vars.mine], ['a'])")] },
      { id: "b", steps: [assign("bb", "mine", "$append([vars.mine], ['b'])")] },
    ],
  };
  const { state } = ran([
    loop([assign("m", "mine", "[item]"), both, inner], { items: [1, 2], ...collected("[vars.mine, vars.inners]") }),
  ]);
  const of = (item: number): Json => [item, "b", "a", [item, "b", "a", "x"], [item, "b", "a", "y"]];
  expect(state.vars).toEqual({ list: [of(1), of(2)] });
});

test("each item has locals, an iteration and an event of its own", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: x("letter"), saveAs: "got" };
  const locals = "{'l': letter, 'n': index, 'of': length, 'f': isFirst, 'e': isLast}";
  const { journal, state } = ran(
    [
      loop([wait, nap("n", x("3 - index")), assign("all", "all", `$merge([${locals}, {'e': vars.event.payload}])`)], {
        items: ["a", "b"],
        itemVar: "letter",
        ...collected("[all, got, eventName, timeWait.skipped]"),
      }),
    ],
    {
      events: [
        { atMs: 5, event: { name: "e", id: "2", correlationKey: "b", payload: "for b" } },
        { atMs: 6, event: { name: "e", id: "1", correlationKey: "a", payload: "for a" } },
      ],
    },
  );
  expect(state.vars).toEqual({
    list: [
      [{ l: "a", n: 0, of: 2, f: true, e: "for a" }, "for a", "e", false],
      [{ l: "b", n: 1, of: 2, f: false, e: "for b" }, "for b", "e", false],
    ],
  });
  const begun = journal.flatMap((entry) =>
    entry.kind === "step" && entry.status === "RUNNING" ? [`${entry.stepPath}[${entry.iteration.join()}]`] : [],
  );
  expect(begun).toContain("root.steps[0].body.steps[0][1]");
});

test("iterations of nested loops name every turn", () => {
  const { trace } = ran([
    loop([{ id: "in", type: "control.forEach", items: ["x", "y"], body: [call("act")] }], { items: [1, 2] }),
  ]);
  expect(lines(trace).toSorted()).toEqual([
    "act[0.0] SUCCEEDED",
    "act[0.1] SUCCEEDED",
    "act[1.0] SUCCEEDED",
    "act[1.1] SUCCEEDED",
    "in[0] SUCCEEDED",
    "in[1] SUCCEEDED",
    "loop SUCCEEDED",
  ]);
});

test("onItemError fail: the first failure cancels the other items, lets their finally run, begins no other, and propagates", () => {
  const guarded = {
    id: "g",
    type: "control.tryCatch",
    try: [call("act", { input: { n: x("item") } })],
    finally: [assign("f", "payload.cleaned", "$append([payload.cleaned], [item])")],
  };
  const { outcome, trace, state, endedAtMs } = ran(
    [
      {
        id: "t",
        type: "control.tryCatch",
        try: [loop([guarded], { items: [1, 2, 3, 4], concurrency: 3, ...collected("item") })],
        catch: [assign("c", "code", "error.code & ' ' & error.stepId")],
      },
      done("code"),
    ],
    {
      payload: {},
      act: ({ iteration }) =>
        iteration[0] === 1 ? { error: { code: "SECOND" }, afterMs: 5 } : { output: null, afterMs: 50 },
    },
  );
  expect(outcome).toEqual({ status: "succeeded", output: "SECOND act" });
  expect(endedAtMs).toBe(5);
  expect(state.payload).toEqual({ cleaned: [2, 1, 3] });
  expect(state.vars).not.toHaveProperty("list");
  expect(lines(trace).filter((line) => line.startsWith("act") || line.startsWith("loop"))).toEqual([
    "loop FAILED",
    "act[0] CANCELED",
    "act[1] FAILED",
    "act[2] CANCELED",
  ]);
});

test("onItemError continue: a failed item is null in the list, its error stands in the order of the items, and a free place is taken", () => {
  const body = [
    nap("n", x("10 - item")),
    { id: "i", type: "control.if", condition: x("item > 2"), then: [call("bad")] },
  ];
  const { state } = ran(
    [
      loop(body, {
        items: [1, 2, 3, 4],
        concurrency: 4,
        onItemError: "continue",
        collect: { value: x("$number(item = 1 ? 'none' : '7')"), saveAs: "vars.out.list" },
      }),
    ],
    { act: () => ({ error: { code: "REFUSED" } }) },
  );
  expect(state.vars).toMatchObject({
    out: {
      list: [null, 7, null, null],
      listErrors: [
        { index: 0, error: { category: "ExpressionError", stepId: "loop" } },
        { index: 2, error: { code: "REFUSED", stepId: "bad" } },
        { index: 3, error: { code: "REFUSED", stepId: "bad" } },
      ],
    },
  });
});

test("a collect that fails is its item's error, and fails the loop unless that goes on", () => {
  const { outcome, trace } = ran([
    loop([nap("n", x("item"))], { concurrency: 2, ...collected("$number(item = 1 ? 'x' : '1')") }),
  ]);
  expect(outcome).toMatchObject({ status: "failed", error: { category: "ExpressionError", stepId: "loop" } });
  expect(lines(trace)).toEqual(["loop FAILED", "n[0] SUCCEEDED", "n[1] CANCELED"]);
});

test("a return in an item ends the run as a success and cancels the other items", () => {
  const body = [nap("n", x("item * 10")), { id: "r", type: "control.return", output: x("item") }];
  const { outcome, trace, endedAtMs } = ran([loop(body)]);
  expect(outcome).toEqual({ status: "succeeded", output: 1 });
  expect(endedAtMs).toBe(10);
  expect(lines(trace)).toEqual([
    "loop SUCCEEDED",
    "n[0] SUCCEEDED",
    "n[1] CANCELED",
    "n[2] CANCELED",
    "r[0] SUCCEEDED",
  ]);
});

test("a cancel reaches every item under way and begins no other", () => {
  const { outcome, trace, effects } = ran([loop([call("act")], { items: [1, 2, 3, 4], concurrency: 2 })], {
    act: () => ({ never: true }),
    cancelAtMs: 5,
  });
  expect(outcome?.status).toBe("canceled");
  expect(effects.map(({ iteration }) => iteration)).toEqual([[0], [1]]);
  expect(lines(trace)).toEqual(["loop CANCELED", "act[0] CANCELED", "act[1] CANCELED"]);
});

test("items without steps and dear values yield between items, and a loop of loops ends with LOOP_BUDGET", () => {
  const dear = "$sum($map([1..1000], function($v) { $v * 2 }))";
  const yields = ran([loop([], { items: x("[1..200]"), concurrency: 50, ...collected(dear) })]);
  expect(yields.outcome?.status).toBe("succeeded");
  const continued = yields.events.filter(({ kind }) => kind === "continue").length;
  expect(continued).toBeGreaterThan(2);

  const inner = loop([], { id: "inner", items: x("[1..10000]"), concurrency: 2 });
  const endless = ran([loop([inner], { items: x("[1..10000]"), concurrency: 50 })]);
  expect(endless.outcome).toMatchObject({ status: "failed", error: { code: "LOOP_BUDGET" } });
});

test("a state over 4 MiB that items make together is a ControlError, copies that they hold included", () => {
  const big = "{'text': $pad('', 200000, 'x'), 'n': 0}";
  const { outcome } = ran([
    assign("b", "big", big),
    loop([assign("s", "vars.big.n", "item"), nap("n", 5)], { items: x("[1..30]"), concurrency: 30 }),
  ]);
  expect(outcome).toMatchObject({ status: "failed", error: { category: "ControlError", code: "STATE_TOO_LARGE" } });
});
