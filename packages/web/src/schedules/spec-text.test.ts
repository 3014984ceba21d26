import { expect, test } from "vitest";
import { specText } from "./spec-text.ts";

test("a schedule is told in words, with the zone of its clocks, and with no days that its calendar contradicts", () => {
  const daily = { cron: "30 7 * * *", zone: "Europe/Berlin" };
  expect([
    specText({ spec: daily, businessDays: null }),
    specText({ spec: daily, businessDays: { calendar: "default" } }),
    specText({ spec: { cron: "0 0 1 1 *" }, businessDays: null }),
    specText({ spec: { everyMs: 60_000 }, businessDays: null }),
  ]).toEqual(["at 07:30 every day, Europe/Berlin", "at 07:30, Europe/Berlin", "0 0 1 1 *, UTC", "every minute"]);
});
