import type { CalendarReply } from "@mainspring/api";
import { expect, test } from "vitest";
import { calendarBodyOf, calendarDraftOf, emptyCalendar, weekText } from "./calendar-draft.ts";

const calendar: CalendarReply = {
  name: "shop",
  version: 2,
  zone: "Europe/Berlin",
  week: { "mon-thu": ["09:00-12:00", "13:00-17:00"], fri: ["09:00-14:00"] },
  holidays: ["2031-12-25"],
  exceptions: { "2031-12-24": ["09:00-12:00"], "2031-12-31": [] },
  updatedAt: "2031-01-01T00:00:00Z",
  updatedBy: null,
};

test("a calendar that is opened and saved untouched means the same", () => {
  const draft = calendarDraftOf(calendar);
  expect(draft.week.thu).toBe("09:00-12:00, 13:00-17:00");
  expect(draft.exceptions).toBe("2031-12-24 09:00-12:00\n2031-12-31");
  const hours = ["09:00-12:00", "13:00-17:00"];
  expect(calendarBodyOf(draft)).toEqual({
    zone: "Europe/Berlin",
    week: { mon: hours, tue: hours, wed: hours, thu: hours, fri: ["09:00-14:00"] },
    holidays: ["2031-12-25"],
    exceptions: { "2031-12-24": ["09:00-12:00"], "2031-12-31": [] },
  });
});

test("a week is told in short, over the weekend too", () => {
  expect(weekText(calendar)).toBe("Mon-Thu 09:00-12:00 and 13:00-17:00, Fri 09:00-14:00");
  expect(weekText({ week: { "sat-mon": ["10:00-14:00"] } })).toBe("Mon 10:00-14:00, Sat-Sun 10:00-14:00");
  expect(weekText({ week: {} })).toBe("Never open");
});

test("hours and dates are typed as people write them", () => {
  const draft = emptyCalendar(" UTC ");
  expect(
    calendarBodyOf({
      ...draft,
      week: { ...draft.week, mon: "09:00 - 12:00; 13:00-17:00", tue: "" },
      holidays: "2031-01-01, 2031-05-01\n\n2031-10-03",
      exceptions: "2031-12-24: 09:00-12:00, 13:00-14:00",
    }),
  ).toMatchObject({
    zone: "UTC",
    week: { mon: ["09:00-12:00", "13:00-17:00"], wed: ["09:00-17:00"] },
    holidays: ["2031-01-01", "2031-05-01", "2031-10-03"],
    exceptions: { "2031-12-24": ["09:00-12:00", "13:00-14:00"] },
  });
});
