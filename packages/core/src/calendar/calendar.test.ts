import { expect, test } from "vitest";
import { zoneOffset } from "../host/zone-offset.ts";
import { businessInstant } from "./business-time.ts";
import type { BusinessSpan } from "./business-time.ts";
import type { CalendarDefinition } from "./calendar.ts";
import { compileCalendar } from "./calendar.ts";

const office: CalendarDefinition = {
  zone: "Europe/Berlin",
  week: { "mon-thu": ["09:00-12:00", "13:00-17:00"], fri: ["09:00-15:00"] },
  holidays: ["2030-04-19", "2030-04-22"],
  exceptions: { "2030-12-24": ["09:00-12:00"] },
};

function due(from: string, span: BusinessSpan, definition: CalendarDefinition = office): string | undefined {
  const calendar = compileCalendar(definition);
  if ("problem" in calendar) throw new Error(calendar.problem);
  const offset = zoneOffset(definition.zone);
  if (offset === undefined) throw new Error(`Nobody here knows ${definition.zone}`);
  return businessInstant(calendar, span, new Date(from).toISOString(), offset);
}

const instant = (text: string): string => new Date(text).toISOString();

test.each([
  ["the same time of the next day", "2030-01-07T10:30:00+01:00", { days: 1 }, "2030-01-08T10:30:00+01:00"],
  ["over a weekend", "2030-01-11T10:30:00+01:00", { days: 1 }, "2030-01-14T10:30:00+01:00"],
  ["over a holiday, a weekend and a holiday", "2030-04-18T10:00:00+02:00", { days: 2 }, "2030-04-24T10:00:00+02:00"],
  [
    "from a Saturday on, as from Monday's opening",
    "2030-01-12T23:00:00+01:00",
    { days: 1 },
    "2030-01-15T09:00:00+01:00",
  ],
  ["from the lunch break on, as from its end", "2030-01-07T12:00:00+01:00", { days: 1 }, "2030-01-08T13:00:00+01:00"],
  ["to the close of a day that closes earlier", "2030-01-10T16:59:00+01:00", { days: 1 }, "2030-01-11T15:00:00+01:00"],
  [
    "over the change to summer time, at the same local time",
    "2030-03-29T10:00:00+01:00",
    { days: 1 },
    "2030-04-01T10:00:00+02:00",
  ],
  ["over the change from summer time", "2030-10-25T10:00:00+02:00", { days: 1 }, "2030-10-28T10:00:00+01:00"],
  ["a part of a day is a day", "2030-01-07T10:30:00+01:00", { days: 0.2 }, "2030-01-08T10:30:00+01:00"],
  ["hours within a day", "2030-01-07T09:00:00+01:00", { hours: 2.5 }, "2030-01-07T11:30:00+01:00"],
  ["hours around the break", "2030-01-07T11:00:00+01:00", { hours: 2 }, "2030-01-07T14:00:00+01:00"],
  ["hours up to the close", "2030-01-07T09:00:00+01:00", { hours: 7 }, "2030-01-07T17:00:00+01:00"],
  ["hours beyond the close", "2030-01-07T16:00:00+01:00", { hours: 2 }, "2030-01-08T10:00:00+01:00"],
  [
    "hours over a weekend and its change of clocks",
    "2030-03-29T14:00:00+01:00",
    { hours: 2 },
    "2030-04-01T10:00:00+02:00",
  ],
  ["days, then hours", "2030-01-10T14:00:00+01:00", { days: 1, hours: 2 }, "2030-01-14T10:00:00+01:00"],
  ["a day with hours of its own", "2030-12-23T16:00:00+01:00", { hours: 3 }, "2030-12-24T11:00:00+01:00"],
  ["nothing is over at once, also at night", "2030-01-12T23:00:00+01:00", { days: 0 }, "2030-01-12T23:00:00+01:00"],
  ["nor does time run backwards", "2030-01-07T10:00:00+01:00", { hours: -5 }, "2030-01-07T10:00:00+01:00"],
] as const)("[CAL-01] business time: %s", (_, from, span, expected) => {
  expect(due(from, span)).toBe(instant(expected));
});

test("[CAL-01] a night shift counts the hours that pass, and not those that the clocks say", () => {
  const night: CalendarDefinition = { zone: "Europe/Berlin", week: { "mon-sun": ["00:00-06:00"] } };
  // On 31 March 2030 the clocks go from 02:00 to 03:00, on 27 October from 03:00 back to 02:00.
  expect(due("2030-03-31T00:00:00+01:00", { hours: 5 }, night)).toBe(instant("2030-03-31T06:00:00+02:00"));
  expect(due("2030-10-27T00:00:00+02:00", { hours: 7 }, night)).toBe(instant("2030-10-27T06:00:00+01:00"));
  expect(due("2030-03-30T02:30:00+01:00", { days: 1 }, night)).toBe(instant("2030-03-31T03:00:00+02:00"));
  expect(due("2030-10-26T02:30:00+02:00", { days: 1 }, night)).toBe(instant("2030-10-27T02:30:00+02:00"));
});

test("[CAL-01] zones far from UTC have their own days", () => {
  const auckland: CalendarDefinition = { zone: "Pacific/Auckland", week: { mon: ["00:00-24:00"] } };
  expect(due("2030-01-06T11:00:00Z", { hours: 1 }, auckland)).toBe(instant("2030-01-06T12:00:00Z"));
  expect(due("2030-01-07T11:00:00Z", { hours: 1 }, auckland)).toBe(instant("2030-01-13T12:00:00Z"));
});

test("a calendar without hours is never over", () => {
  expect(due("2030-01-07T10:00:00Z", { days: 1 }, { zone: "UTC", week: {} })).toBeUndefined();
  expect(due("2030-01-07T10:00:00Z", { hours: 1 }, { zone: "UTC", week: {} })).toBeUndefined();
});

test("hours that overlap, are out of order or are given twice are told", () => {
  const problem = (week: CalendarDefinition["week"]) => {
    const compiled = compileCalendar({ zone: "UTC", week });
    return "problem" in compiled ? compiled.problem : undefined;
  };
  expect(problem({ mon: ["09:00-12:00", "11:00-13:00"] })).toBe("The hours of mon overlap, or are not in order.");
  expect(problem({ mon: ["17:00-09:00"] })).toBe("The hours of mon overlap, or are not in order.");
  expect(problem({ "mon-fri": ["09:00-17:00"], wed: ["09:00-12:00"] })).toBe("The hours of wed are given twice.");
  expect(problem({ "sat-mon": ["09:00-12:00"] })).toBeUndefined();
});
