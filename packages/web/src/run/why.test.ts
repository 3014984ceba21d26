import { expect, test } from "vitest";
import { childRunOf } from "./why.ts";

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
