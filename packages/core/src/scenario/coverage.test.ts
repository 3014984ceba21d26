import { expect, test } from "vitest";
import { x } from "../testing/build-program.ts";
import { programWith, ran } from "../testing/scenario.ts";
import { coverable, mergedCoverage } from "./coverage.ts";

const set = (id: string) => ({ id, type: "state.set", state: id });
const program = programWith([
  { id: "gate", type: "control.if", condition: x("payload.a"), then: [set("yes")] },
  {
    id: "route",
    type: "control.switch",
    cases: [
      { when: x("payload.n = 1"), steps: [set("one")] },
      { when: x("payload.n = 2"), steps: [set("two")] },
    ],
  },
  { id: "loop", type: "control.forEach", items: x("payload.items"), body: [set("each")] },
  {
    id: "guard",
    type: "control.tryCatch",
    try: [{ id: "paid", type: "event.wait", event: "paid", correlationKey: "k", timeout: { durationMs: 10 } }],
    catch: [set("late")],
  },
  { id: "off", type: "control.if", disabled: true, condition: true, then: [set("never")] },
]);

test("[SCN-02] coverage names the steps and the ways that runs went through", () => {
  const all = coverable(program);
  expect(all.steps).toEqual(["gate", "yes", "route", "one", "two", "loop", "each", "guard", "paid", "late"]);
  expect(all.branches).toEqual([
    "gate: then",
    "gate: else",
    "route: cases[0]",
    "route: cases[1]",
    "route: default",
    "loop: body",
    "guard: catch",
    "paid: answer",
    "paid: timeout",
  ]);
  const first = ran(program, { payload: { a: true, n: 2, items: [] } }).coverage["test"];
  expect(first).toEqual({
    steps: ["gate", "yes", "route", "two", "loop", "guard", "paid", "late"],
    branches: ["gate: then", "route: cases[1]", "guard: catch", "paid: timeout"],
  });
  const second = ran(program, {
    payload: { a: false, n: 3, items: [1] },
    events: [{ name: "paid", key: "k" }],
  }).coverage["test"];
  expect(second).toEqual({
    steps: ["gate", "route", "loop", "each", "guard", "paid"],
    branches: ["gate: else", "route: default", "loop: body", "paid: answer"],
  });
  const merged = mergedCoverage(
    program,
    [first, second].filter((part) => part !== undefined),
  );
  expect(all.steps.filter((id) => !merged.steps.includes(id))).toEqual(["one"]);
  expect(all.branches.filter((name) => !merged.branches.includes(name))).toEqual(["route: cases[0]"]);
});

test("a condition that fails takes neither way, and each turn of a loop counts for itself", () => {
  const failing = programWith([{ id: "gate", type: "control.if", condition: x("payload.a"), then: [set("yes")] }]);
  expect(ran(failing, { payload: { a: "x" }, expect: { status: "failed" } }).coverage["test"]?.branches).toEqual([]);
  const turns = programWith([
    {
      id: "loop",
      type: "control.forEach",
      items: [true, false],
      body: [{ id: "gate", type: "control.if", condition: x("item"), then: [set("yes")] }],
    },
  ]);
  expect(ran(turns, {}).coverage["test"]?.branches).toEqual(["loop: body", "gate: then", "gate: else"]);
});
