import { expect, test } from "vitest";
import type { JsonObject } from "../values/json.ts";
import { definitionChanges, valueChanges } from "./value-changes.ts";

test("values differ at their innermost places: what came, went and changed", () => {
  expect(
    valueChanges(
      { a: 1, list: [1, { b: 2 }, 3], gone: null, same: { x: [] } },
      { a: 2, list: [1, { b: "2" }], "a/b": true, same: { x: [] } },
    ),
  ).toEqual([
    { pointer: "/a", kind: "changed", before: 1, after: 2 },
    { pointer: "/a~1b", kind: "added", after: true },
    { pointer: "/gone", kind: "removed", before: null },
    { pointer: "/list/1/b", kind: "changed", before: 2, after: "2" },
    { pointer: "/list/2", kind: "removed", before: 3 },
  ]);
});

test("values of two kinds differ as a whole, and no more differences are told than asked for", () => {
  expect(valueChanges([1], { 0: 1 })).toEqual([{ pointer: "", kind: "changed", before: [1], after: { 0: 1 } }]);
  expect(valueChanges(undefined, undefined)).toEqual([]);
  expect(valueChanges({ a: 1, b: 2 }, { a: 2, b: 3 }, 1)).toHaveLength(1);
});

const step = (id: string, more: JsonObject = {}): JsonObject => ({ id, type: "time.wait", ...more });

test("a step that is put between two others is added, and changes nothing else", () => {
  const before = { steps: [step("a"), step("b", { body: [step("c", { durationMs: 1 })] })] };
  const after = { steps: [step("a"), step("new"), step("b", { body: [step("c", { durationMs: 2 })] })] };
  expect(definitionChanges(before, after)).toEqual([
    { pointer: "/steps/1", kind: "added", after: step("new"), stepId: "new" },
    { pointer: "/steps/2/body/0/durationMs", kind: "changed", before: 1, after: 2, stepId: "c" },
  ]);
  expect(definitionChanges(after, before)).toEqual([
    { pointer: "/steps/1", kind: "removed", before: step("new"), stepId: "new" },
    { pointer: "/steps/1/body/0/durationMs", kind: "changed", before: 2, after: 1, stepId: "c" },
  ]);
});

test("a step that moved is removed from one place and added at another; the others stay", () => {
  expect(definitionChanges([step("a"), step("b"), step("c")], [step("c"), step("a"), step("b")])).toEqual([
    { pointer: "/0", kind: "added", after: step("c"), stepId: "c" },
    { pointer: "/2", kind: "removed", before: step("c"), stepId: "c" },
  ]);
});

test("lists whose items have no ids, or share one, are compared by their places", () => {
  const cases = [{ when: "a", steps: [step("s")] }];
  expect(definitionChanges({ cases }, { cases: [{ when: "b", steps: [step("s")] }] })).toEqual([
    { pointer: "/cases/0/when", kind: "changed", before: "a", after: "b" },
  ]);
  const twice = [step("a"), step("a", { durationMs: 1 })];
  expect(definitionChanges(twice, [step("a"), step("a", { durationMs: 2 })])).toEqual([
    { pointer: "/1/durationMs", kind: "changed", before: 1, after: 2, stepId: "a" },
  ]);
});

test("nothing differs only where two definitions are the same, whatever became of their steps", () => {
  const steps = ["a", "b", "c", "d"].map((id) => step(id));
  const orders = steps.flatMap((first) => {
    const rest = steps.filter((each) => each !== first);
    return [rest, [first, ...rest], [...rest, first], [first, ...rest.toReversed()]];
  });
  for (const before of orders)
    for (const after of orders) {
      const isSame = before.length === after.length && before.every((each, place) => each === after[place]);
      expect(definitionChanges(before, after).length === 0).toBe(isSame);
    }
});
