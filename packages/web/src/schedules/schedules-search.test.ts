import { expect, test } from "vitest";
import { readSchedulesSearch } from "./schedules-search.ts";

test("what the address of the schedules cannot mean is left out", () => {
  expect(readSchedulesSearch({ state: "paused", workflow: "w", schedule: "s" })).toEqual({
    state: "paused",
    workflow: "w",
    schedule: "s",
  });
  expect(readSchedulesSearch({ state: "gone", workflow: 1, schedule: "" })).toEqual({});
});
