import { expect, test } from "vitest";
import { readWorkflowSearch, sideText } from "./workflow-search.ts";

test("what the address of a workflow cannot mean is left out", () => {
  expect(readWorkflowSearch({ tab: "compare", from: "3", to: "draft", version: 2 })).toEqual({
    tab: "compare",
    from: 3,
    to: "draft",
    version: 2,
  });
  expect(readWorkflowSearch({ tab: "versions", from: "0", to: "1.5", version: "9999999999" })).toEqual({});
  expect([sideText("draft"), sideText(4)]).toEqual(["the draft", "version 4"]);
});
