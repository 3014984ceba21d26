import { expect, test } from "vitest";
import { around, offsetText, panned, readWindow, ticksOf, windowText, zoomed } from "./timeline-window.ts";

test("a part of the time is read from an address as it was written, and nothing that is none", () => {
  const shown = { fromMs: 1_200, toMs: 5_400 };
  expect(windowText(shown)).toBe("1200-5400");
  expect(readWindow(windowText(shown))).toEqual(shown);
  for (const text of [undefined, "", "5-1", "1-2", "a-b", "-5-20", "1.5-900", 12])
    expect(readWindow(text)).toBeUndefined();
  expect(windowText(undefined)).toBeUndefined();
});

test("zooming leaves the moment under the pointer where it is, and ends at the whole run and at single milliseconds", () => {
  const shown = { fromMs: 2_000, toMs: 4_000 };
  expect(zoomed(shown, 10_000, 0.5, 0.25)).toEqual({ fromMs: 2_250, toMs: 3_250 });
  expect(zoomed(shown, 10_000, 2, 0)).toEqual({ fromMs: 2_000, toMs: 6_000 });
  expect(zoomed(shown, 10_000, 8, 0.5)).toBeUndefined();
  expect(zoomed({ fromMs: 100, toMs: 110 }, 10_000, 0.1, 0.5)).toEqual({ fromMs: 100, toMs: 110 });
});

test("moving stops at both ends of the run", () => {
  const shown = { fromMs: 2_000, toMs: 4_000 };
  expect(panned(shown, 10_000, 0.25)).toEqual({ fromMs: 2_500, toMs: 4_500 });
  expect(panned(shown, 10_000, -9)).toEqual({ fromMs: 0, toMs: 2_000 });
  expect(panned(shown, 10_000, 9)).toEqual({ fromMs: 8_000, toMs: 10_000 });
  expect(around(9_000, 10_000, 10_000)).toEqual({ fromMs: 8_800, toMs: 10_000 });
  expect(around(0, 10_000, 10_000)).toBeUndefined();
});

test("marks stand at round times, as many as there is room for", () => {
  expect(ticksOf({ fromMs: 0, toMs: 1_000 }, 5).map(({ label }) => label)).toEqual([
    "0",
    "200 ms",
    "400 ms",
    "600 ms",
    "800 ms",
    "1 s",
  ]);
  expect(ticksOf({ fromMs: 61_200, toMs: 61_900 }, 4).map(({ label }) => label)).toEqual([
    "1 m 1.2 s",
    "1 m 1.4 s",
    "1 m 1.6 s",
    "1 m 1.8 s",
  ]);
  const years = 4 * 365 * 86_400_000;
  for (const span of [10, 999, 60_000, 86_400_000, years]) {
    const ticks = ticksOf({ fromMs: 0, toMs: span }, 8);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(9);
  }
});

test("a time after the start is told exactly", () => {
  expect([0, 7, 1_500, 60_000, 3_600_250, 108_000_000].map(offsetText)).toEqual([
    "0",
    "7 ms",
    "1.5 s",
    "1 m",
    "1 h 0.25 s",
    "1 d 6 h",
  ]);
});
