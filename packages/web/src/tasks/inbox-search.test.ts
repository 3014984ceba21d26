import { expect, test } from "vitest";
import { nextTask, readInboxSearch } from "./inbox-search.ts";

test("an address of the inbox that is not understood still opens it", () => {
  expect(readInboxSearch({ show: "mine", task: "" })).toEqual({});
  expect(readInboxSearch({ show: "everything", task: ["a"] })).toEqual({});
  expect(readInboxSearch({ show: "closed", task: "t-1" })).toEqual({ show: "closed", task: "t-1" });
});

test("after an answer the task below is next, at the end the one above, and none when it was the only one", () => {
  expect(nextTask(["a", "b", "c"], "b")).toBe("c");
  expect(nextTask(["a", "b", "c"], "c")).toBe("b");
  expect(nextTask(["a"], "a")).toBeUndefined();
  // Somebody else closed it, and the list has gone on already.
  expect(nextTask(["b", "c"], "a")).toBe("b");
});
