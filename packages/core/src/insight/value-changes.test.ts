import { expect, test } from "vitest";
import { valueChanges } from "./value-changes.ts";

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
