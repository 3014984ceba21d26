import { expect, test } from "vitest";
import { readSchedulesSearch } from "./schedules-search.ts";

const schedule = "01a217ca-4d52-72f1-9d4d-229a575c8fb9";

test("what the address of the schedules cannot mean is left out", () => {
  expect(readSchedulesSearch({ state: "paused", workflow: "nightly", schedule })).toEqual({
    state: "paused",
    workflow: "nightly",
    schedule,
  });
  expect(readSchedulesSearch({ schedule, form: "edit" })).toEqual({ schedule, form: "edit" });
  expect(readSchedulesSearch({ by: "day", form: "edit" })).toEqual({ by: "day" });
  expect(readSchedulesSearch({ by: "year", form: "edit" })).toEqual({});
  expect(readSchedulesSearch({ state: "gone", workflow: "No Key", schedule: "7" })).toEqual({});
});
