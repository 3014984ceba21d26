import { expect, test } from "vitest";
import { childRunOf, expectedEventOf } from "./why.ts";

test("the run that is waited for is found in the evidence, where there is one", () => {
  const child = { kind: "child", text: "", data: { runId: "r-2", workflow: "invoicing" } };
  expect(childRunOf({ evidence: [{ kind: "expected", text: "", data: { runId: "r-1" } }, child] })).toBe("r-2");
  expect(
    childRunOf({
      evidence: [
        { ...child, data: { runId: null } },
        { kind: "child", text: "" },
      ],
    }),
  ).toBeUndefined();
  expect(childRunOf({ evidence: [] })).toBeUndefined();
});

test("the event that is waited for is found with its name and key, and nothing that is less", () => {
  const expected = { kind: "expected", text: "", data: { event: "paid", key: "o-17" } };
  expect(expectedEventOf({ evidence: [{ kind: "near-miss", text: "", data: { key: "o-71" } }, expected] })).toEqual({
    name: "paid",
    key: "o-17",
  });
  expect(expectedEventOf({ evidence: [{ ...expected, data: { event: "paid" } }] })).toBeUndefined();
});
