import { expect, test } from "vitest";
import type { Json } from "../values/json.ts";
import { checkCalendar } from "./check-calendar.ts";

const issuesOf = (given: Json): string[] => {
  const checked = checkCalendar(given);
  return "issues" in checked ? checked.issues.map(({ code, pointer }) => `${code} ${pointer}`) : [];
};

test("[CAL-01] a calendar is read, or every problem of it has its place", () => {
  const week = { "mon-fri": ["09:00-17:00"] };
  expect(checkCalendar({ zone: "Europe/Berlin", week, holidays: ["2030-12-25"] })).toMatchObject({
    calendar: { zone: "Europe/Berlin", dates: { "2030-12-25": [] } },
  });
  expect(issuesOf({ week })).toEqual(["FIELD_MISSING /zone"]);
  expect(issuesOf({ zone: "UTC", week: { mon: ["9-17"] } })).toEqual(["FIELD_INVALID /week/mon/0"]);
  expect(issuesOf({ zone: "UTC", week: { mon: ["17:00-09:00"] } })).toEqual(["FIELD_INVALID /week/mon"]);
  expect(issuesOf({ zone: "UTC", week: { ...week, wed: ["10:00-12:00"] } })).toEqual(["FIELD_INVALID /week/wed"]);
  expect(issuesOf({ zone: "UTC", week, exceptions: { "2030-12-24": ["09:00-12:00", "11:00-12:00"] } })).toEqual([
    "FIELD_INVALID /exceptions/2030-12-24",
  ]);
  expect(issuesOf({ zone: "UTC", week, holiday: [] })).toEqual(["FIELD_UNKNOWN /holiday"]);
  expect(issuesOf(7)).toEqual(["FIELD_TYPE "]);
});
