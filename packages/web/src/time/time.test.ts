import { expect, test } from "vitest";
import { durationText, exactTime, growingText, momentText, relativeTime } from "./time.ts";

const now = Date.parse("2026-11-24T16:00:00.000Z");
const back = (ms: number): string => relativeTime(new Date(now - ms).toISOString(), now);

test("times are relative in the largest unit that fits", () => {
  expect([
    back(0),
    back(1_900),
    back(12_400),
    back(59_999),
    back(60_000),
    back(3_599_999),
    back(86_399_999),
    back(3 * 86_400_000),
  ]).toEqual(["just now", "just now", "12 s ago", "59 s ago", "1 m ago", "59 m ago", "23 h ago", "3 d ago"]);
  expect(back(-5 * 60_000)).toBe("in 5 m");
  expect([-59_700, -3_599_000, -47.9 * 3_600_000, -23.6 * 3_600_000, -1.2 * 3_600_000].map(back)).toEqual([
    "in 1 m",
    "in 1 h",
    "in 2 d",
    "in 1 d",
    "in 1 h",
  ]);
  expect(back(40 * 86_400_000)).toBe("15 Oct 2026");
  expect(relativeTime("nonsense", now)).toBe("nonsense");
});

test("the exact time carries day, milliseconds and zone", () => {
  expect(exactTime("2026-11-24T16:00:03.250Z", "UTC")).toBe("Tue 24 Nov 2026, 16:00:03.250 UTC");
  expect(exactTime("2026-11-24T16:00:03.250Z", "Europe/Berlin")).toBe("Tue 24 Nov 2026, 17:00:03.250 CET");
});

test("a sentence names a moment of today by its time, others by their day, all with the zone", () => {
  expect(momentText("2026-11-24T18:30:05Z", now, "UTC")).toBe("18:30:05 UTC");
  expect(momentText("2026-11-26T17:00:00Z", now, "UTC")).toBe("Thu 26 Nov 17:00 UTC");
  expect(momentText("2027-01-04T09:00:00Z", now, "UTC")).toBe("Mon 4 Jan 2027 09:00 UTC");
});

test("spans keep two units and never round up to sixty", () => {
  expect([0, 340, 999.4, 4_200, 59_949, 59_950, 192_000, 3_599_999, 7_500_000, 273_600_000].map(durationText)).toEqual([
    "0 ms",
    "340 ms",
    "999 ms",
    "4.2 s",
    "59.9 s",
    "1 m 00 s",
    "3 m 12 s",
    "59 m 59 s",
    "2 h 05 m",
    "3 d 4 h",
  ]);
  expect(durationText(-5)).toBe("0 ms");
  expect(growingText(4_900)).toBe("4 s");
});
